import GoWire
import NodeProtocol
import ReferenceNode

/// One connection to a server: reads requests, drives the handler, writes answers, by the rules that the live door keeps.
///
/// Confined to the kernel's thread, which is the invariant behind `@unchecked Sendable`.
final class WireConnection: @unchecked Sendable {
  private let effects: EffectDoor
  private let clock: any NodeClock
  private let handler: any HTTPHandler
  private let input: any WireSource
  private let sink: any WireSink
  private let pieceSize: Int
  private let peer: GoString
  private let isTLS: Bool
  private let ownsTask: Bool
  private var kernel: Kernel { effects.kernel }
  private var dateOf = Int64.min
  private var dateText: GoString = ""

  /// No new requests: each answer ends the connection.
  var isStopping: () -> Bool = { false }
  /// Told of each head, and of the end of each answer.
  var note: ((TraceEvent.Kind) -> Void)?
  var exchange: () -> Int? = { nil }
  /// Whether what the node does is to be marked with the request it does it for.
  var isSeen: () -> Bool = { false }

  /// Whether no request is at hand.
  private(set) var isBetweenRequests = true

  /// - Parameter ownsTask: whether the task that calls `run` is the connection's own, to be cancelled when the client goes; else
  ///   each request gets one.
  init(
    _ effects: EffectDoor, _ clock: any NodeClock, _ handler: any HTTPHandler, _ input: any WireSource,
    _ sink: any WireSink, pieceSize: Int, peer: GoString, isTLS: Bool, ownsTask: Bool
  ) {
    effects.kernel.check("the server of \(effects.node)")
    self.effects = effects
    self.clock = clock
    self.handler = handler
    self.input = input
    self.sink = sink
    self.pieceSize = pieceSize
    self.peer = peer
    self.isTLS = isTLS
    self.ownsTask = ownsTask
  }

  /// Serves until the connection ends; whether it was the server that ended it.
  func run() async -> Bool {
    var isFirst = true
    var isEndedHere = false
    reading: while true {
      switch await readHead(isFirst: isFirst) {
      case .head(let head):
        isFirst = false
        isBetweenRequests = false
        guard await exchange(head) else {
          isEndedHere = true
          break reading
        }
        isBetweenRequests = true
        if isStopping() { break reading }
      case .refused(let refusal):
        await sink.refuse(refusal)
        isEndedHere = true
        break reading
      case .incomplete:
        break reading
      }
    }
    input.onGone = nil
    input.leave()
    return isEndedHere
  }

  // MARK: Reading

  private enum Reading {
    case head(HTTPRequestHead)
    case refused(HTTPRefusal)
    /// The client has nothing more to say.
    case incomplete
  }

  private func readHead(isFirst: Bool) async -> Reading {
    var parser = HTTPRequestParser(skipsEmptyLines: !isFirst)
    input.expect(.request(isFirst: isFirst))
    var hasLine = false
    while true {
      guard
        let bytes = await input.next(
          WireInput.window, waits: false, effects.node, for: { "the head of the next request" })
      else {
        if !input.isGone, let refusal = parser.end() { return .refused(refusal) }
        return .incomplete
      }
      switch parser.read(bytes) {
      case .incomplete:
        if !hasLine, bytes.contains(UInt8(ascii: "\n")) {
          hasLine = true
          input.expect(.head)
        }
      case .refused(let refusal):
        return .refused(refusal)
      case .head(let head, _):
        input.expect(.nothing)
        input.unread(parser.rest)
        return .head(head)
      }
    }
  }

  // MARK: One exchange

