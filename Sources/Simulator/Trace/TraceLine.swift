import GoWire
import ReferenceNode

/// A trace event as one line of JSON, its members always in the same order.
extension TraceEvent {
  /// `{"n":7,"t":0.001000000,"node":"S1","kind":"effect",…}`: number, virtual seconds, node, request if known, kind, then the
  /// kind's own members. Bytes that are no UTF-8 are repaired.
  public var line: String {
    var line = JSONLine()
    line.number("n", number)
    line.seconds("t", time.nanoseconds)
    if !node.isEmpty { line.text("node", node) }
    if let requestID { line.text("request", requestID) }
    switch kind {
    case .effect(let number, let action, let failure):
      line.text("kind", "effect")
      line.number("effect", number)
      line.add(action)
      if let failure { line.text("failure", failure) }
    case .exchangeBegan(let start):
      line.text("kind", "exchange")
      line.number("exchange", start.number)
      line.number("connection", start.connection)
      line.text("from", start.from)
      line.text("to", start.to)
      line.text("for", start.kind.rawValue)
      line.text("method", start.method)
      line.text("target", start.target)
    case .exchangePhase(let number, let phase, let bytes):
      line.text("kind", "phase")
      line.number("exchange", number)
      line.text("phase", phase.rawValue)
      line.number("bytes", bytes)
    case .requestReceived(let number, let method, let target):
      line.text("kind", "request")
      if let number { line.number("exchange", number) }
      line.text("method", method)
      line.text("target", target)
    case .responseSent(let number, let status):
      line.text("kind", "response")
      if let number { line.number("exchange", number) }
      if let status { line.number("status", status) }
    case .exchangeEnded(let number, let status, let failure):
      line.text("kind", "exchange end")
      line.number("exchange", number)
      if let status { line.number("status", status) }
      if let failure { line.text("failure", failure) }
    case .log(let log):
      line.text("kind", "log")
      line.text("level", "\(log.level)")
      line.text("message", log.message)
      for detail in log.details { line.text("_" + detail.key, detail.value) }
    case .process(let change):
      line.text("kind", "process")
      line.text("change", change.text)
    case .clock(let offset):
      line.text("kind", "clock")
      line.seconds("offset", offset.nanoseconds)
    case .fault(let fault, let kind, let detail):
      line.text("kind", "fault")
      line.number("fault", fault)
      line.text("id", kind.rawValue)
      line.text("detail", detail)
    case .healed(let fault, let kind):
      line.text("kind", "healed")
      line.number("fault", fault)
      line.text("id", kind.rawValue)
    case .step(let text):
      line.text("kind", "step")
      line.text("step", text)
    case .violation(let invariant, let text):
      line.text("kind", "violation")
      line.text("invariant", invariant)
      line.text("detail", text)
    }
    return line.end()
  }
}

/// Members of one JSON object, written as they come.
private struct JSONLine {
  private var bytes: [UInt8] = [UInt8(ascii: "{")]

  mutating func number(_ name: StaticString, _ value: some BinaryInteger) {
    key("\(name)")
    bytes += String(value).utf8
  }

  /// Nanoseconds as seconds, all nine places written.
  mutating func seconds(_ name: StaticString, _ nanoseconds: Int64) {
    key("\(name)")
    if nanoseconds < 0 { bytes.append(UInt8(ascii: "-")) }
    let magnitude = nanoseconds.magnitude
    bytes += String(magnitude / 1_000_000_000).utf8
    bytes.append(UInt8(ascii: "."))
    bytes += String(magnitude % 1_000_000_000 + 1_000_000_000).utf8.dropFirst()
  }

  mutating func text(_ name: String, _ value: String) {
    key(name)
    quote(value)
  }

  mutating func text(_ name: String, _ value: GoString) { text(name, value.text) }

  mutating func add(_ action: Effect.Action) {
    switch action {
    case .open(let path, let mode):
      text("do", mode.text)
      text("path", path)
    case .read(let path, let offset, let count): range("read", path, offset, Int64(count))
    case .write(let path, let offset, let count): range("write", path, offset, Int64(count))
    case .truncate(let path, let size): sized("truncate", path, size)
    case .preallocate(let path, let size): sized("preallocate", path, size)
    case .sync(let path): plain("sync", path)
    case .close(let path): plain("close", path)
    case .status(let path): plain("status", path)
    case .list(let path): plain("list", path)
    case .makeFolders(let path): plain("make folders", path)
    case .remove(let path): plain("remove", path)
    case .removeTree(let path): plain("remove tree", path)
    case .rename(let from, let to):
      plain("rename", from)
      text("to", to)
    case .syncFolder(let path): plain("sync folder", path)
    case .freeSpace: text("do", "free space")
    case .call(let method, let url): message("call", method, url, nil)
    case .reply(let method, let url, let status): message("reply", method, url, status)
    case .request(let method, let target): message("request", method, target, nil)
    case .response(let method, let target, let status): message("response", method, target, status)
    }
  }

  mutating func end() -> String {
    bytes.append(UInt8(ascii: "}"))
    return String(decoding: bytes, as: UTF8.self)
  }

  private mutating func plain(_ what: String, _ path: GoString) {
    text("do", what)
    text("path", path)
  }

  private mutating func range(_ what: String, _ path: GoString, _ offset: Int64, _ count: Int64) {
    plain(what, path)
    number("offset", offset)
    number("count", count)
  }

  private mutating func sized(_ what: String, _ path: GoString, _ size: Int64) {
    plain(what, path)
    number("size", size)
  }

  private mutating func message(_ what: String, _ method: GoString, _ url: GoString, _ status: Int?) {
    text("do", what)
    text("method", method)
    text("url", url)
    if let status { number("status", status) }
  }

  private mutating func key(_ name: String) {
    if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
    quote(name)
    bytes.append(UInt8(ascii: ":"))
  }

  private mutating func quote(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
      case 0..<0x20:
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

extension OpenMode {
  fileprivate var text: String {
    switch self {
    case .read: "open to read"
    case .write: "open to write"
    case .create(_, let exclusive): exclusive ? "create new" : "create"
    }
  }
}
