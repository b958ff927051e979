import GoWire
import LiveWorld

/// The recorded master during one case: answers what the slave asks as it was answered then, and keeps what came.
///
/// A slave's client may send a `GET` again when its kept connection was closed before any answer; so after an answer that closes,
/// the same `GET` again counts as the one before it, here and in what was recorded.
final class RecordedMaster: Sendable {
  /// A request that came, and when.
  struct Arrival: Hashable, Sendable {
    var request: CaseRequest
    /// Unix time.
    var unixSeconds: Int64
    /// Files that should have been on the slave's disk by then and were not.
    var missing: [Difference] = []
  }

  /// The bytes of a file in the slave's working folder; nil when it is not there.
  typealias ReadFile = @Sendable (String) -> [UInt8]?

  private struct State {
    var pending: [OutgoingCall] = []
    var arrivals: [Arrival] = []
    /// The last request, when its connection was closed on it.
    var closedOn: CaseRequest?
  }

  private let version: GoString
  private let readFile: ReadFile
  private let state = Guarded(State())

  /// - Parameter version: what `site/ping` answers when nothing was recorded for it.
  init(version: GoString, readFile: @escaping ReadFile = { _ in nil }) {
    self.version = version
    self.readFile = readFile
  }

  /// From now on these calls are waited for, before any others.
  func expect(_ calls: [OutgoingCall]) {
    state.withLock { $0.pending = RecordedMaster.collapsed(calls) }
  }

  /// What a request that came is answered.
  func answer(_ request: CaseRequest, unixSeconds: Int64) -> MasterAnswer {
    state.withLock { state in
      if let closed = state.closedOn, RecordedMaster.isSame(closed, request) {
        return MasterAnswer(status: 0, closes: true)
      }
      let key = OutgoingComparison.key(of: request)
      let next = state.pending.firstIndex { OutgoingComparison.key(of: $0.request) == key }
      let call = next.map { state.pending.remove(at: $0) }
      state.arrivals.append(
        Arrival(request: request, unixSeconds: unixSeconds, missing: missing(call?.onDisk ?? [])))
      let answer = call?.answer ?? unrecorded(request)
      state.closedOn = answer.closes && request.method == "GET" ? request : nil
      return answer
    }
  }

  /// How many requests have come since they were last taken.
  var arrivalCount: Int { state.withLock(\.arrivals.count) }

  /// What came since the last time, in its order.
  func takeArrivals() -> [Arrival] {
    state.withLock { state in
      defer { state.arrivals = [] }
      return state.arrivals
    }
  }

  private func missing(_ files: [CaseFile]) -> [Difference] {
    files.compactMap { file in
      let seen = readFile(file.path)
      guard seen != file.bytes else { return nil }
      return Difference(
        "\(file.path) on disk", expected: GoString(file.bytes ?? []).text,
        seen: seen.map { GoString($0).text } ?? "no file")
    }
  }

  /// What is answered where nothing was recorded: a master's version to a ping, success to the rest, so that a case that
  /// deviates goes on.
  private func unrecorded(_ request: CaseRequest) -> MasterAnswer {
    if request.target == "/api/v4/site/ping" {
      return .json(#"{"code":0,"data":"\#(version)","msg":""}"#)
    }
    return .json(#"{"code":0,"msg":""}"#)
  }

  /// Recorded calls, a `GET` that was sent again after a closed connection counted once.
  static func collapsed(_ calls: [OutgoingCall]) -> [OutgoingCall] {
    var result: [OutgoingCall] = []
    for call in calls {
      if let last = result.last, last.answer.closes, isSame(last.request, call.request) { continue }
      result.append(call)
    }
    return result
  }

  private static func isSame(_ left: CaseRequest, _ right: CaseRequest) -> Bool {
    left.method == "GET" && right.method == "GET" && left.target == right.target
  }
}
