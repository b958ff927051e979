import ReferenceNode

/// INV-12: no process ends because of what a peer or a file sent.
struct LivingProcesses: Checker {
  let invariant = "INV-12"

  private var isServing: [String: Bool] = [:]
  private var isStopping: [String: Bool] = [:]

  mutating func see(_ sight: Sight, in scene: any CheckedScene) -> [String] {
    if case .request(let request) = sight { isServing[request.node] = true }
    guard case .event(let event) = sight, case .process(let change) = event.kind, scene.slaves.contains(event.node)
    else { return [] }
    switch change {
    case .started:
      isStopping[event.node] = false
    case .terminating, .killed, .lostPower:
      isStopping[event.node] = true
    case .crashed(let why):
      return ["\(event.node) ended by itself: \(why)"]
    case .ended(let code):
      // Refused configuration ends with 2 before anything was served.
      guard isStopping[event.node] != true, code != 2 else { break }
      return ["\(event.node) ended by itself, with exit code \(code)"]
    case .paused, .resumed:
      break
    }
    return []
  }
}
