import GoWire
import ReferenceNode

/// Something a node did to the world outside its memory, or asked of it.
public struct Effect: Hashable, Sendable {
  /// What was done. Paths are absolute and clean.
  public enum Action: Hashable, Sendable {
    case open(GoString, OpenMode)
    case read(GoString, offset: Int64, count: Int)
    case write(GoString, offset: Int64, count: Int)
    case truncate(GoString, size: Int64)
    case preallocate(GoString, size: Int64)
    case sync(GoString)
    case close(GoString)
    case status(GoString)
    case list(GoString)
    case makeFolders(GoString)
    case remove(GoString)
    case removeTree(GoString)
    case rename(GoString, to: GoString)
    case syncFolder(GoString)
    case freeSpace
    /// A request of the node leaves for another.
    case call(method: GoString, url: GoString)
    /// The head of the answer to a call is there; no status when there was none.
    case reply(method: GoString, url: GoString, status: Int?)
    /// A request has reached the node.
    case request(method: GoString, target: GoString)
    /// The answer to a request has left the node whole; no status when the connection was ended without one.
    case response(method: GoString, target: GoString, status: Int?)
  }

  /// Counts the effects of a simulation from 1, in the order in which they began.
  public var number: Int
  public var node: String
  public var action: Action
  /// When it happened.
  public var time: Uptime
  /// The reason, when it failed.
  public var failure: String?
}

/// Why a hook lets an effect fail.
public enum EffectFault: Error, Hashable, Sendable {
  case disk(DiskError)
  case transport(TransportError)
}

/// Sees every effect before and after it happens: the one place where faults, crashes and delays go in. It may wait in virtual time.
public protocol EffectHook: Sendable {
  /// Before the effect. A thrown fault takes its place; a fault of the wrong kind for the effect counts as an I/O error.
  func before(_ effect: Effect) async throws(EffectFault)
  /// After the effect, before the node is told.
  func after(_ effect: Effect) async
}

/// Where every effect of one node passes on its way to the virtual world.
///
/// Confined to the kernel's thread, which is the invariant behind `@unchecked Sendable`.
public final class EffectDoor: @unchecked Sendable {
  // The world holds its nodes and these hold their doors; the world outlives every task of the simulation.
  private unowned let simulation: SimulatedWorld
  public let node: String
  public let kernel: Kernel

  init(world: SimulatedWorld, node: String) {
    simulation = world
    kernel = world.kernel
    self.node = node
  }

  /// Performs a disk effect: hook, latency, the effect itself, journal, hook.
  func perform<Result>(
    _ action: Effect.Action, latency: Span, _ body: () throws(DiskError) -> Result
  ) async throws(DiskError) -> Result {
    var effect = begin(action)
    do {
      try await simulation.hook?.before(effect)
    } catch {
      let failure: DiskError
      switch error {
      case .disk(let reason): failure = reason
      case .transport: failure = .inputOutput
      }
      effect.failure = failure.text
      record(&effect)
      await simulation.hook?.after(effect)
      throw failure
    }
    if latency > .zero { _ = await kernel.sleep(until: kernel.uptime + latency) }
    let result: Swift.Result<Result, DiskError>
    do {
      result = .success(try body())
    } catch {
      effect.failure = error.text
      result = .failure(error)
    }
    record(&effect)
    await simulation.hook?.after(effect)
    return try result.get()
  }

  /// Announces a network effect that happens now.
  func announce(_ action: Effect.Action, failure: String? = nil) async throws(TransportError) {
    var effect = begin(action)
    effect.failure = failure
    do {
      try await simulation.hook?.before(effect)
    } catch {
      let failure: TransportError
      switch error {
      case .transport(let reason): failure = reason
      case .disk(let reason): failure = TransportError(.other, GoString(reason.text))
      }
      effect.failure = failure.text.text
      record(&effect)
      await simulation.hook?.after(effect)
      throw failure
    }
    record(&effect)
    await simulation.hook?.after(effect)
  }

  private func begin(_ action: Effect.Action) -> Effect {
    kernel.check("an effect of \(node)")
    return Effect(number: simulation.nextEffectNumber(), node: node, action: action, time: kernel.uptime)
  }

  private func record(_ effect: inout Effect) {
    effect.time = kernel.uptime
    simulation.trace.record(
      .effect(number: effect.number, effect.action, failure: effect.failure), node: node)
  }
}
