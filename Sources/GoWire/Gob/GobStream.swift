/// The bytes of a gob stream, read message by message, and the types described so far.
struct GobStream {
  /// A message of this many bytes or more is refused unread, as Go does.
  static let tooBig: UInt64 = 1 << 33

  let bytes: [UInt8]
  let limits: GobLimits
  /// The next byte of the message being read.
  private(set) var position = 0
  /// Where the message being read ends and the next begins.
  private(set) var end = 0
  private(set) var types: [Int32: GobWireType] = [:]
  /// How many values were read or skipped so far.
  private(set) var spent = 0
  private var depth = 0

  init(_ bytes: [UInt8], limits: GobLimits) {
    self.bytes = bytes
    self.limits = limits
  }

  /// Bytes left in the message.
  var remaining: Int { end - position }

  /// The description of a type that has one, from the stream or Go's own.
  func described(_ id: Int32) -> GobWireType? { types[id] ?? GobBuiltin.types[id] }

  // MARK: Messages

  /// Leaves the rest of the message and reads up to the id of the next value, taking in the types described on the way.
  mutating func beginValue() throws(GobError) -> Int32 {
    guard bytes.count <= limits.length else { throw GobError(.limit, "gob: stream longer than \(limits.length) bytes") }
    position = end
    depth = 0
    return try readTypeSequence(isInterface: false)
  }

  /// Descriptions, each the rest of a message, and then the id of a value.
  ///
  /// Inside an interface value, a description that does not end its message is followed by the length of what comes next.
  mutating func readTypeSequence(isInterface: Bool) throws(GobError) -> Int32 {
    var isFirst = true
    while true {
      if remaining == 0 { try readMessageLength(isFirst: isFirst) }
      let id = Int32(truncatingIfNeeded: try readHeadInt())
      if id >= 0 { return id }
      try readDescription(of: 0 &- id)
      if remaining > 0 {
        guard isInterface else { throw GobError(.corrupt, "extra data in buffer") }
        _ = try readHeadUint()
      }
      isFirst = false
    }
  }

  private mutating func readMessageLength(isFirst: Bool) throws(GobError) {
    position = end
    guard position < bytes.count else { throw isFirst ? .endOfInput : .unexpectedEnd }
    end = bytes.count
    let length = try readHeadUint()
    guard length < GobStream.tooBig else { throw GobError(.corrupt, "invalid message length") }
    guard length <= UInt64(bytes.count - position) else {
      position = bytes.count
      throw .unexpectedEnd
    }
    end = position + Int(length)
  }

  /// A number before a value begins, where Go words its errors differently.
  private mutating func readHeadUint() throws(GobError) -> UInt64 {
    guard position < end else { throw .endInsideMessage }
    let first = bytes[position]
    position += 1
    guard first > 0x7F else { return UInt64(first) }
    let count = 256 - Int(first)
    guard count <= 8 else { throw GobError(.corrupt, "gob: encoded unsigned integer out of range") }
    guard count <= remaining else {
      position = end
      throw .unexpectedEnd
    }
    return bigEndian(count)
  }

  private mutating func readHeadInt() throws(GobError) -> Int64 { GobStream.signed(try readHeadUint()) }

  // MARK: Parts of values

  mutating func readUint() throws(GobError) -> UInt64 {
    guard position < end else { throw .endInsideMessage }
    let first = bytes[position]
    position += 1
    guard first > 0x7F else { return UInt64(first) }
    let count = 256 - Int(first)
    guard count <= 8 else { throw GobError(.corrupt, "gob: encoded unsigned integer out of range") }
    guard count <= remaining else {
      throw GobError(.corrupt, "gob: invalid uint data length \(count): exceeds input size \(remaining)")
    }
    return bigEndian(count)
  }

  mutating func readInt() throws(GobError) -> Int64 { GobStream.signed(try readUint()) }

  mutating func readFloat() throws(GobError) -> Double { Double(bitPattern: try readUint().byteSwapped) }

  /// Bytes after their count; nil when there are fewer than it says.
  mutating func readBytes() throws(GobError) -> [UInt8]? {
    let length = try readUint()
    guard length <= UInt64(remaining), length < GobStream.tooBig else { return nil }
    return take(Int(length))
  }

  /// So many of the bytes that remain.
  mutating func take(_ count: Int) -> [UInt8] {
    defer { position += count }
    return Array(bytes[position..<(position + count)])
  }

  mutating func skip(_ count: Int) { position += count }

  private mutating func bigEndian(_ count: Int) -> UInt64 {
    var value: UInt64 = 0
    for byte in bytes[position..<(position + count)] { value = value << 8 | UInt64(byte) }
    position += count
    return value
  }

  private static func signed(_ number: UInt64) -> Int64 {
    let shifted = Int64(bitPattern: number >> 1)
    return number & 1 == 0 ? shifted : ~shifted
  }

  // MARK: Limits

  /// Counts a value that is about to be read.
  mutating func spend() throws(GobError) {
    guard spent < limits.count else { throw GobError(.limit, "gob: more than \(limits.count) values") }
    spent += 1
  }

  mutating func enter() throws(GobError) {
    depth += 1
    guard depth <= limits.depth else { throw GobError(.limit, "gob: values nested deeper than \(limits.depth)") }
  }

  mutating func leave() { depth -= 1 }

  // MARK: Descriptions

  private mutating func readDescription(of id: Int32) throws(GobError) {
    guard id >= GobBuiltin.firstUserID, types[id] == nil else {
      throw GobError(.corrupt, "gob: duplicate type received")
    }
    types[id] = try GobWireType(from: &self)
  }

