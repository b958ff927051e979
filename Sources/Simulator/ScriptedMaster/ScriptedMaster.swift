import GoWire
import NodeProtocol
import ReferenceNode

/// A master by script: answers from a table of method and path, keeps the upload sessions that it made and what it got told of them,
/// and signs what it sends by its own node's clock.
///
/// Confined to the kernel's thread, which is the invariant behind `@unchecked Sendable`.
public final class ScriptedMaster: HTTPHandler, @unchecked Sendable {
  /// A request that came, and what was answered.
  public struct Arrival: Sendable {
    public var at: Uptime
    public var method: GoString
    public var target: GoString
    public var fields: HTTPFields
    /// The status that was answered; nil for none.
    public var status: Int?
    /// The session whose completion was told, if any.
    public var session: GoString?
    /// Whether it completed that session.
    public var completed = false

    /// The path alone.
    public var path: GoString { GoString(target.bytes.prefix { $0 != UInt8(ascii: "?") }) }
  }

  /// Sees each request when it has taken effect.
  public typealias Observer = (Arrival) -> Void

  public let node: SimulatedNode
  public let profile: Profile
  /// Where slaves find it: `http://M:5212`.
  public let siteURL: GoString
  private let sleep: @Sendable (Span) async -> Void
  private var rules: [(rule: MasterRule, used: Int)]
  private var keys: [Int64: SigningKey] = [:]
  private var knownSessions: [GoString: MadeSession] = [:]
  /// Sessions whose completion it was told, in that order: the files it lists.
  public private(set) var completed: [GoString] = []
  /// Every request that came.
  public private(set) var arrivals: [Arrival] = []
  public var observer: Observer?

  public init(_ node: SimulatedNode, siteURL: GoString, profile: Profile, rules: [MasterRule]) {
    self.node = node
    self.siteURL = siteURL
    self.profile = profile
    self.rules = rules.map { ($0, 0) }
    let clock = node.clock
    sleep = { span in try? await clock.sleep(until: clock.uptime + span) }
  }

  /// What slaves with that number sign with.
  public func know(node id: Int64, secret: GoString) { keys[id] = SigningKey(secret) }

  public func remember(_ session: MadeSession) { knownSessions[session.id] = session }

  public func isListed(_ session: GoString) -> Bool { completed.contains(session) }

  // MARK: Answers

  public func respond(to request: HTTPRequest) async -> HTTPResponse {
    let index = arrivals.count
    arrivals.append(
      Arrival(at: node.clock.uptime, method: request.method, target: request.target, fields: request.fields))
    let rule = takeRule(for: request)
    let body = (try? await request.body.collect()) ?? []
    let response: HTTPResponse
    switch rule?.reply ?? .works {
    case .works:
      var made = work(request, body, arrival: index)
      if let status = rule?.status, made.status == 200 { made.status = status }
      response = made
    case .ok: response = Self.json(GoString(Envelope.success.encoded))
    case .envelope:
      response = Self.json(
        GoString(Envelope(code: ErrorCode(rawValue: Int(rule?.code ?? 0)), message: rule?.message ?? "").encoded),
        status: rule?.status ?? 200)
    case .html:
      response = Self.page(rule?.status ?? 200)
    case .raw:
      response = HTTPResponse(
        status: rule?.status ?? 200, fields: HTTPFields([.init("Content-Type", "application/json; charset=utf-8")]),
        body: .bytes(Array((rule?.text ?? "").replacing("{version}", with: profile.version.text).utf8)))
    case .gob:
      response = Self.json(#"{"code":0,"data":"\#(rule?.text ?? "")","msg":""}"#, status: rule?.status ?? 200)
    case .close: response = .aborted
    case .silence:
      observer?(arrivals[index])
      await sleep(.seconds(1_000_000_000))
      return .aborted
    case .endless:
      response = HTTPResponse(
        status: rule?.status ?? 200, body: .stream(count: nil, EndlessBody(Array((rule?.text ?? "x").utf8))))
    }
    arrivals[index].status = response.isAborted ? nil : response.status
    observer?(arrivals[index])
    if let after = rule?.after, after > .zero { await sleep(after) }
    return response
  }

  private func takeRule(for request: HTTPRequest) -> MasterRule? {
    let now = node.clock.uptime
    for index in rules.indices {
      let (rule, used) = rules[index]
      if let method = rule.method, GoString(method) != request.method { continue }
      guard request.target.hasPrefix(rule.path) else { continue }
      if let times = rule.times, used >= times { continue }
      if let from = rule.from, now < Uptime(nanoseconds: 0) + from { continue }
      if let until = rule.until, now >= Uptime(nanoseconds: 0) + until { continue }
      rules[index].used += 1
      return rule
    }
    return nil
  }

  /// What a master that works answers to what a slave asks (PING-3, CB-3).
  private func work(_ request: HTTPRequest, _ body: [UInt8], arrival: Int) -> HTTPResponse {
    let path = request.target.bytes.prefix { $0 != UInt8(ascii: "?") }
    let parts = path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: true).map { GoString($0) }
    if request.method == "GET", parts == ["api", "v4", "site", "ping"] {
      return Self.json(#"{"code":0,"data":"\#(profile.version)","msg":""}"#)
    }
    guard request.method == "POST", parts.count == 6, parts[2] == "callback", parts[3] == "remote" else {
      return HTTPResponse(
        status: 404, fields: HTTPFields([.init("Content-Type", "text/plain")]),
        body: .bytes(Array("404 page not found".utf8)))
    }
    let (id, secret) = (parts[4], parts[5])
    arrivals[arrival].session = id
    guard let session = knownSessions[id], !completed.contains(id) else {
      return refused(.uploadSessionExpired, "Upload session does not exist or expired")
    }
    if profile.checksCallbackSecret, secret != session.callbackSecret {
      return refused(.credentialInvalid, "Invalid callback secret")
    }
    if let target = RequestTarget(request.target), let key = keys[session.nodeID] {
      let error = SignatureCheck(key: key, profile: profile).verify(
        method: request.method, target: target,
        headers: request.fields.fields.map { HeaderField($0.name, $0.value) }, body: body,
        now: node.clock.now.unixSeconds)
      if let error { return refused(error.code, error.message) }
    }
    completed.append(id)
    arrivals[arrival].completed = true
    return Self.json(GoString(Envelope.success.encoded))
  }

  private func refused(_ code: ErrorCode, _ message: GoString) -> HTTPResponse {
    Self.json(GoString(Envelope(code: code, message: message).encoded), status: 401)
  }

  static func json(_ text: GoString, status: Int = 200) -> HTTPResponse {
    HTTPResponse(
      status: status, fields: HTTPFields([.init("Content-Type", "application/json; charset=utf-8")]),
      body: .bytes(text.bytes))
  }

  static func page(_ status: Int) -> HTTPResponse {
    HTTPResponse(
      status: status, fields: HTTPFields([.init("Content-Type", "text/html")]),
      body: .bytes(Array("<html><head><title>\(status)</title></head><body><h1>\(status)</h1></body></html>\n".utf8)))
  }
}

/// The same bytes again and again.
private final class EndlessBody: HTTPBody {
  private let piece: [UInt8]

  init(_ piece: [UInt8]) { self.piece = piece.isEmpty ? [0x78] : piece }

  func next() async throws(HTTPBodyError) -> [UInt8]? {
    if Task.isCancelled { throw .cancelled }
    return piece
  }
}
