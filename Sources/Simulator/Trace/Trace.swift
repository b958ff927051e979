import GoWire
import ReferenceNode

/// Takes down everything that happens in a run: each event gets a number and its time, goes into the running hash, and is shown
/// to whoever observes.
///
/// With nobody observing and nothing kept, an event costs its share of the hash and no more. Confined to the kernel's thread,
/// which is the invariant behind `@unchecked Sendable`.
public final class Trace: @unchecked Sendable {
  /// Sees each event at the moment at which it happens. It may record events itself: they come after the one it sees.
  public typealias Observer = (TraceEvent) -> Void

  /// The request that the running task works for (HDR-2), where somebody has said so.
  @TaskLocal public static var requestID: GoString?

  let kernel: Kernel
  private var observers: [Observer] = []
  private var undelivered: [TraceEvent] = []
  private var isDelivering = false
  private var isClosed = false

  /// The last event and where it was, for the message of a run that is stuck.
  var last: String? { lastKind.map { "\(lastNode): \($0)" } }
  private var lastNode = ""
  private var lastKind: TraceEvent.Kind?

  /// Whether `events` grows.
  public var keepsEvents: Bool
  /// What happened so far, as far as it was kept.
  public private(set) var events: [TraceEvent] = []
  /// Events so far, kept or not.
  public private(set) var count = 0

  /// Whether anybody gets to see the events.
  var isSeen: Bool { keepsEvents || !observers.isEmpty }

  init(kernel: Kernel, keepsEvents: Bool) {
    self.kernel = kernel
    self.keepsEvents = keepsEvents
  }

  /// From now on `observer` sees each event, after those that came before it.
  public func observe(_ observer: @escaping Observer) {
    observers.append(observer)
  }

  /// From now on each event is handed over as a line of JSON (`TraceEvent.line`), without a line feed.
  public func observeLines(_ take: @escaping (String) -> Void) {
    observe { take($0.line) }
  }

  /// Takes down an event that happens now.
  /// - Parameters:
  ///   - node: who did it; empty for the world itself.
  ///   - requestID: the request it was done for; the running task's when nil.
  public func record(_ kind: @autoclosure () -> TraceEvent.Kind, node: String, requestID: GoString? = nil) {
    kernel.check("the trace")
    guard !isClosed else { return }
    count += 1
    let listens = keepsEvents || !observers.isEmpty
    guard listens || kernel.hashes else { return }
    let kind = kind()
    lastNode = node
    lastKind = kind
    kernel.mix { $0.mix(number: count, time: kernel.uptime, node: node, kind) }
    guard listens else { return }
    let event = TraceEvent(
      number: count, time: kernel.uptime, node: node, requestID: requestID ?? Self.requestID, kind: kind)
    if keepsEvents { events.append(event) }
    if !observers.isEmpty { deliver(event) }
  }

  private func deliver(_ event: TraceEvent) {
    undelivered.append(event)
    guard !isDelivering else { return }
    isDelivering = true
    var next = 0
    while next < undelivered.count {
      let event = undelivered[next]
      next += 1
      for observer in observers { observer(event) }
    }
    undelivered.removeAll(keepingCapacity: true)
    isDelivering = false
  }

  /// The run is over: what is sent home now is no part of it.
  func close() {
    isClosed = true
    observers = []
  }
}

extension TraceEvent {
  /// The effect that the event is of, if any.
  public var effect: Effect? {
    guard case .effect(let number, let action, let failure) = kind else { return nil }
    return Effect(number: number, node: node, action: action, time: time, failure: failure)
  }
}
