import GoWire

/// A decoded value against what a fixture says of it, in either of the two spellings that the fixtures have.
///
/// A struct field that either side leaves out is zero.
enum GobExpectation {
  static func matches(_ expected: JSONValue, _ value: GoValue) -> Bool {
    switch value {
    case .null: return expected.isNull
    case .bool(let flag): return expected.bool == flag
    case .int(let number): return numeral(expected) == String(number)
    case .uint(let number): return numeral(expected) == String(number)
    case .float(let number): return matches(expected, number)
    case .string(let text): return expected.string == text || hex(expected, "hex") == text.bytes
    case .bytes(let bytes): return (hex(expected, "hex") ?? hex(expected, "$bytes")) == bytes
    case .time(let time): return matches(expected, time)
    case .list(let values):
      guard let elements = expected.array, elements.count == values.count else { return false }
      return zip(elements, values).allSatisfy { matches($0, $1) }
    case .map(let entries):
      guard let members = expected.object, members.count == entries.count else { return false }
      return entries.allSatisfy { entry in
        guard let name = key(entry.key), let member = expected[name] else { return false }
        return matches(member, entry.value)
      }
    case .structure(let fields):
      guard let members = expected.object else { return false }
      return members.allSatisfy { member in value[member.name].map { matches(member.value, $0) } ?? isZero(member.value)
      }
        && fields.allSatisfy { expected[$0.name] != nil || isZero($0.value) }
    case .interface(let name, let inner):
      return expected["interface"]?.string == name && expected["value"].map { matches($0, inner) } == true
    case .opaque(let bytes):
      return expected["text"]?.string?.bytes == bytes || hex(expected, "$opaque") == bytes
    }
  }

  private static func matches(_ expected: JSONValue, _ number: Double) -> Bool {
    switch expected.text {
    case "NaN"?: number.isNaN
    case "+Inf"?: number == .infinity
    case "-Inf"?: number == -.infinity
    default: expected.double == number
    }
  }

  /// RFC 3339, or `2026-01-02T03:04:05.6 at offset -04:56:02` for what RFC 3339 cannot say.
  private static func matches(_ expected: JSONValue, _ time: GoTime) -> Bool {
    guard let text = expected.text else { return false }
    let parts = text.split(separator: " at offset ")
    guard parts.count == 2 else { return GoString(text) == time.rfc3339 }
    let numbers = parts[1].dropFirst().split(separator: ":").compactMap { Int32($0) }
    let seconds = numbers.reduce(0) { $0 * 60 + $1 }
    var shown = time
    shown.unixSeconds += Int64(time.offsetSeconds)
    shown.offsetSeconds = 0
    return time.offsetSeconds == (parts[1].hasPrefix("-") ? -seconds : seconds)
      && shown.rfc3339 == GoString(parts[0] + "Z")
  }

  private static func isZero(_ expected: JSONValue) -> Bool {
    switch expected {
    case .null, .bool(false): true
    case .bool: false
    case .number: expected.double == 0
    case .string(let text): text.isEmpty || text == "0"
    case .array(let elements): elements.allSatisfy(isZero)
    case .object(let members): members.allSatisfy { isZero($0.value) }
    }
  }

  private static func isZero(_ value: GoValue) -> Bool {
    switch value {
    case .null, .bool(false), .int(0), .uint(0), .float(0): true
    case .bool, .int, .uint, .float, .interface: false
    case .string(let text): text.isEmpty
    case .bytes(let bytes), .opaque(let bytes): bytes.isEmpty
    case .time(let time): time == .zero
    case .list(let elements): elements.allSatisfy(isZero)
    case .map(let entries): entries.isEmpty
    case .structure(let fields): fields.allSatisfy { isZero($0.value) }
    }
  }

  private static func numeral(_ expected: JSONValue) -> String? {
    if case .number(let literal) = expected { literal.text } else { expected.text }
  }

  private static func hex(_ expected: JSONValue, _ name: GoString) -> [UInt8]? {
    expected[name]?.text.flatMap(Hexadecimal.bytes)
  }

  private static func key(_ value: GoValue) -> GoString? {
    value.string ?? value.int.map { GoString(String($0)) }
  }
}
