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
    let headers = Caller.slave(nodeID: nil).headers(version: version, correlationID: context.correlationID)
    let call: NodeCall
    do throws(NodeError) {
      call = try NodeCall.sitePing(callback: message.callback, headers: headers)  // PING-2
    } catch {
      throw .failed(error)
    }
    let answer: URLCaller.Answer
    do throws(URLCaller.Failure) {
      answer = try await caller.send(call, timeout: Self.timeout)
    } catch {
      throw .failed(NodeError(.slavePingMaster, error.text))  // PING-4
    }
    switch PingAnswer(reading: answer.body, version: version, profile: profile) {
    case .agrees: return Reply.success
    case .fails(let error): throw .failed(error)
    case .crashes: throw .crashed
    }
  }
}
