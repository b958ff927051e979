/// What decoding gave: as much of the value as Go would have filled in, and the error, if any.
public struct GoJSONOutcome: Sendable {
  /// What was read. Struct fields that did not occur, or could not be stored, are absent.
  public var value: GoValue
  public var error: GoJSONError?

  public init(value: GoValue, error: GoJSONError?) {
    self.value = value
    self.error = error
  }
}

extension GoJSON {
  /// Decodes into a zero value of `type` with Go's rules (ENV-5).
  ///
  /// A text with a syntax error gives the zero value. A value of the wrong type is left out, the rest is read, and the first
  /// such error is reported; an error of a type that reads itself (a time, a UUID) ends the decoding.
  public static func decode(_ bytes: [UInt8], as type: GoType, mode: Mode = .decoder) -> GoJSONOutcome {
    let extent: JSONScanner.Extent
    do {
      extent = try JSONScanner.scan(bytes, mode: mode)
    } catch {
      return GoJSONOutcome(value: .zero(of: type), error: error)
    }
    var decoder = GoJSONDecoder(JSONReader(bytes, extent))
    var value: GoValue? = .zero(of: type)
    let failure = decoder.decodeAll(type, into: &value)
    return GoJSONOutcome(value: value ?? .zero(of: type), error: failure?.report)
  }
}

/// Why a value could not be stored.
enum GoJSONFailure: Error {
  /// A value of the wrong JSON type; `structure` and `path` name the innermost struct and the fields down to the value.
  case type(value: GoString, type: GoString, structure: GoString? = nil, path: [GoString] = [])
  case other(GoString)

  var report: GoJSONError {
    switch self {
    case .type(let value, let type, let structure, let path):
      let place: GoString
      if (structure ?? "").isEmpty && path.isEmpty {
        place = "Go value"
      } else {
        place =
          "Go struct field " + (structure ?? "") + "." + GoString(Array(path.map(\.bytes).joined(separator: ".".utf8)))
      }
      return GoJSONError(.type, "json: cannot unmarshal " + value + " into " + place + " of type " + type)
    case .other(let text):
      return GoJSONError(.other, text)
    }
  }
}

/// Stores a text whose syntax has been checked into a value of a known type.
struct GoJSONDecoder {
  var reader: JSONReader
  /// The first error that did not end the decoding.
  private var saved: GoJSONFailure?
  /// The innermost struct being read and the fields that lead to the value being read, for error texts.
  private var structure: GoString?
  private var path: [GoString] = []
  /// Whether a slice became shorter than it had been.
  private var hasLeftovers = false

  init(_ reader: JSONReader) {
    self.reader = reader
  }

  /// Reads one value; gives the error Go would return.
  mutating func decodeAll(_ type: GoType, into slot: inout GoValue?) -> GoJSONFailure? {
    let failure: GoJSONFailure?
    do throws(GoJSONFailure) {
      try value(type, into: &slot)
      failure = saved
    } catch {
      failure = inContext(error)
    }
    if hasLeftovers { slot = slot.map(GoJSONLeftovers.removed) }
    return failure
  }

  private func inContext(_ failure: GoJSONFailure) -> GoJSONFailure {
    guard case .type(let value, let type, _, let inner) = failure, structure != nil || !path.isEmpty else {
      return failure
    }
    return .type(value: value, type: type, structure: structure, path: path + inner)
  }

  private mutating func save(_ failure: GoJSONFailure) {
    if saved == nil { saved = inContext(failure) }
  }

  private mutating func saveMismatch(_ value: GoString, _ type: GoType) {
    save(.type(value: value, type: type.goName))
  }

  // MARK: - Values

