import GoWire

/// The types that inputs are made of: those with names, which Tools/oracle has as well, and some put together from a seed.
struct GobTypes {
  static let small = GoType.structure(GoStructure("Small", fields: [GoField("A", .int), GoField("B", .string)]))
  static let pair = GoType.structure(
    GoStructure("Pair", fields: [GoField("Key", .string), GoField("Value", .float64)]))
  static let empty = GoType.structure(GoStructure("Empty", fields: []))
  static let hidden = GoType.structure(
    GoStructure("Hidden", fields: [GoField("Shown", .int), GoField("hidden", .string), GoField("Last", .bool)]))
  static let status = GoType.named("main.Status", .string)
  static let level = GoType.named("main.Level", .int(bits: 8))
  static let names = GoType.named("main.Names", .slice(.string))
  static let table = GoType.named("main.Table", .map(key: .string, value: .int))
  static let grid = GoType.named("main.Grid", .array(count: 2, .uint(bits: 16)))
  static let raw = GoType.named("main.Raw", .bytes)
  static let uri = GoType.opaque(name: "main.URI")

  static let nested = GoType.structure(
    GoStructure(
      "Nested",
      fields: [
        GoField("Small", small), GoField("Pointer", .pointer(small)), GoField("List", .slice(small)),
        GoField("Map", .map(key: .string, value: small)), GoField("When", .time), GoField("Since", .pointer(.time)),
        GoField("Where", uri), GoField("Also", .pointer(uri)), GoField("Any", .interface), GoField("Status", status),
        GoField("Levels", .slice(level)), GoField("Raw", raw), GoField("Empty", empty),
      ]))

  static let lists = GoType.structure(
    GoStructure(
      "Lists",
      fields: [
        GoField("Bools", .slice(.bool)), GoField("Ints", .slice(.int)), GoField("Bytes", .bytes),
        GoField("Shorts", .array(count: 3, .int(bits: 16))), GoField("Floats", .slice(.float(bits: 32))),
        GoField("Strings", .slice(.string)), GoField("Times", .slice(.time)), GoField("URIs", .slice(.pointer(uri))),
        GoField("Pointers", .slice(.pointer(pair))), GoField("Names", names), GoField("Grid", .pointer(grid)),
        GoField("Deep", .slice(.slice(.map(key: .int, value: .slice(.string))))), GoField("Anys", .slice(.interface)),
      ]))

  /// In the order in which the oracle's program meets them.
  static let named: [GoType] = [
    small, pair, empty, hidden, status, level, names, table, grid, raw, uri, .time, nested, lists,
  ]

  /// What interface values may hold, by registered name.
  static let concrete: [(GoString, GoType)] = [
    ("bool", .bool), ("int", .int), ("int8", .int(bits: 8)), ("uint", .uint), ("uint64", .uint(bits: 64)),
    ("float64", .float64), ("string", .string), ("[]uint8", .bytes), ("[]string", .slice(.string)),
    ("[]int", .slice(.int)), ("[]bool", .slice(.bool)), ("main.Small", small), ("main.Status", status),
    ("main.Names", names), ("main.URI", uri), ("main.Nested", nested),
  ]

  static let registered: GobNames = {
    var registered = GobNames.basic
    for (name, type) in concrete { registered.register(name, type) }
    return registered
  }()

  /// How many types an input chooses from.
  private static let count = 400

  /// The simplest first.
  let all: [GoType]
  /// The ids that the oracle's program gives them.
  let table: GobTypeTable

  init(seed: UInt64) {
    var all: [GoType] = [.int, .string, .bool, .uint, .float64, .bytes, .interface]
    all += GobTypes.named
    all += [.pointer(.int), .pointer(.pointer(GobTypes.small)), .slice(.bytes), .slice(GobTypes.small)]
    var choices = Choices(seed: seed)
    while all.count < GobTypes.count { all.append(GobTypes.type(&choices, depth: 3)) }
    self.all = all
    table = GobTypes.table(meeting: all)
  }

  private static func table(meeting all: [GoType]) -> GobTypeTable {
    var table = GobTypeTable()
    let basics: [GoType] = [
      .bool, .int, .int(bits: 8), .uint, .uint(bits: 64), .float64, .string, .bytes, .slice(.string), .slice(.int),
      .slice(.bool),
    ]
    for type in named + basics + all {
      do throws(GobError) {
        try table.meet(type)
      } catch {
        preconditionFailure("\(type.goName): \(error)")
      }
    }
    return table
  }

  private static let fieldNames: [GoString] = ["A", "B", "C", "Name", "Size", "List", "Next", "Éa", "Value", "URL"]

