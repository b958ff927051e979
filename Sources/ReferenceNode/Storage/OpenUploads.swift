import GoWire
import NodeProtocol

/// The open upload sessions of a slave, in memory, each until its time runs out (ST-3).
///
/// Unchecked sendable: confined to its node's loop thread.
final class OpenUploads: @unchecked Sendable {
  private struct Entry {
    var session: OpenUpload
    var deadline: Uptime
  }

  private let clock: any NodeClock
  /// Only looked up and filtered, never walked in an order that could be seen.
  private var entries: [GoString: Entry] = [:]
  private var sweepsAt = 64

  init(clock: any NodeClock) {
    self.clock = clock
  }

  /// How many sessions are remembered, those included whose time ran out unnoticed.
  var count: Int { entries.count }

  /// The session with this id; nil when there is none or its time ran out.
  subscript(id: GoString) -> OpenUpload? {
    guard let entry = entries[id] else { return nil }
    guard clock.uptime < entry.deadline else {
      entries[id] = nil
      return nil
    }
    return entry.session
  }

  /// Remembers a session until its `ExpireAt`, at least for a second; one with the same id is replaced.
  func remember(_ session: OpenUpload) {
    if entries.count >= sweepsAt { sweep() }
    let now = clock.now
    let left = Int128(session.order.expiresAt.unixSeconds) - Int128(now.unixSeconds)
    let nanoseconds =
      left * 1_000_000_000 + Int128(session.order.expiresAt.nanosecond) - Int128(now.nanosecond)
    let span = Span(nanoseconds: Int64(clamping: max(nanoseconds, 1_000_000_000)))
    entries[session.order.sessionID] = Entry(session: session, deadline: clock.uptime + span)
  }

  /// Forgets this very session; another one with the same id stays.
  func forget(_ session: OpenUpload) {
    if entries[session.order.sessionID]?.session === session { entries[session.order.sessionID] = nil }
  }

  private func sweep() {
    let now = clock.uptime
    entries = entries.filter { now < $0.value.deadline }
    sweepsAt = max(64, entries.count * 2)
  }
}
