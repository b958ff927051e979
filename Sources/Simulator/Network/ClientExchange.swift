import GoWire
import NodeProtocol
import ReferenceNode

/// One call of a client and its answer, over as many connections as it takes.
///
/// Confined to the kernel's thread, which is the invariant behind `@unchecked Sendable`.
final class ClientExchange: @unchecked Sendable {
  /// Why an attempt failed, and whether another could help.
  struct Failure: Error {
    var reason: TransportError
    /// Nothing of an answer had come.
    var isRepeatable: Bool
    /// Not a byte of the request had left.
    var isUnsent = false
  }

  let call: HTTPCall
  let tag: ExchangeTag
  private let network: SimulatedNetwork
  private let host: NetworkHost
  private var kernel: Kernel { network.kernel }
  private var deadline: Uptime?
  private var timer: TimerID?
  private var hasExpired = false
  private var hasEnded = false
  private var stream: NetworkStream?
  private var kept: ConnectionPool.Kept?
  private var writer: Task<Void, Never>?
  private var isWriting = false
  private var sourceFailed = false
  private var begun = false
  private let head: [UInt8]

  init(_ client: SimulatedHTTPClient, _ call: HTTPCall) {
    self.call = call
    network = client.network
    host = client.host
    let isNode = call.fields.first(HeaderName.userAgent)?.hasPrefix("Cloudreve/") ?? false
    tag = ExchangeTag(
      number: network.nextExchange(), kind: ExchangeKind(method: call.method, target: call.target, isNode: isNode),
      method: call.method, target: call.target)
    head = call.wireHead
  }

  // MARK: Time

  func startClock() {
    guard let timeout = call.timeout else { return }
    deadline = kernel.uptime + timeout
    timer = kernel.at(kernel.uptime + timeout) { self.expire() }
  }

  private func expire() {
    timer = nil
    hasExpired = true
    // Whoever waits at the connection finds it closed.
    abandon()
  }

  private func stopClock() {
    if let timer { kernel.cancel(timer) }
    timer = nil
  }

  // MARK: Connecting

  func dial(_ key: ConnectionPool.Key) async throws(TransportError) -> ConnectionPool.Kept {
    note(.connect, bytes: 0)
    let dial = Dial(host: call.host, port: call.port, isTLS: call.isTLS, tag: tag, deadline: deadline)
    let stream = try await network.dial(dial, from: host)
    if hasExpired {
      stream.close()
      throw .awaitingHeaders
    }
    self.stream = stream
    begin(on: stream)
    if call.isTLS { try await greet(stream) }
    return ConnectionPool.Kept(stream, key)
  }

  /// TLS, as far as it is modelled: a hello each way.
  private func greet(_ stream: NetworkStream) async throws(TransportError) {
    note(.hello, bytes: 0)
    stream.connection.begin(.hello, length: Int64(TLSHello.client.count))
    stream.output.send(TLSHello.client[...])
    let patience = kernel.uptime + .seconds(10)
    let timer = kernel.at(patience) { [weak stream] in stream?.close() }
    defer { kernel.cancel(timer) }
    var answer: [UInt8] = []
    while answer.count < TLSHello.server.count {
      guard let bytes = await stream.next(TLSHello.server.count - answer.count) else {
        defer { stream.close() }
        if hasExpired { throw .awaitingHeaders }
        if Task.isCancelled { throw .cancelledCall }
        if stream.isClosed { throw TransportError(.timedOut, "net/http: TLS handshake timeout") }
        throw reading(stream)
      }
      answer += bytes
      if answer[0] != TLSHello.server[0] {
        // Anything that is no handshake; Go looks at its first five bytes.
        if answer.count < 5 { continue }
        stream.close()
        throw TransportError(
          .tls,
          answer.starts(with: "HTTP/".utf8)
            ? "http: server gave HTTP response to HTTPS client" : "tls: first record does not look like a TLS handshake"
        )
      }
    }
  }

  private func begin(on stream: NetworkStream) {
    stream.connection.tag = tag
    guard !begun, let told = network.note else { return }
    begun = true
    let connection = stream.connection
    told(
      host.name,
      .exchangeBegan(
        TraceEvent.ExchangeStart(
          number: tag.number, connection: connection.number, from: connection.client.name, to: connection.server.name,
          kind: tag.kind, method: tag.method, target: tag.target)))
  }

