/// Writes one gob stream, value after value, byte for byte as Go does: each type is described before its first value.
///
/// A struct sends the fields that are not zero; a field absent from the value is zero. Map entries go in the order given.
public struct GobEncoder: Sendable {
  /// The ids of the program that writes; hand them on to its next stream.
  public private(set) var types: GobTypeTable
  private let names: GobNames
  private var sent: Set<GoType> = []
  /// The output, then the message being written, then one buffer for each interface value it is inside of.
  private var buffers: [[UInt8]] = []
  /// Where a finished message goes: the output, or the buffer around an interface value.
  private var writers: [Int] = []

  public init(types: GobTypeTable = GobTypeTable(), names: GobNames = .basic) {
    self.types = types
    self.names = names
  }

  /// The bytes that the next value adds to the stream: descriptions of types not sent before, and the value.
  ///
  /// After an error the stream is where it was.
  public mutating func encode(_ value: GoValue, as type: GoType) throws(GobError) -> [UInt8] {
    let before = (types, sent)
    do throws(GobError) {
      buffers = [[], []]
      writers = [0]
      let flat = type.flattened
      if type.isPointer, value == .null {
        throw GobError(.unencodable, "gob: cannot encode nil pointer of type \(type.goName)")
      }
      try sendDescription(of: type, in: 1)
      try appendTypeID(of: flat, to: 1)
      try encodeTop(value, flat, to: 1)
      writeMessage(1)
      return buffers[0]
    } catch {
      (types, sent) = before
      throw error
    }
  }

  /// Describes a type to nobody, so that it and the types inside it have their ids.
  fileprivate mutating func describe(_ type: GoType) throws(GobError) {
    buffers = [[]]
    writers = [0]
    try sendDescription(of: type, in: 0)
    buffers = []
  }

  // MARK: Messages and descriptions

  /// Moves a buffer's content, after its length, to where messages go at present.
  private mutating func writeMessage(_ buffer: Int) {
    let writer = writers[writers.count - 1]
    let message = buffers[buffer]
    buffers[buffer].removeAll(keepingCapacity: true)
    buffers[writer].appendGob(message)
  }

  /// Describes a type and the types inside it, each in a message that begins with whatever the buffer held (GOB-3).
  private mutating func sendDescription(of type: GoType, in buffer: Int) throws(GobError) {
    let flat = type.flattened
    guard !sent.contains(flat) else { return }
    let described = try types.describeForSending(type)
    guard let wire = described.wire else { return }
    buffers[buffer].appendGob(-Int64(described.id))
    wire.append(id: described.innerID, to: &buffers[buffer])
    writeMessage(buffer)
    sent.insert(flat)
    switch flat.base {
    case .structure(let structure):
      for field in structure.sentFields { try sendDescription(of: field.type, in: buffer) }
    case .array(_, let element), .slice(let element):
      try sendDescription(of: element, in: buffer)
    case .map(let key, let value):
      try sendDescription(of: key, in: buffer)
      try sendDescription(of: value, in: buffer)
    case .bool, .int, .uint, .float, .string, .bytes, .interface, .time, .opaque, .pointer, .named: break
    }
  }

  private mutating func appendTypeID(of type: GoType, to buffer: Int) throws(GobError) {
    buffers[buffer].appendGob(Int64(try types.describe(type).id))
  }

  // MARK: Values

  private mutating func encodeTop(_ value: GoValue, _ type: GoType, to buffer: Int) throws(GobError) {
    if case .structure(let structure) = type.base {
      try encode(structure, value, to: buffer)
    } else {
      buffers[buffer].append(0)
      try encodeItem(value, type, to: buffer)
    }
  }

  private mutating func encode(_ structure: GoStructure, _ value: GoValue, to buffer: Int) throws(GobError) {
    let given: [GoFieldValue]
    switch value {
    case .structure(let fields): given = fields
    case .null: given = []
    default: throw GobEncoder.misfit(value, .structure(structure))
    }
    if let stray = given.first(where: { field in !structure.fields.contains { $0.name == field.name } }) {
      throw GobError(.unencodable, "gob: \(structure.name) has no field \(stray.name)")
    }
    var last = -1
    for (number, field) in structure.sentFields.enumerated() {
      let value = given.last { $0.name == field.name }?.value ?? .null
      if GobEncoder.isLeftOut(value, field.type) { continue }
      buffers[buffer].appendGob(UInt64(number - last))
      last = number
      try encodeItem(value, field.type, to: buffer)
    }
    buffers[buffer].append(0)
  }

