import GoWire
import NodeProtocol

/// The life of one upload session, from its placeholder to its callback (ST-4…7, CB-5), as a pure state machine: events are in
/// the past tense, actions in the imperative.
///
/// Several requests may touch a session at once. A chunk that is sent again while it is still being written supersedes the
/// first writer; a chunk that comes while the master is being called shares that call's end; a session that was deleted or
/// replaced stops all of its writers.
public struct UploadSessionMachine: Sendable {
  /// One request that writes a chunk.
  public struct Writer: Hashable, Sendable {
    public let number: Int
  }

  /// Where the session is.
  public enum State: Hashable, Sendable {
    /// Chunks come in. Goes to `calling` when the last one is in, or to `completed` when there is nobody to call.
    case receiving
    /// The master is being called by `calls` requests; goes back to `receiving` when it could not be told, else to `completed`.
    case calling(calls: Int)
    /// The master has the file, but whoever sent the last chunk had gone before they could be told: the same chunk, sent once
    /// more, succeeds (CB-5). Goes to `completed`.
    case unseen
    /// The file is whole and the master knows. The session is forgotten.
    case completed
    /// Deleted or replaced; nothing may be written any more.
    case ended
  }

  /// What to do with a chunk that came in.
  public enum ArrivalAction: Hashable, Sendable {
    /// Write it, after `superseding` has let go of the disk.
    case write(Writer, offset: Int64, count: Int64, truncates: Bool, superseding: Writer?)
    /// Drain the body, then answer with the end of the running call.
    case joinCall
    /// Drain the body, answer success and forget the session.
    case answerAndForget
    /// Drain the body and answer this error.
    case refuse(NodeError)
  }

  /// What to do after a chunk was written.
  public enum WrittenAction: Hashable, Sendable {
    /// Answer success.
    case answer
    /// Call the master, then report `callEnded`.
    case callMaster
    /// Answer with the end of the running call.
    case joinCall
    /// Answer success and forget the session.
    case answerAndForget
    /// Answer this error.
    case refuse(NodeError)
  }

  /// How a call to the master ended.
  public enum CallOutcome: Hashable, Sendable {
    case accepted
    /// `isAmbiguous`: the master may have accepted it all the same, its answer was lost.
    case failed(NodeError, isAmbiguous: Bool)
  }

  /// What to do after the call to the master ended.
  public enum CallAction: Hashable, Sendable {
    /// Answer success and forget the session.
    case answerAndForget
    /// Keep the session: whoever waited has gone, and the chunk may come again.
    case keep
    /// Answer this error; the chunk may come again.
    case refuse(NodeError)
  }

  /// What to do on `deleted`.
  public enum DeletionAction: Hashable, Sendable {
    /// Stop these writers, wait until they have let go of the disk, then remove the file.
    case stopAndRemove([Writer])
    /// The file is the master's by now: only forget the session.
    case forget
  }

  public let plan: ChunkPlan
  public private(set) var state = State.receiving

  private let completionRule: Profile.CompletionRule
  private let firstChunkTruncates: Bool
  private let retriesFailedCallback: Bool
  private let repeatsLostCallback: Bool
  private let hasCallback: Bool

  /// The chunks that are whole on the disk. Only asked for membership and count.
  private var received: Set<Int64> = []
  /// A writer at work.
  private struct Work {
    var writer: Writer
    var index: Int64
    /// Whether the same chunk came again: for good, also when that one has ended.
    var isSuperseded = false
  }

  /// Oldest first.
  private var works: [Work] = []
  private var nextWriter = 1
  private var wasAmbiguous = false

  public init(plan: ChunkPlan, hasCallback: Bool, profile: Profile) {
    self.plan = plan
    self.hasCallback = hasCallback
    self.completionRule = profile.completionRule
    self.firstChunkTruncates = profile.firstChunkTruncates
    self.retriesFailedCallback = profile.retriesFailedCallback
    self.repeatsLostCallback = profile.repeatsLostCallback
  }

  /// The error of a session that is not there (ST-4).
  public static let sessionGone = NodeError(.uploadSessionExpired)
  /// The error of a chunk that cannot be stored (ST-5).
  public static func storeFailed(_ cause: GoString) -> NodeError {
    NodeError(.ioFailed, "Failed to upload file", cause: cause)
  }

  // MARK: Events

