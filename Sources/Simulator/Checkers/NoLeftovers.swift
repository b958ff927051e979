import GoWire
import ReferenceNode

/// INV-20: no call outlives its deadline by more than a second; when all is quiet a node has no open file.
struct NoLeftovers: Checker {
  let invariant = "INV-20"

  private var calls: [Int: (start: TraceEvent.ExchangeStart, at: Uptime)] = [:]

  mutating func see(_ sight: Sight, in scene: any CheckedScene) -> [String] {
    guard case .event(let event) = sight else { return [] }
    switch event.kind {
    case .exchangeBegan(let start):
      if scene.slaves.contains(start.from) { calls[start.number] = (start, event.time) }
    case .exchangeEnded(let number, _, _):
      guard let call = calls.removeValue(forKey: number) else { break }
      return late(call.start, call.at, event.time, scene)
    default:
      break
    }
    return []
  }

  mutating func judge(_ moment: JudgedMoment, in scene: any CheckedScene) -> [String] {
    var texts: [String] = []
    for (_, call) in calls.sorted(by: { $0.key < $1.key }) { texts += late(call.start, call.at, scene.now, scene) }
    guard moment == .end, scene.openRequests.isEmpty else { return texts }
    for node in scene.slaves {
      let open = scene.disk(of: node).openFiles
      if open > 0 { texts.append("\(node) keeps \(open) files open when all is quiet") }
    }
    return texts
  }

  private func late(
    _ start: TraceEvent.ExchangeStart, _ began: Uptime, _ ended: Uptime, _ scene: any CheckedScene
  ) -> [String] {
    let seconds = start.kind == .sitePing ? 10 : scene.callbackTimeout(of: start.from)
    guard ended - began > .seconds(seconds + 1) else { return [] }
    return ["\(start.from)'s \(start.kind.rawValue) lasted longer than its \(seconds) s"]
  }
}
