import GoWire
import LiveWorld

/// Several cases at one master's address: each request goes to the case it belongs to.
///
/// An upload's callback names its session, and no two cases share one. Whatever else comes (a ping) belongs to the one case that
/// has the address to itself at the time; cases that may ask such things take turns.
final class MasterHub: Sendable {
  private struct State {
    var bySession: [GoString: RecordedMaster] = [:]
    var sole: RecordedMaster?
    var strays: [RecordedMaster.Arrival] = []
  }

  private let state = Guarded(State())
  private let turn = Guarded(())

  /// Calls `body` while requests that name one of `sessions` go to `master`; with `isSole` also those that name none.
  func seat<Result: Sendable, Failure: Error>(
    _ master: RecordedMaster, sessions: [GoString], isSole: Bool, _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    guard isSole else { return try seated(master, sessions, isSole: false, body) }
    return try turn.withLock { _ throws(Failure) in try seated(master, sessions, isSole: true, body) }
  }

  private func seated<Result: Sendable, Failure: Error>(
    _ master: RecordedMaster, _ sessions: [GoString], isSole: Bool, _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    state.withLock { state in
      for session in sessions { state.bySession[session] = master }
      if isSole { state.sole = master }
    }
    defer {
      state.withLock { state in
        for session in sessions { state.bySession[session] = nil }
        if isSole { state.sole = nil }
      }
    }
    return try body()
  }

  /// What a request that came is answered.
  func answer(_ request: CaseRequest, unixSeconds: Int64) -> MasterAnswer {
    let master = state.withLock { state -> RecordedMaster? in
      if let session = MasterHub.session(in: request.target), let master = state.bySession[session] { return master }
      if state.sole == nil { state.strays.append(.init(request: request, unixSeconds: unixSeconds)) }
      return state.sole
    }
    return master?.answer(request, unixSeconds: unixSeconds)
      ?? MasterAnswer(status: 404, body: Array("404 page not found".utf8))
  }

  /// Requests that belonged to no case that was running: calls that came too late, or that nobody should have made.
  func takeStrays() -> [RecordedMaster.Arrival] {
    state.withLock { state in
      defer { state.strays = [] }
      return state.strays
    }
  }

  /// The session a callback names: `/api/v4/callback/remote/<session>/<secret>`.
  static func session(in target: GoString) -> GoString? {
    let parts = target.bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map { GoString($0) }
    guard parts.count >= 7, parts[3] == "callback", parts[4] == "remote" else { return nil }
    return parts[5]
  }
}
