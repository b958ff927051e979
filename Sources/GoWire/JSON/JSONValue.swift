/// Any JSON value. Members keep their order and their duplicates, numbers their literal.
public enum JSONValue: Hashable, Sendable {
  case null
  case bool(Bool)
  /// A number as it is written.
  case number(GoString)
  case string(GoString)
  case array([JSONValue])
  case object([JSONMember])
}

/// A member of a JSON object.
public struct JSONMember: Hashable, Sendable {
  public var name: GoString
  public var value: JSONValue

  public init(_ name: GoString, _ value: JSONValue) {
    self.name = name
    self.value = value
  }
}

extension JSONValue {
  /// The member of an object with exactly this name, the last of several; nil when there is none or this is no object.
  public subscript(_ name: GoString) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.last { $0.name == name }?.value
  }

  /// The element of an array; nil when there is none or this is no array.
  public subscript(_ index: Int) -> JSONValue? {
    guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
    return elements[index]
  }

  public var isNull: Bool { self == .null }
  public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
  public var string: GoString? { if case .string(let value) = self { value } else { nil } }
  public var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }
  public var object: [JSONMember]? { if case .object(let value) = self { value } else { nil } }

  /// The text of a string, for people and for plain ASCII: invalid bytes are repaired.
  public var text: String? { string?.text }

  /// The number, when it is written as an integer and fits.
  public var int: Int? {
    guard case .number(let literal) = self else { return nil }
    return Int(literal.text)
  }

  public var double: Double? {
    guard case .number(let literal) = self else { return nil }
    return Double(literal.text)
  }

  /// A number from an integer.
  public static func int(_ value: some BinaryInteger) -> JSONValue { .number(GoString(String(value))) }

  /// A number from a floating-point value, as Go prints it; what is no finite number becomes null.
  public static func double(_ value: Double) -> JSONValue {
    value.isFinite ? .number(GoNumber.json(value)) : .null
  }

  public static func string(_ value: String) -> JSONValue { .string(GoString(value)) }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByStringInterpolation {
  public init(stringLiteral value: String) { self = .string(GoString(value)) }
}

extension JSONValue: ExpressibleByIntegerLiteral {
  public init(integerLiteral value: Int) { self = .int(value) }
}

extension JSONValue: ExpressibleByBooleanLiteral {
  public init(booleanLiteral value: Bool) { self = .bool(value) }
}

extension JSONValue: ExpressibleByNilLiteral {
  public init(nilLiteral: ()) { self = .null }
}

extension JSONValue: ExpressibleByArrayLiteral {
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
}

extension JSONValue: ExpressibleByDictionaryLiteral {
  public init(dictionaryLiteral elements: (GoString, JSONValue)...) {
    self = .object(elements.map { JSONMember($0.0, $0.1) })
  }
}
