/// Builds what Go puts into an empty interface: maps, lists, texts, `float64`, booleans, nil.
struct InterfaceBuilder: JSONBuilder {
  /// The first number too great for a `float64`.
  var outOfRange: GoString?

  var null: GoValue { .null }

  func bool(_ value: Bool) -> GoValue { .bool(value) }

  mutating func number(_ literal: GoString) -> GoValue {
    if let value = GoNumber.float(literal, bits: 64) { return .float(value) }
    if outOfRange == nil { outOfRange = literal }
    return .null
  }

  func string(_ value: GoString) -> GoValue { .string(value) }

  func array(_ elements: [GoValue]) -> GoValue { .list(elements) }

  func object(_ members: [(name: GoString, value: GoValue)]) -> GoValue {
    var entries: [GoMapEntry] = []
    entries.reserveCapacity(members.count)
    var places: [GoString: Int] = [:]
    for (name, value) in members {
      if let place = places[name] {
        entries[place].value = value
      } else {
        places[name] = entries.count
        entries.append(GoMapEntry(.string(name), value))
      }
    }
    return .map(entries)
  }
}