  /// Reads a value into a slot. Nil stands for a zero value that nothing was stored in.
  /// - Parameter declared: the type as declared, when pointers to `type` have been followed.
  private mutating func value(
    _ type: GoType, declared: GoType? = nil, into slot: inout GoValue?
  ) throws(GoJSONFailure) {
    if case .pointer(let target) = type.unnamed {
      if reader.isNull {
        reader.skipValue()
        slot = .null
        return
      }
      if slot == nil || slot == .null { slot = .zero(of: target) }
      return try value(target, declared: declared ?? type, into: &slot)
    }
    switch type.unnamed {
    case .time: return try time(into: &slot)
    case .opaque(let name): return try opaque(name, declared ?? type, into: &slot)
    case .interface:
      return interface(into: &slot)
    case .bool, .int, .uint, .float, .string, .bytes, .slice, .array, .map, .structure, .pointer, .named: break
    }
    switch reader.next() {
    case .beginArray: try array(type, into: &slot)
    case .beginObject: try object(type, into: &slot)
    case .string(let start, let end): storeString(type, start, end, into: &slot)
    case .number(let start, let end): storeNumber(type, GoString(reader.bytes[start..<end]), into: &slot)
    case .bool(let value): storeBool(type, value, into: &slot)
    case .null: storeNull(type, into: &slot)
    }
  }

  private func storeNull(_ type: GoType, into slot: inout GoValue?) {
    switch type.unnamed {
    case .bytes, .slice, .map, .interface, .pointer: slot = .null
    case .bool, .int, .uint, .float, .string, .array, .structure, .time, .opaque, .named: break
    }
  }

  private mutating func storeBool(_ type: GoType, _ value: Bool, into slot: inout GoValue?) {
    guard type.unnamed == .bool else { return saveMismatch("bool", type) }
    slot = .bool(value)
  }

  private mutating func storeString(_ type: GoType, _ start: Int, _ end: Int, into slot: inout GoValue?) {
    switch type.unnamed {
    case .string:
      slot = .string(GoJSON.unquote(reader.bytes, start, end))
    case .bytes:
      storeBase64(start, end, into: &slot)
    case .slice(let element) where element.isByte:
      storeBase64(start, end, into: &slot)
    case .bool, .int, .uint, .float, .slice, .array, .map, .structure, .pointer, .interface, .time, .opaque, .named:
      saveMismatch("string", type)
    }
  }

  private mutating func storeBase64(_ start: Int, _ end: Int, into slot: inout GoValue?) {
    do throws(Base64Error) {
      slot = .bytes(try Base64.standard.decode(GoJSON.unquote(reader.bytes, start, end)))
    } catch {
      save(.other(error.text))
    }
  }

  private mutating func storeNumber(_ type: GoType, _ literal: GoString, into slot: inout GoValue?) {
    switch type.unnamed {
    case .int(let bits):
      guard let value = GoNumber.integer(literal, bits: bits) else { return saveMismatch("number " + literal, type) }
      slot = .int(value)
    case .uint(let bits):
      guard let value = GoNumber.unsigned(literal, bits: bits) else { return saveMismatch("number " + literal, type) }
      slot = .uint(value)
    case .float(let bits):
      guard let value = GoNumber.float(literal, bits: bits) else { return saveMismatch("number " + literal, type) }
      slot = .float(value)
    case .bool, .string, .bytes, .slice, .array, .map, .structure, .pointer, .interface, .time, .opaque, .named:
      saveMismatch("number", type)
    }
  }

  /// Reads any value into an empty interface. One number that is too great changes nothing; inside a container it becomes nil.
  private mutating func interface(into slot: inout GoValue?) {
    let isContainer =
      reader.bytes[reader.valueStart] == UInt8(ascii: "{") || reader.bytes[reader.valueStart] == UInt8(ascii: "[")
    var builder = InterfaceBuilder()
    let value = JSONParser.parse(&reader, &builder)
    if let literal = builder.outOfRange { save(.type(value: "number " + literal, type: "float64")) }
    if isContainer || builder.outOfRange == nil { slot = value }
  }

  // MARK: - Types that read themselves

