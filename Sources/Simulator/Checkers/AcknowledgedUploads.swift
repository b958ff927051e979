import GoWire
import NodeProtocol
import ReferenceNode

/// INV-1: an acknowledged upload is never lost. The blob has the bytes that were accepted for every chunk, and the master lists it.
struct AcknowledgedUploads: Checker {
  let invariant = "INV-1"

  /// Whoever stands between slave and master can answer in the master's place: then the slave was told success.
  private static let excuses: [FaultKind] = [.cache, .redirect, .badReply, .flip, .fuzz]
  /// Slaves whose calls such a fault has met.
  private var deceived: Set<String> = []

  private struct Ledger {
    /// What was accepted for each chunk, the last time.
    var accepted: [Int64: [UInt8]] = [:]
    /// The chunks whose sender got code 0.
    var acknowledged: Set<Int64> = []
    /// Whether a sender got code 0 when the master listed the file already: for the chunk that completed it.
    var wasCompleted = false
  }

  private var ledgers: [GoString: Ledger] = [:]

  mutating func see(_ sight: Sight, in scene: any CheckedScene) -> [String] {
    switch sight {
    case .response(let request):
      noteResponse(request)
    case .answered(let answer):
      guard answer.isSuccess, answer.method == "POST", let target = RequestTarget(answer.requested) else { break }
      let prefix: GoString = "/api/v4/slave/upload/"
      guard target.path.hasPrefix(prefix) else { break }
      let id = GoString(target.path.bytes.dropFirst(prefix.count))
      let index = ChunkIndex.of(target.query)
      // What somebody in the middle said in the slave's place is no acknowledgement.
      guard ledgers[id]?.accepted[index] != nil else { break }
      ledgers[id]?.acknowledged.insert(index)
      if scene.isListed(id) { ledgers[id]?.wasCompleted = true }
    case .event(let event):
      if case .process(.started) = event.kind { return losses(in: scene) }
      if case .fault(_, let kind, _) = event.kind, Self.excuses.contains(kind) { deceived.insert(event.node) }
    case .request, .took, .masterReceived:
      break
    }
    return []
  }

  mutating func judge(_ moment: JudgedMoment, in scene: any CheckedScene) -> [String] { losses(in: scene) }

  private mutating func noteResponse(_ request: WitnessedRequest) {
    guard request.status == 200, request.code == 0 else { return }
    if let id = request.chunkSession {
      ledgers[id, default: Ledger()].accepted[request.chunkIndex] = request.body
      return
    }
    if request.method == "PUT", request.path == "/api/v4/slave/upload" {
      guard let message = try? Binder.bind(CreateUploadSession.self, from: request.body),
        let id = message.session?.props?.uploadSessionID
      else { return }
      ledgers[id] = Ledger()
    } else if request.method == "DELETE", request.path == "/api/v4/slave/file" {
      gone.formUnion((try? Binder.bind(DeleteFiles.self, from: request.body))?.files ?? [])
    } else if request.method == "DELETE", request.path.hasPrefix("/api/v4/slave/upload/") {
      ledgers[GoString(request.path.bytes.dropFirst("/api/v4/slave/upload/".utf8.count))] = nil
    }
  }

  /// Files that somebody asked to remove.
  private var gone: Set<GoString> = []

  private func losses(in scene: any CheckedScene) -> [String] {
    var texts: [String] = []
    let open = scene.openRequests.compactMap(\.chunkSession)
    for (id, ledger) in ledgers.sorted(by: { $0.key < $1.key }) {
      guard let session = scene.session(id), !open.contains(id), !gone.contains(session.savePath) else { continue }
      let isListed = scene.isListed(id)
      let isWhole = (0..<session.chunkCount).allSatisfy { ledger.acknowledged.contains($0) }
      guard isWhole || ledger.wasCompleted else { continue }
      let disk = scene.disk(of: session.node)
      guard let blob = disk.peek(session.savePath) else {
        texts.append("\(session.savePath) on \(session.node) was acknowledged and is gone")
        continue
      }
      if let text = Self.difference(blob, session, ledger) {
        texts.append("\(session.savePath) on \(session.node) \(text)")
      }
      if !session.callback.isEmpty, !isListed, !deceived.contains(session.node) {
        texts.append("\(session.savePath) on \(session.node) was acknowledged, and the master does not list it")
      }
    }
    return texts
  }

  private static func difference(_ blob: [UInt8], _ session: MadeSession, _ ledger: Ledger) -> String? {
    guard Int64(blob.count) == session.size else { return "has \(blob.count) bytes instead of \(session.size)" }
    for index in 0..<session.chunkCount {
      guard let bytes = ledger.accepted[index] else { return "is complete, and chunk \(index) was never accepted" }
      let begin = Int(index * max(session.chunkSize, 0))
      guard begin <= blob.count, Array(blob[begin...].prefix(bytes.count)) == bytes else {
        return "has other bytes than were accepted for chunk \(index)"
      }
    }
    return nil
  }
}
