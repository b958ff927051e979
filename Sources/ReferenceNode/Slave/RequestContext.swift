import GoWire
import NodeProtocol

/// A request whose signature was good, on its way to a handler.
struct RequestContext: Sendable {
  var request: HTTPRequest
  var target: RequestTarget
  var correlationID: CorrelationID
  /// The text of `correlationID`: the request id of every line and of every error (HDR-2).
  var requestID: GoString
  /// The body of a route whose signature covers it; empty for the others, which read it themselves.
  var body: [UInt8]
}

/// Why a whole body is not there.
enum BodyRefusal: Error {
  case tooLong
  case peerGone
}

extension HTTPRequest {
  /// Bytes of a body that is held in memory; the longest that are met list some ten thousand files.
  static let bodyLimit = 16 << 20

  /// Reads the whole body, up to `bodyLimit` bytes.
  func readBody() async throws(BodyRefusal) -> [UInt8] {
    if let contentLength, contentLength > Int64(Self.bodyLimit) { throw .tooLong }
    if contentLength == 0 { return [] }
    var bytes: [UInt8] = []
    do throws(HTTPBodyError) {
      while let piece = try await body.next() {
        if bytes.isEmpty { bytes = piece } else { bytes += piece }
        if bytes.count > Self.bodyLimit { break }
      }
    } catch {
      throw .peerGone
    }
    guard bytes.count <= Self.bodyLimit else { throw .tooLong }
    return bytes
  }
}

extension Refusal {
  init(_ refusal: BodyRefusal) {
    switch refusal {
    case .tooLong: self = .tooLong
    case .peerGone: self = .peerGone
    }
  }
}
