import GoWire
import ReferenceNode

/// The serving half of the HTTP door without a socket: takes what a client does, drives an `HTTPHandler`, and gives back what the
/// client would have received, by the rules that the live door keeps.
///
/// A task of its own runs each request and is cancelled when the client goes. Requests of one connection come one after the other;
/// connections run side by side. Confined to the kernel's thread, which is the invariant behind `@unchecked Sendable`.
public final class InMemoryServer: @unchecked Sendable {
  private let effects: EffectDoor
  private let clock: any NodeClock
  private let handler: any HTTPHandler

  /// Largest piece of a request's body that the node is given at once, in bytes.
  public var pieceSize = 65_536
  /// The address that the node sees as its peer.
  public var peer: GoString = "127.0.0.1:40000"
  public var isTLS = false

  init(effects: EffectDoor, clock: any NodeClock, handler: any HTTPHandler) {
    self.effects = effects
    self.clock = clock
    self.handler = handler
  }

  /// Sends one request on a connection of its own. Nil when the connection ended without an answer.
  public func send(_ request: WireRequest) async -> WireAnswer? {
    let connection = WireConnection(
      effects, clock, handler, request.steps, pieceSize: pieceSize, peer: peer, isTLS: isTLS, keepsBytes: false)
    connection.leavesAfterReceiving = request.leavesAfterReceiving
    return await connection.run(leavingAfter: request.leavesAfter).answers.last
  }

  /// Plays bytes, as they are, on one connection: malformed, pipelined, cut, slow.
  public func converse(_ steps: [WireStep], leavingAfter: Span? = nil) async -> WireTranscript {
    let connection = WireConnection(
      effects, clock, handler, steps, pieceSize: pieceSize, peer: peer, isTLS: isTLS, keepsBytes: true)
    return await connection.run(leavingAfter: leavingAfter)
  }

  /// Plays one raw request; the connection stays open for `closingAfter` when that is given.
  public func send(raw bytes: [UInt8], closingAfter: Span? = nil) async -> WireTranscript {
    await converse([.bytes(bytes)], leavingAfter: closingAfter)
  }
}

/// One connection to a server.
///
/// Confined to the kernel's thread, which is the invariant behind `@unchecked Sendable`.
final class WireConnection: @unchecked Sendable {
  private let effects: EffectDoor
  private let clock: any NodeClock
  private let handler: any HTTPHandler
  private let input: WireInput
  private let pieceSize: Int
  private let peer: GoString
  private let isTLS: Bool
  private let keepsBytes: Bool
  private var transcript = WireTranscript()
  private var kernel: Kernel { effects.kernel }

  var leavesAfterReceiving: Int?

  init(
    _ effects: EffectDoor, _ clock: any NodeClock, _ handler: any HTTPHandler, _ steps: [WireStep], pieceSize: Int,
    peer: GoString, isTLS: Bool, keepsBytes: Bool
  ) {
    effects.kernel.check("the server of \(effects.node)")
    self.effects = effects
    self.clock = clock
    self.handler = handler
    self.pieceSize = pieceSize
    self.peer = peer
    self.isTLS = isTLS
    self.keepsBytes = keepsBytes
    input = WireInput(effects.kernel, steps)
  }

  func run(leavingAfter: Span?) async -> WireTranscript {
    let timer = leavingAfter.map { kernel.at(kernel.uptime + $0) { self.input.leave() } }
    var isFirst = true
    while let head = await readHead(isFirst: isFirst) {
      isFirst = false
      guard await exchange(head) else {
        transcript.isClosedByServer = true
        break
      }
    }
    if let timer { kernel.cancel(timer) }
    input.onGone = nil
    input.leave()
    return transcript
  }

  // MARK: Reading

  /// The next head; nil when the client has nothing more to say, or said what is no request.
  private func readHead(isFirst: Bool) async -> HTTPRequestHead? {
    var parser = HTTPRequestParser(skipsEmptyLines: !isFirst)
    while true {
      guard
        let bytes = await input.next(
          WireInput.window, waits: false, effects.node, for: { "the head of the next request" })
      else {
        if !input.isGone, let refusal = parser.end() { refuse(refusal) }
        return nil
      }
      switch parser.read(bytes) {
      case .incomplete:
        continue
      case .refused(let refusal):
        refuse(refusal)
        return nil
      case .head(let head, _):
        input.unread(parser.rest)
        return head
      }
    }
  }

  private func refuse(_ refusal: HTTPRefusal) {
    if keepsBytes { transcript.bytes += refusal.answer }
    let fields = HTTPFields([
      HTTPFields.Field("Content-Type", "text/plain; charset=utf-8"), HTTPFields.Field("Connection", "close"),
    ])
    transcript.answers.append(
      WireAnswer(
        status: refusal.status, fields: fields, body: refusal.body.bytes, isComplete: true, closes: true,
        headAt: kernel.uptime, endedAt: kernel.uptime))
    transcript.isClosedByServer = true
  }

  // MARK: One exchange

  /// Whether the connection can carry another.
  private func exchange(_ head: HTTPRequestHead) async -> Bool {
    let body = WireRequestBody(kernel, input, head, node: effects.node, pieceSize: pieceSize)
    let keeps = OneShot<Bool>(kernel)
    let task = Task(name: "\(effects.node): \(head.method) \(head.target)") {
      keeps.deliver(await self.serve(head, body))
    }
    if input.isSeenGone {
      task.cancel()
    } else {
      input.onGone = { task.cancel() }
    }
    let result = await keeps.wait(
      "a client", for: { "\(self.effects.node) to answer \(head.method) \(head.target)" }, otherwise: false)
    input.onGone = nil
    return result && !input.isGone
  }