  private func note(_ phase: ExchangePhase, bytes: Int64) {
    network.note?(host.name, .exchangePhase(number: tag.number, phase, bytes: bytes))
  }

  // MARK: One attempt

  func perform(on kept: ConnectionPool.Kept, _ pool: ConnectionPool) async throws(Failure) -> HTTPReply {
    let stream = kept.stream
    self.stream = stream
    self.kept = kept
    begin(on: stream)
    if stream.input.hasArrivals {
      stream.close()
      throw Failure(reason: .endOfFile, isRepeatable: true, isUnsent: true)
    }
    note(.head, bytes: 0)
    stream.connection.begin(.head, length: Int64(head.count))
    stream.output.send(head[...])
    send(call.body, on: stream)
    note(.responseHead, bytes: 0)
    var parser = AnswerParser(method: call.method)
    while true {
      guard let bytes = await stream.next(.max) else { throw failure(stream, parser) }
      switch parser.read(bytes) {
      case .incomplete:
        continue
      case .broken(let text):
        abandon()
        throw Failure(reason: TransportError(.malformedAnswer, text), isRepeatable: false)
      case .head(let answer):
        return reply(answer, rest: parser.rest, stream, pool)
      }
    }
  }

  private func reply(
    _ answer: AnswerParser.Head, rest: ArraySlice<UInt8>, _ stream: NetworkStream, _ pool: ConnectionPool
  ) -> HTTPReply {
    let body = SimulatedReplyBody(self, stream, answer.framing, rest)
    if body.hasAll {
      end(pool, keeps: answer.keepsAlive && body.isExact, status: answer.status)
    } else {
      note(.responseBody, bytes: 0)
      body.whenOver = { [unowned self, pool, status = answer.status] isWhole in
        end(pool, keeps: answer.keepsAlive && isWhole, status: status, isCut: !isWhole)
      }
    }
    return HTTPReply(status: answer.status, fields: answer.fields, body: body)
  }

  /// The answer is whole, or nobody wants the rest.
  private func end(_ pool: ConnectionPool, keeps: Bool, status: Int, isCut: Bool = false) {
    guard !hasEnded else { return }
    hasEnded = true
    stopClock()
    let stream = self.stream
    self.stream = nil
    if isWriting {
      // The request was not wanted whole: its connection cannot be used again.
      writer?.cancel()
      stream?.close()
    } else if keeps, let kept, let stream, !stream.isClosed {
      pool.put(kept)
    } else {
      stream?.close()
    }
    kept = nil
    network.note?(
      host.name,
      .exchangeEnded(number: tag.number, status: status, failure: isCut ? "the body was not read to its end" : nil))
  }

  func failed(_ text: GoString) {
    guard !hasEnded else { return }
    hasEnded = true
    stopClock()
    abandon()
    if !begun {
      // It has not come as far as a connection: 0 stands for none.
      network.note?(
        host.name,
        .exchangeBegan(
          TraceEvent.ExchangeStart(
            number: tag.number, connection: 0, from: host.name, to: call.host.text, kind: tag.kind, method: tag.method,
            target: tag.target)))
    }
    network.note?(host.name, .exchangeEnded(number: tag.number, status: nil, failure: text))
  }

  /// Ends the connection where it stands.
  func abandon() {
    writer?.cancel()
    stream?.close()
  }

  /// Whether a failed attempt may be made again on another connection.
  func isReplayable(_ failure: Failure) -> Bool {
    if hasExpired || Task.isCancelled { return false }
    switch call.body {
    case .stream(let count, _) where count > 0: return false
    case .bytes(let bytes) where !bytes.isEmpty: return failure.isUnsent
    default: return failure.isUnsent || ["GET", "HEAD", "OPTIONS", "TRACE"].contains(call.method)
    }
  }

  // MARK: The request's body

