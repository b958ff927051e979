/// The help texts, made from the table of commands.
enum Help {
  private static let width = 100

  /// What `nodelab --help` prints.
  static func overview(_ rows: [CommandRow]) -> String {
    var lines = ["A reference node of the Cloudreve v4 node protocol, and the suite that checks one.", "", "Usage:"]
    lines += columns(rows.map { ("  " + synopsis($0, short: true), $0.summary) })
    lines += ["", "Every command has --help; nodelab --version prints the version."]
    lines += [
      "",
      "Exit codes: 0 all as expected, 1 something differs, 2 usage or configuration, 3 could not finish.",
    ]
    return lines.joined(separator: "\n")
  }

  /// What `nodelab COMMAND --help` prints.
  static func of(_ row: CommandRow) -> String {
    // An option stays beside its value: the blanks in brackets break no line.
    let usage = wrap(synopsis(row, short: false), at: width - 7).map { $0.replacing("\u{A0}", with: " ") }
    var lines = ["\(row.summary).", ""]
    lines += usage.enumerated().map { ($0.offset == 0 ? "Usage: " : "       ") + $0.element }
    lines += ["", "Options:"]
    lines += columns(
      row.options.map { ("  " + spelling($0), $0.help) } + [("  -h, --help", "prints this text")])
    for note in row.notes { lines += [""] + wrap(note, at: width) }
    return lines.joined(separator: "\n")
  }

  private static func synopsis(_ row: CommandRow, short: Bool) -> String {
    var words = [row.title]
    if !short {
      words += row.options.map { option in
        let spelled = option.short.map { "-\($0)" } ?? "--\(option.name)"
        let text = "\(spelled)\(placeholder(option).map { " \($0)" } ?? "")"
        return (option.isRequired ? text : "[\(text)]").replacing(" ", with: "\u{A0}")
      }
    } else if !row.options.isEmpty {
      words.append(row.words.isEmpty ? "[-c FILE]" : "[options]")
    }
    if !row.operands.isEmpty { words.append(row.operands) }
    return words.joined(separator: " ")
  }

  private static func spelling(_ option: OptionRow) -> String {
    let short = option.short.map { "-\($0), " } ?? "    "
    return "\(short)--\(option.name)\(placeholder(option).map { " \($0)" } ?? "")"
  }

  private static func placeholder(_ option: OptionRow) -> String? {
    switch option.shape {
    case .flag: nil
    case .value(let word), .repeated(let word): word
    case .list(let word): "\(word)…"
    }
  }

  /// Two columns, the second wrapped beside itself.
  private static func columns(_ rows: [(String, String)]) -> [String] {
    let left = (rows.map(\.0.count).max() ?? 0) + 2
    return rows.flatMap { head, text in
      wrap(text, at: width - left).enumerated().map { index, line in
        let lead = index == 0 ? head : ""
        return lead + String(repeating: " ", count: left - lead.count) + line
      }
    }
  }

  /// Lines of at most `limit` characters, broken at blanks; a line break in the text stays.
  private static func wrap(_ text: String, at limit: Int) -> [String] {
    text.split(separator: "\n", omittingEmptySubsequences: false).flatMap { paragraph in
      var lines: [String] = []
      for word in paragraph.split(separator: " ", omittingEmptySubsequences: false) {
        if let last = lines.last, last.count + 1 + word.count <= limit {
          lines[lines.count - 1] += " " + word
        } else {
          lines.append(String(word))
        }
      }
      return lines.isEmpty ? [""] : lines
    }
  }
}
