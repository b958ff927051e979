import GoWire

/// The types that JSON texts are read as and written from.
struct JSONTypes {
  /// Their numbers in the oracle's program begin here.
  static let firstNumber = 10_000
  private static let count = 300

  /// What interface values may hold, by name.
  static let concrete = GobTypes.concrete.filter { $0.0 != "main.URI" && $0.0 != "main.Nested" }

  private static let named: [GoType] = [
    GobTypes.small, GobTypes.pair, GobTypes.empty, GobTypes.status, GobTypes.level, GobTypes.names, GobTypes.table,
    GobTypes.grid, GobTypes.raw, .time,
  ]

  /// The simplest first.
  let all: [GoType]

  init(seed: UInt64) {
    var all: [GoType] = [.interface, .string, .int, .bool, .float64, .bytes] + JSONTypes.named
    var choices = Choices(seed: seed)
    while all.count < JSONTypes.count { all.append(JSONTypes.type(&choices, depth: 3)) }
    self.all = all
  }

  private static let fieldNames: [GoString] = ["A", "B", "Task", "Name", "Size", "List", "Key", "Ab", "Value", "URL"]
  private static let tags: [GoString] = ["a", "text", "task", "KEY", "sKs", "e", "a_b", "x-y", "num", "list", "Url"]

  private static func type(_ choices: inout Choices, depth: Int) -> GoType {
    if depth == 0 || choices.next(4) == 0 { return leaf(&choices) }
    switch choices.next(7) {
    case 0:
      let element = type(&choices, depth: depth - 1)
      return element == .uint(bits: 8) ? .bytes : .slice(element)
    case 1: return .array(count: choices.next(4), type(&choices, depth: depth - 1))
    case 2:
      let key = choices.pick([.string, .int, .uint(bits: 16), .int(bits: 8), GobTypes.status])
      return .map(key: key, value: type(&choices, depth: depth - 1))
    case 3: return .pointer(type(&choices, depth: depth - 1))
    default:
      var names = fieldNames
      var tags = tags
      let fields = (0...choices.next(6)).map { _ in
        GoField(
          names.remove(at: choices.next(names.count)),
          json: choices.bool() ? tags.remove(at: choices.next(tags.count)) : nil, hiddenInJSON: choices.once(in: 12),
          omitEmpty: choices.once(in: 4), type(&choices, depth: depth - 1))
      }
      return .structure(GoStructure("", package: "", fields: fields))
    }
  }

  private static func leaf(_ choices: inout Choices) -> GoType {
    switch choices.next(10) {
    case 0: .bool
    case 1, 2: .int(bits: choices.pick([0, 8, 16, 32, 64]))
    case 3: .uint(bits: choices.pick([0, 8, 16, 32, 64]))
    case 4: .float(bits: choices.pick([32, 64]))
    case 5: .string
    case 6: .bytes
    case 7: .interface
    default: choices.pick(named)
    }
  }
}
