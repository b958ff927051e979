import GoWire
import ReferenceNode

/// What both ends of a connection share: its two directions, the exchange it carries, and what faults make of it.
///
/// Confined to the kernel's thread, which is the invariant behind `@unchecked Sendable`.
final class NetworkConnection: @unchecked Sendable {
  let network: SimulatedNetwork
  /// Counts the connections of a run from 1.
  let number: Int
  let client: NetworkHost
  let server: NetworkHost
  /// `10.0.0.1:40000`.
  let clientAddress: GoString
  let serverAddress: GoString
  private(set) var up: NetworkPipe! = nil
  private(set) var down: NetworkPipe! = nil

  /// The exchange at hand.
  var tag = ExchangeTag()
  private(set) var phase = ExchangePhase.connect
  /// Whether any fault could ever sit here.
  let hasFaults: Bool
  /// Whether a middle box stands in between.
  let hasBox: Bool
  private var chosen: [Int] = []
  /// Somebody in the middle ended it: what is still sent goes nowhere.
  private(set) var isBroken = false
  /// Both ends have forgotten it.
  private(set) var isForgotten = false
  private var isClientDone = false
  private var isServerDone = false

  init(
    _ network: SimulatedNetwork, number: Int, client: NetworkHost, server: NetworkHost, clientAddress: GoString,
    serverAddress: GoString, hasFaults: Bool, hasBox: Bool
  ) {
    self.network = network
    self.number = number
    self.client = client
    self.server = server
    self.clientAddress = clientAddress
    self.serverAddress = serverAddress
    self.hasFaults = hasFaults
    self.hasBox = hasBox
    up = NetworkPipe(self, network.link(client.name, server.name), isAnswer: false)
    down = NetworkPipe(self, network.link(server.name, client.name), isAnswer: true)
  }

  // MARK: Phases

  func moment(_ phase: ExchangePhase, isAnswer: Bool? = nil) -> NetworkMoment {
    NetworkMoment(
      client: client.name, server: server.name, phase: phase, kind: tag.kind, path: tag.path, exchange: tag.number,
      isAnswer: isAnswer)
  }

  /// A phase begins: its bytes, `length` of them where that is known, are about to be sent.
  func begin(_ phase: ExchangePhase, length: Int64?) {
    self.phase = phase
    guard hasFaults, let faults = network.faults else { return }
    let pipe: NetworkPipe = phase == .responseHead || phase == .responseBody ? down : up
    pipe.throttle = nil
    pipe.extraDelay = nil
    pipe.cuts = []
    chosen = []
    let moment = moment(phase)
    let found = faults.choose(at: moment) { fault in
      // While nothing is sent there is nothing to hold or lose.
      if phase == .idle, ![.reset, .close, .halfOpen].contains(fault.kind) || fault.parameters.variant == "crossing" {
        return false
      }
      return Self.isOfThePacketsWay(fault.kind) && (fault.parameters.bytes ?? 0) <= length ?? .max
    }
    for fault in found { apply(fault, to: pipe, moment) }
  }

  /// More is sent in the same phase: a window may have opened meanwhile.
  func askDuring(_ pipe: NetworkPipe) {
    guard let faults = network.faults else { return }
    let moment = moment(phase, isAnswer: pipe.isAnswer)
    let found = faults.choose(at: moment) { fault in
      if phase == .idle { return fault.kind == .oneWay || fault.kind == .partition }
      return Self.isOfThePacketsWay(fault.kind)
    }
    for fault in found where !chosen.contains(fault.index) { apply(fault, to: pipe, moment) }
  }

  /// Whether packets of this direction still vanish.
  func isBlocked(_ pipe: NetworkPipe) -> Bool {
    guard let faults = network.faults else { return false }
    let moment = moment(pipe.blockedPhase, isAnswer: pipe.isAnswer)
    return !faults.choose(at: moment) { $0.kind == .oneWay || $0.kind == .partition }.isEmpty
  }

  /// The faults that act on what is sent in a phase, whoever reads it.
  private static func isOfThePacketsWay(_ kind: FaultKind) -> Bool {
    switch kind {
    case .reset, .close, .stall, .throttle, .delay, .halfOpen, .oneWay, .partition, .hold, .reorder: true
    default: false
    }
  }

