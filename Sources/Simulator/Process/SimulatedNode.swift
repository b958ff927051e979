import GoWire
import NodeProtocol
import ReferenceNode

/// One machine of the virtual world, seen from outside: its name, clock, disk and log, its place in the network, and the process that
/// runs on it, if any.
///
/// What is done through its own doors (`world`) is done at the machine from outside of any process: it is not ended by a kill. Confined
/// to the kernel's thread, which is the invariant behind `@unchecked Sendable`.
public final class SimulatedNode: @unchecked Sendable {
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
  /// Where each effect of the node passes that is no process's.
  public let effects: EffectDoor
  unowned let simulation: SimulatedWorld

  /// The environment of every process that is started here from now on.
  public var environment: [EnvironmentVariable] = []
  /// The process that runs here, or ran here last.
  public private(set) var process: SimulatedProcess?

  init(name: String, in world: SimulatedWorld) {
    self.name = name
    simulation = world
    kernel = world.kernel
    clock = SimulatedClock(kernel: world.kernel, node: name, epoch: world.epoch)
    entropy = SeededEntropy(kernel: world.kernel, node: name, seed: world.seed)
    effects = EffectDoor(world: world, node: name)
    log = MemoryLog(trace: world.trace, node: name)
    disk = MemoryDisk(effects: effects, clock: clock)
    host = world.network.host(name)
    client = SimulatedHTTPClient(world.network, effects: effects)
    http = ScriptedHTTPClient(effects: effects, network: client)
    world.faults.observe { [disk] change in disk.note(change) }
  }

  /// The doors as node code takes them.
  public var world: World {
    World(clock: clock, entropy: entropy, disk: disk, http: http, log: log)
  }

  /// A server in front of `handler`, as if it listened at the node's address.
  public func serve(_ handler: any HTTPHandler) -> InMemoryServer {
    InMemoryServer(effects: effects, clock: clock, handler: handler)
  }

  // MARK: Processes

  /// Whether a process runs here.
  public var isRunning: Bool { process?.isGone == false }

  /// Starts a program; nothing may run here.
  @discardableResult
  public func start(_ program: any SimulatedProgram) -> SimulatedProcess {
    precondition(!isRunning, "a process runs on \(name) already")
    let process = SimulatedProcess(program, on: self, number: simulation.nextProcessNumber(), environment: environment)
    self.process = process
    process.start()
    return process
  }

  /// Asks the process to stop in order, and waits until it has.
  public func stop() async {
    process?.stop()
    await process?.untilEnded()
  }

  /// Starts the program of the last process again, changed or not; what runs is stopped in order first.
  @discardableResult
  public func restart(_ changes: [ProgramChange] = []) async -> SimulatedProcess? {
    guard let last = process else { return nil }
    await stop()
    // Somebody else may have been quicker.
    guard process === last, !kernel.isEnding else { return process }
    return start(changes.reduce(last.program) { $0.changed($1, on: self) })
  }

  /// Ends the process at once; files stay as they are.
  public func kill() { process?.kill() }

  /// Ends the process at once, and everything unsynced is gone; also when none runs.
  public func losePower() {
    guard let process, !process.isGone else {
      losePowerOfDisk()
      return
    }
    process.losePower()
  }

  /// Sets the clock ahead (or back) of where it is; the trace says so.
  public func jump(_ span: Span) {
    clock.offset = Span(nanoseconds: clock.offset.nanoseconds + span.nanoseconds)
    noteClock()
  }

  /// Lets the clock run fast or slow from now on; the trace says so.
  public func drift(partsPerMillion: Int64) {
    clock.driftPartsPerMillion = partsPerMillion
    noteClock()
  }

  // MARK: What its processes use

  func losePowerOfDisk() { disk.crash() }

  func pathClass(of path: GoString) -> Fault.PathClass { disk.pathClasses.of(path) }

  /// The client door of a process: over the network, or answered by the node's script.
  func makeClient(_ effects: EffectDoor) -> any HTTPClient {
    let client = ScriptedHTTPClient(
      effects: effects, network: SimulatedHTTPClient(simulation.network, effects: effects))
    client.handler = http.handler
    client.keepsRecords = false
    return client
  }

  private func noteClock() {
    simulation.trace.record(.clock(offset: clock.error), node: name)
  }
}
