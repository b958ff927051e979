/// A failure of the soak itself, in one line.
struct SoakError: Error, CustomStringConvertible {
  var description: String
  init(_ description: String) { self.description = description }
}
