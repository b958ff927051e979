/// A Go type as the wire formats need to know it: the one description that JSON and gob, decoding and encoding, go by.
public indirect enum GoType: Hashable, Sendable {
  case bool
  /// `int` (bits 0), `int8` … `int64`.
  case int(bits: Int)
  /// `uint` (bits 0), `uint8` … `uint64`.
  case uint(bits: Int)
  /// `float32`, `float64`.
  case float(bits: Int)
  case string
  /// `[]byte`: base64 in JSON, raw bytes in gob.
  case bytes
  case slice(GoType)
  case array(count: Int, GoType)
  /// A map; keys are text or integers.
  case map(key: GoType, value: GoType)
  case structure(GoStructure)
  case pointer(GoType)
  /// `interface{}`: in JSON any value, in gob a registered concrete type.
  case interface
  /// `time.Time`: RFC 3339 in JSON, its binary form in gob.
  case time
  /// A named type that writes itself as opaque bytes in gob (`BinaryMarshaler`) and as text in JSON: a UUID, a URI.
  case opaque(name: GoString)
  /// A type with a name of its own over a plain one, for the error texts: `type Status string`.
  case named(GoString, GoType)

  public static var int: GoType { .int(bits: 0) }
  public static var int64: GoType { .int(bits: 64) }
  public static var uint: GoType { .uint(bits: 0) }
  public static var float64: GoType { .float(bits: 64) }
}

/// A Go struct type.
public struct GoStructure: Hashable, Sendable {
  /// The bare name, as gob sends it: `SlaveTaskSummary`. Empty for an anonymous struct.
  public var name: GoString
  /// The package's name, as error texts show it before the name: `serializer`.
  public var package: GoString
  public var fields: [GoField]

  public init(_ name: GoString, package: GoString = "main", fields: [GoField]) {
    self.name = name
    self.package = package
    self.fields = fields
  }
}

/// A field of a Go struct type.
public struct GoField: Hashable, Sendable {
  /// The Go name, which gob matches.
  public var name: GoString
  /// The name in JSON (the Go name unless a tag says otherwise), or nil when JSON leaves the field out (`json:"-"`).
  public var jsonName: GoString?
  /// `omitempty`: JSON leaves out a zero value.
  public var omitEmpty: Bool
  public var type: GoType

  public init(
    _ name: GoString, json: GoString? = nil, hiddenInJSON: Bool = false, omitEmpty: Bool = false, _ type: GoType
  ) {
    self.name = name
    self.jsonName = hiddenInJSON ? nil : json ?? name
    self.omitEmpty = omitEmpty
    self.type = type
  }
}
