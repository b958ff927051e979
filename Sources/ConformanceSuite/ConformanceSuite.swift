// Filled by the rooms of this target.
