import GoWire
import ReferenceNode

@testable import LiveWorld

/// What came of a call.
struct Outcome: Sendable, CustomStringConvertible {
  var status = 0
  var fields = HTTPFields()
  var body: [UInt8] = []
  var bodyError: HTTPBodyError?
  var error: TransportError?

  var text: String { String(decoding: body, as: UTF8.self) }
  var description: String {
    "\(status) \(fields.fields) \(text.prefix(200)) \(bodyError as Any) \(error?.text.text as Any)"
  }
}

extension LiveTrial {
  static func call(
    _ method: String, port: UInt16, _ target: String = "/x", isTLS: Bool = false, host: String = "127.0.0.1",
    fields: [(String, String)] = [], body: HTTPCall.Body = .empty, timeout: Span? = .seconds(30)
  ) -> HTTPCall {
    HTTPCall(
      method: GoString(method), isTLS: isTLS, host: GoString(host), port: port, authority: GoString("\(host):\(port)"),
      target: GoString(target), fields: HTTPFields(fields.map { .init(GoString($0.0), GoString($0.1)) }), body: body,
      timeout: timeout)
  }

  /// Makes a call as node code and waits for all of its answer.
  func fetch(_ call: HTTPCall) -> Outcome {
    node { world in await world.fetch(call) }
  }
}

extension World {
  func fetch(_ call: HTTPCall) async -> Outcome {
    var outcome = Outcome()
    let reply: HTTPReply
    do throws(TransportError) {
      reply = try await http.send(call)
    } catch {
      outcome.error = error
      return outcome
    }
    outcome.status = reply.status
    outcome.fields = reply.fields
    do throws(HTTPBodyError) {
      while let piece = try await reply.body.next() { outcome.body += piece }
    } catch {
      outcome.bodyError = error
    }
    return outcome
  }
}