  private func send(_ body: HTTPCall.Body, on stream: NetworkStream) {
    switch body {
    case .empty:
      break
    case .bytes(let bytes):
      guard !bytes.isEmpty else { return }
      note(.body, bytes: 0)
      stream.connection.begin(.body, length: Int64(bytes.count))
      let room = max(0, stream.output.room)
      if bytes.count <= room {
        stream.output.send(bytes[...])
      } else {
        write(on: stream) { await stream.send(bytes) }
      }
    case .stream(let count, let source):
      guard count > 0 else { return }
      note(.body, bytes: 0)
      stream.connection.begin(.body, length: count)
      write(on: stream) { [self] in await pump(source, count, stream) }
    }
  }

  private func write(on stream: NetworkStream, _ body: @escaping @Sendable () async -> Bool) {
    isWriting = true
    writer = Task(name: "\(host.name): a request body") {
      if await body() { isWriting = false }
    }
  }

  private func pump(_ source: any HTTPBody, _ count: Int64, _ stream: NetworkStream) async -> Bool {
    var left = count
    while left > 0 {
      do throws(HTTPBodyError) {
        guard let piece = try await source.next() else { throw .sourceFailed }
        let fitting = piece.prefix(Int(min(left, Int64(piece.count))))
        guard await stream.send(fitting) else { return false }
        left -= Int64(fitting.count)
      } catch {
        sourceFailed = true
        stream.reset()
        return false
      }
    }
    return true
  }

  // MARK: Go's words

  private func failure(_ stream: NetworkStream, _ parser: AnswerParser) -> Failure {
    defer { abandon() }
    if hasExpired { return Failure(reason: .awaitingHeaders, isRepeatable: false) }
    if Task.isCancelled { return Failure(reason: .cancelledCall, isRepeatable: false) }
    if sourceFailed {
      return Failure(
        reason: TransportError(.other, "http: the request's body ended before its announced length"),
        isRepeatable: false)
    }
    let reason = reading(stream)
    guard parser.hasBegun else { return Failure(reason: reason, isRepeatable: true) }
    let prefix: GoString = "net/http: HTTP/1.x transport connection broken: "
    if stream.ending == .end {
      return Failure(
        reason: TransportError(.malformedAnswer, parser.ended() ?? prefix + "unexpected EOF"), isRepeatable: false)
    }
    return Failure(reason: TransportError(reason.kind, prefix + reason.text), isRepeatable: false)
  }

  /// Why nothing more can be read.
  private func reading(_ stream: NetworkStream) -> TransportError {
    let path = stream.localAddress + "->" + stream.remoteAddress
    switch stream.ending {
    case .reset: return .reset(local: stream.localAddress, remote: stream.remoteAddress)
    case .timedOut: return TransportError(.timedOut, "read tcp " + path + ": read: connection timed out")
    case .end, nil: return .endOfFile
    }
  }

  /// Why the body of an answer ends early.
  func bodyFailure(_ stream: NetworkStream) -> HTTPBodyError {
    if hasExpired { return .timedOut }
    return Task.isCancelled ? .cancelled : .endedEarly
  }
}

extension HTTPCall {
  /// The head as it crosses the wire.
  var wireHead: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(
      128 + target.count + authority.count + fields.fields.reduce(0) { $0 + $1.name.count + $1.value.count + 4 })
    func line(_ name: GoString, _ value: GoString) {
      bytes += name.bytes
      bytes += ": ".utf8
      bytes += value.bytes
      bytes += "\r\n".utf8
    }
    bytes += method.bytes
    bytes.append(0x20)
    bytes += target.isEmpty ? [0x2F] : target.bytes
    bytes += " HTTP/1.1\r\n".utf8
    line("Host", authority)
    for field in fields.fields { line(field.name, field.value) }
    switch body {
    case .empty:
      if method == "POST" || method == "PUT" || method == "PATCH" { line("Content-Length", "0") }
    case .bytes(let body):
      line("Content-Length", GoString("\(body.count)"))
    case .stream(let count, _):
      line("Content-Length", GoString("\(count)"))
    }
    if method != "HEAD", fields.first("Accept-Encoding") == nil, fields.first("Range") == nil {
      line("Accept-Encoding", "gzip")
    }
    bytes += "\r\n".utf8
    return bytes
  }
}
