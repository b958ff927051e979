/// The type ids of one Go program: each type gets the next number when it is first needed, and keeps it for all streams.
///
/// Ids show in the bytes, so two streams are alike only when their programs met the same types in the same order.
public struct GobTypeTable: Sendable {
  private var types: [GoType: Described] = [:]
  private var nextID: Int32

  struct Described {
    var id: Int32
    /// nil for a type that needs no description.
    var wire: GobWireType?
    /// The id inside the description: the same but for pointers to types that write themselves.
    var innerID: Int32

    init(id: Int32, wire: GobWireType? = nil, innerID: Int32? = nil) {
      self.id = id
      self.wire = wire
      self.innerID = innerID ?? id
    }
  }

  /// A program that has not met a type yet. Go itself counts from 64.
  public init(firstTypeID: Int32 = 64) {
    precondition(firstTypeID >= GobBuiltin.firstUserID, "ids below 64 are Go's own")
    nextID = firstTypeID
  }

  /// The description under which a type is sent.
  ///
  /// A pointer to a type that writes itself is described in its place when it is sent first: without a name, and with an id of its
  /// own inside that nothing else ever names.
  mutating func describeForSending(_ type: GoType) throws(GobError) -> Described {
    guard type.isPointer, type.isSelfWriting else { return try describe(type) }
    if let known = types[type] { return known }
    var described = try describe(type)
    described.innerID = takeID()
    described.wire?.name = ""
    types[type] = described
    return described
  }

  /// The id of a type and its description; both are made, and those of the types inside, when the type is new.
  ///
  /// Numbers are given in Go's order: a struct before its fields, everything else after its elements. The name in a description is
  /// the one under which the type was met first.
  mutating func describe(_ type: GoType) throws(GobError) -> Described {
    let flat = type.flattened
    return try describe(flat, name: flat.bareName)
  }

  private mutating func describe(_ type: GoType, name: GoString) throws(GobError) -> Described {
    let type = type.flattened
    if let known = types[type] { return known }
    let made: Described
    switch type.base {
    case .bool: made = Described(id: GobBuiltin.bool)
    case .int: made = Described(id: GobBuiltin.int)
    case .uint: made = Described(id: GobBuiltin.uint)
    case .float: made = Described(id: GobBuiltin.float)
    case .string: made = Described(id: GobBuiltin.string)
    case .bytes: made = Described(id: GobBuiltin.bytes)
    case .interface: made = Described(id: GobBuiltin.interface)
    case .time: made = Described(id: takeID(), wire: GobWireType(name: name, form: .gobEncoder))
    case .opaque: made = Described(id: takeID(), wire: GobWireType(name: name, form: .binaryMarshaler))
    case .array(let count, let element):
      let element = try describe(element, name: "").id
      made = Described(id: takeID(), wire: GobWireType(name: name, form: .array(element: element, count: count)))
    case .map(let key, let value):
      let key = try describe(key, name: "").id
      let value = try describe(value, name: "").id
      made = Described(id: takeID(), wire: GobWireType(name: name, form: .map(key: key, value: value)))
    case .slice(let element):
      if element.isByte {
        made = Described(id: GobBuiltin.bytes)
        break
      }
      let element = try describe(element, name: element.bareName).id
      made = Described(id: takeID(), wire: GobWireType(name: name, form: .slice(element: element)))
    case .structure(let structure):
      let id = takeID()
      var fields: [GobWireField] = []
      for field in structure.sentFields {
        let flat = field.type.flattened
        let bare = flat.bareName
        let type = try describe(flat, name: bare.isEmpty ? flat.goName : bare).id
        fields.append(GobWireField(name: field.name, type: type))
      }
      if fields.isEmpty, !structure.fields.isEmpty {
        throw GobError(.unencodable, "gob: type \(type.goName) has no exported fields")
      }
      made = Described(id: id, wire: GobWireType(name: name, form: .structure(fields)))
    case .pointer, .named: preconditionFailure("a base type is neither")
    }
    types[type] = made
    return made
  }

  private mutating func takeID() -> Int32 {
    defer { nextID += 1 }
    return nextID
  }
}

extension GoType {
  /// The type that gob sends for this one: what its pointers lead to.
  var flattened: GoType {
    switch self {
    case .pointer(let target): target.flattened
    case .named(_, let target): if case .pointer = target { target.flattened } else { self }
    case .bool, .int, .uint, .float, .string, .bytes, .slice, .array, .map, .structure, .interface, .time, .opaque: self
    }
  }

  /// Whether a slice of it is bytes: `uint8` under any name.
  var isByte: Bool {
    switch self {
    case .uint(let bits): bits == 8
    case .named(_, let target): target.isByte
    case .bool, .int, .float, .string, .bytes, .slice, .array, .map, .structure, .pointer, .interface, .time, .opaque:
      false
    }
  }

  /// Whether the type, or what it points to, writes itself as bytes.
  var isSelfWriting: Bool {
    switch flattened.base {
    case .time, .opaque: true
    case .bool, .int, .uint, .float, .string, .bytes, .slice, .array, .map, .structure, .pointer, .interface, .named:
      false
    }
  }

  var isPointer: Bool { if case .pointer = self { true } else { false } }
}

extension GoStructure {
  /// The fields that gob sends: those whose name begins with an upper-case letter.
  var sentFields: some Sequence<GoField> { fields.lazy.filter { $0.name.isExported } }
}

extension GoString {
  /// Whether a Go name can be seen outside its package: its first letter is upper case.
  var isExported: Bool {
    guard let first = bytes.first else { return false }
    if first < 0x80 { return 0x41...0x5A ~= first }
    guard let scalar = String(decoding: bytes.prefix(4), as: UTF8.self).unicodeScalars.first else { return false }
    return scalar.properties.generalCategory == .uppercaseLetter
  }
}