  /// Whether a struct leaves the field out: a nil, or a zero that is no struct, array or map.
  private static func isLeftOut(_ value: GoValue, _ type: GoType) -> Bool {
    if value == .null, type.isPointer { return true }
    if type.isPointer, type.isSelfWriting { return false }
    switch type.flattened.base {
    case .structure, .array: return false
    case .map, .interface: return value == .null
    case .bool, .int, .uint, .float, .string, .bytes, .slice, .time, .opaque, .pointer, .named: break
    }
    switch value {
    case .null, .bool(false), .int(0), .uint(0): return true
    case .float(let number): return number == 0
    case .string(let text): return text.isEmpty
    case .bytes(let bytes), .opaque(let bytes): return bytes.isEmpty
    case .list(let elements): return elements.isEmpty
    case .time(let time): return time == .zero
    case .bool, .int, .uint, .map, .structure, .interface: return false
    }
  }

  /// A value with nothing around it, zero or not.
  private mutating func encodeItem(_ value: GoValue, _ type: GoType, to buffer: Int) throws(GobError) {
    let base = type.flattened.base
    switch (base, value) {
    case (.bool, .bool(let flag)): buffers[buffer].append(flag ? 1 : 0)
    case (.bool, .null), (.int, .null), (.uint, .null), (.float, .null): buffers[buffer].append(0)
    case (.int(let bits), .int), (.int(let bits), .uint):
      guard let number = value.int, bits % 64 == 0 || number.fits(bits: bits) else {
        throw GobEncoder.misfit(value, type)
      }
      buffers[buffer].appendGob(number)
    case (.uint(let bits), .int), (.uint(let bits), .uint):
      guard let number = value.uint, bits % 64 == 0 || number >> UInt64(bits) == 0 else {
        throw GobEncoder.misfit(value, type)
      }
      buffers[buffer].appendGob(number)
    case (.float(let bits), .float(let number)):
      buffers[buffer].appendGob(bits == 32 ? Double(Float(number)) : number)
    case (.string, .string(let text)): buffers[buffer].appendGob(text.bytes)
    case (.bytes, .bytes(let bytes)), (.opaque, .opaque(let bytes)): buffers[buffer].appendGob(bytes)
    case (.string, .null), (.bytes, .null), (.slice, .null), (.map, .null), (.opaque, .null), (.interface, .null):
      buffers[buffer].append(0)
    case (.slice(let element), .bytes(let bytes)) where element.isByte: buffers[buffer].appendGob(bytes)
    case (.slice(let element), .list(let elements)) where !element.isByte:
      buffers[buffer].appendGob(UInt64(elements.count))
      try encodeElements(elements, element, to: buffer)
    case (.array(let count, let element), .list(let elements)):
      guard elements.count == count else { throw GobEncoder.misfit(value, type) }
      buffers[buffer].appendGob(UInt64(count))
      try encodeElements(elements, element, to: buffer)
    case (.array(let count, let element), .null):
      buffers[buffer].appendGob(UInt64(count))
      for _ in 0..<count { try encodeElements([.null], element, to: buffer) }
    case (.map(let key, let element), .map(let entries)):
      buffers[buffer].appendGob(UInt64(entries.count))
      for entry in entries {
        try encodeEntryPart(entry.key, key, to: buffer)
        try encodeEntryPart(entry.value, element, to: buffer)
      }
    case (.structure(let structure), _): try encode(structure, value, to: buffer)
    case (.interface, .interface(let name, let inner)): try encodeInterface(name, inner, to: buffer)
    case (.time, .time), (.time, .null):
      do throws(GoTimeError) {
        buffers[buffer].appendGob(try (value.time ?? .zero).binary())
      } catch {
        throw GobError(.unencodable, error.text)
      }
    default: throw GobEncoder.misfit(value, type)
    }
  }

