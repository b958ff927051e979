/// A Go value of any type, as JSON or gob carried it.
///
/// Struct fields and map entries keep an order (that of the type or of the stream), never a hash order. Gob and typed JSON leave
/// out what was not on the wire; a reader takes that for the zero value, as Go does.
public enum GoValue: Hashable, Sendable {
  case null
  case bool(Bool)
  case int(Int64)
  case uint(UInt64)
  case float(Double)
  case string(GoString)
  case bytes([UInt8])
  indirect case time(GoTime)
  /// A slice or an array.
  case list([GoValue])
  case map([GoMapEntry])
  /// Struct fields by Go name.
  case structure([GoFieldValue])
  /// A value inside an interface, with the concrete type's registered name.
  indirect case interface(name: GoString, GoValue)
  /// What a type of its own wrote: the bytes of a `BinaryMarshaler`.
  case opaque([UInt8])
}

/// An entry of a Go map.
public struct GoMapEntry: Hashable, Sendable {
  public var key: GoValue
  public var value: GoValue

  public init(_ key: GoValue, _ value: GoValue) {
    self.key = key
    self.value = value
  }
}

/// A field of a Go struct value.
public struct GoFieldValue: Hashable, Sendable {
  public var name: GoString
  public var value: GoValue

  public init(_ name: GoString, _ value: GoValue) {
    self.name = name
    self.value = value
  }
}

extension GoValue {
  /// The field of a struct by its Go name, or the entry of a map with text keys; nil when it was not on the wire.
  public subscript(_ name: GoString) -> GoValue? {
    switch self {
    case .structure(let fields): return fields.last { $0.name == name }?.value
    case .map(let entries): return entries.last { $0.key == .string(name) }?.value
    case .interface(_, let value): return value[name]
    case .null, .bool, .int, .uint, .float, .string, .bytes, .time, .list, .opaque: return nil
    }
  }

  public var string: GoString? { if case .string(let value) = self { value } else { nil } }
  public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
  public var float: Double? { if case .float(let value) = self { value } else { nil } }
  public var time: GoTime? { if case .time(let value) = self { value } else { nil } }
  public var list: [GoValue]? { if case .list(let value) = self { value } else { nil } }

  /// The integer, signed or not, when it fits.
  public var int: Int64? {
    switch self {
    case .int(let value): value
    case .uint(let value): Int64(exactly: value)
    default: nil
    }
  }
}
