import GoWire
import NodeProtocol
import ReferenceNode

/// One life of a program on a node: its doors, its environment, and how it ends.
///
/// When it is killed, none of its doors does anything any more: what waits at one is woken and finds it shut, and its tasks come to
/// their ends without a trace. Confined to the kernel's thread, which is the invariant behind `@unchecked Sendable`.
public final class SimulatedProcess: @unchecked Sendable {
  /// How a life ended.
  public enum Exit: Hashable, Sendable {
    /// By itself; with the line that it left when it refused to start or to go on.
    case code(Int, line: String?)
    case killed
    case lostPower
  }

  /// Times that a process that is gone may try a door: what goes on for ever, whatever it is told, is left behind.
  private static let mostTries = 10_000

  public let node: SimulatedNode
  public let program: any SimulatedProgram
  /// Counts the lives of all nodes of a run from 1.
  public let number: Int
  /// The five doors, as the program is given them.
  public let world: World
  /// Where each effect of the process passes.
  public let effects: EffectDoor
  /// The environment that the process was started with.
  public let environment: [EnvironmentVariable]
  private let kernel: Kernel
  private let trace: Trace
  private var task: Task<Void, Never>?
  private let stopAsked: OneShot<Void>
  private var gate: [OneShot<Void>] = []
  private var pauses = 0
  private var triesAfterEnd = 0
  private var last: Effect.Action?
  private var callsInFlight = 0
  private var requestsInFlight = 0
  private var isStopping = false
  private var hasListened = false
  private var listeners: [SimulatedListener] = []
  private var onEnd: [(Exit) -> Void] = []

  /// How it ended; nil while it runs.
  public private(set) var exit: Exit?

  init(_ program: any SimulatedProgram, on node: SimulatedNode, number: Int, environment: [EnvironmentVariable]) {
    self.program = program
    self.node = node
    self.number = number
    self.environment = environment
    let simulation = node.simulation
    kernel = simulation.kernel
    trace = simulation.trace
    stopAsked = OneShot(kernel)
    effects = EffectDoor(world: simulation, node: node.name)
    let life = ProcessLife()
    world = World(
      clock: ProcessClock(node.clock, kernel: kernel, life: life, owner: UInt32(truncatingIfNeeded: number)),
      entropy: SeededEntropy(kernel: kernel, node: "\(node.name), life \(number)", seed: simulation.seed),
      disk: MemoryDisk(node.disk, through: effects), http: node.makeClient(effects),
      log: ProcessLog(node.log, life: life))
    effects.belong(to: self)
    life.process = self
  }

  // MARK: What the program uses

  /// Returns when somebody asks the process to stop (TASK-9), or when it has ended otherwise.
  public func untilStopIsAsked() async {
    await stopAsked.wait(node.name, for: { "somebody to stop it" }, otherwise: ())
  }

  /// Calls `body` when the process ends, however it does.
  public func whenItEnds(_ body: @escaping (Exit) -> Void) {
    if let exit { body(exit) } else { onEnd.append(body) }
  }

  /// Serves at a port of the node, port 0 at any free one, until the process ends or stops listening.
  @discardableResult
  public func listen(
    _ port: UInt16, tls: Bool = false, limits: ServerLimits = ServerLimits(), _ handler: any HTTPHandler
  ) throws(ListenError) -> UInt16 {
    guard exit == nil else { throw ListenError("the process has ended") }
    var free = port
    if port == 0 {
      free = 32_768
      while node.host.listeners[free] != nil { free += 1 }
    }
    listeners.append(
      try node.simulation.network.listen(
        node.host, free, tls: tls, limits: limits, effects: effects, clock: world.clock, handler))
    return free
  }

  /// Takes no more requests, lets those at hand finish within `grace` (zero: as long as they take), then cancels them (TASK-9).
  public func stopListening(grace: Span) async {
    await withTaskGroup { group in
      for listener in listeners { group.addTask { await listener.stop(grace: grace) } }
    }
    listeners = []
  }

  /// Notes that the process serves: from now on it is no longer starting.
  public func hasStarted() { hasListened = true }

  // MARK: What is done to it

  func start() {
    trace.record(.process(.started(version: program.version)), node: node.name)
    task = Task(name: "\(node.name), life \(number)") { [self] in
      let (code, line) = await program.run(self)
      end(.code(code, line: line))
    }
  }

  /// Asks it to stop in order, as SIGTERM does.
  public func stop() {
    guard exit == nil, !isStopping else { return }
    isStopping = true
    trace.record(.process(.terminating), node: node.name)
    stopAsked.deliver(())
  }

  /// Ends it at once; files stay as they are.
  public func kill() { end(.killed) }

  /// Ends it at once, and everything unsynced is gone.
  public func losePower() { end(.lostPower) }

  /// Lets it make no step until it is resumed as often as it was paused; its sockets stay.
  public func pause() {
    guard exit == nil else { return }
    pauses += 1
    guard pauses == 1 else { return }
    trace.record(.process(.paused), node: node.name)
    node.host.pause()
  }

  public func resume() {
    guard exit == nil, pauses > 0 else { return }
    pauses -= 1
    guard pauses == 0 else { return }
    trace.record(.process(.resumed), node: node.name)
    openGate()
    node.host.resume()
  }

  public var isPaused: Bool { pauses > 0 }

  /// Whether it has ended.
  public var isGone: Bool { exit != nil }

