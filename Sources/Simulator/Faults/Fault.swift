import GoWire
import ReferenceNode

/// A fault on purpose, as a value: what, where, when, and its own parameters.
public struct Fault: Hashable, Sendable {
  /// The operations of a node's disk that a fault can meet (scenarios.md 2.5).
  public enum DiskOperation: String, CaseIterable, Hashable, Sendable {
    case create, mkdir, read, write, sync, rename, remove
    case listOrStatus = "list, stat"
  }

  /// Which files a disk fault concerns (scenarios.md 2.3).
  public enum PathClass: String, CaseIterable, Hashable, Sendable {
    case any, blob, temp, download, configuration, database
  }

  /// What a fault sits on.
  public enum Place: Hashable, Sendable {
    /// From one node to another, by name, in one direction; `*` is every node.
    case link(from: String, to: String)
    case node(String)
  }

  /// Which of the moments inside its window a fault fires at. What is nil does not narrow.
  public struct Match: Hashable, Sendable {
    /// Only exchanges of this kind.
    public var exchange: ExchangeKind?
    /// Only in this phase.
    public var phase: ExchangePhase?
    /// Only requests whose path begins so.
    public var pathPrefix: GoString?
    /// Only this disk operation.
    public var operation: DiskOperation?
    public var pathClass: PathClass
    /// Only the n-th that matches all of the above, from 1.
    public var nth: Int?
    /// After so many firings the fault is over.
    public var count: Int?
    /// Chance of firing at each match, in millionths, drawn from the seed; nil: always.
    public var chanceInMillion: Int?
    /// Only at the effect of the whole run with this number, from 1: enumerated crash points.
    public var effect: Int?

    public init(
      exchange: ExchangeKind? = nil, phase: ExchangePhase? = nil, pathPrefix: GoString? = nil,
      operation: DiskOperation? = nil, pathClass: PathClass = .any, nth: Int? = nil, count: Int? = nil,
      chanceInMillion: Int? = nil, effect: Int? = nil
    ) {
      self.exchange = exchange
      self.phase = phase
      self.pathPrefix = pathPrefix
      self.operation = operation
      self.pathClass = pathClass
      self.nth = nth
      self.count = count
      self.chanceInMillion = chanceInMillion
      self.effect = effect
    }
  }

  public var kind: FaultKind
  public var place: Place
  /// Virtual time from which it is on.
  public var from: Span
  /// Virtual time at which it is healed; nil: never.
  public var until: Span?
  public var match: Match
  /// Names the fault's own source of chance; its place in the plan when nil. A plan of which faults are taken away gives it, so
  /// that the others go on drawing what they drew.
  public var stream: Int?
  /// The kind's own parameters by their names in `FaultParameters`, in the order in which they were given.
  public var parameters: FaultParameters

  public init(
    _ kind: FaultKind, on place: Place, from: Span = .zero, until: Span? = nil, match: Match = Match(),
    stream: Int? = nil, parameters: FaultParameters = FaultParameters()
  ) {
    self.kind = kind
    self.place = place
    self.from = from
    self.until = until
    self.match = match
    self.stream = stream
    self.parameters = parameters
  }
}
