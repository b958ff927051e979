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
  /// The first form that the description names.
  var form: Form
  /// Further forms: a sound description has none, but Go looks for the one that a reader needs.
  var others: [Form] = []

  private var forms: [Form] { [form] + others }

  /// The fields of a struct type.
  var fields: [GobWireField]? {
    if case .structure(let fields) = form { return fields }
    for case .structure(let fields) in others { return fields }
    return nil
  }

  /// What a slice type holds.
  var sliceElement: Int32? {
    if case .slice(let element) = form { return element }
    for case .slice(let element) in others { return element }
    return nil
  }

  /// What an array type holds, and how many.
  var array: (element: Int32, count: Int)? {
    // Nothing comes before it.
    if case .array(let element, let count) = form { (element, count) } else { nil }
  }

  /// What a map type holds.
  var map: (key: Int32, value: Int32)? {
    if case .map(let key, let value) = form { return (key, value) }
    for case .map(let key, let value) in others { return (key, value) }
    return nil
  }

  /// The ways in which a type writes itself, none for most.
  var ownForms: [Form] {
    forms.filter { form in
      switch form {
      case .gobEncoder, .binaryMarshaler, .textMarshaler: true
      case .array, .slice, .map, .structure, .unknown: false
      }
    }
  }

  /// The form by which a value is passed over: Go looks for a map before it looks for a slice or a struct.
  var skippedForm: Form {
    guard array == nil, let map else { return form }
    return .map(key: map.key, value: map.value)
  }
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
