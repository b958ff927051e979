import GoWire

/// Differences as people read them: grouped by where they are, field for field, long texts line by line with what differs marked.
enum HTMLDiff {
  /// One line of a comparison.
  enum Line: Hashable {
    case same(String)
    case gone(String)
    case new(String)
    /// A line that changed: what was expected, and what was seen.
    case changed(String, String)
    /// So many lines that are alike.
    case folded(Int)
  }

  /// Lines that are alike and are shown around a change.
  private static let context = 2
  /// Characters shown of a text that differs, and around what differs.
  private static let shown = 400
  private static let around = 60

  // MARK: Page

  static func render(_ differences: [Difference]) -> String {
    var groups: [(title: String, rows: [String])] = []
    for difference in differences {
      var parts = difference.place.split(separator: ": ", omittingEmptySubsequences: false).map(String.init)
      let field = parts.count > 1 ? parts.removeLast() : ""
      let title = parts.joined(separator: " · ")
      let row = render(difference, field: field)
      if groups.last?.title == title {
        groups[groups.count - 1].rows.append(row)
      } else {
        groups.append((title, [row]))
      }
    }
    return groups.map { group in
      "<div class=\"difference\"><p class=\"place\">\(HTMLText.escaped(group.title))</p>\n"
        + group.rows.joined(separator: "\n") + "\n</div>"
    }.joined(separator: "\n")
  }

  private static func render(_ difference: Difference, field: String) -> String {
    let (expected, seen) = listings(difference.expected, difference.seen)
    let compared = lines(expected, seen)
    var isWhole = true
    let body = compared.map { line -> String in
      switch line {
      case .same(let text):
        let cut = clipped(text)
        isWhole = isWhole && cut.isWhole
        return row("same", " ", cut.html)
      case .gone(let text):
        let cut = clipped(text)
        isWhole = isWhole && cut.isWhole
        return row("del", "−", cut.html)
      case .new(let text):
        let cut = clipped(text)
        isWhole = isWhole && cut.isWhole
        return row("ins", "+", cut.html)
      case .changed(let left, let right):
        let pair = marked(left, right)
        isWhole = isWhole && pair.isWhole
        return row("del", "−", pair.expected) + row("ins", "+", pair.seen)
      case .folded(let count):
        isWhole = false
        return row("fold", " ", "⋯ \(count) lines alike")
      }
    }.joined()
    let name = field.isEmpty ? "" : "<p class=\"field-name\">\(HTMLText.escaped(field))</p>"
    return "<div class=\"row\">\(name)<div class=\"diff\">\(body)\(isWhole ? "" : everything(difference))</div></div>"
  }

  private static func row(_ kind: String, _ sign: String, _ html: String) -> String {
    let tag = kind == "del" || kind == "ins" ? kind : "span"
    return "<\(tag) class=\"line \(kind)\"><i aria-hidden=\"true\">\(sign)</i><code>\(html)</code></\(tag)>"
  }

  private static func everything(_ difference: Difference) -> String {
    func part(_ name: String, _ text: String) -> String {
      "<p>\(name), \(text.count) characters</p><pre tabindex=\"0\">\(HTMLText.escaped(text))</pre>"
    }
    return "<details class=\"everything\"><summary>Show everything</summary>"
      + part("Expected", difference.expected) + part("Seen", difference.seen) + "</details>"
  }

  // MARK: Lines

  /// Both texts as lines: JSON a member a line when both are objects or lists, else as they are.
  static func listings(_ expected: String, _ seen: String) -> (expected: [String], seen: [String]) {
    if let left = json(expected), let right = json(seen) { return (left, right) }
    return (split(expected), split(seen))
  }

  private static func json(_ text: String) -> [String]? {
    guard text.first == "{" || text.first == "[", let value = try? GoJSON.parse(Array(text.utf8)) else { return nil }
    return split(GoString(GoJSON.write(value, indent: 2, escapingHTML: false)).text)
  }

