/// Text on a page.
enum HTMLText {
  /// With the characters that HTML gives a meaning replaced.
  static func escaped(_ text: some StringProtocol) -> String {
    var result = ""
    for character in text.unicodeScalars {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }

  /// An id as the fragment of a URL names it: what a URL may not hold as it is, percent-encoded.
  static func fragment(_ id: String) -> String {
    var result = ""
    for byte in id.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E, 0x2F, 0x3A, 0x40:
        result.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let digits = String(byte, radix: 16, uppercase: true)
        result += "%" + (digits.count == 1 ? "0" : "") + digits
      }
    }
    return result
  }

  /// The specification's light markup: `code`, **bold**, and lines that begin as a list's or a table's.
  static func markup(_ text: String) -> String {
    var blocks: [String] = []
    var rest = text.split(separator: "\n")[...]
    while let line = rest.first {
      if line.hasPrefix("|") {
        let table = rest.prefix { $0.hasPrefix("|") }
        rest = rest.dropFirst(table.count)
        blocks.append(self.table(table.map { cells($0) }))
      } else if line.hasPrefix("- ") {
        let items = rest.prefix { $0.hasPrefix("- ") }
        rest = rest.dropFirst(items.count)
        blocks.append("<ul>\(items.map { "<li>\(inline($0.dropFirst(2)))</li>" }.joined())</ul>")
      } else {
        rest = rest.dropFirst()
        blocks.append(
          inline(line) + (rest.first.map { !$0.hasPrefix("|") && !$0.hasPrefix("- ") } == true ? "<br>" : ""))
      }
    }
    return blocks.joined()
  }

  private static func inline(_ line: Substring) -> String {
    // Every second piece between backticks is code.
    line.split(separator: "`", omittingEmptySubsequences: false).enumerated().map { index, piece in
      index % 2 == 1 ? "<code>\(escaped(piece))</code>" : emphasis(escaped(piece))
    }.joined()
  }

  private static func emphasis(_ text: String) -> String {
    paired(text, "**", "b") { paired($0, "*", "em") { $0 } }
  }

  /// What stands between every first and second mark as an element; a mark without its second stays.
  private static func paired(_ text: String, _ mark: String, _ tag: String, _ inner: (String) -> String) -> String {
    var pieces = text.split(separator: mark, omittingEmptySubsequences: false).map(String.init)
    if pieces.count % 2 == 0, let last = pieces.popLast() { pieces[pieces.count - 1] += mark + last }
    return pieces.enumerated().map { $0 % 2 == 1 ? "<\(tag)>\(inner($1))</\(tag)>" : inner($1) }.joined()
  }

  private static func cells(_ line: Substring) -> [Substring] {
    var cells: [Substring] = []
    var start = line.startIndex
    var isCode = false
    for index in line.indices {
      if line[index] == "`" { isCode.toggle() }
      // A bar inside code separates nothing.
      guard line[index] == "|", !isCode else { continue }
      cells.append(line[start..<index])
      start = line.index(after: index)
    }
    return cells.dropFirst().map { $0.drop { $0 == " " } }
  }

  private static func table(_ rows: [[Substring]]) -> String {
    let isRule = { (row: [Substring]) in row.allSatisfy { $0.allSatisfy { "-: ".contains($0) } } }
    let hasHead = rows.count > 1 && isRule(rows[1])
    let lines = rows.enumerated().filter { !isRule($0.element) }.map { index, row in
      let tag = hasHead && index == 0 ? "th" : "td"
      return "<tr>\(row.map { "<\(tag)>\(inline($0))</\(tag)>" }.joined())</tr>"
    }
    return "<table>\(lines.joined())</table>"
  }
}