  private func apply(_ found: ChosenFault, to pipe: NetworkPipe, _ moment: NetworkMoment) {
    chosen.append(found.index)
    let parameters = found.fault.parameters
    let fired: (String) -> Void = { [network] in network.faults?.fired(found, at: moment, detail: $0) }
    let after = parameters.bytes ?? 0
    func cut(_ happen: @escaping () -> Void) {
      // Before the first byte it happens at once: nothing of the phase gets through.
      if after == 0 { happen() } else { pipe.cuts.append(NetworkPipe.Cut(bytes: after, happen: happen)) }
    }
    switch found.fault.kind {
    case .reset:
      cut { [unowned self] in
        fired("reset after \(after) bytes")
        breakOff(.reset, side: parameters.side)
      }
    case .close:
      cut { [unowned self] in
        fired("closed after \(after) bytes")
        breakOff(.end, side: parameters.side)
      }
    case .stall:
      cut { [unowned self] in
        fired("stalled after \(after) bytes")
        stall(pipe, parameters.span)
      }
    case .halfOpen:
      cut { [unowned self] in
        fired("forgotten after \(after) bytes")
        forget(parameters.side)
      }
    case .throttle:
      fired("\(parameters.rate ?? 1) bytes a second")
      pipe.throttle = parameters.rate ?? 1
    case .delay:
      let (mean, jitter) = (parameters.mean ?? parameters.span ?? .zero, parameters.jitter ?? .zero)
      fired("\(mean.nanoseconds) ns more")
      let link = pipe.link
      pipe.extraDelay = { link.draw(mean: mean, jitter: jitter) }
    case .hold:
      let span = parameters.span ?? .zero
      fired("held for \(span.nanoseconds) ns")
      pipe.heldUntil = max(pipe.heldUntil, (network.kernel.uptime + span).nanoseconds)
    case .oneWay where parameters.variant == "stateful":
      break
    case .oneWay, .partition:
      fired("lost")
      pipe.block()
    case .reorder:
      pipe.beOvertaken()
      network.await(pipe, for: parameters.span ?? .seconds(1)) { fired("overtaken") }
    default:
      break
    }
  }

  private func stall(_ pipe: NetworkPipe, _ span: Span?) {
    if let span {
      pipe.heldUntil = max(pipe.heldUntil, (network.kernel.uptime + span).nanoseconds)
    } else {
      up.isBlack = true
      down.isBlack = true
    }
  }

  /// One side, or whoever stands in between, has forgotten the connection and says nothing.
  func forget(_ side: FaultParameters.Side?) {
    up.isBlack = true
    down.isBlack = true
    switch side {
    case .client: down.breakOff(.reset)
    case .server: up.breakOff(.reset)
    case .both, nil: break
    }
  }

  // MARK: Ends

  /// The middle ends it: one side or both meet the end behind what has come.
  func breakOff(_ ending: NetworkPipe.Ending, side: FaultParameters.Side?) {
    for pipe in [up!, down!] {
      let reader: FaultParameters.Side = pipe.isAnswer ? .client : .server
      if side == nil || side == .both || side == reader { pipe.sendReset(ending) }
      pipe.isBlack = true
    }
    isBroken = true
    up.writable.raise()
    down.writable.raise()
  }

  /// Bytes came to an end that is closed: its machine answers with a reset.
  func resetBack(from pipe: NetworkPipe) {
    let other: NetworkPipe = pipe.isAnswer ? up : down
    other.sendReset()
  }

  /// A reset has come: what this end still sends goes nowhere.
  func resetArrived(at pipe: NetworkPipe) {
    let other: NetworkPipe = pipe.isAnswer ? up : down
    other.isBlack = true
    other.writable.raise()
  }

  /// The sender's packets were never acknowledged.
  func giveUp(sender pipe: NetworkPipe) {
    let other: NetworkPipe = pipe.isAnswer ? up : down
    other.breakOff(.timedOut)
  }

  /// An end is done with it.
  func done(isClient: Bool) {
    if isClient { isClientDone = true } else { isServerDone = true }
    guard isClientDone, isServerDone, !isForgotten else { return }
    isForgotten = true
    network.forget(self)
  }

  /// The machine of one end is gone: no packet of it leaves any more, and what comes finds nobody.
  /// - Parameter resets: the machine's system lives on, and tells the other side.
  func abandon(by host: NetworkHost, resets: Bool) {
    if client === server { done(isClient: false) }
    let isClient = host === client
    let (input, output): (NetworkPipe, NetworkPipe) = isClient ? (down, up) : (up, down)
    if resets { output.sendReset() }
    output.isBlack = true
    input.deafen()
    input.breakOff(.reset)
    done(isClient: isClient)
  }
}
