import GoWire
import NodeProtocol
import ReferenceNode

/// INV-10, the slave's half: what came of an upload that never ended is gone an hour after its session.
struct ForgottenPlaceholders: Checker {
  let invariant = "INV-10"

  private var made: [GoString] = []
  private var acknowledged: Set<GoString> = []

  mutating func see(_ sight: Sight, in scene: any CheckedScene) -> [String] {
    guard case .response(let request) = sight, request.status == 200, request.code == 0 else { return [] }
    if request.method == "PUT", request.path == "/api/v4/slave/upload" {
      let message = try? Binder.bind(CreateUploadSession.self, from: request.body)
      if let id = message?.session?.props?.uploadSessionID, !made.contains(id) { made.append(id) }
    } else if let id = request.chunkSession, let session = scene.session(id), session.callback.isEmpty {
      acknowledged.insert(id)
    }
    return []
  }

  mutating func judge(_ moment: JudgedMoment, in scene: any CheckedScene) -> [String] {
    made.compactMap { id in
      guard let session = scene.session(id), !scene.isListed(id), !acknowledged.contains(id) else { return nil }
      let end = session.expiresAt.unixSeconds + 3_600
      guard scene.wallClock(of: session.node).unixSeconds >= end,
        scene.disk(of: session.node).peekStatus(session.savePath) != nil
      else { return nil }
      return
        "\(session.savePath) on \(session.node) is there an hour after the end of its session, which was never completed"
    }
  }
}
