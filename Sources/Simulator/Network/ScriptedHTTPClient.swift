import GoWire
import ReferenceNode

/// The calling half of the HTTP door, answered by a function of the test's, in virtual time.
///
/// A call's own timeout runs against the handler and against the answer's body, with the texts of Go's client. Without a handler calls
/// go out over the virtual network. Confined to the kernel's thread, which is the invariant behind `@unchecked Sendable`.
public final class ScriptedHTTPClient: HTTPClient, @unchecked Sendable {
  /// The peer: gets a call as it was made and answers it. It may wait in virtual time; it is cancelled when the caller gives up.
  public typealias Handler = @Sendable (HTTPCall) async throws(TransportError) -> HTTPReply

  /// A call and how it ended.
  public struct Record: Sendable {
    public var call: HTTPCall
    public var sentAt: Uptime
    /// When the head of the answer was there, or the call failed; nil while it is under way.
    public var endedAt: Uptime?
    public var status: Int?
    public var error: TransportError?
  }

  private let effects: EffectDoor
  private var kernel: Kernel { effects.kernel }

  public var handler: Handler?
  /// Every call in the order in which they were made.
  public private(set) var records: [Record] = []
  /// Whether `records` grows.
  public var keepsRecords = true

  private let network: SimulatedHTTPClient

  init(effects: EffectDoor, network: SimulatedHTTPClient) {
    self.effects = effects
    self.network = network
  }

  /// Answers calls by a script that names what happens as a value.
  public func answer(_ script: @escaping @Sendable (HTTPCall) async -> ScriptedAnswer) {
    let kernel = self.kernel
    handler = { call async throws(TransportError) in try await script(call).play(for: call, in: kernel) }
  }

  public func send(_ call: HTTPCall) async throws(TransportError) -> HTTPReply {
    if handler == nil { return try await network.send(call) }
    let url = call.url
    let index = keepsRecords ? records.count : nil
    if keepsRecords { records.append(Record(call: call, sentAt: kernel.uptime)) }
    do {
      try await effects.announce(.call(method: call.method, url: url))
      let deadline = call.timeout.map { kernel.uptime + $0 }
      let reply = try await race(call, until: deadline)
      try await effects.announce(.reply(method: call.method, url: url, status: reply.status))
      note(index) { $0.status = reply.status }
      guard let deadline else { return reply }
      return HTTPReply(
        status: reply.status, fields: reply.fields,
        body: DeadlineBody(kernel, node: effects.node, reply.body, until: deadline, of: url))
    } catch {
      note(index) { $0.error = error }
      throw error
    }
  }

  private func note(_ index: Int?, _ change: (inout Record) -> Void) {
    guard let index else { return }
    records[index].endedAt = kernel.uptime
    change(&records[index])
  }

  private func race(_ call: HTTPCall, until deadline: Uptime?) async throws(TransportError) -> HTTPReply {
    guard let handler else { throw .refused(call) }
    typealias Answer = Result<HTTPReply, TransportError>
    if Task.isCancelled { throw .cancelledCall }
    let answer = OneShot<Answer>(kernel)
    let timer = deadline.map { kernel.at($0) { answer.deliver(.failure(.awaitingHeaders)) } }
    let exchange = Task(name: "the peer of \(effects.node)") {
      do throws(TransportError) {
        answer.deliver(.success(try await handler(call)))
      } catch {
        answer.deliver(.failure(error))
      }
    }
    let result = await answer.wait(
      effects.node, for: { "the answer to \(call.method) \(call.url)" }, otherwise: .failure(.cancelledCall))
    if let timer { kernel.cancel(timer) }
    exchange.cancel()
    return try result.get()
  }
}

extension HTTPCall {
  /// The whole URL, for records and reports.
  public var url: GoString {
    let name = host.bytes.contains(UInt8(ascii: ":")) ? "[" + host + "]" : host
    let standard: UInt16 = isTLS ? 443 : 80
    return (isTLS ? "https://" : "http://") + name + (port == standard ? "" : GoString(":\(port)")) + target
  }

  /// The header fields as they cross the wire: `Host` first, then the call's own, then the length.
  public var wireFields: HTTPFields {
    var fields = HTTPFields([HTTPFields.Field("Host", authority)] + fields.fields)
    switch body {
    case .empty:
      if method == "POST" || method == "PUT" || method == "PATCH" { fields.set("Content-Length", "0") }
    case .bytes(let bytes):
      fields.set("Content-Length", GoString("\(bytes.count)"))
    case .stream(let count, _):
      fields.set("Content-Length", GoString("\(count)"))
    }
    return fields
  }

  /// The whole body, pulled to its end.
  public func collectBody() async throws(HTTPBodyError) -> [UInt8] {
    switch body {
    case .empty: []
    case .bytes(let bytes): bytes
    case .stream(_, let source): try await source.collect()
    }
  }
}

extension HTTPBody {
  /// All bytes to the end.
  public func collect() async throws(HTTPBodyError) -> [UInt8] {
    var bytes: [UInt8] = []
    while let piece = try await next() { bytes += piece }
    return bytes
  }
}

/// A body that must be read before a deadline.
private final class DeadlineBody: HTTPBody, @unchecked Sendable {  // confined to the kernel's thread
  private let kernel: Kernel
  private let node: String
  private let source: any HTTPBody
  private let deadline: Uptime
  private let url: GoString

  init(_ kernel: Kernel, node: String, _ source: any HTTPBody, until deadline: Uptime, of url: GoString) {
    self.kernel = kernel
    self.node = node
    self.source = source
    self.deadline = deadline
    self.url = url
  }

  func next() async throws(HTTPBodyError) -> [UInt8]? {
    if Task.isCancelled { throw .cancelled }
    if kernel.uptime >= deadline { throw .timedOut }
    let piece = OneShot<Result<[UInt8]?, HTTPBodyError>>(kernel)
    let timer = kernel.at(deadline) { piece.deliver(.failure(.timedOut)) }
    let source = self.source
    let read = Task(name: "the peer of \(node)") {
      do throws(HTTPBodyError) {
        piece.deliver(.success(try await source.next()))
      } catch {
        piece.deliver(.failure(error))
      }
    }
    let result = await piece.wait(
      node, for: { "the next bytes of the answer of \(self.url)" }, otherwise: .failure(.cancelled))
    kernel.cancel(timer)
    read.cancel()
    return try result.get()
  }
}
