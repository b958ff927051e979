import GoWire
import ReferenceNode

/// What a client does on its side of a connection, in order.
public enum WireStep: Hashable, Sendable {
  case bytes([UInt8])
  /// Sends nothing for a span of virtual time.
  case pause(Span)
  /// Ends the connection.
  case close
}

/// A request as a client sends it, piece by piece.
public struct WireRequest: Sendable {
  /// Which header tells where the body ends.
  public enum Framing: Hashable, Sendable {
    /// `Content-Length` with the number of bytes in `body`, when there are any and no field tells the length already.
    case automatic
    /// Only what `fields` say; the body goes out as it is.
    case asGiven
    /// `Transfer-Encoding: chunked`, a chunk for each step of the body.
    case chunked
  }

  public var method: GoString
  /// The raw target.
  public var target: GoString
  /// In the order in which they are sent; `Host` is put before them when they have none.
  public var fields: HTTPFields
  public var body: [WireStep]
  public var framing: Framing
  /// The client goes away after so long, whatever has come by then; nil: after the answer.
  public var leavesAfter: Span?
  /// The client goes away when so many bytes of the answer's body have come.
  public var leavesAfterReceiving: Int?

  public init(
    _ method: GoString, _ target: GoString, fields: HTTPFields = HTTPFields(), body: [UInt8] = [],
    framing: Framing = .automatic
  ) {
    self.method = method
    self.target = target
    self.fields = fields
    self.body = body.isEmpty ? [] : [.bytes(body)]
    self.framing = framing
  }

  /// The steps of the whole request, head first.
  var steps: [WireStep] {
    var fields = self.fields
    if fields.first("Host") == nil { fields.fields.insert(HTTPFields.Field("Host", "127.0.0.1"), at: 0) }
    var body = self.body
    switch framing {
    case .automatic:
      let count = body.reduce(0) { if case .bytes(let bytes) = $1 { $0 + bytes.count } else { $0 } }
      let isFramed = fields.first("Content-Length") != nil || fields.first("Transfer-Encoding") != nil
      if count > 0, !isFramed { fields.add("Content-Length", GoString("\(count)")) }
    case .asGiven:
      break
    case .chunked:
      fields.set("Transfer-Encoding", "chunked")
      body = body.map { step in
        guard case .bytes(let bytes) = step, !bytes.isEmpty else { return step }
        return .bytes(Array((String(bytes.count, radix: 16) + "\r\n").utf8) + bytes + Array("\r\n".utf8))
      }
      if body.last != .close { body.append(.bytes(Array("0\r\n\r\n".utf8))) }
    }
    var head = method.bytes + [0x20] + target.bytes + Array(" HTTP/1.1\r\n".utf8)
    for field in fields.fields { head += field.name.bytes + Array(": ".utf8) + field.value.bytes + Array("\r\n".utf8) }
    return [.bytes(head + Array("\r\n".utf8))] + body
  }
}

/// An answer as a client receives it.
public struct WireAnswer: Sendable {
  public var status: Int
  /// As on the wire: with `Date`, `Content-Length` or `Transfer-Encoding`, and `Connection` where it is sent.
  public var fields: HTTPFields
  /// What came of the body, its chunks put together.
  public var body: [UInt8] = []
  /// Whether the body came to the end that the head announced.
  public var isComplete = false
  /// Whether the connection was ended after it.
  public var closes = false
  /// Whether `100 Continue` came before it.
  public var wasContinued = false
  /// When the head came.
  public var headAt: Uptime
  /// When the last byte came.
  public var endedAt: Uptime
  /// Bytes of the request's body that the node did not ask for and the door threw away.
  public var drained = 0
}

/// All that came back on one connection.
public struct WireTranscript: Sendable {
  public var answers: [WireAnswer] = []
  /// The bytes as they came.
  public var bytes: [UInt8] = []
  /// Whether the server ended the connection; otherwise the client did, with nothing left to say.
  public var isClosedByServer = false
}