  private mutating func time(into slot: inout GoValue?) throws(GoJSONFailure) {
    if reader.isNull { return reader.skipValue() }
    let start = reader.valueStart
    reader.skipValue()
    do throws(GoTimeError) {
      slot = .time(try GoTime(json: GoString(reader.bytes[start..<reader.index])))
    } catch {
      if reader.bytes[start] == UInt8(ascii: "\"") { slot = .time(.zero) }
      throw .other(error.text)
    }
  }

  private mutating func opaque(
    _ name: GoString, _ type: GoType, into slot: inout GoValue?
  ) throws(GoJSONFailure) {
    switch GoOpaque(name) {
    case .uri:
      var inner = GoJSONDecoder(reader)
      var members: GoValue? = .null
      let failure = inner.decodeAll(.map(key: .string, value: .string), into: &members)
      reader.skipValue()
      if let failure { throw failure }
      slot = .opaque(try GoOpaque(name).bytes(fromText: members?["uri"]?.string ?? ""))
    case .uuid, .text:
      if reader.isNull { return reader.skipValue() }
      switch reader.next() {
      case .string(let start, let end):
        slot = .opaque(try GoOpaque(name).bytes(fromText: GoJSON.unquote(reader.bytes, start, end)))
      case .number: saveMismatch("number", type)
      case .bool: saveMismatch("bool", type)
      case .null: break
      case .beginArray:
        saveMismatch("array", type)
        reader.skipContainer()
      case .beginObject:
        saveMismatch("object", type)
        reader.skipContainer()
      }
    }
  }

  // MARK: - Containers

  private mutating func array(_ type: GoType, into slot: inout GoValue?) throws(GoJSONFailure) {
    let element: GoType
    var limit = Int.max
    switch type.unnamed {
    case .slice(let inner): element = inner
    case .bytes: element = .uint(bits: 8)
    case .array(let count, let inner):
      element = inner
      limit = max(0, count)
    case .bool, .int, .uint, .float, .string, .map, .structure, .pointer, .interface, .time, .opaque, .named:
      saveMismatch("array", type)
      return reader.skipContainer()
    }
    let isSlice = limit == .max
    let before = GoJSONLeftovers.visible(slot)
    var old = (before + GoJSONLeftovers.hidden(slot))[...]
    slot = nil
    var elements: [GoValue] = []
    if !reader.closes() {
      repeat {
        if elements.count == limit {
          reader.skipValue()
          continue
        }
        var item: GoValue? = old.popFirst() ?? .zero(of: element)
        do throws(GoJSONFailure) {
          try value(element, into: &item)
        } catch {
          elements.append(item ?? .zero(of: element))
          let all = elements + old
          store(all, visible: max(elements.count, before.count), of: element, isSlice: isSlice, into: &slot)
          throw error
        }
        elements.append(item ?? .zero(of: element))
      } while reader.hasMore()
    }
    if !isSlice {
      while elements.count < limit { elements.append(.zero(of: element)) }
    }
    let count = elements.count
    // An empty array makes a new slice.
    if isSlice, count > 0 { elements += old }
    store(elements, visible: count, of: element, isSlice: isSlice, into: &slot)
  }

  private mutating func store(
    _ elements: [GoValue], visible count: Int, of element: GoType, isSlice: Bool, into slot: inout GoValue?
  ) {
    let value = GoJSONDecoder.sequence(Array(elements[..<count]), of: element, isSlice: isSlice)
    guard count < elements.count else {
      slot = value
      return
    }
    hasLeftovers = true
    slot = GoJSONLeftovers.hiding(Array(elements[count...]), behind: value)
  }

  private static func sequence(_ elements: [GoValue], of element: GoType, isSlice: Bool) -> GoValue {
    guard isSlice, element.isByte else { return .list(elements) }
    return .bytes(elements.map { if case .uint(let byte) = $0 { UInt8(truncatingIfNeeded: byte) } else { 0 } })
  }

