import GoWire
import NodeProtocol
import ReferenceNode

/// Does to processes and clocks what the planned faults of scenarios.md 2.4 say.
///
/// A fault whose match names an effect, an operation or a path strikes at that effect: before it, or after it with the variant `after`.
/// One whose match names a phase or a kind of exchange strikes when an exchange of its node gets there. Any other strikes when its
/// window begins. Confined to the kernel's thread, which is the invariant behind `@unchecked Sendable`.
final class ProcessFaults: @unchecked Sendable {
  private unowned let world: SimulatedWorld
  private var faults: FaultEngine { world.faults }
  private var kernel: Kernel { world.kernel }
  private var exchanges: [Int: TraceEvent.ExchangeStart] = [:]
  /// Undoes what a fault has done that is on.
  private var undoing: [Int: [() -> Void]] = [:]

  init(_ world: SimulatedWorld) {
    self.world = world
  }

  func start() {
    faults.observe { [unowned self] change in changed(change) }
    guard faults.plan.faults.contains(where: { $0.kind.place == .process && Self.isOfExchange($0) }) else { return }
    world.trace.observe { [unowned self] event in follow(event) }
  }

  private static func isOfExchange(_ fault: Fault) -> Bool { fault.match.exchange != nil || fault.match.phase != nil }

  private static func isOfEffect(_ fault: Fault) -> Bool {
    fault.match.effect != nil || fault.match.operation != nil || fault.match.pathPrefix != nil
      || fault.match.pathClass != .any || fault.match.nth != nil || fault.match.chanceInMillion != nil
  }

  // MARK: When

  private func changed(_ change: FaultEngine.Change) {
    let chosen = ChosenFault(index: change.index, fault: change.fault)
    guard change.isOn else {
      for undo in undoing.removeValue(forKey: change.index) ?? [] { undo() }
      return
    }
    switch change.fault.kind.place {
    case .clock:
      // The clocks of a node that is made later are set when it is made.
      for node in nodes(of: change.fault) { strike(chosen, node) }
    case .process
    where change.fault.kind == .noFiles || !Self.isOfExchange(change.fault) && !Self.isOfEffect(change.fault):
      for node in nodes(of: change.fault) { strike(chosen, node) }
    default: break
    }
  }

  /// A node has been made: the faults that are on reach it too.
  func join(_ node: SimulatedNode) {
    let standing = faults.on(.clock) + faults.on(.process).filter { $0.fault.kind == .noFiles }
    for chosen in standing where Self.concerns(chosen.fault, node.name) { strike(chosen, node) }
  }

  /// An effect is about to happen, or has happened.
  func meet(_ moment: DiskMoment?, _ node: String, isAfter: Bool) {
    guard let moment, let node = world.existingNode(node), let process = node.process, !process.isGone else { return }
    let chosen = faults.choose(.process, at: moment) { fault in
      fault.kind != .noFiles && !Self.isOfExchange(fault) && Self.isOfEffect(fault)
        && (fault.parameters.variant == "after") == isAfter
    }
    for one in chosen { strike(one, node) }
  }

  private func follow(_ event: TraceEvent) {
    switch event.kind {
    case .exchangeBegan(let start): exchanges[start.number] = start
    case .exchangeEnded(let number, _, _): exchanges[number] = nil
    case .exchangePhase(let number, let phase, _):
      guard let exchange = exchanges[number] else { return }
      for name in [exchange.from, exchange.to] { reach(exchange, phase, name) }
    default: break
    }
  }

  /// An exchange of a node has got to a phase. What is done is done by a task of its own, since somebody is at work here.
  private func reach(_ exchange: TraceEvent.ExchangeStart, _ phase: ExchangePhase, _ name: String) {
    let moment = DiskMoment(
      node: name, operation: nil, pathClass: .any, path: exchange.target, effect: world.effectCount)
    let chosen = faults.choose(.process, at: moment) { fault in
      fault.kind != .noFiles && Self.isOfExchange(fault) && fault.match.exchange.map { $0 == exchange.kind } ?? true
        && fault.match.phase.map { $0 == phase } ?? true
    }
    guard !chosen.isEmpty, let node = world.existingNode(name) else { return }
    Task(name: "a fault on \(name)") { for one in chosen { strike(one, node) } }
  }

  private func nodes(of fault: Fault) -> [SimulatedNode] {
    guard case .node(let name) = fault.place else { return [] }
    return name == "*" ? world.allNodes : world.existingNode(name).map { [$0] } ?? []
  }

  private static func concerns(_ fault: Fault, _ node: String) -> Bool {
    if case .node(let name) = fault.place { name == "*" || name == node } else { false }
  }

  // MARK: What

  private func strike(_ chosen: ChosenFault, _ node: SimulatedNode) {
    let parameters = chosen.fault.parameters
    let process = node.process.flatMap { $0.isGone ? nil : $0 }
    let moment = process?.moment ?? "down"
    func fired(_ detail: String) { faults.fired(chosen, on: node.name, moment: moment, detail: detail) }
    switch chosen.fault.kind {
    case .kill:
      guard let process else { return }
      fired(moment)
      process.kill()
    case .power:
      fired(moment)
      node.losePower()
    case .term:
      guard let process else { return }
      fired(moment)
      process.stop()
    case .restart:
      guard node.process != nil else { return }
      Task(name: "a fault on \(node.name)") { await restart(chosen, node, moment) }
    case .pause:
      guard let process else { return }
      fired(moment)
      process.pause()
      let length = parameters.span
      undoing[chosen.index, default: []].append { process.resume() }
      if let length {
        _ = kernel.at(kernel.uptime + length) { [unowned self] in
          guard let undo = undoing[chosen.index]?.popLast() else { return }
          undo()
        }
      }
    case .noFiles:
      // Files ask at each opening; connections are kept waiting.
      guard parameters.number ?? 0 <= 0 else { return }
      node.host.hasNoDescriptors = true
      undoing[chosen.index, default: []].append { node.host.hasNoDescriptors = false }
    case .offset, .jump:
      let span = parameters.span ?? .zero
      fired("\(span.nanoseconds / 1_000_000) ms")
      node.jump(span)
      undoing[chosen.index, default: []].append { node.jump(Span(nanoseconds: -span.nanoseconds)) }
    case .drift:
      let rate = parameters.number ?? 0
      let began = kernel.uptime
      fired("\(rate) parts per million")
      node.drift(partsPerMillion: node.clock.driftPartsPerMillion + rate)
      undoing[chosen.index, default: []].append { [unowned self] in
        let gained = Int128((kernel.uptime - began).nanoseconds) * Int128(rate) / 1_000_000
        node.drift(partsPerMillion: node.clock.driftPartsPerMillion - rate)
        node.jump(Span(nanoseconds: -Int64(clamping: gained)))
      }
    default: break
    }
  }

  private func restart(_ chosen: ChosenFault, _ node: SimulatedNode, _ moment: String) async {
    let parameters = chosen.fault.parameters
    if let span = parameters.span { await world.sleep(span) }
    var changes: [ProgramChange] = []
    if let version = parameters.name { changes.append(.version(version)) }
    if let value = parameters.value {
      switch parameters.variant {
      case "key": changes.append(.key(value))
      case "profile": changes.append(.profile(value))
      default: changes.append(.configuration(value))
      }
    }
    guard await node.restart(changes) != nil else { return }
    faults.fired(chosen, on: node.name, moment: moment, detail: "started again")
  }
}
