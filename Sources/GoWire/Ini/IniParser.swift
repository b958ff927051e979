/// Reads a text line by line.
struct IniParser {
  private let text: [UInt8]
  private var index: Int
  private var isAtEnd = false
  /// The number of the line that was read last.
  private var line = 0

  init(_ text: [UInt8]) {
    self.text = text
    let marks: [[UInt8]] = [[0xFE, 0xFF], [0xFF, 0xFE], [0xEF, 0xBB, 0xBF]]
    index = marks.first { text.starts(with: $0) }?.count ?? 0
  }

  mutating func parse(into file: inout IniFile) throws(IniError) {
    var section = file.open(IniFile.defaultSection, line: 0)
    var unnamed = 1
    while !isAtEnd {
      let text = nextLine().trimmingLeadingSpace
      let number = line
      guard let first = text.bytes.first, first != UInt8(ascii: "#"), first != UInt8(ascii: ";") else { continue }
      if first == UInt8(ascii: "[") {
        guard let end = text.bytes.lastIndex(of: UInt8(ascii: "]")) else {
          throw IniError("unclosed section: " + text, line: number)
        }
        if end == 1 { throw IniError("empty section name", line: number) }
        section = file.open(text.keeping(end).dropping(1), line: number)
        unnamed = 1
        continue
      }
      var (name, rest) = try splitName(text)
      if name == "-" {
        name = GoString("#\(unnamed)")
        unnamed += 1
      }
      let value = try value(rest)
      if name.isEmpty { throw IniError("error creating new key: empty key name", line: number) }
      file.set(name, value, line: number, in: section)
    }
  }

  /// The next line with its end.
  private mutating func nextLine() -> GoString {
    line += 1
    guard let end = text[index...].firstIndex(of: 0x0A) else {
      isAtEnd = true
      defer { index = text.count }
      return GoString(text[index...])
    }
    defer { index = end + 1 }
    return GoString(text[index...end])
  }

  /// A key's name, in quotes or not, and what follows `=` or `:`.
  private func splitName(_ text: GoString) throws(IniError) -> (name: GoString, rest: GoString) {
    let quote: GoString =
      text.hasPrefix("`")
      ? "`" : !text.hasPrefix("\"") ? "" : text.count > 6 && text.hasPrefix("\"\"\"") ? "\"\"\"" : "\""
    if quote.isEmpty {
      guard let end = text.bytes.firstIndex(where: IniParser.isDelimiter) else { throw noDelimiter(text) }
      if end == 0 { throw IniError("empty key name: " + text, line: line) }
      return (text.keeping(end).trimmingSpace, text.dropping(end + 1))
    }
    let quoted = text.dropping(quote.count)
    guard let end = quoted.firstIndex(of: quote) else {
      throw IniError("missing closing key quote: " + text, line: line)
    }
    let after = quoted.dropping(end + quote.count)
    guard let delimiter = after.bytes.firstIndex(where: IniParser.isDelimiter) else { throw noDelimiter(text) }
    return (quoted.keeping(end).trimmingSpace, after.dropping(delimiter + 1))
  }

  private static func isDelimiter(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "=") || byte == UInt8(ascii: ":") }

  private func noDelimiter(_ text: GoString) -> IniError {
    IniError("key-value delimiter not found: " + text, line: line)
  }

  /// A key's value; may take further lines.
  private mutating func value(_ rest: GoString) throws(IniError) -> GoString {
    let start = rest.trimmingLeadingSpace
    if start.isEmpty { return "" }
    if start.hasPrefix("`") { return try quotedValue(start, "`") }
    if start.count > 3, start.hasPrefix("\"\"\"") { return try quotedValue(start, "\"\"\"") }

    var value = start.trimmingSpace
    if value.hasSuffix("\\") { return continuedValue(value.keeping(value.count - 1)) }
    if let comment = value.bytes.firstIndex(where: { $0 == UInt8(ascii: "#") || $0 == UInt8(ascii: ";") }) {
      value = value.keeping(comment).trimmingSpace
    }
    for quote in [UInt8(ascii: "'"), UInt8(ascii: "\"")] where value.count >= 2 && value.bytes.first == quote {
      // Quotes count only as the first and the last byte.
      if value.bytes.dropFirst().firstIndex(of: quote) == value.count - 1 {
        return value.keeping(value.count - 1).dropping(1)
      }
    }
    return value
  }

  /// The text up to the last such quote on its line, or on the first line after it that has one.
  private mutating func quotedValue(_ start: GoString, _ quote: GoString) throws(IniError) -> GoString {
    let first = line
    var value = start.dropping(quote.count)
    if let end = value.lastIndex(of: quote) { return value.keeping(end) }
    while true {
      let next = nextLine()
      if let end = next.lastIndex(of: quote) { return value + next.keeping(end) }
      value += next
      if isAtEnd {
        throw IniError("missing closing key quote from " + start.quoted + " to " + next.quoted, line: first)
      }
    }
  }

  /// A value that goes on while its lines end in a backslash.
  private mutating func continuedValue(_ start: GoString) -> GoString {
    var value = start
    while true {
      let next = nextLine().trimmingSpace
      if next.isEmpty { return value }
      value += next
      guard value.hasSuffix("\\") else { return value }
      value = value.keeping(value.count - 1)
    }
  }
}

extension GoString {
  /// Where some bytes first occur.
  fileprivate func firstIndex(of part: GoString) -> Int? {
    guard count >= part.count else { return nil }
    return (0...(count - part.count)).first { bytes[$0...].starts(with: part.bytes) }
  }

  /// Where some bytes last occur.
  fileprivate func lastIndex(of part: GoString) -> Int? {
    guard count >= part.count else { return nil }
    return (0...(count - part.count)).last { bytes[$0...].starts(with: part.bytes) }
  }
}
