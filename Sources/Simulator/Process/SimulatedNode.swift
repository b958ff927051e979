import GoWire
import ReferenceNode

/// One process of the virtual world, seen from outside: its name and its doors.
public final class SimulatedNode: Sendable {
  public let name: String
  public let kernel: Kernel
  public let clock: SimulatedClock
  public let entropy: SeededEntropy
  public let disk: MemoryDisk
  /// The client door: over the network, or answered by a script when it has a handler.
  public let http: ScriptedHTTPClient
  /// The client over the network.
  public let client: SimulatedHTTPClient
  /// The node's place in the network.
  public let host: NetworkHost
  public let log: MemoryLog
  /// Where each effect of the node passes.
  public let effects: EffectDoor

  init(name: String, in world: SimulatedWorld) {
    self.name = name
    kernel = world.kernel
    clock = SimulatedClock(kernel: world.kernel, node: name, epoch: world.epoch)
    entropy = SeededEntropy(kernel: world.kernel, node: name, seed: world.seed)
    effects = EffectDoor(world: world, node: name)
    log = MemoryLog(trace: world.trace, node: name)
    disk = MemoryDisk(effects: effects, clock: clock)
    host = world.network.host(name)
    client = SimulatedHTTPClient(world.network, effects: effects)
    http = ScriptedHTTPClient(effects: effects, network: client)
  }

  /// The doors as node code takes them.
  public var world: World {
    World(clock: clock, entropy: entropy, disk: disk, http: http, log: log)
  }

  /// A server in front of `handler`, as if it listened at the node's address.
  public func serve(_ handler: any HTTPHandler) -> InMemoryServer {
    InMemoryServer(effects: effects, clock: clock, handler: handler)
  }
}
