import GoWire
import ReferenceNode

/// What a scripted peer does with a call, as a value.
public struct ScriptedAnswer: Sendable {
  /// How the call ends.
  public enum Ending: Sendable {
    case reply(status: Int, fields: HTTPFields, body: [UInt8])
    /// The head, a part of the body, then the connection ends.
    case cutReply(status: Int, fields: HTTPFields, body: [UInt8])
    /// Nothing listens.
    case refuse
    /// The connection is ended before any answer.
    case close
    /// The connection is reset before any answer.
    case reset
    /// No answer ever: only the caller's deadline ends it.
    case silence
  }

  public var ending: Ending
  /// Virtual time from the call to its ending.
  public var delay: Span

  public init(_ ending: Ending, after delay: Span = .zero) {
    self.ending = ending
    self.delay = delay
  }

  /// A JSON answer with status 200.
  public static func json(_ text: GoString, status: Int = 200, after delay: Span = .zero) -> ScriptedAnswer {
    ScriptedAnswer(
      .reply(
        status: status, fields: HTTPFields([HTTPFields.Field("Content-Type", "application/json; charset=utf-8")]),
        body: text.bytes), after: delay)
  }

  /// Plays the answer for a call of a node of this world.
  public func play(for call: HTTPCall, in kernel: Kernel) async throws(TransportError) -> HTTPReply {
    if delay > .zero, await !kernel.sleep(until: kernel.uptime + delay) { throw .cancelledCall }
    switch ending {
    case .reply(let status, let fields, let body):
      return HTTPReply(status: status, fields: Self.framed(fields, body.count), body: BytesBody(body))
    case .cutReply(let status, let fields, let body):
      return HTTPReply(status: status, fields: fields, body: CutBody(body))
    case .refuse:
      throw .refused(call)
    case .close:
      throw .endOfFile
    case .reset:
      let remote = call.host + GoString(":\(call.port)")
      throw .reset(local: "127.0.0.1:40000", remote: remote)
    case .silence:
      let never = OneShot<Void>(kernel)
      await never.wait(Task.name ?? "a peer", for: { "its caller to give up \(call.url)" }, otherwise: ())
      throw .cancelledCall
    }
  }

  private static func framed(_ fields: HTTPFields, _ count: Int) -> HTTPFields {
    var fields = fields
    if fields.first("Content-Length") == nil { fields.add("Content-Length", GoString("\(count)")) }
    return fields
  }
}

/// Some bytes, then the connection ends.
actor CutBody: HTTPBody {
  private var rest: [UInt8]?

  init(_ bytes: [UInt8]) {
    rest = bytes.isEmpty ? nil : bytes
  }

  func next() async throws(HTTPBodyError) -> [UInt8]? {
    guard let piece = rest else { throw .endedEarly }
    rest = nil
    return piece
  }
}
