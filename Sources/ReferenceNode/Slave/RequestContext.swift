import GoWire
import NodeProtocol

/// A request whose signature was good, on its way to a handler.
///
/// A class, for it passes through many hands: as a value it would be copied, and counted, field by field in each.
final class RequestContext: Sendable {
  let request: HTTPRequest
  let target: RequestTarget
  let correlationID: CorrelationID
  /// The text of `correlationID`: the request id of every line and of every error (HDR-2).
  let requestID: GoString
  /// The body of a route whose signature covers it; empty for the others, which read it themselves.
  let body: [UInt8]

  init(
    request: HTTPRequest, target: RequestTarget, correlationID: CorrelationID, requestID: GoString, body: [UInt8]
  ) {
    self.request = request
    self.target = target
    self.correlationID = correlationID
    self.requestID = requestID
    self.body = body
  }
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
