/// Reads one gob stream, value after value, of any types, described by the stream itself (GOB-1).
///
/// What a stream costs follows its real bytes: no declared count, length or type makes it cost more. After an error that is not the
/// end of the input, the next value can still be asked for.
public struct GobDecoder: Sendable {
  var stream: GobStream
  let names: GobNames
  let sharesTypes: Bool
  var plan = GobPlan()

  /// - Parameters:
  ///   - names: the concrete types that interface values may hold when they are read as a type; reading any value needs none.
  ///   - sharesTypes: whether error texts describe the stream's types in full, as those of a program do that sends the same types
  ///     itself, and not by their bare names.
  public init(
    _ bytes: [UInt8], names: GobNames = .basic, limits: GobLimits = .standard, sharesTypes: Bool = true
  ) {
    stream = GobStream(bytes, limits: limits)
    self.names = names
    self.sharesTypes = sharesTypes
  }

  /// The next value of the stream as it describes itself; nil at the end of the input.
  public mutating func next() throws(GobError) -> GobMessage? {
    let id: Int32
    do throws(GobError) {
      id = try stream.beginValue()
    } catch {
      if error.kind == .endOfInput { return nil }
      throw error
    }
    let value = try stream.readTop(id)
    return GobMessage(value: value, typeName: stream.typeName(of: id))
  }

  /// The next value of the stream, read as a type of ours: fields are matched by name, unknown ones skipped, kinds and ranges
  /// checked, with Go's error texts. At the end of the input the error's kind is `endOfInput`.
  ///
  /// A struct value holds the fields that came, in the order of the stream; the others are zero.
  public mutating func next(as type: GoType) throws(GobError) -> GoValue {
    let id = try stream.beginValue()
    return try readTop(id, as: plan.locals.intern(.pointer(type)))
  }
}

/// A value that a gob stream carried, with its own type's name.
public struct GobMessage: Hashable, Sendable {
  /// Interface values carry their registered names, `time.Time` is a time, other types that write themselves are opaque bytes.
  public var value: GoValue
  /// `int`, `[]PhysicalObject`, `SlaveTaskSummary`, `map[string]int`: structs by their bare names.
  public var typeName: GoString

  public init(value: GoValue, typeName: GoString) {
    self.value = value
    self.typeName = typeName
  }
}

extension GobStream {
  /// A value that stands by itself: one that is no struct has a zero before it (GOB-2).
  fileprivate mutating func readTop(_ id: Int32) throws(GobError) -> GoValue {
    if described(id)?.fields == nil { try readSingletonMark() }
    return try readAny(id)
  }

  mutating func readSingletonMark() throws(GobError) {
    guard try readUint() == 0 else {
      throw GobError(.corrupt, "gob: decode: corrupted data: non-zero delta for singleton")
    }
  }

  /// A value of a type as the stream describes it.
  private mutating func readAny(_ id: Int32) throws(GobError) -> GoValue {
    try spend()
    switch id {
    case GobBuiltin.bool: return .bool(try readUint() != 0)
    case GobBuiltin.int: return .int(try readInt())
    case GobBuiltin.uint: return .uint(try readUint())
    case GobBuiltin.float: return .float(try readFloat())
    case GobBuiltin.bytes: return .bytes(try readPlainBytes())
    case GobBuiltin.string: return .string(GoString(try readPlainBytes()))
    case GobBuiltin.complex: return .list([.float(try readFloat()), .float(try readFloat())])
    default: break
    }
    try enter()
    defer { leave() }
    if id == GobBuiltin.interface { return try readAnyInterface() }
    guard let type = described(id) else { throw GobError(.corrupt, "gob: unknown type id or corrupted data") }
    switch type.form {
    case .structure(let fields): return try readAnyStructure(fields)
    case .slice(let element):
      return .list(try readAnyElements(Int(truncatingIfNeeded: try readUint()), of: element))
    case .array(let element, let count):
      guard try readUint() == UInt64(truncatingIfNeeded: count) else {
        throw GobError(.corrupt, "gob: length mismatch in decodeArray")
      }
      return .list(try readAnyElements(count, of: element))
    case .map(let key, let value): return try readAnyMap(key, value)
    case .gobEncoder:
      let bytes = try readOwnBytes()
      guard type.name.isEmpty || type.name == "Time", let time = try? GoTime(binary: bytes) else {
        return .opaque(bytes)
      }
      return .time(time)
    case .binaryMarshaler, .textMarshaler: return .opaque(try readOwnBytes())
    case .unknown: throw GobError(.corrupt, "gob: unknown type id or corrupted data")
    }
  }

  private mutating func readPlainBytes() throws(GobError) -> [UInt8] {
    guard let bytes = try readBytes() else { throw GobError(.corrupt, "gob: slice length too large") }
    return bytes
  }

  /// What a type that writes itself wrote.
  mutating func readOwnBytes() throws(GobError) -> [UInt8] {
    guard let bytes = try readBytes() else {
      throw GobError(.corrupt, "gob: GobDecoder: length too large for buffer")
    }
    return bytes
  }

  private mutating func readAnyStructure(_ fields: [GobWireField]) throws(GobError) -> GoValue {
    var values: [GoFieldValue] = []
    try readFields(count: fields.count) { (stream, number) throws(GobError) in
      values.append(GoFieldValue(fields[number].name, try stream.readAny(fields[number].type)))
    }
    return .structure(values)
  }

  private mutating func readAnyElements(_ count: Int, of element: Int32) throws(GobError) -> [GoValue] {
    var elements: [GoValue] = []
    elements.reserveCapacity(min(max(count, 0), GobStream.reserved))
    var index = 0
    while index < count {
      guard remaining > 0 else {
        throw GobError(
          .corrupt, "gob: decoding array or slice: length exceeds input size (\(count) elements)")
      }
      elements.append(try readAny(element))
      index += 1
    }
    return elements
  }

  private mutating func readAnyMap(_ key: Int32, _ value: Int32) throws(GobError) -> GoValue {
    let count = Int(truncatingIfNeeded: try readUint())
    var entries: [GoMapEntry] = []
    entries.reserveCapacity(min(max(count, 0), GobStream.reserved))
    var index = 0
    while index < count {
      guard remaining > 0 else { throw .endInsideMessage }
      entries.append(GoMapEntry(try readAny(key), try readAny(value)))
      index += 1
    }
    return .map(entries)
  }

  private mutating func readAnyInterface() throws(GobError) -> GoValue {
    guard let name = try readInterfaceName() else { return .null }
    let id = try readTypeSequence(isInterface: true)
    _ = try readUint()
    return .interface(name: name, try readTop(id))
  }

  /// The registered name before an interface value; nil for a nil one.
  mutating func readInterfaceName() throws(GobError) -> GoString? {
    let length = try readUint()
    guard length <= 1 << 31 else { throw GobError(.corrupt, "gob: invalid type name length \(length)") }
    guard length <= UInt64(remaining) else {
      throw GobError(.corrupt, "gob: invalid type name length \(length): exceeds input size")
    }
    let name = GoString(take(Int(length)))
    if name.count > 1024 {
      let start = GoString(name.bytes.prefix(20)).quoted
      throw GobError(.corrupt, "gob: name too long (\(name.count) bytes): \(start)...")
    }
    return name.isEmpty ? nil : name
  }

  /// Room made beforehand for elements that a count only promises.
  static let reserved = 32
}
