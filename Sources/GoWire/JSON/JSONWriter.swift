extension GoJSON {
  /// Writes a generic value. Without `indent` compact as Go writes, with it a member or element a line, each level indented by that many blanks.
  ///
  /// Strings are escaped as in `appendString`; with `escapingHTML` false `<`, `>` and `&` stay as they are.
  public static func write(_ value: JSONValue, indent: Int? = nil, escapingHTML: Bool = true) -> [UInt8] {
    var writer = JSONWriter(indent: indent, escapingHTML: escapingHTML)
    writer.write(value, depth: 0)
    return writer.output
  }
}

/// Writes generic values as text.
struct JSONWriter {
  let indent: Int?
  let escapingHTML: Bool
  private(set) var output: [UInt8] = []

  init(indent: Int?, escapingHTML: Bool) {
    self.indent = indent
    self.escapingHTML = escapingHTML
  }

  mutating func write(_ value: JSONValue, depth: Int) {
    switch value {
    case .null: output += Array("null".utf8)
    case .bool(let value): output += Array(value ? "true".utf8 : "false".utf8)
    case .number(let literal): output += literal.bytes
    case .string(let string): GoJSON.appendString(string, escapingHTML: escapingHTML, to: &output)
    case .array(let elements):
      output.append(UInt8(ascii: "["))
      for (index, element) in elements.enumerated() {
        if index > 0 { output.append(UInt8(ascii: ",")) }
        newLine(depth + 1)
        write(element, depth: depth + 1)
      }
      if !elements.isEmpty { newLine(depth) }
      output.append(UInt8(ascii: "]"))
    case .object(let members):
      output.append(UInt8(ascii: "{"))
      for (index, member) in members.enumerated() {
        if index > 0 { output.append(UInt8(ascii: ",")) }
        newLine(depth + 1)
        GoJSON.appendString(member.name, escapingHTML: escapingHTML, to: &output)
        output.append(UInt8(ascii: ":"))
        if indent != nil { output.append(UInt8(ascii: " ")) }
        write(member.value, depth: depth + 1)
      }
      if !members.isEmpty { newLine(depth) }
      output.append(UInt8(ascii: "}"))
    }
  }

  private mutating func newLine(_ depth: Int) {
    guard let indent else { return }
    output.append(0x0A)
    output += Array(repeating: 0x20, count: depth * indent)
  }
}