  private static func type(_ choices: inout Choices, depth: Int) -> GoType {
    if depth == 0 || choices.next(3) == 0 { return leaf(&choices) }
    switch choices.next(6) {
    case 0:
      let element = type(&choices, depth: depth - 1)
      return element == .uint(bits: 8) ? .bytes : .slice(element)
    case 1: return .array(count: choices.next(4), type(&choices, depth: depth - 1))
    case 2: return .map(key: key(&choices), value: type(&choices, depth: depth - 1))
    case 3:
      let target = type(&choices, depth: depth - 1)
      // A value of ours does not tell a nil pointer from one to a nil interface, and no message of the protocol has either.
      return target.bottom == .interface ? target : .pointer(target)
    default:
      var names = fieldNames
      let fields = (0...choices.next(6)).map { _ in
        GoField(names.remove(at: choices.next(names.count)), type(&choices, depth: depth - 1))
      }
      return .structure(GoStructure("", package: "", fields: fields))
    }
  }

  private static func leaf(_ choices: inout Choices) -> GoType {
    switch choices.next(10) {
    case 0: return .bool
    case 1, 2: return .int(bits: choices.pick([0, 8, 16, 32, 64]))
    case 3: return .uint(bits: choices.pick([0, 8, 16, 32, 64]))
    case 4: return .float(bits: choices.pick([32, 64]))
    case 5: return .string
    case 6: return .bytes
    case 7: return .interface
    default: return choices.pick(named)
    }
  }

  private static func key(_ choices: inout Choices) -> GoType {
    choices.pick([.string, .int, .uint(bits: 16), .bool, .int(bits: 8), status])
  }
}

extension GoType {
  /// Whether a value of it could hold what `isWanted` names, interface values aside.
  func contains(_ isWanted: (GoType) -> Bool) -> Bool {
    if isWanted(self) { return true }
    switch self {
    case .slice(let element), .array(_, let element), .pointer(let element), .named(_, let element):
      return element.contains(isWanted)
    case .map(let key, let value): return key.contains(isWanted) || value.contains(isWanted)
    case .structure(let structure): return structure.fields.contains { $0.type.contains(isWanted) }
    case .bool, .int, .uint, .float, .string, .bytes, .interface, .time, .opaque: return false
    }
  }

  /// The type below pointers and names.
  var bottom: GoType {
    switch self {
    case .pointer(let target), .named(_, let target): target.bottom
    case .bool, .int, .uint, .float, .string, .bytes, .slice, .array, .map, .structure, .interface, .time, .opaque: self
    }
  }
}

extension RequestWriter {
  /// Gives a type a number of its own in the oracle's program.
  init(defining type: GoType, as number: Int, isMetByGob: Bool) {
    self.init("T")
    uint32(UInt32(number))
    bool(isMetByGob)
    self.type(type)
  }

  /// A type in the form that the oracle reads.
  mutating func type(_ type: GoType) {
    switch type {
    case .bool: byte(UInt8(ascii: "b"))
    case .int(let bits):
      byte(UInt8(ascii: "i"))
      byte(UInt8(bits))
    case .uint(let bits):
      byte(UInt8(ascii: "u"))
      byte(UInt8(bits))
    case .float(let bits):
      byte(UInt8(ascii: "f"))
      byte(UInt8(bits))
    case .string: byte(UInt8(ascii: "s"))
    case .bytes: byte(UInt8(ascii: "B"))
    case .slice(let element):
      byte(UInt8(ascii: "l"))
      self.type(element)
    case .array(let count, let element):
      byte(UInt8(ascii: "a"))
      uint32(UInt32(count))
      self.type(element)
    case .map(let key, let value):
      byte(UInt8(ascii: "m"))
      self.type(key)
      self.type(value)
    case .pointer(let target):
      byte(UInt8(ascii: "p"))
      self.type(target)
    case .interface: byte(UInt8(ascii: "I"))
    case .time, .opaque, .named:
      byte(UInt8(ascii: "n"))
      string(type.goName)
    case .structure(let structure):
      guard structure.name.isEmpty else {
        byte(UInt8(ascii: "n"))
        string(type.goName)
        return
      }
      byte(UInt8(ascii: "S"))
      uint32(UInt32(structure.fields.count))
      for field in structure.fields {
        string(field.name)
        string(field.tag)
        self.type(field.type)
      }
    }
  }
}

extension GoField {
  /// The tag of the field in Go's source, without its quotes.
  fileprivate var tag: GoString {
    guard let json = jsonName else { return "json:\"-\"" }
    let name = json == self.name ? "" : json
    if omitEmpty { return "json:\"" + name + ",omitempty\"" }
    return name.isEmpty ? "" : "json:\"" + name + "\""
  }
}
