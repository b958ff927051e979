extension GobDecoder {
  /// A value that stands by itself, read as a type of ours.
  mutating func readTop(_ id: Int32, as local: Int) throws(GobError) -> GoValue {
    let step = try plan.step(for: id, as: local, stream, sharesTypes: sharesTypes)
    if case .structure(let number) = plan.steps[step] {
      let structure = plan.structures[number]
      // Go asks only of types that the stream describes.
      if structure.matched == 0, !structure.fields.isEmpty, stream.types[id] != nil,
        case .structure(let ours) = plan.locals[local].kind, !ours.isEmpty
      {
        let name = plan.locals[local].type.base.bareName
        throw GobError(.mismatch, "gob: type mismatch: no fields matched compiling decoder for " + name)
      }
    } else {
      try stream.readSingletonMark()
    }
    return try read(step, name: plan.locals[local].type.goName)
  }

  /// A value by its step; `name` is what an error calls it when it is out of range.
  private mutating func read(_ step: Int, name: GoString) throws(GobError) -> GoValue {
    try stream.spend()
    switch plan.steps[step] {
    case .plain(let local): return try readPlain(local, name: name)
    case .slice(let element, let elements): return try readSlice(element, elements)
    case .array(let element, let count, let elements):
      guard try stream.readUint() == UInt64(count) else {
        throw GobError(.corrupt, "gob: length mismatch in decodeArray")
      }
      return .list(try readElements(count, element, elements))
    case .map(let key, let value, let name): return try readMap(key, value, name: name)
    case .structure(let number): return try readStructure(number)
    case .skip: preconditionFailure("only fields are skipped")
    }
  }

  private mutating func readPlain(_ local: Int, name: GoString) throws(GobError) -> GoValue {
    switch plan.locals[local].kind {
    case .bool: return .bool(try stream.readUint() != 0)
    case .int(let bits):
      let number = try stream.readInt()
      let bound = Int64(1) << Int64(bits - 1)
      guard bits == 64 || -bound..<bound ~= number else { throw GobDecoder.outOfRange(name) }
      return .int(number)
    case .uint(let bits):
      let number = try stream.readUint()
      guard bits == 64 || number >> UInt64(bits) == 0 else { throw GobDecoder.outOfRange(name) }
      return .uint(number)
    case .float(let bits):
      let number = try stream.readFloat()
      let bound = Double(Float.greatestFiniteMagnitude)
      guard bits == 64 || !(number.isFinite && number.magnitude > bound) else { throw GobDecoder.outOfRange(name) }
      return .float(bits == 64 ? number : Double(Float(number)))
    case .string: return .string(GoString(try readText(local)))
    case .bytes: return .bytes(try readText(local))
    case .interface: return try readInterface()
    case .time:
      let bytes = try stream.readOwnBytes()
      do throws(GoTimeError) {
        return .time(try GoTime(binary: bytes))
      } catch {
        throw GobError(.corrupt, error.text)
      }
    case .opaque: return .opaque(try stream.readOwnBytes())
    case .slice, .array, .map, .structure: preconditionFailure("types with parts have steps of their own")
    }
  }

  private mutating func readText(_ local: Int) throws(GobError) -> [UInt8] {
    guard let bytes = try stream.readBytes() else {
      throw GobError(.corrupt, "gob: bad " + plan.locals[local].type.flattened.goName + " slice length: 0")
    }
    return bytes
  }

  private static func outOfRange(_ name: GoString) -> GobError {
    GobError(.mismatch, "value for \"" + name + "\" out of range")
  }

  // MARK: Lists and maps

  private mutating func readSlice(_ element: Int, _ elements: GobPlan.Elements) throws(GobError) -> GoValue {
    let count = try stream.readUint()
    let size = plan.locals[elements.type].size
    let (bytes, overflows) = count.multipliedReportingOverflow(by: size)
    guard count <= UInt64(Int.max), !overflows, bytes <= GobStream.tooBig else {
      let type = plan.locals[elements.type].type.goName
      throw GobError(.corrupt, "gob: \(type) slice too big: \(count) elements of \(size) bytes")
    }
    return .list(try readElements(Int(count), element, elements))
  }

  private mutating func readElements(
    _ count: Int, _ element: Int, _ elements: GobPlan.Elements
  ) throws(GobError) -> [GoValue] {
    try stream.enter()
    defer { stream.leave() }
    var values: [GoValue] = []
    values.reserveCapacity(min(count, GobStream.reserved))
    for _ in 0..<count {
      guard stream.remaining > 0 else {
        let kind = elements.kind.map { $0 + " " } ?? ""
        throw GobError(
          .corrupt, "gob: decoding \(kind)array or slice: length exceeds input size (\(count) elements)")
      }
      values.append(
        elements.kind == "string" ? try readListedString() : try read(element, name: elements.name))
    }
    return values
  }

  /// A string among others, for which Go has words of its own.
  private mutating func readListedString() throws(GobError) -> GoValue {
    try stream.spend()
    let length = try stream.readUint()
    guard length <= UInt64(stream.remaining) else {
      throw GobError(.corrupt, "gob: length of string exceeds input size (\(length) bytes)")
    }
    return .string(GoString(stream.take(Int(length))))
  }

  private mutating func readMap(_ key: Int, _ value: Int, name: GoString) throws(GobError) -> GoValue {
    try stream.enter()
    defer { stream.leave() }
    let count = Int(truncatingIfNeeded: try stream.readUint())
    var entries: [GoMapEntry] = []
    entries.reserveCapacity(min(max(count, 0), GobStream.reserved))
    var index = 0
    while index < count {
      guard stream.remaining > 0 else { throw .endInsideMessage }
      entries.append(GoMapEntry(try read(key, name: name), try read(value, name: name)))
      index += 1
    }
    return .map(entries)
  }

  // MARK: Structs and interface values

  private mutating func readStructure(_ structure: Int) throws(GobError) -> GoValue {
    try stream.enter()
    defer { stream.leave() }
    let count = plan.structures[structure].fields.count
    var values: [GoFieldValue] = []
    var number = -1
    while stream.remaining > 0 {
      let delta = try stream.readUint()
      if delta == 0 { break }
      number = try GobStream.advance(number, by: delta, count: count)
      let field = plan.structures[structure].fields[number]
      if case .skip(let id) = plan.steps[field.step] {
        try stream.skipValue(id)
      } else {
        values.append(GoFieldValue(field.name, try read(field.step, name: field.name)))
      }
    }
    return .structure(values)
  }

  private mutating func readInterface() throws(GobError) -> GoValue {
    guard let name = try stream.readInterfaceName() else { return .null }
    guard let type = names[name] else {
      throw GobError(.mismatch, "gob: name not registered for interface: " + name.quoted)
    }
    try stream.enter()
    defer { stream.leave() }
    let id = try stream.readTypeSequence(isInterface: true)
    _ = try stream.readUint()
    return .interface(name: name, try readTop(id, as: plan.locals.intern(type)))
  }
}

