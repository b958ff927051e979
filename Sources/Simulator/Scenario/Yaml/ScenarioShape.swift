/// What a value of a scenario file may look like: what the reader takes and the published schema says.
indirect enum ScenarioShape: Sendable {
  case text
  /// A word out of these.
  case word([String])
  case truth
  case integer(ClosedRange<Int64>)
  /// A number with a fraction.
  case number(least: Int64?)
  case list(ScenarioShape, atLeast: Int)
  /// Names of the author's choice.
  case pairs(ScenarioShape)
  case record(Record)

  struct Record: Sendable {
    var summary: String
    var fields: [Field]
  }

  struct Field: Sendable {
    var name: String
    var summary: String
    var shape: ScenarioShape
    var isRequired: Bool
    /// Of all fields with the same group exactly one is there.
    var group: String?
  }
}

extension ScenarioShape {
  /// The JSON Schema (2020-12) of the shape.
  func schema(indent: Int = 0, summary: String? = nil) -> String {
    let inner = String(repeating: " ", count: indent + 2)
    let outer = String(repeating: " ", count: indent)
    var lines: [String] = []
    if let summary, !summary.isEmpty { lines.append(#""description": \#(Self.quoted(summary))"#) }
    switch self {
    case .text:
      lines.append(#""type": "string""#)
    case .word(let words):
      lines.append(#""enum": [\#(words.map(Self.quoted).joined(separator: ", "))]"#)
    case .truth:
      lines.append(#""type": "boolean""#)
    case .integer(let range):
      lines.append(#""type": "integer""#)
      if range.lowerBound != .min { lines.append(#""minimum": \#(range.lowerBound)"#) }
      if range.upperBound != .max { lines.append(#""maximum": \#(range.upperBound)"#) }
    case .number(let least):
      lines.append(#""type": "number""#)
      if let least { lines.append(#""minimum": \#(least)"#) }
    case .list(let element, let least):
      lines.append(#""type": "array""#)
      if least > 0 { lines.append(#""minItems": \#(least)"#) }
      lines.append(#""items": \#(element.schema(indent: indent + 2))"#)
    case .pairs(let element):
      lines.append(#""type": "object""#)
      lines.append(#""additionalProperties": \#(element.schema(indent: indent + 2))"#)
    case .record(let record):
      if summary == nil, !record.summary.isEmpty { lines.append(#""description": \#(Self.quoted(record.summary))"#) }
      lines.append(#""type": "object""#)
      lines.append(#""additionalProperties": false"#)
      let required = record.fields.filter(\.isRequired).map { Self.quoted($0.name) }
      if !required.isEmpty { lines.append(#""required": [\#(required.joined(separator: ", "))]"#) }
      var groups: [String] = []
      for field in record.fields { if let group = field.group, !groups.contains(group) { groups.append(group) } }
      for group in groups {
        let choices = record.fields.filter { $0.group == group }
        lines.append(
          #""oneOf": [\#(choices.map { #"{"required": [\#(Self.quoted($0.name))]}"# }.joined(separator: ", "))]"#)
      }
      let properties = record.fields.map { field in
        "\(inner)  \(Self.quoted(field.name)): \(field.shape.schema(indent: indent + 4, summary: field.summary))"
      }
      lines.append("\"properties\": {\n\(properties.joined(separator: ",\n"))\n\(inner)}")
    }
    return "{\n" + lines.map { inner + $0 }.joined(separator: ",\n") + "\n\(outer)}"
  }

  static func quoted(_ text: String) -> String {
    var result = "\""
    for character in text.unicodeScalars {
      switch character {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      default: result.unicodeScalars.append(character)
      }
    }
    return result + "\""
  }
}
