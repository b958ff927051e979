import GoWire

/// Header fields in the order in which they were, or will be, sent. Names compare without case (RFC 9110, 5.1).
public struct HTTPFields: Hashable, Sendable {
  /// The name as sent, and the value.
  public typealias Field = ContentPlan.Field

  public var fields: [Field]

  public init(_ fields: [Field] = []) {
    self.fields = fields
  }

  /// The first value of a header (SIGN-9), or nil.
  public func first(_ name: GoString) -> GoString? {
    for index in fields.indices where fields[index].name.equalsIgnoringASCIICase(name) { return fields[index].value }
    return nil
  }

  public mutating func add(_ name: GoString, _ value: GoString) {
    fields.append(Field(name, value))
  }

  /// Replaces every value of a header by one.
  public mutating func set(_ name: GoString, _ value: GoString) {
    remove(name)
    add(name, value)
  }

  public mutating func remove(_ name: GoString) {
    fields.removeAll { $0.name.equalsIgnoringASCIICase(name) }
  }
}

/// Why a body could not be read to its end.
public enum HTTPBodyError: Error, Hashable, Sendable {
  /// The peer ended or reset the connection before the end that was announced.
  case endedEarly
  /// A deadline of the door or of the call passed.
  case timedOut
  /// The task that reads was cancelled.
  case cancelled
  /// The source of a body we send failed: the door ends the connection, since the head has gone.
  case sourceFailed
}

/// A body that is pulled piece by piece; nothing more is taken from the peer than what was asked for.
public protocol HTTPBody: AnyObject, Sendable {
  /// The next bytes, never empty; nil at the end.
  func next() async throws(HTTPBodyError) -> [UInt8]?
}

/// A request as the node receives it.
public struct HTTPRequest: Sendable {
  /// As sent: `GET`.
  public var method: GoString
  /// The raw request target, byte for byte: signatures cover it.
  public var target: GoString
  public var fields: HTTPFields
  /// The announced length; nil when there is none (no body, or `Transfer-Encoding: chunked`).
  public var contentLength: Int64?
  public var body: any HTTPBody
  /// The peer's address for the log: `127.0.0.1:40000`, `@` for a unix socket.
  public var peer: GoString
  public var isTLS: Bool

  public init(
    method: GoString, target: GoString, fields: HTTPFields, contentLength: Int64?, body: any HTTPBody, peer: GoString,
    isTLS: Bool = false
  ) {
    self.method = method
    self.target = target
    self.fields = fields
    self.contentLength = contentLength
    self.body = body
    self.peer = peer
    self.isTLS = isTLS
  }
}

/// What is sent after the head of an answer. The door adds `Content-Length` where the length is known and never `Date`-less
/// or duplicate framing; it drops the body of an answer to `HEAD`, and of 204 and 304 the length too.
public enum HTTPResponseBody: Sendable {
  /// No bytes: `Content-Length: 0`.
  case empty
  case bytes([UInt8])
  /// `count` bytes of a file from `offset`, which the door may hand to the kernel; it closes the file.
  case file(any DiskFile, offset: Int64, count: Int64)
  /// Pulled from a source; `count` nil means chunked. A source that fails or ends early ends the connection.
  case stream(count: Int64?, any HTTPBody)
}

/// An answer of the node.
public struct HTTPResponse: Sendable {
  public var status: Int
  public var fields: HTTPFields
  public var body: HTTPResponseBody
  /// End the connection after this answer.
  public var closes: Bool
  /// No answer at all: end the connection (a peer that has gone, ST-5).
  public var isAborted: Bool

  public init(status: Int, fields: HTTPFields = HTTPFields(), body: HTTPResponseBody = .empty, closes: Bool = false) {
    self.status = status
    self.fields = fields
    self.body = body
    self.closes = closes
    self.isAborted = false
  }

  /// End the connection without an answer.
  public static var aborted: HTTPResponse {
    var response = HTTPResponse(status: 0, closes: true)
    response.isAborted = true
    return response
  }
}

/// What the serving half of the HTTP door calls: once a request, on the loop, in a task of the request's own, which is
/// cancelled when the peer goes.
public protocol HTTPHandler: Sendable {
  func respond(to request: HTTPRequest) async -> HTTPResponse
}

/// A request that the node makes: exactly one exchange; redirects are the caller's business.
public struct HTTPCall: Sendable {
  public enum Body: Sendable {
    case empty
    case bytes([UInt8])
    case stream(count: Int64, any HTTPBody)
  }

  public var method: GoString
  /// `http` or `https`.
  public var isTLS: Bool
  /// Host name or address, without brackets.
  public var host: GoString
  public var port: UInt16
  /// The raw request target.
  public var target: GoString
  /// Without `Host`, `Content-Length` and `Connection`, which the door adds (`Content-Length: 0` for a bodiless POST or PUT).
  public var fields: HTTPFields
  /// The `Host` header.
  public var authority: GoString
  public var body: Body
  /// For the whole exchange, body included; nil for none.
  public var timeout: Span?

  public init(
    method: GoString, isTLS: Bool, host: GoString, port: UInt16, authority: GoString, target: GoString,
    fields: HTTPFields, body: Body = .empty, timeout: Span?
  ) {
    self.method = method
    self.isTLS = isTLS
    self.host = host
    self.port = port
    self.authority = authority
    self.target = target
    self.fields = fields
    self.body = body
    self.timeout = timeout
  }
}

/// Why a call got no answer, in the words of Go's transport without the leading `Get "URL": ` (PING-4, PING-6).
public struct TransportError: Error, Hashable, Sendable {
  public enum Kind: Hashable, Sendable {
    case refused, reset, endOfFile, timedOut, nameNotFound, unreachable, tls, malformedAnswer, cancelled, other
  }

  public var kind: Kind
  /// `dial tcp 127.0.0.1:1: connect: connection refused`, `EOF`,
  /// `context deadline exceeded (Client.Timeout exceeded while awaiting headers)`, …
  public var text: GoString

  public init(_ kind: Kind, _ text: GoString) {
    self.kind = kind
    self.text = text
  }
}

/// The answer to a call.
public struct HTTPReply: Sendable {
  public var status: Int
  public var fields: HTTPFields
  public var body: any HTTPBody

  public init(status: Int, fields: HTTPFields, body: any HTTPBody) {
    self.status = status
    self.fields = fields
    self.body = body
  }
}

/// The fourth door's calling half.
public protocol HTTPClient: Sendable {
  /// Returns when the head of the answer is there. A cancelled task ends the exchange.
  func send(_ call: HTTPCall) async throws(TransportError) -> HTTPReply
}

/// A body of bytes at hand.
public actor BytesBody: HTTPBody {
  private var rest: [UInt8]?

  public init(_ bytes: [UInt8]) {
    rest = bytes.isEmpty ? nil : bytes
  }

  public func next() async throws(HTTPBodyError) -> [UInt8]? {
    defer { rest = nil }
    return rest
  }
}

/// No body.
public final class EmptyBody: HTTPBody {
  public static let shared = EmptyBody()
  public func next() async throws(HTTPBodyError) -> [UInt8]? { nil }
}
