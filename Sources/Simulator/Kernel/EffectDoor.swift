import GoWire
import ReferenceNode

/// Where every effect of one node passes on its way to the virtual world: faults, pauses, the end of the process and the trace all
/// come in here.
///
/// Confined to the kernel's thread, which is the invariant behind `@unchecked Sendable`.
public final class EffectDoor: @unchecked Sendable {
  // The world holds its nodes and these hold their doors; the world outlives every task of the simulation.
  private unowned let simulation: SimulatedWorld
  public let node: String
  public let kernel: Kernel
  /// The process that the door belongs to; nil for what acts at the node from outside of any process.
  weak var process: SimulatedProcess?
  private var isOfProcess = false

  init(world: SimulatedWorld, node: String) {
    simulation = world
    kernel = world.kernel
    self.node = node
  }

  var faults: FaultEngine { simulation.faults }

  func belong(to process: SimulatedProcess) {
    self.process = process
    isOfProcess = true
  }

  /// Whether the process behind the door has ended: it does nothing any more.
  var isDead: Bool { isOfProcess && process?.isGone ?? true }

  /// Performs a disk effect: process faults, hook, latency, the effect itself, trace, hook, process faults.
  /// - Parameters:
  ///   - moment: what faults match, of the effect with that number.
  ///   - body: the effect itself, given its number.
  func perform<Result>(
    _ action: Effect.Action, latency: (Int) -> Span, at moment: (Int) -> DiskMoment?,
    _ body: (Int) throws(DiskError) -> Result
  ) async throws(DiskError) -> Result {
    guard await isReady() else { throw .inputOutput }
    var effect = begin(action)
    let strikes = faults.hasAny(.process)
    if strikes { strike(action, moment(effect.number)) }
    guard await isReady() else { throw .inputOutput }
    if let hook = simulation.hook {
      do {
        try await hook.before(effect)
      } catch {
        let failure: DiskError
        switch error {
        case .disk(let reason): failure = reason
        case .transport: failure = .inputOutput
        }
        effect.failure = failure.text
        record(&effect)
        await hook.after(effect)
        throw failure
      }
    }
    let latency = latency(effect.number)
    if latency > .zero { _ = await kernel.sleep(until: kernel.uptime + latency) }
    if isDead { throw .inputOutput }
    let result: Swift.Result<Result, DiskError>
    do {
      result = .success(try body(effect.number))
    } catch {
      effect.failure = error.text
      result = .failure(error)
    }
    record(&effect)
    await simulation.hook?.after(effect)
    if strikes { simulation.processFaults.meet(moment(effect.number), node, isAfter: true) }
    guard await isReady() else { throw .inputOutput }
    return try result.get()
  }

  /// Announces a network effect that happens now.
  func announce(_ action: Effect.Action, failure: String? = nil) async throws(TransportError) {
    guard await isReady() else { throw .cancelledCall }
    var effect = begin(action)
    effect.failure = failure
    let strikes = faults.hasAny(.process)
    if strikes { strike(action, moment(of: effect)) }
    guard await isReady() else { throw .cancelledCall }
    if let hook = simulation.hook {
      do {
        try await hook.before(effect)
      } catch {
        let failure: TransportError
        switch error {
        case .transport(let reason): failure = reason
        case .disk(let reason): failure = TransportError(.other, GoString(reason.text))
        }
        effect.failure = failure.text.text
        record(&effect)
        await hook.after(effect)
        throw failure
      }
    }
    record(&effect)
    await simulation.hook?.after(effect)
    if strikes { simulation.processFaults.meet(moment(of: effect), node, isAfter: true) }
    guard await isReady() else { throw .cancelledCall }
  }

  private func strike(_ next: Effect.Action, _ moment: DiskMoment?) {
    process?.next = next
    simulation.processFaults.meet(moment, node, isAfter: false)
    process?.next = nil
  }

  /// Waits while the process is paused; false when it has ended.
  private func isReady() async -> Bool {
    guard isOfProcess else { return true }
    guard let process else { return false }
    return process.canStep ? true : await process.untilItCanStep()
  }

  private func moment(of effect: Effect) -> DiskMoment {
    let path =
      switch effect.action {
      case .call(_, let url), .reply(_, let url, _): url
      case .request(_, let target), .response(_, let target, _): target
      default: GoString()
      }
    return DiskMoment(node: node, operation: nil, pathClass: .any, path: path, effect: effect.number)
  }

  private func begin(_ action: Effect.Action) -> Effect {
    kernel.check("an effect of \(node)")
    return Effect(number: simulation.nextEffectNumber(), node: node, action: action, time: kernel.uptime)
  }

  private func record(_ effect: inout Effect) {
    effect.time = kernel.uptime
    process?.note(effect.action)
    simulation.trace.record(
      .effect(number: effect.number, effect.action, failure: effect.failure), node: node)
  }
}