  /// Returns when it has ended.
  @discardableResult
  public func untilEnded() async -> Exit {
    if let exit { return exit }
    let end = OneShot<Void>(kernel)
    onEnd.append { _ in end.deliver(()) }
    await end.wait(Task.name ?? "the body", for: { "\(self.node.name) to end" }, otherwise: ())
    return exit ?? .killed
  }

  private func end(_ how: Exit) {
    guard exit == nil, !kernel.isEnding else { return }
    let moment = moment
    exit = how
    switch how {
    case .code(let code, _): trace.record(.process(.ended(exitCode: code)), node: node.name)
    case .killed: trace.record(.process(.killed), node: node.name)
    case .lostPower: trace.record(.process(.lostPower), node: node.name)
    }
    endedAt = moment
    task?.cancel()
    switch how {
    case .code, .killed: node.disk.closeAll()
    case .lostPower: node.losePowerOfDisk()
    }
    listeners = []
    node.host.abandonAll(resets: how != .lostPower)
    kernel.wake(owner: UInt32(truncatingIfNeeded: number))
    openGate()
    stopAsked.deliver(())
    let callbacks = onEnd
    onEnd = []
    for callback in callbacks { callback(how) }
  }

  private func openGate() {
    let waiting = gate
    gate = []
    for one in waiting { one.deliver(()) }
  }

  // MARK: What its doors ask

  var canStep: Bool { exit == nil && pauses == 0 }

  /// Waits while it is paused; false when it has ended.
  func untilItCanStep() async -> Bool {
    while exit == nil, pauses > 0, !kernel.isEnding, !Task.isCancelled {
      let opening = OneShot<Void>(kernel)
      gate.append(opening)
      await opening.wait(node.name, for: { "the end of its pause" }, otherwise: ())
    }
    if exit == nil { return true }
    await Self.turnAway(self, kernel)
    return false
  }

  /// Called for each try of a door after the end.
  static func turnAway(_ process: SimulatedProcess?, _ kernel: Kernel) async {
    guard let process, !kernel.isEnding else { return }
    process.triesAfterEnd += 1
    if process.triesAfterEnd > mostTries { await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in } }
  }

  func note(_ action: Effect.Action) {
    last = action
    switch action {
    case .call: callsInFlight += 1
    case .reply: callsInFlight = max(0, callsInFlight - 1)
    case .request: requestsInFlight += 1
    case .response: requestsInFlight = max(0, requestsInFlight - 1)
    default: break
    }
  }

  // MARK: Moments

  /// At which moment of its life it ended (scenarios.md 2.4); nil while it runs.
  public private(set) var endedAt: String?

  /// The effect that is about to happen, while faults are asked.
  var next: Effect.Action?

  /// What the process is doing, in the words of scenarios.md 2.4.
  var moment: String {
    if !hasListened { return "start-up" }
    if isStopping { return "shutdown" }
    switch next {
    case .remove, .removeTree: return "before removal"
    case .sync, .syncFolder: return "before sync"
    default: break
    }
    if callsInFlight > 0 { return "callback in flight" }
    switch last {
    case .remove, .removeTree: return "after removal"
    case .reply: return "between callback and answer"
    case .sync, .syncFolder: return requestsInFlight > 0 ? "between sync and callback" : "idle"
    case .request: return "request head read"
    case .response: return "after the answer"
    case .write(let path, _, _):
      return node.pathClass(of: path) == .temp ? "temp file half written" : "body half written"
    default: return requestsInFlight > 0 ? "inside a request" : "idle"
    }
  }
}

/// Whether a process still runs, for doors that were made before it. Confined to the kernel's thread.
final class ProcessLife: @unchecked Sendable {
  weak var process: SimulatedProcess?
}

/// The clock of a process: the node's, but that its sleeps end with the process and are late by its pauses.
///
/// Confined to the kernel's thread, which is the invariant behind `@unchecked Sendable`.
final class ProcessClock: NodeClock, @unchecked Sendable {
  private let clock: SimulatedClock
  private let kernel: Kernel
  private let life: ProcessLife
  private let owner: UInt32

  init(_ clock: SimulatedClock, kernel: Kernel, life: ProcessLife, owner: UInt32) {
    self.clock = clock
    self.kernel = kernel
    self.life = life
    self.owner = owner
  }

  var now: GoTime { clock.now }
  var uptime: Uptime { clock.uptime }

  func sleep(until deadline: Uptime) async throws(CancellationError) {
    kernel.check("the clock of a process")
    guard let process = life.process, !process.isGone else {
      await SimulatedProcess.turnAway(life.process, kernel)
      throw CancellationError()
    }
    let isDue = await kernel.sleep(until: deadline, owner: owner)
    if !process.canStep, await !process.untilItCanStep() { throw CancellationError() }
    if !isDue { throw CancellationError() }
  }
}

/// The log of a process: the node's, until the process has ended.
///
/// Confined to the kernel's thread, which is the invariant behind `@unchecked Sendable`.
final class ProcessLog: NodeLog, @unchecked Sendable {
  private let log: MemoryLog
  private let life: ProcessLife

  init(_ log: MemoryLog, life: ProcessLife) {
    self.log = log
    self.life = life
  }

  var level: LogLevel { log.level }

  func write(_ line: LogLine) {
    guard life.process?.isGone == false else { return }
    log.write(line)
  }
}
