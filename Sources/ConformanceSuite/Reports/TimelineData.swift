import GoWire
import ReferenceNode
import Simulator

/// A timeline as the JSON that the page's script reads: rows of numbers and texts, members always in the same order.
///
/// It stands inside a `script` element, so `<`, `>` and `&` are written as escapes: nothing a trace holds can end the element.
struct TimelineData {
  private var bytes: [UInt8] = []

  /// - Parameter most: items beyond it are left out, the uninteresting first.
  static func json(_ timeline: Timeline, most: Int) -> String {
    var data = TimelineData()
    data.write(timeline, most: most)
    return String(decoding: data.bytes, as: UTF8.self)
  }

  private mutating func write(_ timeline: Timeline, most: Int) {
    let items = Self.thinned(timeline.items, to: most)
    var requests: [GoString] = []
    var numbers: [GoString: Int] = [:]
    for item in items {
      guard let id = item.requestID, !id.isEmpty, numbers[id] == nil else { continue }
      numbers[id] = requests.count
      requests.append(id)
    }
    raw("{\"lanes\":")
    array(timeline.lanes) { $0.text($1) }
    raw(",\"end\":\(timeline.end.nanoseconds),\"left\":\(timeline.items.count - items.count),\"requests\":")
    array(requests) { $0.text($1.text) }
    raw(",\"items\":")
    array(items) { $0.item($1, request: $1.requestID.flatMap { numbers[$0] } ?? -1) }
    raw(",\"bands\":")
    array(timeline.bands) { $0.band($1) }
    raw(",\"lives\":")
    array(timeline.lives) { $0.life($1) }
    raw("}")
  }

  // MARK: Items

  private mutating func item(_ item: Timeline.Item, request: Int) {
    let took = (item.end - item.time).nanoseconds
    raw("[\(item.number),\(Self.kind(item.content)),\(item.time.nanoseconds),\(took),\(item.lane ?? -1),\(request),")
    raw("\(Self.severity(item.content)),")
    switch item.content {
    case .exchange(let exchange):
      text("\(TimelineWords.request(exchange)) → \(TimelineWords.outcome(exchange))")
      raw(",")
      self.exchange(exchange, from: item.time)
    case .disk(let steps):
      text(TimelineWords.disk(steps))
      raw(",")
      pairs(
        steps.map { step in
          let words = TimelineWords.disk([step])
          return (String(words.dropLast(TimelineWords.printable(step.path.text).count + 1)), step.path.text)
        })
    case .log(let line):
      text((line.level == .info ? "" : "\(line.level): ") + TimelineWords.log(line))
      raw(",")
      pairs([("level", "\(line.level)"), ("says", line.message)] + line.details.map { ($0.key, $0.value.text) })
    case .process(let change):
      text(TimelineWords.process(change))
      raw(",[]")
    case .clock(let offset):
      text(TimelineWords.clock(offset))
      raw(",")
      pairs([("offset", TimelineWords.short(offset.nanoseconds) + " s")])
    case .fault(let index, let kind, let detail):
      text(kind.rawValue + (detail.isEmpty ? "" : ": \(TimelineWords.printable(detail))"))
      raw(",")
      pairs([("fault", "\(kind.rawValue), number \(index + 1) of the plan")])
    case .healed(let index, let kind):
      text("\(kind.rawValue) healed")
      raw(",")
      pairs([("fault", "\(kind.rawValue), number \(index + 1) of the plan")])
    case .step(let step):
      text(TimelineWords.printable(step))
      raw(",[]")
    case .violation(let invariant, let what):
      text("\(invariant) violated: \(TimelineWords.printable(what))")
      raw(",")
      pairs([("invariant", invariant), ("what", what)])
    }
    raw("]")
  }