  /// A chunk's head came in.
  /// - Parameter announced: the length that its sender announced, 0 for none, nil for one that is no number.
  public mutating func chunkArrived(_ index: Int64, announced: Int64?) -> ArrivalAction {
    switch state {
    case .ended, .completed:
      return .refuse(Self.sessionGone)
    case .receiving, .calling, .unseen:
      break
    }
    let expected = plan.length(of: index)
    guard announced == expected, expected >= 0 else {
      return .refuse(NodeError(.invalidContentLength, "Invalid Content-Length (expected: \(expected))"))  // ST-4
    }
    switch state {
    case .unseen:
      state = .completed
      return .answerAndForget
    case .calling where repeatsLostCallback:
      return .joinCall
    case .receiving, .calling, .completed, .ended:
      break
    }
    let writer = Writer(number: nextWriter)
    nextWriter += 1
    let last = works.lastIndex { $0.index == index && !$0.isSuperseded }
    if let last { works[last].isSuperseded = true }
    let superseded = last.map { works[$0].writer }
    works.append(Work(writer: writer, index: index))
    // A chunk that is written again is not whole until that is done; QUIRK-17 never takes one back.
    if retriesFailedCallback, let number = plan.number(of: index) { received.remove(number) }
    let offset = plan.offset(of: index)
    return .write(
      writer, offset: offset, count: expected, truncates: firstChunkTruncates && offset == 0, superseding: superseded)
  }

  /// Whether `writer` may go on writing: nobody took its place and the session still stands.
  public func mayWrite(_ writer: Writer) -> Bool {
    state != .ended && works.contains { $0.writer == writer && !$0.isSuperseded }
  }

  /// All bytes of a writer's chunk are in the file (and durable, where that is promised).
  public mutating func chunkWritten(_ writer: Writer) -> WrittenAction {
    guard let index = index(of: writer) else { return .refuse(Self.sessionGone) }
    remove(writer)
    let isNew: Bool
    if let number = plan.number(of: index) {
      isNew = received.insert(number).inserted
    } else {
      isNew = false
    }
    switch state {
    case .ended:
      return .refuse(Self.sessionGone)
    case .completed:
      return .answer
    case .unseen:
      state = .completed
      return .answerAndForget
    case .calling where repeatsLostCallback:
      return .joinCall
    case .receiving, .calling:
      break
    }
    guard isComplete(after: index, isNew: isNew) else { return .answer }
    guard hasCallback else {
      state = .completed
      return .answerAndForget
    }
    if case .calling(let calls) = state {
      state = .calling(calls: calls + 1)
    } else {
      state = .calling(calls: 1)
    }
    return .callMaster
  }

  /// A writer gave up: its peer went, the disk refused, or it was superseded or stopped.
  public mutating func chunkFailed(_ writer: Writer) {
    remove(writer)
  }

  /// The call to the master ended.
  /// - Parameter isAwaited: whether anybody who could be told is still there.
  public mutating func callEnded(_ outcome: CallOutcome, isAwaited: Bool) -> CallAction {
    guard case .calling(let calls) = state else {
      // Deleted meanwhile, or another call was accepted first: this one's own end is all there is to tell.
      switch outcome {
      case .accepted: return .answerAndForget
      case .failed(let error, _): return .refuse(error)
      }
    }
    switch outcome {
    case .accepted:
      return completed(isAwaited: isAwaited)
    case .failed(let error, let isAmbiguous):
      // CB-5: the master had accepted it, only its answer was lost; by now it has forgotten the session.
      if repeatsLostCallback, wasAmbiguous, error.code == .uploadSessionExpired {
        return completed(isAwaited: isAwaited)
      }
      wasAmbiguous = wasAmbiguous || isAmbiguous
      state = calls > 1 ? .calling(calls: calls - 1) : .receiving
      return .refuse(error)
    }
  }

  /// The session was deleted (ST-7).
  public mutating func deleted() -> DeletionAction {
    switch state {
    case .unseen, .completed:
      state = .ended
      return .forget
    case .receiving, .calling, .ended:
      state = .ended
      return .stopAndRemove(works.map(\.writer))
    }
  }

  /// The session's time ran out (ST-3). A file that a call may have made the master's stays, whatever was answered.
  public mutating func expired() -> DeletionAction {
    if wasAmbiguous, state != .ended {
      state = .ended
      return .forget
    }
    return deleted()
  }

  /// Another session took this one's place (ST-3). Returns the writers to stop.
  public mutating func replaced() -> [Writer] {
    state = .ended
    return works.map(\.writer)
  }

  // MARK: Rules

  private func isComplete(after index: Int64, isNew: Bool) -> Bool {
    switch completionRule {
    case .lastIndexedChunk:
      return plan.isLast(index)  // ST-6, [4.0]
    case .allChunks:
      guard Int64(received.count) >= plan.count else { return false }  // ST-6, [4.14]
      return isNew || retriesFailedCallback
    }
  }

  private mutating func completed(isAwaited: Bool) -> CallAction {
    if repeatsLostCallback, !isAwaited {
      state = .unseen
      return .keep
    }
    state = .completed
    return .answerAndForget
  }

  private func index(of writer: Writer) -> Int64? {
    works.first { $0.writer == writer }?.index
  }

  private mutating func remove(_ writer: Writer) {
    works.removeAll { $0.writer == writer }
  }
}
