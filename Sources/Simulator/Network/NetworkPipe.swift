import GoWire
import ReferenceNode

/// One direction of a connection: bytes on their way, in order, and those that have arrived and wait to be read.
///
/// Confined to the kernel's thread, which is the invariant behind `@unchecked Sendable`.
final class NetworkPipe: @unchecked Sendable {
  /// Bytes that may be sent and not yet read.
  static let window = 65_536

  /// What a reader meets behind the last byte.
  enum Ending: Hashable {
    /// The sender has closed its side.
    case end
    /// The connection was reset.
    case reset
    /// Nothing was acknowledged for too long.
    case timedOut
  }

  private enum Content {
    case bytes(ArraySlice<UInt8>)
    case ending(Ending)
  }

  private struct Parcel {
    var at: Int64
    var content: Content
  }

  let kernel: Kernel
  let link: NetworkLink
  unowned let connection: NetworkConnection
  let isAnswer: Bool
  /// Raised when bytes or an ending have arrived.
  let readable: Signal
  /// Raised when there is room to send.
  let writable: Signal
  /// Told of every arrival while nobody reads.
  var onArrival: (() -> Void)?

  private var transit: [Parcel] = []
  private var transitStart = 0
  private var isTimed = false
  private var lastArrival: Int64 = 0
  private var arrived: [ArraySlice<UInt8>] = []
  private var arrivedStart = 0
  private(set) var arrivedCount = 0
  private var outstanding = 0
  private(set) var ending: Ending?
  private(set) var isEndSent = false
  /// The reader is gone: what still comes is answered by a reset.
  private var isDeaf = false

  // What faults have made of it.
  /// Everything vanishes.
  var isBlack = false
  /// Nothing arrives before.
  var heldUntil: Int64 = 0
  /// Bytes a second, for as long as the phase lasts.
  var throttle: Int64?
  var extraDelay: (() -> Int64)?
  /// After so many bytes of the phase something happens.
  var cuts: [Cut] = []
  private var blockedTries = 0
  private var blockedSince: Int64?
  /// The phase whose packets vanished first.
  private(set) var blockedPhase = ExchangePhase.head
  private var isWaitingToBeOvertaken = false

  struct Cut {
    var bytes: Int64
    var happen: () -> Void
  }

  init(_ connection: NetworkConnection, _ link: NetworkLink, isAnswer: Bool) {
    kernel = link.kernel
    self.connection = connection
    self.link = link
    self.isAnswer = isAnswer
    readable = Signal(link.kernel)
    writable = Signal(link.kernel)
  }

  /// Bytes that can be sent now.
  var room: Int { isEndSent || connection.isBroken ? Int.max : Self.window - outstanding }
  var hasArrivals: Bool { arrivedCount > 0 || ending != nil }
  var isQuiet: Bool { transitStart == transit.count && !isWaitingToBeOvertaken && blockedSince == nil }

  // MARK: Sending

  /// Sends bytes, window or not: the caller has asked for `room`.
  func send(_ bytes: ArraySlice<UInt8>) {
    guard !bytes.isEmpty, !isEndSent, !connection.isBroken else { return }
    outstanding += bytes.count
    if connection.hasFaults { connection.askDuring(self) }
    guard !cuts.isEmpty else { return dispatch(.bytes(bytes), count: bytes.count) }
    var rest = bytes
    while let cut = cuts.first, cut.bytes <= rest.count {
      let piece = rest.prefix(Int(cut.bytes))
      rest = rest.dropFirst(piece.count)
      for index in cuts.indices { cuts[index].bytes -= Int64(piece.count) }
      cuts.removeFirst()
      if !piece.isEmpty { dispatch(.bytes(piece), count: piece.count) }
      cut.happen()
      if isEndSent || connection.isBroken { return }
    }
    for index in cuts.indices { cuts[index].bytes -= Int64(rest.count) }
    if !rest.isEmpty { dispatch(.bytes(rest), count: rest.count) }
  }

  /// Closes this direction: the reader sees the end behind the last byte.
  func end() {
    guard !isEndSent else { return }
    isEndSent = true
    if connection.hasFaults { connection.askDuring(self) }
    dispatch(.ending(.end), count: 0)
    writable.raise()
  }

  /// The reader learns of a reset as soon as a packet takes.
  func sendReset(_ ending: Ending = .reset) {
    isEndSent = true
    dispatch(.ending(ending), count: 0)
    writable.raise()
  }

