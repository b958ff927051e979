/// A difference as two lines, what was expected above what was seen, with the part that differs marked.
enum HTMLDiff {
  static func render(_ difference: Difference) -> String {
    let (expected, seen) = marked(difference.expected, difference.seen)
    return """
      <div class="difference"><p class="place">\(HTMLText.escaped(difference.place))</p>
      <pre><del>− \(expected)</del>
      <ins>+ \(seen)</ins></pre></div>
      """
  }

  /// Both texts, escaped, with everything between their common beginning and their common end in `<mark>`.
  static func marked(_ expected: String, _ seen: String) -> (expected: String, seen: String) {
    let left = Array(expected)
    let right = Array(seen)
    let shorter = min(left.count, right.count)
    var start = 0
    while start < shorter, left[start] == right[start] { start += 1 }
    var end = 0
    while end < shorter - start, left[left.count - 1 - end] == right[right.count - 1 - end] { end += 1 }
    func mark(_ text: [Character]) -> String {
      let middle = text[start..<(text.count - end)]
      let inside = middle.isEmpty ? "" : "<mark>\(HTMLText.escaped(String(middle)))</mark>"
      return HTMLText.escaped(String(text[..<start])) + inside + HTMLText.escaped(String(text[(text.count - end)...]))
    }
    return (mark(left), mark(right))
  }
}
