import GoWire

/// The head of a request that is safe to hand on: exactly one way to tell where its body ends.
public struct HTTPRequestHead: Hashable, Sendable {
  /// How the end of the body is found.
  public enum Framing: Hashable, Sendable {
    /// There is no body, and no length was announced.
    case none
    /// Exactly so many bytes.
    case length(Int64)
    /// `Transfer-Encoding: chunked`.
    case chunked
  }

  /// What `Expect` asks for.
  public enum Expectation: Hashable, Sendable {
    case none
    /// An interim `100 Continue` before the body is sent.
    case `continue`
    /// Anything else: 417.
    case unknown
  }

  /// A token, as sent.
  public var method: GoString
  /// The raw target: a path with an optional query, an absolute URL, an authority (`CONNECT`) or `*`; its escapes are sound.
  public var target: GoString
  /// The digit after `HTTP/1.`.
  public var minorVersion: Int
  /// Names are tokens; values hold no control character but tab and have no blanks around them. No `Host` twice, no
  /// `Content-Length` twice, never together with `Transfer-Encoding`.
  public var fields: HTTPFields
  public var framing: Framing
  public var expectation: Expectation
  /// Whether the client wants the connection kept for another request.
  public var keepsAlive: Bool

  /// The announced length of the body, nil when there is none.
  public var contentLength: Int64? { if case .length(let count) = framing { count } else { nil } }
}

/// Why bytes are no request that can be answered by the node: the door sends `answer` and ends the connection (HDR-8).
public struct HTTPRefusal: Error, Hashable, Sendable {
  public var status: Int
  /// `Bad Request`.
  public var reason: String
  /// What stands after the reason in the status line and in the body: `missing required Host header`; empty for most.
  public var explanation: String
  /// What was wrong, for the log only.
  public var cause: String

  /// The body of the answer.
  public var body: GoString {
    status == 501
      ? "Unsupported transfer encoding"
      : GoString("\(status) \(reason)" + (explanation.isEmpty ? "" : ": \(explanation)"))
  }

  /// The whole answer, as Go's server writes it: no length, the end of the connection ends it.
  public var answer: [UInt8] {
    let line = "HTTP/1.1 \(status) \(reason)" + (explanation.isEmpty ? "" : ": \(explanation)")
    return Array("\(line)\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n".utf8) + body.bytes
  }

  public static func malformed(_ cause: String) -> HTTPRefusal {
    HTTPRefusal(status: 400, reason: "Bad Request", explanation: "", cause: cause)
  }

  static func badRequest(_ explanation: String) -> HTTPRefusal {
    HTTPRefusal(status: 400, reason: "Bad Request", explanation: explanation, cause: explanation)
  }

  public static let tooLarge = HTTPRefusal(
    status: 431, reason: "Request Header Fields Too Large", explanation: "", cause: "the head is too long")

  static let unknownCoding = HTTPRefusal(
    status: 501, reason: "Not Implemented", explanation: "", cause: "a transfer coding other than chunked")

  public static let unknownVersion = HTTPRefusal(
    status: 505, reason: "HTTP Version Not Supported", explanation: "unsupported protocol version",
    cause: "a protocol version other than HTTP/1")
}
