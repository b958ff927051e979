import GoWire
import ReferenceNode

/// A run's trace as people look at it: a lane per node, exchanges whole instead of in pieces, disk operations in a row taken
/// together, the windows of the faults, and when each process lived.
///
/// Made from the events alone, so that the same trace gives the same timeline.
public struct Timeline: Sendable {
  /// The nodes in the order in which they appear.
  public internal(set) var lanes: [String] = []
  /// What happened, by the time at which it began.
  public internal(set) var items: [Item] = []
  /// The faults in the order of their plan.
  public internal(set) var bands: [FaultBand] = []
  /// The lives of the processes, by their begin.
  public internal(set) var lives: [Life] = []
  /// Time of the last event.
  public internal(set) var end = Uptime(nanoseconds: 0)
  /// Events that it was made from.
  public internal(set) var eventCount = 0

  /// - Parameters:
  ///   - events: a trace from its beginning.
  ///   - faults: the plan that the numbers of fault events refer to. Without it only faults that fired are known.
  public init(_ events: [TraceEvent], faults: [Fault] = []) {
    var builder = TimelineBuilder(faults: faults)
    for event in events { builder.add(event) }
    self = builder.finished()
    eventCount = events.count
  }

  init() {}

  /// One thing that happened.
  public struct Item: Sendable {
    /// Number of the event it began with: unique in a timeline.
    public var number: Int
    public var time: Uptime
    /// When it was over; the same as `time` for what takes no time.
    public var end: Uptime
    /// Whose it is; nil for the world's own.
    public var lane: Int?
    /// The request it was done for (HDR-2), as far as that is known.
    public var requestID: GoString?
    public var content: Content
  }

  public enum Content: Sendable {
    case exchange(Exchange)
    case disk([DiskStep])
    case log(LogLine)
    case process(TraceEvent.ProcessChange)
    case clock(offset: Span)
    case fault(index: Int, FaultKind, detail: String)
    case healed(index: Int, FaultKind)
    case step(String)
    case violation(invariant: String, String)
  }

  /// An exchange as its client and its server saw it.
  public struct Exchange: Sendable {
    /// Its number and its connection's; nil where only a server has seen it.
    public var number: Int?
    public var connection: Int?
    public var kind: ExchangeKind
    /// Lane of the client; nil where only the server has seen it.
    public var from: Int?
    /// Lane of the node it was for.
    public var to: Int
    public var method: GoString
    public var target: GoString
    public var phases: [Phase] = []
    /// When the server had the head of the request.
    public var received: Uptime?
    /// When the server had sent its answer, or given up without one.
    public var sent: Uptime?
    public var sentStatus: Int?
    /// When the client had the answer, or the reason for having none; nil: never, as far as the trace goes.
    public var ended: Uptime?
    public var status: Int?
    public var failure: GoString?
  }

  /// A phase that the client has come to.
  public struct Phase: Sendable {
    public var phase: ExchangePhase
    public var time: Uptime
    /// What had passed of request and response.
    public var bytes: Int64
  }

  /// Equal operations in a row on one file.
  public struct DiskStep: Sendable {
    public var verb: String
    public var path: GoString
    public var count: Int
    /// Read or written by all of them.
    public var bytes: Int64
    public var time: Uptime
    public var failure: String?
  }

  /// A fault, its window, and where it fired.
  public struct FaultBand: Sendable {
    /// Its place in the plan, from 0.
    public var index: Int
    public var kind: FaultKind
    /// `M → S1`, `S1`.
    public var place: String
    /// The lanes that it touches; none for every node.
    public var lanes: [Int]
    public var from: Uptime
    /// When it was healed, or is to be; nil: never.
    public var until: Uptime?
    /// Its parameters and what it matches, in words.
    public var words: String
    /// Numbers of the items that say that it fired.
    public var firings: [Int] = []
  }

  /// A process from its start to its end.
  public struct Life: Sendable {
    public var lane: Int
    public var from: Uptime
    /// nil: to the end of the run.
    public var until: Uptime?
    public var version: String
    /// How it ended.
    public var ending: TraceEvent.ProcessChange?
    public var pauses: [Pause] = []
  }

  public struct Pause: Sendable {
    public var from: Uptime
    public var until: Uptime?
  }

  public var exchangeCount: Int {
    items.count { if case .exchange = $0.content { true } else { false } }
  }

  /// How often faults fired.
  public var firingCount: Int { bands.reduce(0) { $0 + $1.firings.count } }

  public var violations: [Item] {
    items.filter { if case .violation = $0.content { true } else { false } }
  }

  /// The item that was under way or began last at a time: where a link to a moment leads.
  public func item(at time: Uptime) -> Item? {
    items.last { $0.time <= time } ?? items.first
  }
}
