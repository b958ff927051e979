extension YamlNode {
  /// Puts a value in place of another, or adds it: `steps[2].at=4`.
  mutating func apply(_ change: String, fileName: String) throws(ScenarioError) {
    let halves = change.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard halves.count == 2, !halves[0].isEmpty else {
      throw ScenarioError(
        fileName: fileName, line: 0, column: 0, key: "--set \(change)",
        text: "is no PATH=VALUE; write faults[0].bytes=1000")
    }
    let value = try YamlReader.read(Array(halves[1].utf8), fileName: "--set \(halves[0])")
    var steps: [Step] = []
    for part in halves[0].split(separator: ".") {
      let pieces = part.split(separator: "[")
      guard let name = pieces.first else { continue }
      steps.append(.key(String(name)))
      for piece in pieces.dropFirst() {
        guard piece.hasSuffix("]"), let index = Int(piece.dropLast()) else {
          throw ScenarioError(
            fileName: fileName, line: 0, column: 0, key: "--set \(halves[0])",
            text: "[\(piece) is no number in brackets")
        }
        steps.append(.index(index))
      }
    }
    try replace(steps[...], by: value, ScenarioPlace(fileName: fileName, key: "--set \(halves[0])"))
  }

  private enum Step {
    case key(String)
    case index(Int)
  }

  private mutating func replace(_ steps: ArraySlice<Step>, by value: YamlNode, _ place: ScenarioPlace)
    throws(ScenarioError)
  {
    guard let step = steps.first else {
      self = value
      return
    }
    switch (step, content) {
    case (.key(let name), .mapping(var entries)):
      if let index = entries.firstIndex(where: { $0.key.scalar == name }) {
        try entries[index].value.replace(steps.dropFirst(), by: value, place)
      } else {
        guard steps.count == 1 else {
          throw place.error(
            "there is no \(name)\(ScenarioError.advice(for: name, among: entries.compactMap(\.key.scalar)))", at: self)
        }
        entries.append(Entry(key: .text(name), value: value))
      }
      content = .mapping(entries)
    case (.index(let index), .sequence(var nodes)):
      guard nodes.indices.contains(index) else { throw place.error("there are only \(nodes.count)", at: self) }
      try nodes[index].replace(steps.dropFirst(), by: value, place)
      content = .sequence(nodes)
    case (.key(let name), _):
      throw place.error("\(name): there are no keys in \(kindName)", at: self)
    case (.index(let index), _):
      throw place.error("[\(index)]: there is no list", at: self)
    }
  }
}