  private mutating func exchange(_ exchange: Timeline.Exchange, from begin: Uptime) {
    func after(_ time: Uptime?) -> Int64 { time.map { ($0 - begin).nanoseconds } ?? -1 }
    raw("[\(exchange.from ?? -1),\(exchange.to),\(after(exchange.received)),\(after(exchange.sent)),")
    text(exchange.kind.rawValue)
    raw(",\(exchange.number ?? -1),\(exchange.connection ?? -1),")
    text(exchange.target.text)
    raw(",")
    text(TimelineWords.outcome(exchange))
    raw(",")
    array(exchange.phases) {
      $0.raw("[")
      $0.text($1.phase.rawValue)
      $0.raw(",\(after($1.time)),\($1.bytes)]")
    }
    raw(",[]]")
  }

  private static func kind(_ content: Timeline.Content) -> Int {
    switch content {
    case .exchange: 0
    case .disk: 1
    case .log: 2
    case .process: 3
    case .clock: 4
    case .fault, .healed: 5
    case .step: 6
    case .violation: 7
    }
  }

  /// 0 as it should be, 2 to be looked at, 3 wrong.
  static func severity(_ content: Timeline.Content) -> Int {
    switch content {
    case .exchange(let exchange):
      if exchange.failure != nil { return 3 }
      guard let status = exchange.status else { return exchange.ended == nil ? 2 : 3 }
      return status >= 400 ? 2 : 0
    case .disk(let steps): return steps.contains { $0.failure != nil } ? 2 : 0
    case .log(let line): return line.level == .error ? 3 : line.level == .warning ? 2 : 0
    case .process(let change):
      switch change {
      case .crashed: return 3
      case .killed, .lostPower: return 2
      default: return 0
      }
    case .fault: return 2
    case .violation: return 3
    case .clock, .healed, .step: return 0
    }
  }

  /// At most so many items: first disk operations go that went well, then lines of the log, then the middle of the run, but
  /// nothing that went wrong as long as that suffices.
  static func thinned(_ items: [Timeline.Item], to most: Int) -> [Timeline.Item] {
    var items = items
    for kind in [1, 2] where items.count > most {
      items.removeAll { Self.kind($0.content) == kind && severity($0.content) == 0 }
    }
    guard items.count > most else { return items }
    let grave = items.count { severity($0.content) > 0 }
    let half = max(0, most - min(grave, most)) / 2
    return items.enumerated().filter { place, item in
      place < half || place >= items.count - half || severity(item.content) > 0
    }.prefix(most).map(\.element)
  }

  // MARK: Faults and processes

  private mutating func band(_ band: Timeline.FaultBand) {
    raw("[")
    text(band.kind.rawValue)
    raw(",")
    text(band.place)
    raw(",\(band.from.nanoseconds),\(band.until?.nanoseconds ?? -1),")
    array(band.lanes) { $0.raw("\($1)") }
    raw(",")
    text(band.words)
    raw(",")
    array(band.firings) { $0.raw("\($1)") }
    raw("]")
  }

  private mutating func life(_ life: Timeline.Life) {
    raw("[\(life.lane),\(life.from.nanoseconds),\(life.until?.nanoseconds ?? -1),")
    text(life.version)
    raw(",")
    text(life.ending.map(TimelineWords.process) ?? "")
    raw(",")
    array(life.pauses) { $0.raw("[\($1.from.nanoseconds),\($1.until?.nanoseconds ?? -1)]") }
    raw("]")
  }

  // MARK: JSON

  private mutating func raw(_ text: String) { bytes += text.utf8 }

  private mutating func array<Element>(_ elements: [Element], _ write: (inout TimelineData, Element) -> Void) {
    raw("[")
    for (index, element) in elements.enumerated() {
      if index > 0 { raw(",") }
      write(&self, element)
    }
    raw("]")
  }

  private mutating func pairs(_ pairs: [(String, String)]) {
    array(pairs) {
      $0.raw("[")
      $0.text($1.0)
      $0.raw(",")
      $0.text(TimelineWords.printable($1.1))
      $0.raw("]")
    }
  }

  private mutating func text(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
      case 0..<0x20, 0x7F, UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"):
        bytes += "\\u00".utf8
        bytes += [Self.digit(byte >> 4), Self.digit(byte & 15)]
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private static func digit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
  }
}