  private func dispatch(_ content: Content, count: Int) {
    if isBlack { return }
    var delay = link.delay()
    if let extraDelay { delay += extraDelay() }
    let now = kernel.uptime.nanoseconds
    var at = max(lastArrival, heldUntil, now + delay)
    if let rate = throttle.map({ min($0, link.bytesPerSecond ?? .max) }) ?? link.bytesPerSecond, count > 0 {
      // The line is busy until the bytes before have left it.
      at = max(lastArrival, heldUntil, now + delay) + Int64(count) * 1_000_000_000 / max(rate, 1)
    }
    lastArrival = at
    if blockedSince != nil || isWaitingToBeOvertaken { at = .max }
    transit.append(Parcel(at: at, content: content))
    arm()
  }

  private func arm() {
    guard !isTimed, transitStart < transit.count, transit[transitStart].at < .max else { return }
    isTimed = true
    _ = kernel.at(Uptime(nanoseconds: transit[transitStart].at)) { [self, connection] in
      _ = connection
      isTimed = false
      deliver()
    }
  }

  // MARK: Faults that keep bytes back

  /// Packets vanish: they are sent again, later and later, as TCP does, until they get through or it gives up.
  func block() {
    guard blockedSince == nil else { return }
    blockedSince = kernel.uptime.nanoseconds
    blockedPhase = connection.phase
    blockedTries = 0
    retryLater()
  }

  private func retryLater() {
    let pause = min(Int64(200_000_000) << Int64(min(blockedTries, 10)), 120_000_000_000)
    blockedTries += 1
    _ = kernel.at(kernel.uptime + Span(nanoseconds: pause)) { [self, connection] in
      _ = connection
      retry()
    }
  }

  private func retry() {
    guard let since = blockedSince, !connection.isForgotten else { return }
    if connection.isBlocked(self) {
      // Linux gives up after fifteen repetitions.
      guard kernel.uptime.nanoseconds - since < 924_600_000_000 else {
        blockedSince = nil
        isBlack = true
        connection.giveUp(sender: self)
        return
      }
      return retryLater()
    }
    blockedSince = nil
    release()
  }

  /// What was kept goes on its way now.
  private func release() {
    let now = kernel.uptime.nanoseconds
    for index in transitStart..<transit.count where transit[index].at == .max {
      lastArrival = max(lastArrival, now + link.delay())
      transit[index].at = lastArrival
    }
    arm()
  }

  /// Waits for another connection to overtake it.
  func beOvertaken() { isWaitingToBeOvertaken = true }

  func overtaken() {
    guard isWaitingToBeOvertaken else { return }
    isWaitingToBeOvertaken = false
    release()
  }

  // MARK: Arriving

  func deliver() {
    if connection.isForgotten { return }
    let receiver = isAnswer ? connection.client : connection.server
    if receiver.isPaused {
      receiver.keep(self)
      return
    }
    let now = kernel.uptime.nanoseconds
    var hasBytes = false
    while transitStart < transit.count, transit[transitStart].at <= now {
      let content = transit[transitStart].content
      transit[transitStart].content = .ending(.end)
      transitStart += 1
      switch content {
      case .bytes(let bytes):
        hasBytes = true
        if isDeaf {
          connection.resetBack(from: self)
        } else if ending == nil {
          if arrivedStart > 0, arrivedStart == arrived.count {
            arrived.removeAll(keepingCapacity: true)
            arrivedStart = 0
          }
          arrived.append(bytes)
          arrivedCount += bytes.count
        }
      case .ending(let how):
        if ending == nil || how != .end { ending = how }
        if how != .end { connection.resetArrived(at: self) }
      }
    }
    if transitStart == transit.count {
      transit.removeAll(keepingCapacity: true)
      transitStart = 0
    }
    if hasBytes { connection.network.passed(self) }
    readable.raise()
    onArrival?()
    arm()
  }

  /// The end of the reader's own machine: it meets this at once, nothing crosses the network.
  func breakOff(_ how: Ending) {
    ending = how
    readable.raise()
    writable.raise()
    onArrival?()
  }

  /// Up to `limit` bytes that have arrived.
  func take(_ limit: Int) -> ArraySlice<UInt8>? {
    guard arrivedStart < arrived.count else { return nil }
    let front = arrived[arrivedStart]
    let piece = front.prefix(limit)
    if piece.count == front.count {
      arrived[arrivedStart] = []
      arrivedStart += 1
    } else {
      arrived[arrivedStart] = front.dropFirst(piece.count)
    }
    arrivedCount -= piece.count
    outstanding -= piece.count
    if outstanding < Self.window, outstanding + piece.count >= Self.window { writable.raise() }
    return piece
  }

  /// Nobody reads any more.
  func deafen() {
    isDeaf = true
    outstanding -= arrivedCount
    arrivedCount = 0
    arrived = []
    arrivedStart = 0
    onArrival = nil
    writable.raise()
  }
}