  private func serve(_ head: HTTPRequestHead, _ body: WireRequestBody) async -> Bool {
    do throws(TransportError) {
      try await effects.announce(.request(method: head.method, target: head.target))
    } catch {
      return false
    }
    var wasContinued = false
    let response: HTTPResponse
    if head.expectation == .unknown {
      response = HTTPResponse(status: 417, closes: true)
    } else {
      if head.expectation == .continue, head.minorVersion >= 1 {
        body.onFirstPull = {
          wasContinued = true
          if self.keepsBytes { self.transcript.bytes += Array("HTTP/1.1 100 Continue\r\n\r\n".utf8) }
        }
      }
      let request = HTTPRequest(
        method: head.method, target: head.target, fields: head.fields, contentLength: head.contentLength, body: body,
        peer: peer, isTLS: isTLS)
      response = await handler.respond(to: request)
    }
    let awaitsContinue = head.expectation == .continue && !wasContinued
    guard !response.isAborted, !input.isGone else {
      await WireResponse.release(response.body)
      await announceEnd(head, nil)
      return false
    }
    let closes = response.closes || !head.keepsAlive || awaitsContinue || head.expectation == .unknown
    let wire = WireResponse(response, to: head, closes: closes, date: HTTPDate.text(clock.now))
    let index = transcript.answers.count
    transcript.answers.append(
      WireAnswer(
        status: wire.status, fields: wire.fields, wasContinued: wasContinued, headAt: kernel.uptime,
        endedAt: kernel.uptime))
    if keepsBytes { transcript.bytes += wire.head }
    let isComplete = await send(wire, response.body, index)
    transcript.answers[index].isComplete = isComplete
    transcript.answers[index].endedAt = kernel.uptime
    await announceEnd(head, wire.status)
    guard isComplete, !input.isGone else {
      transcript.answers[index].closes = true
      return false
    }
    // The rest of the request is read so that the client can read the answer (ST-4).
    if !awaitsContinue { transcript.answers[index].drained = await body.drain() }
    let ends = closes || wire.endsWithConnection || body.endsConnection
    transcript.answers[index].closes = ends
    return !ends
  }

  private func announceEnd(_ head: HTTPRequestHead, _ status: Int?) async {
    do throws(TransportError) {
      try await effects.announce(.response(method: head.method, target: head.target, status: status))
    } catch {
      input.leave()
    }
  }

  // MARK: Writing

  /// Sends the body of an answer; whether it came to its announced end.
  private func send(_ wire: WireResponse, _ body: HTTPResponseBody, _ index: Int) async -> Bool {
    guard wire.sendsBody else {
      await WireResponse.release(body)
      return true
    }
    switch body {
    case .empty:
      return true
    case .bytes(let bytes):
      return deliver(bytes[...], wire, index)
    case .file(let file, let offset, let count):
      let isComplete = await send(file, from: offset, count: count, wire, index)
      await file.close()
      return isComplete
    case .stream(let count, let source):
      return await send(source, count: count, wire, index)
    }
  }

  private func send(
    _ file: any DiskFile, from offset: Int64, count: Int64, _ wire: WireResponse, _ index: Int
  ) async -> Bool {
    var sent: Int64 = 0
    do throws(DiskError) {
      while sent < count {
        let piece = try await file.read(at: offset + sent, count: Int(min(count - sent, 65_536)))
        guard !piece.isEmpty, !input.isGone, deliver(piece[...], wire, index) else { return false }
        sent += Int64(piece.count)
      }
      return true
    } catch {
      return false
    }
  }

  private func send(_ source: any HTTPBody, count: Int64?, _ wire: WireResponse, _ index: Int) async -> Bool {
    var sent: Int64 = 0
    do throws(HTTPBodyError) {
      while count.map({ sent < $0 }) ?? true {
        guard let piece = try await source.next() else { break }
        guard !input.isGone else { return false }
        let fitting = count.map { Int(min($0 - sent, Int64(piece.count))) } ?? piece.count
        guard deliver(piece[..<fitting], wire, index) else { return false }
        sent += Int64(fitting)
      }
    } catch {
      return false
    }
    if let count { return sent == count }
    if keepsBytes, wire.isChunked { transcript.bytes += Array("0\r\n\r\n".utf8) }
    return true
  }

  /// Hands bytes to the client; false when it has gone.
  private func deliver(_ bytes: ArraySlice<UInt8>, _ wire: WireResponse, _ index: Int) -> Bool {
    guard !bytes.isEmpty else { return true }
    var bytes = bytes
    var isLast = false
    if let limit = leavesAfterReceiving {
      let room = limit - transcript.answers[index].body.count
      if bytes.count >= room {
        bytes = bytes.prefix(max(0, room))
        isLast = true
      }
    }
    transcript.answers[index].body += bytes
    if keepsBytes {
      if wire.isChunked { transcript.bytes += Array((String(bytes.count, radix: 16) + "\r\n").utf8) }
      transcript.bytes += bytes
      if wire.isChunked { transcript.bytes += Array("\r\n".utf8) }
    }
    if isLast { input.leave() }
    return !isLast
  }
}
