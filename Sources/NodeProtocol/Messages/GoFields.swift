import GoWire

/// Reading structs as Go does: what was not on the wire is the zero value.
extension GoValue {
  func int(_ name: GoString) -> Int64 { self[name]?.int ?? 0 }
  func text(_ name: GoString) -> GoString { self[name]?.string ?? "" }
  func flag(_ name: GoString) -> Bool { self[name]?.bool ?? false }
  func number(_ name: GoString) -> Double { self[name]?.float ?? 0 }
  func moment(_ name: GoString) -> GoTime { self[name]?.time ?? .zero }

  /// What stands behind a pointer, slice, map or interface; nil when it is nil.
  func part(_ name: GoString) -> GoValue? {
    guard let value = self[name], value != .null else { return nil }
    return value
  }

  func texts(_ name: GoString) -> [GoString]? {
    part(name)?.list?.map { $0.string ?? "" }
  }

  /// The bytes of a `[]byte` or of a type that writes itself.
  var rawBytes: [UInt8]? {
    switch self {
    case .bytes(let bytes), .opaque(let bytes): bytes
    case .list(let elements): elements.map { UInt8(truncatingIfNeeded: $0.int ?? 0) }
    case .interface(_, let value): value.rawBytes
    case .null, .bool, .int, .uint, .float, .string, .time, .map, .structure: nil
    }
  }

  /// The entries of a map with text keys.
  var textEntries: [(name: GoString, value: GoValue)] {
    guard case .map(let entries) = self else { return [] }
    return entries.compactMap { entry in entry.key.string.map { ($0, entry.value) } }
  }

  /// A struct; fields without a value are left out.
  static func fields(_ fields: KeyValuePairs<GoString, GoValue?>) -> GoValue {
    .structure(fields.compactMap { name, value in value.map { GoFieldValue(name, $0) } })
  }

  static func texts(_ texts: [GoString]?) -> GoValue? {
    texts.map { .list($0.map { .string($0) }) }
  }
}
