import GoWire
import NodeProtocol

/// The open upload sessions of a slave, in memory, each until its time runs out (ST-3).
///
/// Unchecked sendable: confined to its node's loop thread.
final class OpenUploads: @unchecked Sendable {
  private struct Entry {
    var session: OpenUpload
    var deadline: Uptime
    /// Takes away what is left when the time has run out; nil where that stays.
    var end: Task<Void, Never>?
  }

  /// How long a chunk that is being written at the end of its session is waited for, again and again.
  private static let patience = Span.seconds(60)

  private let clock: any NodeClock
  /// Only looked up and filtered, never walked in an order that could be seen.
  private var entries: [GoString: Entry] = [:]
  /// The latest session of each path, absolute and clean. Only looked up and filtered.
  private var owners: [GoString: OpenUpload] = [:]
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
      if entry.end == nil { forget(entry.session) }
      return nil
    }
    return entry.session
  }

  /// The open session whose file lies at this absolute, clean path: the latest one when several were made for it.
  func session(at location: GoString) -> OpenUpload? {
    guard let session = owners[location], self[session.order.sessionID] === session else { return nil }
    return session
  }

  /// Remembers a session until its `ExpireAt`, at least for a second; one with the same id is replaced.
  /// - Parameter removesLeftovers: whether what was uploaded is removed when it is not whole by then.
  func remember(_ session: OpenUpload, removesLeftovers: Bool) {
    if entries.count >= sweepsAt { sweep() }
    let now = clock.now
    let left = Int128(session.order.expiresAt.unixSeconds) - Int128(now.unixSeconds)
    let nanoseconds =
      left * 1_000_000_000 + Int128(session.order.expiresAt.nanosecond) - Int128(now.nanosecond)
    let span = Span(nanoseconds: Int64(clamping: max(nanoseconds, 1_000_000_000)))
    if let replaced = entries[session.order.sessionID]?.session { forget(replaced) }
    let deadline = clock.uptime + span
    let end = removesLeftovers ? Task { await self.end(session, at: deadline) } : nil
    entries[session.order.sessionID] = Entry(session: session, deadline: deadline, end: end)
    owners[session.location] = session
  }

  /// Forgets this very session; another one with the same id stays.
  func forget(_ session: OpenUpload) {
    if let entry = entries[session.order.sessionID], entry.session === session {
      entry.end?.cancel()
      entries[session.order.sessionID] = nil
    }
    if owners[session.location] === session { owners[session.location] = nil }
  }

  /// Waits for the end of a session and removes what is left of it, unless the file may be the master's by then.
  private func end(_ session: OpenUpload, at deadline: Uptime) async {
    var deadline = deadline
    do {
      try await clock.sleep(until: deadline)
      while session.isBusy {
        deadline = clock.uptime + Self.patience
        try await clock.sleep(until: deadline)
      }
    } catch {
      return
    }
    guard entries[session.order.sessionID]?.session === session else { return }
    let isOwner = owners[session.location] === session
    forget(session)
    if isOwner { await session.expire() }
  }

  private func sweep() {
    let now = clock.uptime
    entries = entries.filter { now < $0.value.deadline || $0.value.end != nil }
    owners = owners.filter { entries[$0.value.order.sessionID]?.session === $0.value }
    sweepsAt = max(64, entries.count * 2)
  }
}
