import GoWire
import ReferenceNode

/// A timeline as lines of text: a lane per node from left to right, time downwards, an arrow for each exchange, and what happened
/// beside it. What repeats itself is told once.
///
///     time        browser       S1            M
///     +0.500      │             │◀──── 200 ───●  PUT /api/v4/slave/upload → 200 in 4 ms  [3f2a9c01]
public struct TimelineText: Sendable {
  private let timeline: Timeline
  private let width: Int
  private let rows: [TimelineRow]
  private let timeWidth: Int
  /// Columns from one lane to the next; 0: too many lanes to draw any.
  private let pitch: Int

  /// - Parameter width: columns that no line exceeds; at least 60.
  public init(_ timeline: Timeline, width: Int = 120) {
    self.timeline = timeline
    self.width = max(60, width)
    rows = TimelineRow.all(of: timeline)
    timeWidth = max(8, TimelineWords.time(timeline.end).count)
    let lanes = timeline.lanes.count
    let room = self.width - timeWidth - 2 - self.width / 2
    pitch = lanes == 0 ? 0 : min(14, room / lanes) >= 4 ? min(14, room / lanes) : 0
  }

  /// The whole run.
  public func lines() -> [String] { [head] + condensed(rows) }

  /// The parts around some items, each with so many rows before and after it.
  public func lines(around numbers: [Int], context: Int = 12) -> [String] {
    let wanted = Set(numbers)
    var ranges: [Range<Int>] = []
    for (index, row) in rows.enumerated() where wanted.contains(row.number) {
      let range = max(0, index - context)..<min(rows.count, index + context + 1)
      if let last = ranges.last, last.upperBound >= range.lowerBound {
        ranges[ranges.count - 1] = last.lowerBound..<range.upperBound
      } else {
        ranges.append(range)
      }
    }
    guard !ranges.isEmpty else { return lines() }
    var result = [head]
    var place = 0
    for range in ranges {
      if range.lowerBound > place { result.append(note("\(range.lowerBound - place) lines")) }
      result += condensed(Array(rows[range]))
      place = range.upperBound
    }
    if place < rows.count { result.append(note("\(rows.count - place) lines")) }
    return result
  }

  private var head: String {
    let names = timeline.lanes.map { pad(clip(TimelineWords.printable($0), max(1, pitch - 1)), pitch) }.joined()
    return trimmed(pad("time", timeWidth + 2) + (pitch > 0 ? names : ""))
  }

  // MARK: Repetition

  /// Rounds of up to so many rows are seen as repeating.
  private static let longestRound = 8
  private static let fewestRounds = 4

  private func condensed(_ rows: [TimelineRow]) -> [String] {
    var lines: [String] = []
    var place = 0
    while place < rows.count {
      guard let (length, rounds) = repetition(rows, at: place) else {
        lines.append(line(rows[place]))
        place += 1
        continue
      }
      let after = place + length * rounds
      lines += rows[place..<(place + length)].map(line)
      let left = rounds - 2
      let what =
        length > 1
        ? "\(left) more rounds of these \(length) lines" : "\(left) \(Self.noun(rows[place])) alike"
      lines.append(note("\(what), until \(TimelineWords.time(rows[after - length - 1].time))"))
      lines += rows[(after - length)..<after].map(line)
      place = after
    }
    return lines
  }

  /// The round that repeats itself from a place on: the one that covers most rows, the shorter of equals.
  private func repetition(_ rows: [TimelineRow], at start: Int) -> (length: Int, rounds: Int)? {
    var best: (length: Int, rounds: Int)?
    for length in 1...Self.longestRound where start + length * Self.fewestRounds <= rows.count {
      var end = start + length
      while end < rows.count, rows[end].key == rows[end - length].key { end += 1 }
      let rounds = (end - start) / length
      // Three lines are what it takes to tell it: shorter repetitions are not worth it.
      guard rounds >= Self.fewestRounds, length * rounds > 2 * length + 1 else { continue }
      if best.map({ $0.length * $0.rounds < length * rounds }) ?? true { best = (length, rounds) }
    }
    return best
  }