  private mutating func object(_ type: GoType, into slot: inout GoValue?) throws(GoJSONFailure) {
    switch type.unnamed {
    case .structure(let structure): try object(structure, into: &slot)
    case .map(let key, let value):
      switch key.unnamed {
      case .string, .int, .uint, .opaque: try map(key, value, into: &slot)
      case .bool, .float, .bytes, .slice, .array, .map, .structure, .pointer, .interface, .time, .named:
        saveMismatch("object", type)
        reader.skipContainer()
      }
    case .bool, .int, .uint, .float, .string, .bytes, .slice, .array, .pointer, .interface, .time, .opaque, .named:
      saveMismatch("object", type)
      reader.skipContainer()
    }
  }

  private mutating func object(_ target: GoStructure, into slot: inout GoValue?) throws(GoJSONFailure) {
    var fields: [GoFieldValue] = []
    if case .structure(let existing) = slot { fields = existing }
    slot = nil
    let outer = structure
    let depth = path.count
    if !reader.closes() {
      repeat {
        let key = reader.key()
        guard let field = target.field(jsonName: key), let name = field.jsonName else {
          reader.skipValue()
          continue
        }
        structure = target.name
        path.append(name)
        let place = fields.firstIndex { $0.name == field.name }
        var item = place.map { fields[$0].value }
        // The slot holds the only reference to the value while it is changed.
        if let place { fields[place].value = .null }
        do throws(GoJSONFailure) {
          try value(field.type, into: &item)
        } catch {
          GoJSONDecoder.put(item, field.name, place, into: &fields)
          slot = .structure(fields)
          throw error
        }
        GoJSONDecoder.put(item, field.name, place, into: &fields)
        path.removeLast(path.count - depth)
        structure = outer
      } while reader.hasMore()
    }
    slot = .structure(fields)
  }

  private static func put(_ item: GoValue?, _ name: GoString, _ place: Int?, into fields: inout [GoFieldValue]) {
    guard let item else { return }
    if let place { fields[place].value = item } else { fields.append(GoFieldValue(name, item)) }
  }

  private mutating func map(_ key: GoType, _ element: GoType, into slot: inout GoValue?) throws(GoJSONFailure) {
    var entries: [GoMapEntry] = []
    if case .map(let existing) = slot { entries = existing }
    slot = nil
    var places: [GoValue: Int] = [:]
    for (index, entry) in entries.enumerated() { places[entry.key] = index }
    if !reader.closes() {
      repeat {
        let name = reader.key()
        var item: GoValue? = .zero(of: element)
        let place: GoValue?
        do throws(GoJSONFailure) {
          try value(element, into: &item)
          place = try self.key(name, key)
        } catch {
          slot = .map(entries)
          throw error
        }
        guard let mapKey = place else { continue }
        let entry = GoMapEntry(mapKey, item ?? .zero(of: element))
        if let place = places[mapKey] {
          entries[place] = entry
        } else {
          places[mapKey] = entries.count
          entries.append(entry)
        }
      } while reader.hasMore()
    }
    slot = .map(entries)
  }

  /// A map's key from a member's name; nil, and an error saved, when it is none.
  private mutating func key(_ name: GoString, _ type: GoType) throws(GoJSONFailure) -> GoValue? {
    switch type.unnamed {
    case .int(let bits):
      if let value = GoNumber.integer(name, bits: bits) { return .int(value) }
      saveMismatch("number " + name, type)
      return nil
    case .uint(let bits):
      if let value = GoNumber.unsigned(name, bits: bits) { return .uint(value) }
      saveMismatch("number " + name, type)
      return nil
    case .opaque(let opaque): return .opaque(try GoOpaque(opaque).bytes(fromText: name))
    case .bool, .float, .string, .bytes, .slice, .array, .map, .structure, .pointer, .interface, .time, .named:
      return .string(name)
    }
  }
}
