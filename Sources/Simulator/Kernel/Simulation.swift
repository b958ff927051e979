import GoWire
import ReferenceNode

/// A run in virtual time: one thread, one seed, one result, the same every time.
///
/// ```swift
/// let answer = try Simulation(seed: 7).run { world in
///   let slave = world.node("slave")
///   try await slave.clock.sleep(until: slave.clock.uptime + .seconds(86_400))
///   return slave.clock.now
/// }
/// ```
///
/// `run` blocks the calling thread until the body has returned, which a virtual day from now is a matter of microseconds. Several
/// simulations may run on several threads at once; they share nothing.
public struct Simulation: Sendable {
  /// Decides every choice of the run.
  public var seed: UInt64
  /// How the next of several ready jobs is chosen.
  public var order: Kernel.Order
  /// Wall-clock time at the start, before a node's own offset.
  public var epoch: GoTime
  /// Jobs that may run before the run counts as stuck in a loop.
  public var stepBudget: UInt64
  /// Real time that one step may take before the program is stopped with a message that says where it stands; nil for any.
  public var patience: Span? = .seconds(60)
  /// Virtual time after which the run counts as failed; nil for none.
  public var timeLimit: Span?
  /// Whether the trace keeps each event; without, memory stays flat however long the run.
  public var keepsTrace: Bool
  /// Whether the running hash is made. Without, two runs cannot be compared, and a run is a little quicker.
  public var hashes: Bool
  /// The faults that the run is to have.
  public var faults: FaultPlan

  public init(
    seed: UInt64, order: Kernel.Order = .fifo, epoch: GoTime = GoTime(unixSeconds: 1_795_219_200),
    stepBudget: UInt64 = 100_000_000, timeLimit: Span? = nil, keepsTrace: Bool = true,
    hashes: Bool = true, faults: FaultPlan = FaultPlan()
  ) {
    self.seed = seed
    self.order = order
    self.epoch = epoch
    self.stepBudget = stepBudget
    self.timeLimit = timeLimit
    self.keepsTrace = keepsTrace
    self.hashes = hashes
    self.faults = faults
  }

  /// How a run went.
  public struct Run<Value: Sendable>: Sendable {
    /// What the body returned or threw, or the `SimulationFailure` that ended the run before.
    public var result: Result<Value, any Error>
    /// The running hash over every choice, time and effect: equal for equal seeds.
    public var hash: UInt64
    /// Jobs run.
    public var steps: UInt64
    /// Virtual time at the end.
    public var uptime: Uptime
    /// Everything that happened, in order; empty unless the trace was kept.
    public var trace: [TraceEvent]

    /// Every effect of the trace.
    public var journal: [Effect] { trace.compactMap(\.effect) }
  }

  /// Runs `body` to its end and returns what it returned. Tasks that it left behind are cancelled at their next wait.
  ///
  /// - Throws: what the body threw, or `SimulationFailure`.
  @discardableResult
  public func run<Value: Sendable>(_ body: @escaping @Sendable (SimulatedWorld) async throws -> Value) throws -> Value {
    try observe(body).result.get()
  }

  /// The same, with what is known of the run itself.
  public func observe<Value: Sendable>(
    _ body: @escaping @Sendable (SimulatedWorld) async throws -> Value
  ) -> Run<Value> {
    let kernel = Kernel(seed: seed, order: order, stepBudget: stepBudget, hashes: hashes)
    let world = SimulatedWorld(kernel: kernel, seed: seed, epoch: epoch, keepsTrace: keepsTrace, plan: faults)
    let box = ResultBox<Value>()
    return kernel.occupy(patience: patience, last: { world.trace.last }) {
      world.faults.start()
      world.processFaults.start()
      Task(name: "the body") {
        do {
          let value = try await body(world)
          if !kernel.isEnding { box.result = .success(value) }
        } catch {
          if !kernel.isEnding { box.result = .failure(error) }
        }
        kernel.bodyHasEnded = true
      }
      let limit = timeLimit.map { Uptime(nanoseconds: 0) + $0 }
      let stop = kernel.drive(limit: limit) { kernel.bodyHasEnded }
      let result = box.result ?? .failure(Self.failure(stop, kernel))
      let run = Run(
        result: result, hash: kernel.hash, steps: kernel.steps, uptime: kernel.uptime, trace: world.trace.events)
      world.trace.close()
      // Doors look at the world without holding it.
      withExtendedLifetime(world) { kernel.end() }
      return run
    }
  }

  private static func failure(_ stop: Kernel.Stop, _ kernel: Kernel) -> SimulationFailure {
    switch stop {
    case .idle, .condition: .deadlock(at: kernel.uptime, waiting: kernel.waiting)
    case .time: .timeLimitReached(at: kernel.uptime, waiting: kernel.waiting)
    case .stepBudgetSpent: .stepBudgetSpent(at: kernel.uptime, steps: kernel.steps, waiting: kernel.waiting)
    }
  }

  /// Where the body's task leaves its result. Confined to the kernel's thread.
  private final class ResultBox<Value: Sendable>: @unchecked Sendable {
    var result: Result<Value, any Error>?
  }
}
