/// Whether the names that a scenario's parts call each other by exist.
extension Scenario {
  /// The names of BASE(n)'s nodes.
  public var nodeNames: [String] { ["M"] + (1..<(slaves + 1)).map { "S\($0)" } }

  /// The first name in a file that names nothing.
  func crossCheck(_ root: YamlNode, fileName: String) -> ScenarioError? {
    let steps = self.steps + variants.flatMap(\.steps)
    var stepNames: [String] = []
    for step in steps where !stepNames.contains(step.name) { stepNames.append(step.name) }
    let table = NameTable(nodes: nodeNames, files: files.map(\.name), steps: stepNames)
    return table.check(root, ScenarioPlace(fileName: fileName, key: ""))
  }

  private struct NameTable {
    var nodes: [String]
    var files: [String]
    var steps: [String]

    func check(_ node: YamlNode, _ place: ScenarioPlace) -> ScenarioError? {
      switch node.content {
      case .scalar:
        return nil
      case .sequence(let nodes):
        for (index, node) in nodes.enumerated() {
          if let error = check(node, place.item(index)) { return error }
        }
      case .mapping(let entries):
        for entry in entries {
          let key = entry.key.scalar ?? ""
          let place = place.field(key)
          if let error = check(entry.value, key: key, place) ?? check(entry.value, place) { return error }
        }
      }
      return nil
    }

    private func check(_ value: YamlNode, key: String, _ place: ScenarioPlace) -> ScenarioError? {
      guard let text = value.scalar else { return nil }
      let names: [String]
      let kind: String
      switch key {
      case "file", "equals": (names, kind) = (files, "file")
      case "step", "session", "if_range": (names, kind) = (steps, "step")
      case "node", "on", "of", "to": (names, kind) = (nodes, "node")
      default: return nil
      }
      guard !names.contains(text) else { return nil }
      return place.error(
        "there is no \(kind) \(text)\(names.isEmpty ? "; the scenario has none" : ScenarioError.advice(for: text, among: names))",
        at: value)
    }
  }
}
