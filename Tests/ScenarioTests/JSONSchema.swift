@testable import Simulator

/// Holds a YAML value against a JSON Schema, as an editor does: the few words that the published one uses.
enum JSONSchema {
  static func complaints(_ node: YamlNode, _ schema: Any, _ place: String = "") -> [String] {
    guard let schema = schema as? [String: Any] else { return ["\(place): no schema"] }
    if let words = schema["enum"] as? [String] {
      return node.scalar.map(words.contains) == true ? [] : ["\(place): is none of \(words)"]
    }
    var texts: [String] = []
    switch (schema["type"] as? String ?? "", node.content) {
    case ("object", .mapping(let entries)):
      let properties = schema["properties"] as? [String: Any] ?? [:]
      let given = entries.compactMap(\.key.scalar)
      for name in schema["required"] as? [String] ?? [] where !given.contains(name) {
        texts.append("\(place): \(name) is missing")
      }
      if let choices = schema["oneOf"] as? [[String: [String]]] {
        let met = choices.filter { $0["required"]?.allSatisfy(given.contains) == true }
        if met.count != 1 { texts.append("\(place): \(met.count) of a group are given") }
      }
      for entry in entries {
        let name = entry.key.scalar ?? ""
        if let property = properties[name] ?? (schema["additionalProperties"] as? [String: Any]) {
          texts += complaints(entry.value, property, "\(place).\(name)")
        } else {
          texts.append("\(place): \(name) is not known")
        }
      }
    case ("array", .sequence(let nodes)):
      if nodes.count < schema["minItems"] as? Int ?? 0 { texts.append("\(place): too few items") }
      for (index, node) in nodes.enumerated() {
        if let items = schema["items"] { texts += complaints(node, items, "\(place)[\(index)]") }
      }
    case ("string", .scalar(let text, let isPlain)):
      if isPlain, YamlNode.looksLikeOther(text) { texts.append("\(place): \(text) is no string") }
    case ("boolean", .scalar(let text, isPlain: true)):
      if text != "true", text != "false" { texts.append("\(place): is no boolean") }
    case ("integer", .scalar(let text, isPlain: true)):
      guard let number = Int(text) else { return ["\(place): is no integer"] }
      if let least = schema["minimum"] as? Int, number < least { texts.append("\(place): is below \(least)") }
      if let most = schema["maximum"] as? Int, number > most { texts.append("\(place): is above \(most)") }
    case ("number", .scalar(let text, isPlain: true)):
      guard let number = Double(text) else { return ["\(place): is no number"] }
      if let least = schema["minimum"] as? Int, number < Double(least) { texts.append("\(place): is below \(least)") }
    default:
      texts.append("\(place): is no \(schema["type"] as? String ?? "?")")
    }
    return texts
  }
}
