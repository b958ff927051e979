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
