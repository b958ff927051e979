import GoWire

/// A decoded gob value as JSON for people: nothing is lost, whatever its type.
enum GobText {
  /// Numbers are JSON numbers, but for infinities and NaN, which JSON lacks; bytes, and text that is no UTF-8, are
  /// `{"hex": …}`; what a type wrote itself is `{"text": …}`; a value in an interface stands with its type's name.
  static func json(_ value: GoValue) -> JSONValue {
    switch value {
    case .null: .null
    case .bool(let value): .bool(value)
    case .int(let value): .int(value)
    case .uint(let value): .int(value)
    case .float(let value): float(value)
    case .string(let value): text(value) ?? hex(value.bytes)
    case .bytes(let value): hex(value)
    case .time(let value): time(value)
    case .list(let elements): .array(elements.map(json))
    case .map(let entries): map(entries)
    case .structure(let fields): .object(fields.map { JSONMember($0.name, json($0.value)) })
    case .interface(let name, let value): ["interface": .string(name), "value": json(value)]
    case .opaque(let bytes): text(GoString(bytes)).map { ["text": $0] } ?? hex(bytes)
    }
  }

  private static func float(_ value: Double) -> JSONValue {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
    return .double(value)
  }

  /// RFC 3339 has no seconds in an offset; Go's binary form has.
  private static func time(_ value: GoTime) -> JSONValue {
    guard value.offsetSeconds % 60 != 0 else { return .string(value.rfc3339) }
    let offset = value.offsetSeconds.magnitude
    let parts = [offset / 3600, offset / 60 % 60, offset % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
    let local = GoTime(unixSeconds: value.unixSeconds + Int64(value.offsetSeconds), nanosecond: value.nanosecond)
    let sign = value.offsetSeconds < 0 ? "-" : "+"
    return .string("\(local.rfc3339.text.dropLast()) at offset \(sign)\(parts.joined(separator: ":"))")
  }

  /// An object when the keys are text or integers, else a list of pairs.
  private static func map(_ entries: [GoMapEntry]) -> JSONValue {
    let members = entries.compactMap { entry -> JSONMember? in
      switch entry.key {
      case .string(let key) where text(key) != nil: JSONMember(key, json(entry.value))
      case .int(let key): JSONMember(GoString("\(key)"), json(entry.value))
      case .uint(let key): JSONMember(GoString("\(key)"), json(entry.value))
      default: nil
      }
    }
    guard members.count < entries.count else { return .object(members) }
    return .array(entries.map { .array([json($0.key), json($0.value)]) })
  }

  /// Nil for what is no UTF-8.
  private static func text(_ value: GoString) -> JSONValue? {
    value.text.utf8.elementsEqual(value.bytes) ? .string(value) : nil
  }

  private static func hex(_ bytes: [UInt8]) -> JSONValue {
    let digits = Array("0123456789abcdef".utf8)
    return ["hex": .string(GoString(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }))]
  }
}
