/// How values of a stream's types are read as types of ours: worked out whole before a value is touched, as Go does, so that types
/// that do not fit are refused whatever the value holds.
struct GobPlan {
  /// One step; other steps by number.
  enum Step {
    /// A value without parts, or one whose parts need no other step, read as the type of this number.
    case plain(Int)
    case slice(element: Int, Elements)
    case array(element: Int, count: Int, Elements)
    case map(key: Int, value: Int, name: GoString)
    case structure(Int)
    /// A field we do not have, of the stream's type.
    case skip(Int32)
  }

  /// What error texts say of the elements of a slice or an array.
  struct Elements {
    /// `element of List`.
    var name: GoString
    /// The type of ours.
    var type: Int
    /// `string`, when Go reads a list of them in one go.
    var kind: GoString?
  }

  /// A struct of the stream read as one of ours.
  struct Structure {
    var fields: [Field]
    /// How many fields we know.
    var matched: Int
  }

  struct Field {
    var name: GoString
    var step: Int
    var isKnown: Bool
  }

  private struct Pair: Hashable {
    var stream: Int32
    var local: Int
  }

  var locals = GobLocalTypes()
  private(set) var steps: [Step] = []
  private(set) var structures: [Structure] = []
  private var structureNumbers: [Pair: Int] = [:]
  private var singles: [Pair: Int] = [:]
  private var skippable: Set<Int32> = []

  /// The step for a value that stands by itself.
  mutating func step(
    for id: Int32, as local: Int, _ stream: GobStream, sharesTypes: Bool
  ) throws(GobError) -> Int {
    let pair = Pair(stream: id, local: local)
    if let known = singles[pair] { return known }
    let made: Int
    if case .structure = locals[local].kind {
      made = append(.structure(try structure(id, local, stream)))
    } else {
      guard fits(id, local, stream) else { throw misfit(id, local, stream, sharesTypes) }
      var seen: [Pair: Int] = [:]
      made = try step(id, local, name: locals[local].type.goName, stream, &seen)
    }
    singles[pair] = made
    return made
  }

  private func misfit(_ id: Int32, _ local: Int, _ stream: GobStream, _ sharesTypes: Bool) -> GobError {
    let ours = locals[local].type.goName
    let theirs = stream.errorName(of: id, inFull: sharesTypes)
    if case .interface = locals[local].kind, id != GobBuiltin.interface {
      return GobError(
        .mismatch,
        "gob: local interface type \(ours) can only be decoded from remote interface type; received concrete type "
          + theirs)
    }
    return GobError(.mismatch, "gob: decoding into local type " + ours + ", received remote type " + theirs)
  }

  private mutating func append(_ step: Step) -> Int {
    steps.append(step)
    return steps.count - 1
  }

  // MARK: Structs

  private mutating func structure(_ id: Int32, _ local: Int, _ stream: GobStream) throws(GobError) -> Int {
    let pair = Pair(stream: id, local: local)
    if let known = structureNumbers[pair] { return known }
    guard case .structure(let ours) = locals[local].kind else { preconditionFailure("only structs have fields") }
    guard let type = stream.described(id) ?? GobPlan.plain(id) else {
      throw GobError(.corrupt, "gob: unknown type id or corrupted data")
    }
    guard let theirs = type.fields else {
      throw GobError(
        .mismatch,
        "gob: type mismatch in decoder: want struct type \(locals[local].type.base.goName); got non-struct")
    }
    var fields: [Field] = []
    fields.reserveCapacity(theirs.count)
    var matched = 0
    var seen: [Pair: Int] = [:]
    for field in theirs {
      guard !field.name.isEmpty else { throw GobPlan.nameless(type) }
      guard field.name.isExported, let known = ours.first(where: { $0.name == field.name }) else {
        try checkSkippable(field.type, stream)
        fields.append(Field(name: field.name, step: append(.skip(field.type)), isKnown: false))
        continue
      }
      guard fits(field.type, known.type, stream) else {
        let wrong = locals[known.type].type.goName
        throw GobError(
          .mismatch, "gob: wrong type (" + wrong + ") for received field " + type.name + "." + field.name)
      }
      let step = try step(field.type, known.type, name: field.name, stream, &seen)
      fields.append(Field(name: field.name, step: step, isKnown: true))
      matched += 1
    }
    structures.append(Structure(fields: fields, matched: matched))
    structureNumbers[pair] = structures.count - 1
    return structures.count - 1
  }

  /// A type without a description is one without fields.
  private static func plain(_ id: Int32) -> GobWireType? {
    GobBuiltin.plainNames[id].map { GobWireType(name: $0, form: .unknown) }
  }

  private static func nameless(_ type: GobWireType) -> GobError {
    GobError(.corrupt, "gob: empty name for remote field of type " + type.name)
  }

  // MARK: Other types

