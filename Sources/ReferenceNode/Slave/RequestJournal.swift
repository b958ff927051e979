import GoWire
import NodeProtocol

/// What a node writes down of its requests: a line each, with the request id (HDR-2). Never a query, a header or a body, which
/// hold signatures and secrets.
struct RequestJournal: Sendable {
  let clock: any NodeClock
  let log: any NodeLog

  /// Whether requests that went well are written down.
  var listens: Bool { log.level <= .info }

  /// - Parameter path: decoded; nil for a target that could not be read.
  func answered(
    _ request: HTTPRequest, path: GoString?, _ response: HTTPResponse, began: Uptime, requestID: GoString
  ) {
    var milliseconds: [UInt8] = []
    let microseconds = max(0, (clock.uptime - began).nanoseconds) / 1000
    Digits.append(microseconds / 1000, to: &milliseconds)
    milliseconds.append(UInt8(ascii: "."))
    for unit: Int64 in [100, 10, 1] {
      milliseconds.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: microseconds / unit % 10))
    }
    log.write(
      LogLine(
        .info, "request", requestID: requestID,
        details: [
          .init("method", request.method), .init("path", path ?? "?"),
          .init("status", response.isAborted ? "-" : Digits.decimal(response.status)),
          .init("ms", GoString(milliseconds)), .init("bytes", response.body.lengthText),
        ]))
  }

  func refusedSignature(_ error: NodeError, of request: HTTPRequest, path: GoString, requestID: GoString) {
    guard log.level <= .warning else { return }
    log.write(
      LogLine(
        .warning, "signature refused", requestID: requestID,
        details: [
          .init("code", Digits.decimal(error.code.rawValue)), .init("reason", error.message),
          .init("method", request.method), .init("path", path), .init("peer", request.peer),
        ]))
  }

  /// An error that a route answered: a warning when the node, its disk or its master is the cause, not the request.
  func failed(_ error: NodeError, requestID: GoString) {
    let level: LogLevel = error.code.rawValue >= 50_000 || error.code == .unclassified ? .warning : .info
    guard log.level <= level else { return }
    var details = [LogLine.Detail("code", Digits.decimal(error.code.rawValue)), .init("message", error.message)]
    if let cause = error.cause { details.append(.init("cause", cause)) }
    for part in error.parts { details.append(.init("part", part.name + ": " + part.error.text)) }
    log.write(LogLine(level, "request failed", requestID: requestID, details: details))
  }
}

extension HTTPResponseBody {
  fileprivate var lengthText: GoString {
    switch self {
    case .empty: "0"
    case .bytes(let bytes): Digits.decimal(bytes.count)
    case .file(_, _, let count): Digits.decimal(count)
    case .stream(let count, _): count.map { Digits.decimal($0) } ?? "-"
    }
  }
}