  private mutating func encodeElements(_ elements: [GoValue], _ type: GoType, to buffer: Int) throws(GobError) {
    for element in elements {
      if element == .null, type.isPointer { throw GobError(.unencodable, "gob: encodeArray: nil element") }
      try encodeItem(element, type, to: buffer)
    }
  }

  private mutating func encodeEntryPart(_ value: GoValue, _ type: GoType, to buffer: Int) throws(GobError) {
    if value == .null, type.isPointer { throw GobError(.unencodable, "gob: encodeReflectValue: nil element") }
    try encodeItem(value, type, to: buffer)
  }

  /// The registered name, descriptions where they are new (which end the message begun), the type's id, and the value behind its
  /// length (GOB-3).
  private mutating func encodeInterface(_ name: GoString, _ value: GoValue, to buffer: Int) throws(GobError) {
    guard let type = names[name] else {
      throw GobError(.unencodable, "gob: type not registered for interface: \(name)")
    }
    buffers[buffer].appendGob(name.bytes)
    let flat = type.flattened
    try sendDescription(of: type, in: buffer)
    try appendTypeID(of: flat, to: buffer)
    writers.append(buffer)
    buffers.append([])
    try encodeTop(value, flat, to: buffers.count - 1)
    let message = buffers.removeLast()
    writers.removeLast()
    buffers[buffer].appendGob(message)
  }

  private static func misfit(_ value: GoValue, _ type: GoType) -> GobError {
    GobError(.unencodable, "gob: a value of another kind cannot be sent as \(type.goName)")
  }
}

extension GobTypeTable {
  /// Gives a type, and the types inside it, their ids now instead of when they are first sent.
  public mutating func meet(_ type: GoType) throws(GobError) {
    var encoder = GobEncoder(types: self)
    try encoder.describe(type)
    self = encoder.types
  }
}

extension GobWireType {
  /// Appends the description as Go's encoder writes its own `wireType` struct.
  fileprivate func append(id: Int32, to bytes: inout [UInt8]) {
    let field: UInt8 =
      switch form {
      case .array: 1
      case .slice: 2
      case .structure: 3
      case .map: 4
      case .gobEncoder: 5
      case .binaryMarshaler: 6
      case .textMarshaler: 7
      case .unknown: preconditionFailure("a type of ours has a form")
      }
    bytes.append(field)
    // The embedded CommonType.
    bytes.append(1)
    if !name.isEmpty {
      bytes.append(1)
      bytes.appendGob(name.bytes)
    }
    bytes.append(name.isEmpty ? 2 : 1)
    bytes.appendGob(Int64(id))
    bytes.append(0)
    switch form {
    case .array(let element, let count):
      bytes.append(1)
      bytes.appendGob(Int64(element))
      if count != 0 {
        bytes.append(1)
        bytes.appendGob(Int64(count))
      }
    case .slice(let element):
      bytes.append(1)
      bytes.appendGob(Int64(element))
    case .map(let key, let value):
      bytes.append(1)
      bytes.appendGob(Int64(key))
      bytes.append(1)
      bytes.appendGob(Int64(value))
    case .structure(let fields):
      if !fields.isEmpty {
        bytes.append(1)
        bytes.appendGob(UInt64(fields.count))
        for field in fields {
          bytes.append(1)
          bytes.appendGob(field.name.bytes)
          bytes.append(1)
          bytes.appendGob(Int64(field.type))
          bytes.append(0)
        }
      }
    case .gobEncoder, .binaryMarshaler, .textMarshaler, .unknown: break
    }
    bytes += [0, 0]
  }
}

extension GoValue {
  /// The integer, signed or not, when it is not negative.
  fileprivate var uint: UInt64? {
    switch self {
    case .int(let value): UInt64(exactly: value)
    case .uint(let value): value
    default: nil
    }
  }
}

extension Int64 {
  fileprivate func fits(bits: Int) -> Bool {
    let shift = Int64(64 - bits)
    return (self << shift) >> shift == self
  }
}
