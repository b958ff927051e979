import GoWire
import ReferenceNode

/// A line of a timeline's text: an exchange nothing else happened during, one end of an exchange, or anything else.
struct TimelineRow {
  enum Shape: Hashable {
    /// A whole exchange.
    case exchange(from: Int, to: Int, failed: Bool)
    case request(from: Int, to: Int)
    case answer(from: Int, to: Int, failed: Bool)
    case mark(Int, Character)
    /// Over all lanes.
    case rule
  }

  var time: Uptime
  /// Number of its item.
  var number: Int
  var shape: Shape
  /// What an arrow has written on it.
  var label = ""
  var text: String
  var requestID: GoString?
  /// The same for rows that tell the same story of other files and other requests.
  var key: String

  /// The rows of a timeline by their time.
  static func all(of timeline: Timeline) -> [TimelineRow] {
    // Whether anything begins or ends between the two ends of an exchange.
    var moments: [(time: Uptime, order: Int, item: Int, isEnd: Bool)] = []
    for (index, item) in timeline.items.enumerated() {
      moments.append((item.time, moments.count, index, false))
      if case .exchange(let exchange) = item.content, let ended = exchange.ended {
        moments.append((ended, moments.count, index, true))
      }
    }
    moments.sort { ($0.time, $0.order) < ($1.time, $1.order) }
    var rows: [TimelineRow] = []
    var place = 0
    while place < moments.count {
      let moment = moments[place]
      let item = timeline.items[moment.item]
      place += 1
      guard case .exchange(let exchange) = item.content else {
        if let row = event(item) { rows.append(row) }
        continue
      }
      if moment.isEnd {
        rows.append(answer(item, exchange))
      } else if place < moments.count, moments[place].item == moment.item {
        place += 1
        rows.append(whole(item, exchange))
      } else {
        rows.append(request(item, exchange))
      }
    }
    return rows
  }

  // MARK: Exchanges

  private static func whole(_ item: Timeline.Item, _ exchange: Timeline.Exchange) -> TimelineRow {
    let outcome = TimelineWords.outcome(exchange)
    let failed = exchange.failure != nil || exchange.status == nil
    let took = TimelineWords.span((item.end - item.time).nanoseconds)
    return TimelineRow(
      time: item.time, number: item.number,
      shape: shape(exchange) { .exchange(from: $0, to: exchange.to, failed: failed) },
      label: failed ? "" : outcome, text: "\(TimelineWords.request(exchange)) → \(outcome) in \(took)",
      requestID: item.requestID, key: "whole \(key(exchange)) \(outcome)")
  }

  private static func request(_ item: Timeline.Item, _ exchange: Timeline.Exchange) -> TimelineRow {
    TimelineRow(
      time: item.time, number: item.number, shape: shape(exchange) { .request(from: $0, to: exchange.to) },
      text: TimelineWords.request(exchange) + (exchange.ended == nil ? " (has no end)" : ""),
      requestID: item.requestID, key: "request \(key(exchange))")
  }

  private static func answer(_ item: Timeline.Item, _ exchange: Timeline.Exchange) -> TimelineRow {
    let outcome = TimelineWords.outcome(exchange)
    let failed = exchange.failure != nil || exchange.status == nil
    let took = TimelineWords.span(((exchange.ended ?? item.end) - item.time).nanoseconds)
    return TimelineRow(
      time: exchange.ended ?? item.end, number: item.number,
      shape: shape(exchange) { .answer(from: $0, to: exchange.to, failed: failed) },
      label: failed ? "" : outcome, text: "\(outcome) to \(TimelineWords.request(exchange)) after \(took)",
      requestID: item.requestID, key: "answer \(key(exchange)) \(outcome)")
  }

  private static func shape(_ exchange: Timeline.Exchange, _ arrow: (Int) -> Shape) -> Shape {
    guard let from = exchange.from else { return .mark(exchange.to, "◆") }
    return from == exchange.to ? .mark(from, "↺") : arrow(from)
  }

  private static func key(_ exchange: Timeline.Exchange) -> String {
    let what = exchange.kind == .other ? TimelineWords.request(exchange) : exchange.kind.rawValue
    return "\(exchange.from ?? -1) \(exchange.to) \(exchange.method.text) \(what)"
  }

  // MARK: Everything else

  private static func event(_ item: Timeline.Item) -> TimelineRow? {
    var row = TimelineRow(
      time: item.time, number: item.number, shape: .rule, text: "", requestID: item.requestID, key: "")
    func mark(_ character: Character) { row.shape = item.lane.map { .mark($0, character) } ?? .rule }
    switch item.content {
    case .exchange: return nil
    case .disk(let steps):
      mark("▫")
      row.text = TimelineWords.disk(steps)
      row.key = "disk " + steps.map { $0.verb + ($0.failure ?? "") }.joined(separator: " ")
    case .log(let line):
      mark(line.level >= .warning ? "▲" : "·")
      row.text = (line.level == .info ? "" : "\(line.level): ") + TimelineWords.log(line)
      row.key = "log \(line.level) \(line.message)"
    case .process(let change):
      switch change {
      case .started: mark("┬")
      case .ended, .killed, .lostPower, .crashed: mark("┴")
      case .terminating, .paused, .resumed: mark("╪")
      }
      row.text = TimelineWords.process(change)
      row.key = row.text
    case .clock(let offset):
      mark("◷")
      row.text = TimelineWords.clock(offset)
      row.key = "clock"
    case .fault(let index, let kind, let detail):
      mark("✳")
      row.text = "\(kind.rawValue)" + (detail.isEmpty ? "" : ": \(TimelineWords.printable(detail))")
      row.key = "fault \(index)"
    case .healed(let index, let kind):
      mark("✳")
      row.text = "\(kind.rawValue) healed"
      row.key = "healed \(index)"
    case .step(let text):
      row.shape = .rule
      row.text = TimelineWords.printable(text)
      // Whose step it is, and whether it begins or ends; names count on.
      row.key = "step " + (text.split(separator: " ").last.map(String.init) ?? "")
    case .violation(let invariant, let text):
      mark("✗")
      row.text = "\(invariant) violated: \(TimelineWords.printable(text))"
      row.key = "violation \(item.number)"
    }
    row.key = "\(item.lane ?? -1) " + row.key
    return row
  }
}
