/// What lies behind the end of a slice that a second value of the same key made shorter. Go keeps it: when a third makes the slice
/// longer again, an element that is `null` there is the old one.
///
/// While a text is decoded, such a slice is wrapped together with what it hides; the outcome has no such wrapping.
enum GoJSONLeftovers {
  /// No registered type has this name.
  private static let mark: GoString = "\0leftovers"

  static func hiding(_ rest: [GoValue], behind value: GoValue) -> GoValue {
    .interface(name: mark, .list([value, .list(rest)]))
  }

  /// The elements of a slice or an array.
  static func visible(_ slot: GoValue?) -> [GoValue] {
    switch slot {
    case .list(let elements): elements
    case .bytes(let bytes): bytes.map { .uint(UInt64($0)) }
    case .interface(mark, .list(let parts)): visible(parts[0])
    default: []
    }
  }

  /// What a slice hides.
  static func hidden(_ slot: GoValue?) -> [GoValue] {
    if case .interface(mark, .list(let parts)) = slot, case .list(let rest) = parts[1] { rest } else { [] }
  }

  /// A value with nothing hidden in it.
  static func removed(_ value: GoValue) -> GoValue {
    switch value {
    case .interface(mark, .list(let parts)): removed(parts[0])
    case .interface(let name, let held): .interface(name: name, removed(held))
    case .list(let elements): .list(elements.map(removed))
    case .map(let entries): .map(entries.map { GoMapEntry($0.key, removed($0.value)) })
    case .structure(let fields): .structure(fields.map { GoFieldValue($0.name, removed($0.value)) })
    case .null, .bool, .int, .uint, .float, .string, .bytes, .time, .opaque: value
    }
  }
}