  private static func noun(_ row: TimelineRow) -> String {
    switch row.shape {
    case .exchange: "exchanges"
    case .request: "requests"
    case .answer: "answers"
    case .mark, .rule: "lines"
    }
  }

  // MARK: A line

  private func line(_ row: TimelineRow) -> String {
    let time = pad(TimelineWords.time(row.time), timeWidth + 2)
    if case .rule = row.shape { return trimmed(clip(time + rule(row.text), width)) }
    var lanes = ""
    var text = row.text
    if pitch > 0 {
      lanes = String(cells(row)) + " "
    } else if let names = names(row) {
      text = "\(names): \(text)"
    }
    let id = row.requestID.map { $0.isEmpty ? "" : "  [\(TimelineWords.shortID($0))]" } ?? ""
    let room = width - time.count - lanes.count - id.count
    return trimmed(time + lanes + clip(text, room) + id)
  }

  private func rule(_ text: String) -> String {
    let room = width - timeWidth - 2
    let start = "── \(clip(text, room - 8)) "
    return start + String(repeating: "─", count: max(0, min(room, pitch * timeline.lanes.count) - start.count))
  }

  private func note(_ text: String) -> String {
    clip(String(repeating: " ", count: timeWidth + 2) + "… \(text) …", width)
  }

  private func names(_ row: TimelineRow) -> String? {
    func name(_ lane: Int) -> String { TimelineWords.printable(timeline.lanes[lane]) }
    switch row.shape {
    case .exchange(let from, let to, _), .request(let from, let to): return "\(name(from)) → \(name(to))"
    case .answer(let from, let to, _): return "\(name(from)) ← \(name(to))"
    case .mark(let lane, _): return name(lane)
    case .rule: return nil
    }
  }

  private func cells(_ row: TimelineRow) -> [Character] {
    var cells = [Character](repeating: " ", count: pitch * timeline.lanes.count)
    for lane in timeline.lanes.indices { cells[lane * pitch] = stroke(lane, row.time) }
    switch row.shape {
    case .rule: break
    case .mark(let lane, let character): cells[lane * pitch] = character
    case .exchange(let from, let to, let failed): draw(from, to, "─", failed, row.label, &cells)
    case .request(let from, let to): draw(from, to, "─", false, "", &cells)
    case .answer(let from, let to, let failed): draw(to, from, "╌", failed, row.label, &cells)
    }
    return cells
  }

  /// An arrow from lane to lane, with a label where there is room for one.
  private func draw(
    _ from: Int, _ to: Int, _ stroke: Character, _ failed: Bool, _ label: String, _ cells: inout [Character]
  ) {
    let (start, end) = (from * pitch, to * pitch)
    let inside = min(start, end) + 1..<max(start, end)
    for column in inside { cells[column] = cells[column] == " " ? stroke : "┼" }
    cells[start] = "●"
    cells[start < end ? end - 1 : end + 1] = failed ? "╳" : start < end ? "▶" : "◀"
    // On the free piece next to the start, in its middle.
    let piece = start < end ? start + 1..<start + pitch : start - pitch + 1..<start
    let text = Array(" \(label) ")
    guard !label.isEmpty, text.count + 4 <= piece.count else { return }
    let middle = piece.lowerBound + (piece.count - text.count) / 2
    cells.replaceSubrange(middle..<(middle + text.count), with: text)
  }

  /// How a lane looks at a time: a process that runs, is paused, or is gone. Nodes without processes are always there.
  private func stroke(_ lane: Int, _ time: Uptime) -> Character {
    let lives = timeline.lives.filter { $0.lane == lane }
    guard !lives.isEmpty else { return "│" }
    guard let life = lives.last(where: { $0.from <= time && $0.until.map { time < $0 } ?? true }) else { return " " }
    return life.pauses.contains { $0.from <= time && $0.until.map { time < $0 } ?? true } ? "┊" : "│"
  }

  private func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  private func clip(_ text: String, _ width: Int) -> String {
    guard text.count > width else { return text }
    return width > 0 ? text.prefix(width - 1) + "…" : ""
  }

  private func trimmed(_ text: String) -> String {
    guard let last = text.lastIndex(where: { $0 != " " }) else { return "" }
    return String(text[...last])
  }
}
