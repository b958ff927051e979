import GoWire
import ReferenceNode

/// What a simulation's body is given: the kernel, the nodes and the trace of what they did.
///
/// Confined to the kernel's thread, which is the invariant behind `@unchecked Sendable`.
public final class SimulatedWorld: @unchecked Sendable {
  public let kernel: Kernel
  public let network: SimulatedNetwork
  public let seed: UInt64
  /// Wall-clock time at the start.
  public let epoch: GoTime
  /// Everything that happens.
  public let trace: Trace
  /// Decides which planned faults fire.
  public let faults: FaultEngine
  /// Asked before and told after each effect of every node: where faults go in.
  public var hook: (any EffectHook)?

  private(set) lazy var processFaults = ProcessFaults(self)
  private var effectsBegun = 0
  private var processesStarted = 0
  private var nodes: [String: SimulatedNode] = [:]

  init(kernel: Kernel, seed: UInt64, epoch: GoTime, keepsTrace: Bool, plan: FaultPlan) {
    self.kernel = kernel
    network = SimulatedNetwork(kernel: kernel, seed: seed)
    self.seed = seed
    self.epoch = epoch
    trace = Trace(kernel: kernel, keepsEvents: keepsTrace)
    faults = FaultEngine(plan, seed: seed, trace: trace)
    if !plan.faults.isEmpty { network.faults = faults }
    network.note = { [trace] node, kind in trace.record(kind, node: node) }
    network.isSeen = { [trace] in trace.isSeen }
  }

  /// Every effect of every node that the trace has kept, in the order in which it happened.
  public var journal: [Effect] { trace.events.compactMap(\.effect) }

  /// The node of that name, made when it is asked for the first time, with a disk, clock, chance and log of its own.
  public func node(_ name: String) -> SimulatedNode {
    if let node = nodes[name] { return node }
    let node = SimulatedNode(name: name, in: self)
    nodes[name] = node
    processFaults.join(node)
    return node
  }

  /// The node of that name, if it was asked for before.
  public func existingNode(_ name: String) -> SimulatedNode? { nodes[name] }

  /// The nodes so far, by name.
  public var allNodes: [SimulatedNode] { nodes.keys.sorted().compactMap { nodes[$0] } }

  /// Effects so far: the next has the number after it.
  public var effectCount: Int { effectsBegun }

  func nextEffectNumber() -> Int {
    effectsBegun += 1
    return effectsBegun
  }

  func nextProcessNumber() -> Int {
    processesStarted += 1
    return processesStarted
  }

  /// A generator for a named part of the run.
  public func generator(_ name: String) -> SeededGenerator {
    SeededGenerator(seed: seed, for: name)
  }

  /// Waits for a span of virtual time.
  public func sleep(_ span: Span) async {
    _ = await kernel.sleep(until: kernel.uptime + span)
  }

  /// Returns when nothing else is ready at this moment of virtual time.
  public func settle() async {
    await kernel.settle()
  }
}
