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
    kernel.mix { $0.mix(effect) }
    if simulation.keepsJournal { simulation.journal.append(effect) }
  }
}

extension OpenMode {
  fileprivate var code: Int64 {
    switch self {
    case .read: 0
    case .write: 1
    case .create(let truncate, let exclusive): 2 | (truncate ? 4 : 0) | (exclusive ? 8 : 0)
    }
  }
}

extension RunningHash {
  mutating func mix(_ effect: Effect) {
    mix(UInt64(effect.number))
    mix(effect.time.nanoseconds)
    mix(text: effect.node)
    switch effect.action {
    case .open(let path, let mode):
      mix(1, path, mode.code)
    case .read(let path, let offset, let count): mix(2, path, offset, Int64(count))
    case .write(let path, let offset, let count): mix(3, path, offset, Int64(count))
    case .truncate(let path, let size): mix(4, path, size)
    case .preallocate(let path, let size): mix(5, path, size)
    case .sync(let path): mix(6, path)
    case .close(let path): mix(7, path)
    case .status(let path): mix(8, path)
    case .list(let path): mix(9, path)
    case .makeFolders(let path): mix(10, path)
    case .remove(let path): mix(11, path)
    case .removeTree(let path): mix(12, path)
    case .rename(let from, let to):
      mix(13, from)
      mix(to)
    case .syncFolder(let path): mix(14, path)
    case .freeSpace: mix(UInt64(15))
    case .call(let method, let url):
      mix(16, method)
      mix(url)
    case .reply(let method, let url, let status):
      mix(17, method, Int64(status ?? -1))
      mix(url)
    case .request(let method, let target):
      mix(18, method)
      mix(target)
    case .response(let method, let target, let status):
      mix(19, method, Int64(status ?? -1))
      mix(target)
    }
    if let failure = effect.failure { mix(text: failure) }
  }

  private mutating func mix(_ kind: UInt64, _ text: GoString, _ numbers: Int64...) {
    mix(kind)
    mix(text)
    for number in numbers { mix(number) }
  }
}