extension GobStream {
  /// Passes over a value of a type, whose make the plan has checked.
  fileprivate mutating func skipValue(_ id: Int32) throws(GobError) {
    try spend()
    switch id {
    case GobBuiltin.bool, GobBuiltin.int, GobBuiltin.uint, GobBuiltin.float: _ = try readUint()
    case GobBuiltin.complex: _ = (try readUint(), try readUint())
    case GobBuiltin.bytes, GobBuiltin.string: try skipBytes("gob: slice length too large")
    case GobBuiltin.interface: try skipInterface()
    default: try skipComposite(id)
    }
  }

  private mutating func skipBytes(_ text: GoString) throws(GobError) {
    let length = try readUint()
    guard length <= UInt64(remaining) else { throw GobError(.corrupt, text) }
    skip(Int(length))
  }

  private mutating func skipComposite(_ id: Int32) throws(GobError) {
    try enter()
    defer { leave() }
    switch types[id]?.skippedForm {
    case .structure(let fields): try skipStructure(fields)
    case .slice(let element): try skipElements(Int(truncatingIfNeeded: try readUint()), element)
    case .array(let element, let count):
      guard try readUint() == UInt64(truncatingIfNeeded: count) else {
        throw GobError(.corrupt, "gob: length mismatch in ignoreArray")
      }
      try skipElements(count, element)
    case .map(let key, let value):
      let count = Int(truncatingIfNeeded: try readUint())
      var index = 0
      while index < count {
        guard remaining > 0 else { throw .endInsideMessage }
        try skipValue(key)
        try skipValue(value)
        index += 1
      }
    case .gobEncoder, .binaryMarshaler, .textMarshaler: try skipBytes("gob: GobDecoder: length too large for buffer")
    case .unknown, nil: throw GobError(.corrupt, "gob: unknown type id or corrupted data")
    }
  }

  private mutating func skipStructure(_ fields: [GobWireField]) throws(GobError) {
    var number = -1
    while remaining > 0 {
      let delta = try readUint()
      if delta == 0 { return }
      guard delta <= UInt64(Int.max) else {
        throw GobError(.corrupt, "gob: ignore decode: corrupted data: negative delta")
      }
      number = try GobStream.advance(number, by: delta, count: fields.count)
      try skipValue(fields[number].type)
    }
  }

  private mutating func skipElements(_ count: Int, _ element: Int32) throws(GobError) {
    var index = 0
    while index < count {
      guard remaining > 0 else {
        throw GobError(
          .corrupt, "gob: decoding array or slice: length exceeds input size (\(count) elements)")
      }
      try skipValue(element)
      index += 1
    }
  }

  /// Go takes a nil interface value for one with an empty name and reads on in the wrong place; here it is nil.
  private mutating func skipInterface() throws(GobError) {
    let length = try readUint()
    guard length <= UInt64(remaining) else {
      throw GobError(.corrupt, "gob: bad interface encoding: name too large for buffer")
    }
    skip(Int(length))
    if length == 0 { return }
    _ = try readTypeSequence(isInterface: true)
    try skipBytes("gob: bad interface encoding: data length too large for buffer")
  }
}