  /// Whether the connection can carry another.
  private func exchange(_ head: HTTPRequestHead) async -> Bool {
    let body = WireRequestBody(kernel, input, head, node: effects.node, pieceSize: pieceSize)
    if ownsTask { return await serve(head, body) && !input.isGone && !Task.isCancelled }
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
    note?(.requestReceived(number: exchange(), method: head.method, target: head.target))
    var wasContinued = false
    let response: HTTPResponse
    if head.expectation == .unknown {
      response = HTTPResponse(status: 417, closes: true)
    } else {
      if head.expectation == .continue, head.minorVersion >= 1 {
        body.onFirstPull = {
          wasContinued = true
          self.sink.interim()
        }
      }
      let request = HTTPRequest(
        method: head.method, target: head.target, fields: head.fields, contentLength: head.contentLength, body: body,
        peer: peer, isTLS: isTLS)
      if isSeen(), let id = head.fields.first(HeaderName.correlationID) {
        response = await Trace.$requestID.withValue(id) { await handler.respond(to: request) }
      } else {
        response = await handler.respond(to: request)
      }
    }
    let awaitsContinue = head.expectation == .continue && !wasContinued
    guard !response.isAborted, !input.isGone else {
      await WireResponse.release(response.body)
      await announceEnd(head, nil)
      return false
    }
    let closes =
      response.closes || !head.keepsAlive || awaitsContinue || head.expectation == .unknown || isStopping()
    let wire = WireResponse(response, to: head, closes: closes, date: date)
    await sink.begin(wire, wasContinued: wasContinued)
    let isComplete = await send(wire, response.body)
    sink.finish(isComplete: isComplete)
    await announceEnd(head, wire.status)
    guard isComplete, !input.isGone else {
      sink.settle(closes: true, drained: 0)
      return false
    }
    // The rest of the request is read so that the client can read the answer (ST-4).
    let drained = awaitsContinue || !body.endsConnection ? 0 : await body.drain()
    let ends = closes || wire.endsWithConnection || body.endsConnection
    sink.settle(closes: ends, drained: drained)
    return !ends
  }

  private func announceEnd(_ head: HTTPRequestHead, _ status: Int?) async {
    note?(.responseSent(number: exchange(), status: status))
    do throws(TransportError) {
      try await effects.announce(.response(method: head.method, target: head.target, status: status))
    } catch {
      input.leave()
    }
  }

  /// The time as a header, written once a second.
  private var date: GoString {
    let now = clock.now
    if now.unixSeconds != dateOf { (dateOf, dateText) = (now.unixSeconds, HTTPDate.text(now)) }
    return dateText
  }

  // MARK: Writing

  /// Sends the body of an answer; whether it came to its announced end.
  private func send(_ wire: WireResponse, _ body: HTTPResponseBody) async -> Bool {
    guard wire.sendsBody else {
      await WireResponse.release(body)
      return true
    }
    switch body {
    case .empty:
      return true
    case .bytes(let bytes):
      return bytes.isEmpty ? true : await sink.deliver(bytes[...])
    case .file(let file, let offset, let count):
      let isComplete = await send(file, from: offset, count: count)
      await file.close()
      return isComplete
    case .stream(let count, let source):
      return await send(source, count: count)
    }
  }

  private func send(_ file: any DiskFile, from offset: Int64, count: Int64) async -> Bool {
    var sent: Int64 = 0
    do throws(DiskError) {
      while sent < count {
        let piece = try await file.read(at: offset + sent, count: Int(min(count - sent, 65_536)))
        guard !piece.isEmpty, !input.isGone, await sink.deliver(piece[...]) else { return false }
        sent += Int64(piece.count)
      }
      return true
    } catch {
      return false
    }
  }

  private func send(_ source: any HTTPBody, count: Int64?) async -> Bool {
    var sent: Int64 = 0
    do throws(HTTPBodyError) {
      while count.map({ sent < $0 }) ?? true {
        guard let piece = try await source.next() else { break }
        guard !input.isGone else { return false }
        let fitting = count.map { Int(min($0 - sent, Int64(piece.count))) } ?? piece.count
        guard await sink.deliver(piece[..<fitting]) else { return false }
        sent += Int64(fitting)
      }
    } catch {
      return false
    }
    return count.map { sent == $0 } ?? true
  }
}
