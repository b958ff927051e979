/// A type as a gob stream describes it (GOB-1).
struct GobWireType: Hashable {
  /// What the description says about the type's make.
  enum Form: Hashable {
    case array(element: Int32, count: Int)
    case slice(element: Int32)
    case map(key: Int32, value: Int32)
    case structure([GobWireField])
    /// Writes itself as bytes: `GobEncoder`, `encoding.BinaryMarshaler`, `encoding.TextMarshaler`.
    case gobEncoder
    case binaryMarshaler
    case textMarshaler
    /// A description that says nothing.
    case unknown
  }

  /// The type's name as its program had it; often empty.
  var name: GoString
  var form: Form

  /// The fields of a struct type.
  var fields: [GobWireField]? { if case .structure(let fields) = form { fields } else { nil } }
}

/// A field of a described struct type.
struct GobWireField: Hashable {
  var name: GoString
  var type: Int32
}

/// The type ids that need no description.
enum GobBuiltin {
  static let bool: Int32 = 1
  static let int: Int32 = 2
  static let uint: Int32 = 3
  static let float: Int32 = 4
  static let bytes: Int32 = 5
  static let string: Int32 = 6
  static let complex: Int32 = 7
  static let interface: Int32 = 8
  /// The type of descriptions themselves.
  static let wireType: Int32 = 16
  /// The lowest id that a stream may describe.
  static let firstUserID: Int32 = 64
}

extension [UInt8] {
  /// Appends an unsigned number: one byte below 128, else a negated count of bytes and the bytes, highest first (GOB-4).
  mutating func appendGob(_ number: UInt64) {
    if number <= 0x7F {
      append(UInt8(number))
      return
    }
    let count = 8 - number.leadingZeroBitCount / 8
    append(UInt8(truncatingIfNeeded: -count))
    for index in (0..<count).reversed() { append(UInt8(truncatingIfNeeded: number >> UInt64(8 * index))) }
  }

  /// Appends a signed number: shifted left by one, complemented with bit 0 set when negative (GOB-4).
  mutating func appendGob(_ number: Int64) {
    appendGob(number < 0 ? UInt64(bitPattern: ~number) << 1 | 1 : UInt64(number) << 1)
  }

  /// Appends a number of 64 bits with its bytes reversed, so that short fractions take few bytes (GOB-4).
  mutating func appendGob(_ number: Double) {
    appendGob(number.bitPattern.byteSwapped)
  }

  /// Appends bytes after their count.
  mutating func appendGob(_ bytes: [UInt8]) {
    appendGob(UInt64(bytes.count))
    append(contentsOf: bytes)
  }
}
