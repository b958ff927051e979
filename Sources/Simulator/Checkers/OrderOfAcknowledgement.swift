import GoWire
import NodeProtocol
import ReferenceNode

/// INV-25: bytes are written, and where that is promised synced, before the master is called back.
struct OrderOfAcknowledgement: Checker {
  let invariant = "INV-25"

  /// The number of the last event that wrote to, or synced, a path of a node.
  private var written: [String: Int] = [:]
  private var synced: [String: Int] = [:]
  private var accepted: [GoString: [Int64: [UInt8]]] = [:]

  mutating func see(_ sight: Sight, in scene: any CheckedScene) -> [String] {
    switch sight {
    case .event(let event):
      guard case .effect(let number, let action, nil) = event.kind else { break }
      switch action {
      case .write(let path, _, _), .truncate(let path, _): written["\(event.node) \(path)"] = number
      case .sync(let path): synced["\(event.node) \(path)"] = number
      default: break
      }
    case .response(let request):
      if let id = request.chunkSession, request.code == 0 {
        accepted[id, default: [:]][request.chunkIndex] = request.body
      }
    case .masterReceived(let arrival):
      guard let id = arrival.session, let session = scene.session(id), arrival.completed else { break }
      return judge(session, scene)
    case .request, .took, .answered:
      break
    }
    return []
  }

  private func judge(_ session: MadeSession, _ scene: any CheckedScene) -> [String] {
    let disk = scene.disk(of: session.node)
    let name = "\(session.savePath) on \(session.node)"
    guard let blob = disk.peek(session.savePath) else { return ["the master is told of \(name), which is not there"] }
    var chunks = accepted[session.id] ?? [:]
    // Of several that bring the same chunk the latest counts, once all of it is there.
    for request in scene.openRequests where request.chunkSession == session.id {
      let isWhole = request.body.count == session.bytes(of: request.chunkIndex).count
      chunks[request.chunkIndex] = isWhole ? request.body : nil
    }
    for (index, bytes) in chunks.sorted(by: { $0.key < $1.key }) {
      let begin = Int(index * max(session.chunkSize, 0))
      guard begin <= blob.count, Array(blob[begin...].prefix(bytes.count)) == bytes else {
        return ["the master is told of \(name) before chunk \(index) is in it"]
      }
    }
    guard scene.profile.syncsChunks, session.size > 0 else { return [] }
    guard let path = DiskPath(session.savePath).map({ disk.absolute($0) }) else { return [] }
    let key = "\(session.node) \(path)"
    guard let last = written[key], synced[key] ?? 0 < last else { return [] }
    return ["the master is told of \(name) before it is synced"]
  }
}
