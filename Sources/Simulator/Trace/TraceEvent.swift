import GoWire
import ReferenceNode

/// One line of what happened in a run: the checkers judge by these, the timeline draws them, the running hash covers them.
public struct TraceEvent: Sendable {
  /// How a process began or ended.
  public enum ProcessChange: Hashable, Sendable {
    case started(version: String)
    /// Orderly stop asked for (TASK-9).
    case terminating
    case ended(exitCode: Int)
    case killed
    case lostPower
    case paused
    case resumed
    /// It ended by itself, though it should have served on (INV-12).
    case crashed(String)
  }

  public enum Kind: Sendable {
    /// A disk operation of a node, done or failed, or a message at one of its doors. `number` counts the effects of a run from 1.
    case effect(number: Int, Effect.Action, failure: String?)
    /// An exchange has been begun by its client. `number` names it from here on.
    case exchangeBegan(ExchangeStart)
    /// The client's view of the exchange has moved on; what has passed of request and response so far, in bytes.
    case exchangePhase(number: Int, ExchangePhase, bytes: Int64)
    /// A server has taken the head of a request: `node` is the server.
    case requestReceived(number: Int?, method: GoString, target: GoString)
    /// A server has sent an answer whole; nil when it ended the connection without one.
    case responseSent(number: Int?, status: Int?)
    /// The client has the whole answer, or the reason why it has none.
    case exchangeEnded(number: Int, status: Int?, failure: GoString?)
    case log(LogLine)
    case process(ProcessChange)
    /// The clock of the node was set: how far it is off now.
    case clock(offset: Span)
    /// A planned fault has fired; `fault` is its place in the plan, from 0.
    case fault(fault: Int, FaultKind, detail: String)
    /// A fault is healed.
    case healed(fault: Int, FaultKind)
    /// A step of the scenario begins or ends.
    case step(String)
    /// A checker has found a violation.
    case violation(invariant: String, String)
  }

  /// What is known when an exchange begins.
  public struct ExchangeStart: Sendable {
    /// Counts the exchanges of a run from 1.
    public var number: Int
    /// Counts the connections of a run from 1; several exchanges can share one.
    public var connection: Int
    public var from: String
    public var to: String
    public var kind: ExchangeKind
    public var method: GoString
    public var target: GoString

    public init(
      number: Int, connection: Int, from: String, to: String, kind: ExchangeKind, method: GoString, target: GoString
    ) {
      self.number = number
      self.connection = connection
      self.from = from
      self.to = to
      self.kind = kind
      self.method = method
      self.target = target
    }
  }

  /// Counts the lines of a run from 1.
  public var number: Int
  public var time: Uptime
  /// The node that did it; empty for the world itself.
  public var node: String
  /// The request it was done for (HDR-2), as far as that is known.
  public var requestID: GoString?
  public var kind: Kind

  public init(number: Int, time: Uptime, node: String, requestID: GoString? = nil, kind: Kind) {
    self.number = number
    self.time = time
    self.node = node
    self.requestID = requestID
    self.kind = kind
  }
}