  /// The step for a part; `seen` holds those of the same struct, which share the name they got first.
  private mutating func step(
    _ id: Int32, _ local: Int, name: GoString, _ stream: GobStream, _ seen: inout [Pair: Int]
  ) throws(GobError) -> Int {
    let pair = Pair(stream: id, local: local)
    if let known = seen[pair] { return known }
    let made: Int
    switch locals[local].kind {
    case .bool, .int, .uint, .float, .string, .bytes, .interface, .time, .opaque: made = append(.plain(local))
    case .slice(let element):
      guard let theirs = stream.described(id)?.sliceElement else { throw GobPlan.impossible }
      let name = "element of " + name
      let step = try step(theirs, element, name: name, stream, &seen)
      made = append(.slice(element: step, elements(element, name: name, isExact: isUnnamed(local))))
    case .array(let count, let element):
      guard let (theirs, _) = stream.described(id)?.array else { throw GobPlan.impossible }
      let name = "element of " + name
      let step = try step(theirs, element, name: name, stream, &seen)
      made = append(.array(element: step, count: count, elements(element, name: name, isExact: true)))
    case .map(let key, let value):
      guard let (theirKey, theirValue) = stream.described(id)?.map else { throw GobPlan.impossible }
      let keyStep = try step(theirKey, key, name: "key of " + name, stream, &seen)
      let valueStep = try step(theirValue, value, name: "element of " + name, stream, &seen)
      made = append(.map(key: keyStep, value: valueStep, name: name))
    case .structure:
      made = append(.structure(try structure(id, local, stream)))
    }
    seen[pair] = made
    return made
  }

  /// What `fits` rules out.
  private static let impossible = GobError(.corrupt, "gob: unknown type id or corrupted data")

  private func isUnnamed(_ local: Int) -> Bool {
    if case .named = locals[local].type.flattened { false } else { true }
  }

  private func elements(_ type: Int, name: GoString, isExact: Bool) -> Elements {
    let node = locals[type]
    var kind: GoString?
    switch node.type {
    case .bool, .int, .float, .string: kind = node.type.goName
    case .uint(let bits): kind = bits == 8 ? nil : node.type.goName
    case .bytes, .slice, .array, .map, .structure, .pointer, .interface, .time, .opaque, .named: break
    }
    return Elements(name: name, type: type, kind: isExact ? kind : nil)
  }

  /// Whether a type of the stream can be read as one of ours; structs always, until their fields are looked at.
  private func fits(_ id: Int32, _ local: Int, _ stream: GobStream) -> Bool {
    let ownForms = stream.types[id]?.ownForms ?? []
    switch locals[local].kind {
    case .time: return ownForms == [.gobEncoder]
    case .opaque: return ownForms == [.binaryMarshaler]
    case .bool, .int, .uint, .float, .string, .bytes, .slice, .array, .map, .structure, .interface:
      if !ownForms.isEmpty { return false }
    }
    switch locals[local].kind {
    case .bool: return id == GobBuiltin.bool
    case .int: return id == GobBuiltin.int
    case .uint: return id == GobBuiltin.uint
    case .float: return id == GobBuiltin.float
    case .string: return id == GobBuiltin.string
    case .bytes: return id == GobBuiltin.bytes
    case .interface: return id == GobBuiltin.interface
    case .slice(let element):
      guard let theirs = stream.described(id)?.sliceElement else { return false }
      return fits(theirs, element, stream)
    case .array(let count, let element):
      guard let (theirs, theirCount) = stream.types[id]?.array else { return false }
      return count == theirCount && fits(theirs, element, stream)
    case .map(let key, let value):
      guard let (theirKey, theirValue) = stream.types[id]?.map else { return false }
      return fits(theirKey, key, stream) && fits(theirValue, value, stream)
    case .structure, .time, .opaque: return true
    }
  }

  /// Whether a value of a type can be skipped: all types inside are described. Each type is looked at once.
  private mutating func checkSkippable(_ id: Int32, _ stream: GobStream) throws(GobError) {
    var path = [id]
    while let id = path.popLast() {
      if GobBuiltin.plainNames[id] != nil || !skippable.insert(id).inserted { continue }
      guard let type = stream.types[id] else {
        throw GobError(.corrupt, "gob: bad data: undefined type " + stream.skippedName(of: id))
      }
      switch type.skippedForm {
      case .array(let element, _), .slice(let element): path.append(element)
      case .map(let key, let value): path += [value, key]
      case .structure(let fields):
        for field in fields.reversed() {
          guard !field.name.isEmpty else { throw GobPlan.nameless(type) }
          path.append(field.type)
        }
      case .gobEncoder, .binaryMarshaler, .textMarshaler: break
      case .unknown:
        throw GobError(.corrupt, "gob: bad data: ignore can't handle type " + stream.skippedName(of: id))
      }
    }
  }
}
