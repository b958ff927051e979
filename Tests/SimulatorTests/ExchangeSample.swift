import GoWire
import ReferenceNode
import Simulator

@testable import NodeProtocol

/// An exchange of each kind that a slave has part in so far, as somebody begins it.
struct ExchangeSample: Sendable, CustomStringConvertible {
  var kind: ExchangeKind
  /// Who begins the exchange, and for whom.
  var from = "M"
  var to = "S1"
  var method: GoString
  var path: GoString
  var query: [GoQuery.Pair] = []
  var body: GoString = ""
  /// Whether a node sends it.
  var isNode = true
  /// The exchange of the kind itself where it is the slave's: whether it has a body and a query.
  var isOfTheSlave = false

  var description: String { kind.rawValue }
  var hasBody: Bool { !isOfTheSlave && !body.isEmpty }
  var hasQuery: Bool { !isOfTheSlave && (method == "GET" || !query.isEmpty) }
  var isGet: Bool { isOfTheSlave ? kind == .sitePing : method == "GET" }

  static let blob: GoString = "blob.bin"
  static let session: GoString =
    #"{"session":{"Policy":{"id":2,"settings":{"chunk_size":10},"edges":{"node":{"slave_key":"node key"}}},"Callback":"http://M/api/v4/callback/remote/up/key","Props":{"Size":8,"UploadSessionID":"up","SavePath":"up.bin","ExpireAt":"2036-01-01T00:00:00Z"}},"overwrite":false}"#
  private static let ping: GoString = #"{"callback":"http://M"}"#
  private static var content: GoString { "/api/v4/slave/file/content/0/" + Base64.url.encode(blob.bytes) + "/0/f.bin" }

