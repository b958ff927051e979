import GoWire
import ReferenceNode

/// The words that both forms of a timeline use.
public enum TimelineWords {
  /// Seconds with so many decimals, cut off, not rounded: `12.001`.
  public static func seconds(_ nanoseconds: Int64, decimals: Int = 3) -> String {
    let magnitude = nanoseconds.magnitude
    let whole = String(magnitude / 1_000_000_000)
    let nine = String(magnitude % 1_000_000_000 + 1_000_000_000).dropFirst()
    return (nanoseconds < 0 ? "-" : "") + whole + (decimals > 0 ? "." + nine.prefix(decimals) : "")
  }

  /// Seconds without needless zeros: `4`, `0.25`.
  public static func short(_ nanoseconds: Int64) -> String {
    var text = seconds(nanoseconds, decimals: 9)
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
    return text
  }

  /// A virtual time: `+12.001`.
  public static func time(_ time: Uptime, decimals: Int = 3) -> String {
    (time.nanoseconds < 0 ? "" : "+") + seconds(time.nanoseconds, decimals: decimals)
  }

  /// A length of time with the unit that fits: `850 µs`, `2.5 ms`, `3 s`, `2 h 5 min`.
  public static func span(_ nanoseconds: Int64) -> String {
    let magnitude = Int64(clamping: nanoseconds.magnitude)
    let sign = nanoseconds < 0 ? "-" : ""
    func scaled(_ unit: Int64, _ name: String) -> String {
      let tenths = (magnitude + unit / 20) / (unit / 10)
      return sign + (tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)") + " " + name
    }
    switch magnitude {
    case 0: return "0 s"
    case ..<1_000_000: return scaled(1_000, "µs")
    case ..<1_000_000_000: return scaled(1_000_000, "ms")
    case ..<120_000_000_000: return scaled(1_000_000_000, "s")
    default:
      let seconds = magnitude / 1_000_000_000
      let (hours, minutes, rest) = (seconds / 3_600, seconds / 60 % 60, seconds % 60)
      let parts = [(hours, "h"), (minutes, "min"), (rest, "s")].filter { $0.0 > 0 }.prefix(2)
      return sign + parts.map { "\($0.0) \($0.1)" }.joined(separator: " ")
    }
  }

  /// Bytes as people read them: `512 B`, `1.5 KiB`, `2.4 MiB`.
  public static func bytes(_ count: Int64) -> String {
    var unit: Int64 = 1
    for name in ["B", "KiB", "MiB", "GiB"] {
      if count < unit * 1_024 || name == "GiB" {
        let tenths = count * 10 / unit
        return (name == "B" || tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)") + " " + name
      }
      unit *= 1_024
    }
    return "\(count) B"
  }

  /// Enough of a request id to tell it from others.
  public static func shortID(_ id: GoString) -> String { printable(String(id.text.prefix(8))) }

  /// Control characters as the pictures that Unicode has of them, so that a line stays a line.
  public static func printable(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0..<0x20: result.unicodeScalars.append(Unicode.Scalar(0x2400 + scalar.value) ?? "?")
      case 0x7F: result += "\u{2421}"
      case 0x80..<0xA0, 0x200B..<0x2010, 0x2028..<0x202F, 0x2066..<0x206A, 0xFEFF: result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  public static func log(_ line: LogLine) -> String {
    let details = line.details.map { " \($0.key)=\($0.value.text)" }.joined()
    return printable(line.message + details)
  }

  public static func process(_ change: TraceEvent.ProcessChange) -> String {
    switch change {
    case .started(let version): "process started, version \(printable(version))"
    case .terminating: "asked to stop"
    case .ended(let code): "process ended with exit code \(code)"
    case .killed: "process killed"
    case .lostPower: "power lost"
    case .paused: "process paused"
    case .resumed: "process resumed"
    case .crashed(let reason): "process crashed: \(printable(reason))"
    }
  }

  public static func clock(_ offset: Span) -> String {
    offset == .zero
      ? "clock set right" : "clock set \(span(abs(offset.nanoseconds))) \(offset < .zero ? "behind" : "ahead")"
  }

  /// `write 3× 1 MiB, sync, close: uploads/up-1`.
  public static func disk(_ steps: [Timeline.DiskStep]) -> String {
    var text = ""
    var path: GoString?
    for step in steps {
      if let path, step.path != path { text += " \(printable(path.text)); " } else if path != nil { text += ", " }
      path = step.path
      text += printable(step.verb)
      if step.count > 1 { text += " \(step.count)×" }
      if step.bytes > 0 { text += " \(bytes(step.bytes))" }
      if let failure = step.failure { text += " failed (\(printable(failure)))" }
    }
    return text + (path.map { " " + printable($0.text) } ?? "")
  }

  /// What came of an exchange: a status, a failure, or nothing yet.
  public static func outcome(_ exchange: Timeline.Exchange) -> String {
    if let failure = exchange.failure { return printable(failure.text) }
    if let status = exchange.status { return "\(status)" }
    return exchange.ended == nil ? "no end" : "no answer"
  }

  /// The request line without the signature and other parameters, which only lengthen it.
  public static func request(_ exchange: Timeline.Exchange) -> String {
    let path = exchange.target.bytes.prefix { $0 != UInt8(ascii: "?") }
    return printable("\(exchange.method.text) \(GoString(path).text)")
  }
}

extension Fault.Place {
  var words: String {
    switch self {
    case .link(let from, let to): "\(from) → \(to)"
    case .node(let name): name
    }
  }

  func names(_ node: String) -> Bool {
    switch self {
    case .link(let from, let to): from == node || to == node
    case .node(let name): name == node
    }
  }
}

extension Fault {
  /// What it matches and its parameters, as far as they are given.
  var words: String {
    var words: [String] = []
    func add(_ name: String, _ value: (some Any)?) {
      if let value { words.append("\(name) \(value)") }
    }
    add("exchange", match.exchange?.rawValue)
    add("phase", match.phase?.rawValue)
    add("path", match.pathPrefix?.text)
    add("operation", match.operation?.rawValue)
    if match.pathClass != .any { add("files", match.pathClass.rawValue) }
    add("nth", match.nth)
    add("count", match.count)
    add("chance", match.chanceInMillion.map { TimelineWords.short(Int64($0) * 100_000) + " %" })
    add("effect", match.effect)
    add("bytes", parameters.bytes)
    add("rate", parameters.rate.map { TimelineWords.bytes($0) + "/s" })
    add("side", parameters.side?.rawValue)
    add("span", parameters.span.map { TimelineWords.span($0.nanoseconds) })
    add("mean", parameters.mean.map { TimelineWords.span($0.nanoseconds) })
    add("jitter", parameters.jitter.map { TimelineWords.span($0.nanoseconds) })
    add("status", parameters.status)
    if parameters.afterOrigin == true { words.append("after the origin") }
    add("variant", parameters.variant)
    add("name", parameters.name?.text)
    add("value", parameters.value?.text)
    add("number", parameters.number)
    add("nodes", parameters.nodes?.joined(separator: " "))
    return TimelineWords.printable(words.joined(separator: ", "))
  }
}
