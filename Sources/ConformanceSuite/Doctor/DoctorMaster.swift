import GoWire
import NodeProtocol
import ReferenceNode
import Synchronization

/// The doctor as the master that a slave calls back: it has whatever version the slave has (PING-3, PING-5).
final class DoctorMaster: HTTPHandler {
  private struct Seen {
    var wasCalled = false
    var version: GoString?
  }

  private let seen = Mutex(Seen())

  var wasCalled: Bool { seen.withLock { $0.wasCalled } }
  /// What the slave's `User-Agent` says (HDR-1).
  var slaveVersion: GoString? { seen.withLock { $0.version } }

  func respond(to request: HTTPRequest) async -> HTTPResponse {
    guard request.method == "GET", request.target == "/api/v4/site/ping" else {
      return HTTPResponse(status: 404, body: .bytes(HeaderValue.notFoundText.bytes))
    }
    let prefix: GoString = "Cloudreve/"
    let agent = request.fields.first(HeaderName.userAgent) ?? ""
    let version = agent.hasPrefix(prefix) ? GoString(agent.bytes.dropFirst(prefix.count)) : nil
    seen.withLock { $0 = Seen(wasCalled: true, version: version) }
    let answer: JSONValue = ["code": 0, "data": .string(version?.text ?? "unknown"), "msg": ""]
    return HTTPResponse(
      status: 200, fields: HTTPFields([.init(HeaderName.contentType, HeaderValue.json)]),
      body: .bytes(GoJSON.write(answer, escapingHTML: false)))
  }
}
