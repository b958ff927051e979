extension GoJSON {
  /// Writes a generic value. Without `indent` compact as Go writes, with it a member or element a line, each level indented by that many blanks.
  ///
  /// Strings are escaped as in `appendString`; with `escapingHTML` false `<`, `>` and `&` stay as they are.
  public static func write(_ value: JSONValue, indent: Int? = nil, escapingHTML: Bool = true) -> [UInt8] {
    var writer = JSONWriter(indent: indent, escapingHTML: escapingHTML)
    return writer.write(value)
  }
}

/// Writes generic values as text, without recursion.
struct JSONWriter {
  /// What is still to be written.
  private enum Piece {
    case value(JSONValue, depth: Int)
    case name(GoString)
    case byte(UInt8)
    case newLine(depth: Int)
  }

  let indent: Int?
  let escapingHTML: Bool
  private var output: [UInt8] = []
  /// The last is written next.
  private var pieces: [Piece] = []

  init(indent: Int?, escapingHTML: Bool) {
    self.indent = indent
    self.escapingHTML = escapingHTML
  }

  mutating func write(_ value: JSONValue) -> [UInt8] {
    pieces = [.value(value, depth: 0)]
    while let piece = pieces.popLast() {
      switch piece {
      case .value(let value, let depth): begin(value, depth)
      case .byte(let byte): output.append(byte)
      case .newLine(let depth): newLine(depth)
      case .name(let name):
        GoJSON.appendString(name, escapingHTML: escapingHTML, to: &output)
        output += Array(indent == nil ? ":".utf8 : ": ".utf8)
      }
    }
    return output
  }

  private mutating func begin(_ value: JSONValue, _ depth: Int) {
    switch value {
    case .null: output += Array("null".utf8)
    case .bool(let value): output += Array(value ? "true".utf8 : "false".utf8)
    case .number(let literal): output += literal.bytes
    case .string(let string): GoJSON.appendString(string, escapingHTML: escapingHTML, to: &output)
    case .array(let elements):
      open(UInt8(ascii: "["), UInt8(ascii: "]"), elements.map { (nil, $0) }, depth)
    case .object(let members):
      open(UInt8(ascii: "{"), UInt8(ascii: "}"), members.map { ($0.name, $0.value) }, depth)
    }
  }

  private mutating func open(
    _ opening: UInt8, _ closing: UInt8, _ children: [(name: GoString?, value: JSONValue)], _ depth: Int
  ) {
    output.append(opening)
    pieces.append(.byte(closing))
    if !children.isEmpty { pieces.append(.newLine(depth: depth)) }
    for (index, child) in children.enumerated().reversed() {
      pieces.append(.value(child.value, depth: depth + 1))
      if let name = child.name { pieces.append(.name(name)) }
      pieces.append(.newLine(depth: depth + 1))
      if index > 0 { pieces.append(.byte(UInt8(ascii: ","))) }
    }
  }

  private mutating func newLine(_ depth: Int) {
    guard let indent else { return }
    output.append(0x0A)
    output += Array(repeating: 0x20, count: depth * indent)
  }
}
