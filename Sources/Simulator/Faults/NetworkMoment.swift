import GoWire
import ReferenceNode

/// A point of an exchange at which the network asks whether a fault is to fire.
public struct NetworkMoment: Sendable {
  /// The node that began the exchange.
  public var client: String
  /// The node that it is for.
  public var server: String
  public var phase: ExchangePhase
  public var kind: ExchangeKind
  /// The path of the request, or nothing where it is not known yet.
  public var path: GoString
  /// Number of the exchange; 0 for bytes that belong to none.
  public var exchange: Int
  /// Whether the bytes in question go from the server to the client.
  public var isAnswer: Bool

  public init(
    client: String, server: String, phase: ExchangePhase, kind: ExchangeKind, path: GoString, exchange: Int,
    isAnswer: Bool? = nil
  ) {
    self.client = client
    self.server = server
    self.phase = phase
    self.kind = kind
    self.path = path
    self.exchange = exchange
    self.isAnswer = isAnswer ?? (phase == .responseHead || phase == .responseBody)
  }

  /// Whether a fault sits here: its place, and what its match says of exchange, phase and path. Window, nth, count and chance are
  /// the engine's.
  ///
  /// The link of a fault is that of the exchange, client to server. What befalls packets (`FLT-ONEWAY`, `FLT-DELAY`, `FLT-HOLD`,
  /// `FLT-THROTTLE`) sits on the direction in which they go, unless its match names a phase, which tells the direction by itself.
  public func meets(_ fault: Fault) -> Bool {
    if let wanted = fault.match.exchange, wanted != kind { return false }
    if let wanted = fault.match.phase, wanted != phase { return false }
    if let prefix = fault.match.pathPrefix, !path.hasPrefix(prefix) { return false }
    guard case .link(let from, let to) = fault.place else { return false }
    if fault.kind == .partition {
      if let group = fault.parameters.nodes { return group.contains(client) != group.contains(server) }
      return Self.joins(from, to, client, server) || Self.joins(from, to, server, client)
    }
    let isOfPackets =
      switch fault.kind {
      case .oneWay: fault.parameters.variant != "stateful"
      case .delay, .hold, .throttle: true
      default: false
      }
    if isOfPackets, fault.match.phase == nil, isAnswer { return Self.joins(from, to, server, client) }
    return Self.joins(from, to, client, server)
  }

  private static func joins(_ from: String, _ to: String, _ client: String, _ server: String) -> Bool {
    (from == "*" || from == client) && (to == "*" || to == server)
  }
}

/// A fault that the engine has chosen for a moment. It counts as fired when the network says that it has changed something.
public struct ChosenFault: Sendable {
  /// Its place in the plan, from 0.
  public var index: Int
  public var fault: Fault

  public init(index: Int, fault: Fault) {
    self.index = index
    self.fault = fault
  }
}

/// What the network asks of the fault engine.
public protocol NetworkFaults: AnyObject, Sendable {
  /// Whether any planned fault of these kinds could ever sit between two nodes, whatever its window.
  func concerns(client: String, server: String, _ kinds: (FaultKind) -> Bool) -> Bool
  /// The faults that are on now, meet the moment (`NetworkMoment.meets`) and `apply`, by the order of the plan; nth, count and
  /// chance are judged, and used up, among these alone.
  func choose(at moment: NetworkMoment, where apply: (Fault) -> Bool) -> [ChosenFault]
  /// A chosen fault has changed something.
  func fired(_ chosen: ChosenFault, at moment: NetworkMoment, detail: String)
}
