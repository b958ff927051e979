import GoWire
import LiveWorld
import NodeProtocol
import ReferenceNode

extension Mutant {
  /// Upload sessions that live too long or not long enough, and pings that look away.
  static let sessionMutants: [Mutant] = [
    Mutant(
      "session-kept", "a chunk of a completed upload is accepted again", groups: ["upload"],
      handler: { node, _ in
        let accepted = RequestSet()
        return MutatedHandler(
          node: node,
          response: { request, answer in
            guard request.isChunk else { return }
            if answer.code == 0 {
              accepted.insert(request.target)
            } else if answer.code == 40011, accepted.contains(request.target) {
              answer.text = #"{"code":0,"msg":""}"#
            }
          })
      }),
    Mutant(
      "session-lost", "the second chunk of a session finds no session", groups: ["upload"],
      handler: { node, _ in
        let seen = RequestSet()
        return MutatedHandler(
          node: node,
          response: { request, answer in
            guard request.isChunk else { return }
            if seen.insert(GoString(request.pathText)) { return }
            answer.text = #"{"code":40011,"msg":"","correlation_id":"5f0c1d9e-1111-4222-8333-0123456789ab"}"#
          })
      }),
    Mutant(answers: "expected-length-off-by-one", "a refused chunk names another length", groups: ["upload"]) {
      _, answer in
      guard answer.code == 40013 else { return }
      let parts = answer.text.split(separator: "(expected: ", maxSplits: 1)
      if parts.count == 2 { answer.text = parts[0] + "(expected: 1" + parts[1] }
    },
    Mutant(
      "ping-back-not-made", "a ping is answered without asking the master", groups: ["ping"],
      handler: { node, _ in
        MutatedHandler(
          node: node,
          response: { request, answer in
            if request.pathText.hasSuffix("/ping"), answer.isEnvelope { answer.text = #"{"code":0,"msg":""}"# }
          })
      }),
    Mutant(
      "versions-not-compared", "a master of any version passes the ping", groups: ["ping"],
      handler: { node, _ in
        MutatedHandler(
          node: node,
          response: { _, answer in
            if answer.code == 40061 { answer.text = #"{"code":0,"msg":""}"# }
          })
      }),
  ]
}

/// Texts that were seen.
private final class RequestSet: Sendable {
  private let texts = Guarded<Set<GoString>>([])

  @discardableResult
  func insert(_ text: GoString) -> Bool { texts.withLock { $0.insert(text).inserted } }
  func contains(_ text: GoString) -> Bool { texts.withLock { $0.contains(text) } }
}
