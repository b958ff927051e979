import GoWire
import NodeProtocol

/// The answers of the protocol as HTTP answers (HDR-6, HDR-7, ENV-1).
enum Reply {
  /// An envelope of a route, whose signature was good (HDR-6).
  static func envelope(_ envelope: Envelope, status: Int = 200) -> HTTPResponse {
    HTTPResponse(status: status, fields: privateJSON, body: .bytes(envelope.encoded))
  }

  /// An empty success (ENV-2).
  static let success = HTTPResponse(
    status: 200, fields: privateJSON, body: .bytes(Envelope.success.encoded))

  /// An error that was met before the signature was known to be good: without `Cache-Control` (SIGN-7).
  static func refused(_ error: NodeError, requestID: GoString, isDebug: Bool) -> HTTPResponse {
    HTTPResponse(
      status: 200, fields: json,
      body: .bytes(Envelope(error, correlationID: requestID, isDebug: isDebug).encoded))
  }

  /// A handler that crashes upstream: an empty 500 (ENV-8).
  static let crashed = HTTPResponse(
    status: 500, fields: HTTPFields([.init(HeaderName.cacheControl, HeaderValue.privateCache)]))

  /// An unknown path or a wrong method (HDR-7).
  static let notFound = HTTPResponse(
    status: 404, fields: HTTPFields([.init(HeaderName.contentType, HeaderValue.plainText)]),
    body: .bytes(HeaderValue.notFoundText.bytes))

  /// A path with one slash too many (HDR-7).
  static func redirect(_ redirect: Redirect) -> HTTPResponse {
    var response = HTTPResponse(status: redirect.status)
    if let type = redirect.contentType { response.fields.add(HeaderName.contentType, type) }
    response.fields.add("Location", redirect.location)
    if !redirect.body.isEmpty { response.body = .bytes(redirect.body.bytes) }
    return response
  }

  /// What is no HTTP/1.1 request (HDR-8).
  static let badRequest = HTTPResponse(
    status: 400, fields: HTTPFields([.init(HeaderName.contentType, "text/plain; charset=utf-8")]),
    body: .bytes(Array("400 Bad Request".utf8)), closes: true)

  private static let json = HTTPFields([.init(HeaderName.contentType, HeaderValue.json)])
  private static let privateJSON = HTTPFields([
    .init(HeaderName.cacheControl, HeaderValue.privateCache), .init(HeaderName.contentType, HeaderValue.json),
  ])
}

/// Why a handler has nothing to answer but an error.
enum Refusal: Error {
  /// The request does not bind: told without a request id (ENV-5).
  case unbound(NodeError)
  /// It went wrong: told with the request id (ENV-4).
  case failed(NodeError, status: Int)
  /// A handler that crashes upstream (ENV-8).
  case crashed
  /// The body is longer than it may be; what is left of it is not read.
  case tooLong
  /// There is nobody to answer (ST-5).
  case peerGone

  static func failed(_ error: NodeError) -> Refusal { .failed(error, status: 200) }
}

/// Runs the binding of a request: its errors are told without a request id (ENV-5).
func binding<Message>(_ body: () throws(NodeError) -> Message) throws(Refusal) -> Message {
  do throws(NodeError) {
    return try body()
  } catch {
    throw .unbound(error)
  }
}
