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
    let input = WireInput(effects.kernel, request.steps)
    let sink = TranscriptSink(effects.kernel, input, keepsBytes: false)
    sink.leavesAfterReceiving = request.leavesAfterReceiving
    return await run(input, sink, leavingAfter: request.leavesAfter).answers.last
  }

  /// Plays bytes, as they are, on one connection: malformed, pipelined, cut, slow.
  public func converse(_ steps: [WireStep], leavingAfter: Span? = nil) async -> WireTranscript {
    let input = WireInput(effects.kernel, steps)
    return await run(input, TranscriptSink(effects.kernel, input, keepsBytes: true), leavingAfter: leavingAfter)
  }

  /// Plays one raw request; the connection stays open for `closingAfter` when that is given.
  public func send(raw bytes: [UInt8], closingAfter: Span? = nil) async -> WireTranscript {
    await converse([.bytes(bytes)], leavingAfter: closingAfter)
  }

  private func run(_ input: WireInput, _ sink: TranscriptSink, leavingAfter: Span?) async -> WireTranscript {
    let kernel = effects.kernel
    let connection = WireConnection(
      effects, clock, handler, input, sink, pieceSize: pieceSize, peer: peer, isTLS: isTLS, ownsTask: false)
    let timer = leavingAfter.map { kernel.at(kernel.uptime + $0) { input.leave() } }
    sink.transcript.isClosedByServer = await connection.run()
    if let timer { kernel.cancel(timer) }
    return sink.transcript
  }
}

/// Keeps what a client would have received.
///
/// Confined to the kernel's thread, which is the invariant behind `@unchecked Sendable`.
final class TranscriptSink: WireSink, @unchecked Sendable {
  private let kernel: Kernel
  private let input: WireInput
  private let keepsBytes: Bool
  private var isChunked = false
  var transcript = WireTranscript()
  var leavesAfterReceiving: Int?

  init(_ kernel: Kernel, _ input: WireInput, keepsBytes: Bool) {
    self.kernel = kernel
    self.input = input
    self.keepsBytes = keepsBytes
  }

  func interim() {
    if keepsBytes { transcript.bytes += Array("HTTP/1.1 100 Continue\r\n\r\n".utf8) }
  }

  func refuse(_ refusal: HTTPRefusal) async {
    if keepsBytes { transcript.bytes += refusal.answer }
    let fields = HTTPFields([
      HTTPFields.Field("Content-Type", "text/plain; charset=utf-8"), HTTPFields.Field("Connection", "close"),
    ])
    transcript.answers.append(
      WireAnswer(
        status: refusal.status, fields: fields, body: refusal.body.bytes, isComplete: true, closes: true,
        headAt: kernel.uptime, endedAt: kernel.uptime))
  }

  func begin(_ response: WireResponse, wasContinued: Bool) async {
    transcript.answers.append(
      WireAnswer(
        status: response.status, fields: response.fields, wasContinued: wasContinued, headAt: kernel.uptime,
        endedAt: kernel.uptime))
    isChunked = response.isChunked
    if keepsBytes { transcript.bytes += response.head }
  }

  func deliver(_ bytes: ArraySlice<UInt8>) async -> Bool {
    var bytes = bytes
    var isLast = false
    let index = transcript.answers.count - 1
    if let limit = leavesAfterReceiving {
      let room = limit - transcript.answers[index].body.count
      if bytes.count >= room {
        bytes = bytes.prefix(max(0, room))
        isLast = true
      }
    }
    transcript.answers[index].body += bytes
    if keepsBytes {
      if isChunked { transcript.bytes += Array((String(bytes.count, radix: 16) + "\r\n").utf8) }
      transcript.bytes += bytes
      if isChunked { transcript.bytes += Array("\r\n".utf8) }
    }
    if isLast { input.leave() }
    return !isLast
  }

  func finish(isComplete: Bool) {
    let index = transcript.answers.count - 1
    transcript.answers[index].isComplete = isComplete
    transcript.answers[index].endedAt = kernel.uptime
    if keepsBytes, isChunked, isComplete { transcript.bytes += Array("0\r\n\r\n".utf8) }
  }

  func settle(closes: Bool, drained: Int) {
    let index = transcript.answers.count - 1
    transcript.answers[index].drained = drained
    transcript.answers[index].closes = closes
  }
}