  static let all: [ExchangeSample] = [
    .init(kind: .ping, method: "POST", path: "/api/v4/slave/ping", body: ping),
    .init(
      kind: .sitePing, from: "S1", to: "M", method: "POST", path: "/api/v4/slave/ping", body: ping, isOfTheSlave: true),
    .init(
      kind: .taskCreate, method: "PUT", path: "/api/v4/slave/task", body: #"{"type":"slave_upload","state":"{}"}"#),
    .init(kind: .taskRead, method: "GET", path: "/api/v4/slave/task/1"),
    .init(kind: .taskCleanup, method: "POST", path: "/api/v4/slave/task/cleanup", body: #"{"tasks":[1]}"#),
    .init(kind: .sessionCreate, method: "PUT", path: "/api/v4/slave/upload", body: session),
    .init(
      kind: .chunkFromBrowser, from: "B", method: "POST", path: "/api/v4/slave/upload/up",
      query: [.init("chunk", "0")], body: "12345678", isNode: false),
    .init(
      kind: .chunkFromNode, method: "POST", path: "/api/v4/slave/upload/up", query: [.init("chunk", "0")],
      body: "12345678"),
    .init(
      kind: .callback, from: "S1", to: "M", method: "POST", path: "/api/v4/slave/upload/up",
      query: [.init("chunk", "0")], body: "12345678", isNode: false, isOfTheSlave: true),
    .init(kind: .sessionDelete, method: "DELETE", path: "/api/v4/slave/upload/up"),
    .init(kind: .contentToBrowser, from: "B", method: "GET", path: content, isNode: false),
    .init(kind: .contentToNode, method: "GET", path: content),
    .init(kind: .list, method: "GET", path: "/api/v4/slave/file/list", query: [.init("path", ".")]),
    .init(kind: .delete, method: "DELETE", path: "/api/v4/slave/file", body: #"{"files":["blob.bin"]}"#),
    .init(
      kind: .metadata, method: "GET", path: "/api/v4/slave/file/meta/" + Base64.url.encode(blob.bytes) + "/jpg"),
    .init(
      kind: .thumbnail, from: "B", method: "GET",
      path: "/api/v4/slave/file/thumb/" + Base64.url.encode(blob.bytes) + "/jpg", isNode: false),
    .init(kind: .downloadTask, method: "POST", path: "/api/v4/slave/download/task", body: #"{"url":"http://x/"}"#),
    .init(kind: .downloadStatus, method: "POST", path: "/api/v4/slave/download/status", body: "{}"),
    .init(kind: .downloadSelect, method: "POST", path: "/api/v4/slave/download/select", body: "{}"),
    .init(kind: .downloadCancel, method: "POST", path: "/api/v4/slave/download/cancel", body: "{}"),
    .init(kind: .downloadTest, method: "POST", path: "/api/v4/slave/download/test", body: "{}"),
  ]

  /// Whether a cell of the table can exist for this kind: a body has to be there to be cut, a query to be taken away, and only
  /// what is read can come from a cache.
  func canMeet(_ fault: FaultKind, _ phase: ExchangePhase) -> Bool {
    if phase == .body, !hasBody { return false }
    switch fault {
    case .noQuery: return hasQuery
    case .cache: return isGet
    default: return true
    }
  }
}

/// The network's half of the table of faults and phases (scenarios.md 2.5).
enum FaultTable {
  private static let phases: [ExchangePhase] = [.connect, .hello, .head, .body, .responseHead, .responseBody, .idle]

  /// Regular cells, in the order of the page; FLT-DAEMON comes with remote download.
  private static let rows: [([FaultKind], String)] = [
    ([.refuse, .synDrop, .noName], "x......"), ([.scheme], ".x....."), ([.reset, .close], "..xxxxx"),
    ([.stall], "x.xxxx."), ([.throttle], "..xx.x."), ([.delay, .hold], "x.xxxx."), ([.halfOpen], "..xxxxx"),
    ([.oneWay, .partition], "x.xxxxx"), ([.reorder], "x.x.x.."), ([.page], "..x.x.."), ([.lostReply], "....x.."),
    ([.duplicate], "..xx..."), ([.noQuery, .repath], "..x...."), ([.header], "..x...."),
    ([.bodyCut, .unlength], "...x.x."), ([.bodyMax], "...x..."), ([.redirect, .cache], "....x.."),
    ([.flip], "...x.x."), ([.badReply], "....xx."), ([.endless], "..xxxx."), ([.fuzz], "..xx..."),
  ]

  static let kinds: [FaultKind] = rows.flatMap(\.0)

  static let cells: [(fault: FaultKind, phase: ExchangePhase)] = rows.flatMap { row in
    row.0.flatMap { fault in zip(phases, row.1).compactMap { $1 == "x" ? (fault, $0) : nil } }
  }

  /// A fault of that cell that changes something for each kind of exchange.
  static func fault(_ kind: FaultKind, _ phase: ExchangePhase, _ sample: ExchangeSample) -> Fault {
    var parameters = FaultParameters()
    switch kind {
    case .throttle: parameters.rate = 200
    case .delay: (parameters.mean, parameters.jitter) = (.milliseconds(300), .milliseconds(100))
    case .hold: parameters.span = .milliseconds(500)
    case .bodyCut, .bodyMax: parameters.bytes = 1
    case .page: (parameters.status, parameters.afterOrigin) = (502, phase == .responseHead)
    case .lostReply: parameters.variant = "close"
    case .redirect: parameters.status = 307
    case .cache: parameters.span = .seconds(60)
    case .header: (parameters.variant, parameters.name, parameters.value) = ("add", "X-Cr-Extra", "1")
    case .endless:
      parameters.rate = 256
      parameters.variant = phase == .responseHead ? "headers" : nil
    case .fuzz, .flip: parameters.number = 2
    default: break
    }
    let isTwice = phase == .idle || kind == .cache
    return Fault(
      kind, on: .link(from: sample.from, to: sample.to),
      match: Fault.Match(exchange: sample.kind, phase: phase, nth: isTwice ? nil : 1, count: 1), parameters: parameters)
  }
}