  /// A carriage return is shown, since it is easily what differs.
  private static func split(_ text: String) -> [String] {
    var lines: [String] = []
    var line = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n":
        lines.append(line)
        line = ""
      case "\t": line.unicodeScalars.append(scalar)
      default:
        if scalar.value < 0x20 || scalar.value == 0x7F {
          line += scalar == "\r" ? "\\r" : "\\u{\(String(scalar.value, radix: 16))}"
        } else {
          line.unicodeScalars.append(scalar)
        }
      }
    }
    return lines + [line]
  }

  /// The comparison of two lists of lines: their longest common part is alike, runs of it are folded.
  static func lines(_ expected: [String], _ seen: [String]) -> [Line] {
    var start = 0
    while start < min(expected.count, seen.count), expected[start] == seen[start] { start += 1 }
    var end = 0
    while end < min(expected.count, seen.count) - start,
      expected[expected.count - 1 - end] == seen[seen.count - 1 - end]
    { end += 1 }
    let middle = common(Array(expected[start..<(expected.count - end)]), Array(seen[start..<(seen.count - end)]))
    let all = expected[..<start].map(Line.same) + middle + expected[(expected.count - end)...].map(Line.same)
    return folded(all)
  }

  private static func common(_ left: [String], _ right: [String]) -> [Line] {
    // Beyond this the table would be larger than a page is worth.
    guard left.count * right.count <= 1_000_000 else { return paired(left, right) }
    let width = right.count + 1
    var lengths = [Int](repeating: 0, count: (left.count + 1) * width)
    for i in left.indices.reversed() {
      for j in right.indices.reversed() {
        lengths[i * width + j] =
          left[i] == right[j]
          ? lengths[(i + 1) * width + j + 1] + 1 : max(lengths[(i + 1) * width + j], lengths[i * width + j + 1])
      }
    }
    var lines: [Line] = []
    var (gone, new): ([String], [String]) = ([], [])
    var (i, j) = (0, 0)
    while i < left.count || j < right.count {
      if i < left.count, j < right.count, left[i] == right[j] {
        lines += paired(gone, new) + [.same(left[i])]
        (gone, new) = ([], [])
        i += 1
        j += 1
      } else if j == right.count || (i < left.count && lengths[(i + 1) * width + j] >= lengths[i * width + j + 1]) {
        gone.append(left[i])
        i += 1
      } else {
        new.append(right[j])
        j += 1
      }
    }
    return lines + paired(gone, new)
  }

  /// Lines that are not alike, side by side as far as both go.
  private static func paired(_ gone: [String], _ new: [String]) -> [Line] {
    let both = min(gone.count, new.count)
    return zip(gone, new).map { Line.changed($0, $1) } + gone[both...].map(Line.gone) + new[both...].map(Line.new)
  }

  private static func folded(_ lines: [Line]) -> [Line] {
    func isSame(_ line: Line) -> Bool { if case .same = line { true } else { false } }
    var result: [Line] = []
    var index = 0
    while index < lines.count {
      guard isSame(lines[index]) else {
        result.append(lines[index])
        index += 1
        continue
      }
      let run = lines[index...].prefix(while: isSame)
      let (head, tail) = (index == 0 ? 0 : context, run.endIndex == lines.count ? 0 : context)
      if run.count > head + tail + 1 {
        result += run.prefix(head) + [.folded(run.count - head - tail)] + run.suffix(tail)
      } else {
        result += run
      }
      index = run.endIndex
    }
    return result
  }

  // MARK: Characters

  /// Both texts, escaped, with everything between their common beginning and their common end in `<mark>`, and what is long and
  /// alike, or too long, left out.
  static func marked(_ expected: String, _ seen: String) -> (expected: String, seen: String, isWhole: Bool) {
    let left = Array(expected)
    let right = Array(seen)
    let shorter = min(left.count, right.count)
    var start = 0
    while start < shorter, left[start] == right[start] { start += 1 }
    var end = 0
    while end < shorter - start, left[left.count - 1 - end] == right[right.count - 1 - end] { end += 1 }
    var isWhole = true
    func mark(_ text: [Character]) -> String {
      var head = String(text[..<start])
      var middle = String(text[start..<(text.count - end)])
      var tail = String(text[(text.count - end)...])
      if text.count > shown {
        if head.count > around { head = "…" + head.suffix(around) }
        if middle.count > shown { middle = middle.prefix(shown) + "…" }
        if tail.count > around { tail = tail.prefix(around) + "…" }
        isWhole = false
      }
      let inside = middle.isEmpty ? "" : "<mark>\(HTMLText.escaped(middle))</mark>"
      return HTMLText.escaped(head) + inside + HTMLText.escaped(tail)
    }
    let both = (mark(left), mark(right))
    return (both.0, both.1, isWhole)
  }

  private static func clipped(_ text: String) -> (html: String, isWhole: Bool) {
    guard text.count > shown else { return (HTMLText.escaped(text), true) }
    return (HTMLText.escaped(String(text.prefix(shown))) + "…", false)
  }
}