  /// The fields of a struct, by the numbers that come; `read` takes the content of one. A message's end ends a struct too.
  mutating func readFields(
    count: Int, _ read: (inout GobStream, Int) throws(GobError) -> Void
  ) throws(GobError) {
    var number = -1
    while remaining > 0 {
      let delta = try readUint()
      if delta == 0 { return }
      number = try GobStream.advance(number, by: delta, count: count)
      try read(&self, number)
    }
  }

  /// The number of the field that comes `delta` after another.
  static func advance(_ number: Int, by delta: UInt64, count: Int) throws(GobError) -> Int {
    guard delta <= UInt64(Int.max) else { throw GobError(.corrupt, "gob: decode: corrupted data: negative delta") }
    guard number < count - Int(delta) else { throw GobError(.corrupt, "gob: bad data: field numbers out of bounds") }
    return number + Int(delta)
  }
}

extension GobWireType {
  /// Reads a description, itself a struct that gob knows beforehand.
  fileprivate init(from stream: inout GobStream) throws(GobError) {
    var result = GobWireType(name: GoString(), form: .unknown)
    try stream.readFields(count: 7) { (stream, number) throws(GobError) in
      let part = try GobWireType(form: number, from: &stream)
      if result.form == .unknown { result = part } else { result.others.append(part.form) }
    }
    self = result
  }

  /// The part of a description for one form; each begins with the name and the id.
  private init(form number: Int, from stream: inout GobStream) throws(GobError) {
    var name = GoString()
    var first: Int32 = 0
    var second: Int32 = 0
    var count: Int64 = 0
    var fields: [GobWireField] = []
    // An array, a slice, a struct, a map, and three kinds that write themselves.
    let counts = [3, 2, 2, 3, 1, 1, 1]
    try stream.readFields(count: counts[number]) { (stream, part) throws(GobError) in
      switch (number, part) {
      case (_, 0): name = try GobWireType.readCommon(&stream)
      case (0, 2): count = try stream.readInt()
      case (2, 1): fields = try GobWireType.readFields(&stream)
      case (3, 1): first = try GobWireType.readID(&stream, "Key")
      case (3, 2): second = try GobWireType.readID(&stream, "Elem")
      default: first = try GobWireType.readID(&stream, "Elem")
      }
    }
    let form: Form =
      switch number {
      case 0: .array(element: first, count: Int(count))
      case 1: .slice(element: first)
      case 2: .structure(fields)
      case 3: .map(key: first, value: second)
      case 4: .gobEncoder
      case 5: .binaryMarshaler
      default: .textMarshaler
      }
    self.init(name: name, form: form)
  }

  private static func readCommon(_ stream: inout GobStream) throws(GobError) -> GoString {
    var name = GoString()
    try stream.readFields(count: 2) { (stream, part) throws(GobError) in
      if part == 0 { name = try readName(&stream) } else { _ = try readID(&stream, "Id") }
    }
    return name
  }

  private static func readFields(_ stream: inout GobStream) throws(GobError) -> [GobWireField] {
    let count = try stream.readUint()
    // Go multiplies by the size of an element in memory.
    guard count <= GobStream.tooBig / 24 else {
      throw GobError(.corrupt, "gob: gob.fieldType slice too big: \(count) elements of 24 bytes")
    }
    var fields: [GobWireField] = []
    for _ in 0..<count {
      guard stream.remaining > 0 else {
        throw GobError(
          .corrupt, "gob: decoding array or slice: length exceeds input size (\(count) elements)")
      }
      var field = GobWireField(name: GoString(), type: 0)
      try stream.readFields(count: 2) { (stream, part) throws(GobError) in
        if part == 0 { field.name = try readName(&stream) } else { field.type = try readID(&stream, "Id") }
      }
      fields.append(field)
    }
    return fields
  }

  private static func readName(_ stream: inout GobStream) throws(GobError) -> GoString {
    guard let bytes = try stream.readBytes() else { throw GobError(.corrupt, "gob: bad string slice length: 0") }
    return GoString(bytes)
  }

  private static func readID(_ stream: inout GobStream, _ field: GoString) throws(GobError) -> Int32 {
    guard let id = Int32(exactly: try stream.readInt()) else {
      throw GobError(.corrupt, "value for \"\(field)\" out of range")
    }
    return id
  }
}

extension GobBuiltin {
  /// The structs that descriptions are made of. No program of ours sends a value of them, but their ids are known to all.
  static let types: [Int32: GobWireType] = [
    16: structure(
      "wireType",
      [
        ("ArrayT", 17), ("SliceT", 19), ("StructT", 20), ("MapT", 23), ("GobEncoderT", 24), ("BinaryMarshalerT", 24),
        ("TextMarshalerT", 24),
      ]),
    17: structure("arrayType", [("CommonType", 18), ("Elem", int), ("Len", int)]),
    18: structure("CommonType", [("Name", string), ("Id", int)]),
    19: structure("sliceType", [("CommonType", 18), ("Elem", int)]),
    20: structure("structType", [("CommonType", 18), ("Field", 22)]),
    21: structure("fieldType", [("Name", string), ("Id", int)]),
    22: GobWireType(name: "[]gob.fieldType", form: .slice(element: 21)),
    23: structure("mapType", [("CommonType", 18), ("Key", int), ("Elem", int)]),
    24: structure("gobEncoderType", [("CommonType", 18)]),
  ]

  private static func structure(_ name: GoString, _ fields: [(GoString, Int32)]) -> GobWireType {
    GobWireType(name: name, form: .structure(fields.map { GobWireField(name: $0.0, type: $0.1) }))
  }

  /// The names of the types without a description.
  static let plainNames: [Int32: GoString] = [
    bool: "bool", int: "int", uint: "uint", float: "float", bytes: "bytes", string: "string", complex: "complex",
    interface: "interface",
  ]
}
