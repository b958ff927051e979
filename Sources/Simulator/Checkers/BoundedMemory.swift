import GoWire
import ReferenceNode

/// INV-19: of a body that is stored, no more than a mebibyte is held that is not on the disk yet, whatever its sender announces.
struct BoundedMemory: Checker {
  let invariant = "INV-19"

  private struct Flow {
    var taken: Int64 = 0
    var written: Int64 = 0
    var most: Int64 = 0
  }

  private var flows: [Int: Flow] = [:]
  private static let limit: Int64 = 1 << 20

  mutating func see(_ sight: Sight, in scene: any CheckedScene) -> [String] {
    switch sight {
    case .request(let request):
      if request.chunkSession != nil { flows[request.number] = Flow() }
    case .took(let request, let count):
      flows[request.number]?.taken += Int64(count)
      if let flow = flows[request.number] { flows[request.number]?.most = max(flow.most, flow.taken - flow.written) }
    case .event(let event):
      guard !flows.isEmpty, case .effect(_, .write(let path, _, let count), _) = event.kind else { break }
      for request in scene.openRequests where request.node == event.node {
        guard let id = request.chunkSession, let session = scene.session(id),
          let full = DiskPath(session.savePath).map({ scene.disk(of: event.node).absolute($0) }), full == path
        else { continue }
        flows[request.number]?.written += Int64(count)
      }
    case .response(let request):
      guard let flow = flows.removeValue(forKey: request.number), request.code == 0, flow.most > Self.limit else {
        break
      }
      return ["\(request.node) held \(flow.most) bytes of one body before it wrote them"]
    case .answered, .masterReceived:
      break
    }
    return []
  }
}
