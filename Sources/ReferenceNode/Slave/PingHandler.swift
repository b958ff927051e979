import GoWire
import NodeProtocol

/// `POST ping`: asks the master back and compares versions (PING-1…5).
struct PingHandler: Sendable {
  let profile: Profile
  let version: GoString
  let caller: URLCaller

  /// The master's own limit is the same, so a slave that waits for a silent master answers too late (PING-6).
  private static let timeout = Span.seconds(10)

  func ping(_ context: RequestContext) async throws(Refusal) -> HTTPResponse {
    let message = try binding { () throws(NodeError) in try Binder.bind(PingRequest.self, from: context.body) }
    let url: GoURL
    do throws(GoURLError) {
      url = try GoURL(message.callback).resolving(try GoURL("/api/v4/site/ping"))  // PING-2
    } catch {
      throw .failed(NodeError(.parameterError, "Failed to parse callback url", cause: error.text))
    }
    let answer: URLCaller.Answer
    do throws(URLCaller.Failure) {
      answer = try await caller.call("GET", url, fields: headers(context), timeout: Self.timeout)
    } catch {
      throw .failed(NodeError(.slavePingMaster, error.text))  // PING-4
    }
    switch PingAnswer(reading: answer.body, version: version, profile: profile) {
    case .agrees: return Reply.success
    case .fails(let error): throw .failed(error)
    case .crashes: throw .crashed
    }
  }

  private func headers(_ context: RequestContext) -> HTTPFields {
    let headers = Caller.slave(nodeID: nil).headers(version: version, correlationID: context.correlationID)
    return HTTPFields(headers.map { .init($0.name, $0.value) })
  }
}
