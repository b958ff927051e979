import GoWire
import NodeProtocol

/// What a node writes down of its requests: a line each, with the request id (HDR-2). Never a query, a header or a body, which
/// hold signatures and secrets.
struct RequestJournal: Sendable {
  let clock: any NodeClock
  let log: any NodeLog

  /// - Parameter path: decoded; nil for a target that could not be read.
  func answered(
    _ request: HTTPRequest, path: GoString?, _ response: HTTPResponse, began: Uptime, requestID: GoString
  ) {
    guard log.level <= .info else { return }
    let microseconds = (clock.uptime - began).nanoseconds / 1000
    let fraction = String(microseconds % 1000)
    let padding = String(repeating: "0", count: max(0, 3 - fraction.utf8.count))
    log.write(
      LogLine(
        .info, "request", requestID: requestID,
        details: [
          .init("method", request.method), .init("path", path ?? "?"),
          .init("status", response.isAborted ? "-" : GoString(String(response.status))),
          .init("ms", "\(microseconds / 1000).\(padding)\(fraction)"), .init("bytes", response.body.lengthText),
        ]))
  }

  func refusedSignature(_ error: NodeError, of request: HTTPRequest, path: GoString, requestID: GoString) {
    guard log.level <= .warning else { return }
    log.write(
      LogLine(
        .warning, "signature refused", requestID: requestID,
        details: [
          .init("code", GoString(String(error.code.rawValue))), .init("reason", error.message),
          .init("method", request.method), .init("path", path), .init("peer", request.peer),
        ]))
  }

  /// An error that a route answered.
  func failed(_ error: NodeError, requestID: GoString) {
    guard log.level <= .warning else { return }
    var details = [LogLine.Detail("code", GoString(String(error.code.rawValue))), .init("message", error.message)]
    if let cause = error.cause { details.append(.init("cause", cause)) }
    for part in error.parts { details.append(.init("part", part.name + ": " + part.error.text)) }
    log.write(LogLine(.warning, "request failed", requestID: requestID, details: details))
  }
}

extension HTTPResponseBody {
  fileprivate var lengthText: GoString {
    switch self {
    case .empty: "0"
    case .bytes(let bytes): GoString(String(bytes.count))
    case .file(_, _, let count): GoString(String(count))
    case .stream(let count, _): count.map { GoString(String($0)) } ?? "-"
    }
  }
}
