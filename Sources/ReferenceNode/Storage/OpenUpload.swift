import GoWire
import NodeProtocol

/// How a chunk's request ended.
enum ChunkOutcome: Sendable {
  case stored
  case failed(NodeError)
  /// The sender's connection ended before its chunk did: there is nobody to answer (ST-5).
  case senderGone
}

/// The driver of one upload session: feeds `UploadSessionMachine` with what the disk, the senders and the master do.
///
/// Unchecked sendable: confined to its node's loop thread.
final class OpenUpload: @unchecked Sendable {
  /// What a slave keeps of an upload session (ST-3).
  struct Order: Sendable {
    var sessionID: GoString
    /// `Props.SavePath`, as it came.
    var savePath: GoString
    var path: DiskPath
    var plan: ChunkPlan
    /// Whom to tell when the file is whole; nil when nobody.
    var callback: UploadCallback?
    /// `Props.ExpireAt`.
    var expiresAt: GoTime
  }

  let order: Order
  private var machine: UploadSessionMachine
  private let store: BlobStore
  private let caller: UploadCallbackCaller
  private var works: [UploadSessionMachine.Writer: ChunkWork] = [:]
  /// The end of the running call to the master.
  private var call: Promise<ChunkOutcome>?

  init(order: Order, store: BlobStore, caller: UploadCallbackCaller, profile: Profile) {
    self.order = order
    self.machine = UploadSessionMachine(plan: order.plan, hasCallback: order.callback != nil, profile: profile)
    self.store = store
    self.caller = caller
  }

  /// Whether the session is over and is to be forgotten.
  var isOver: Bool {
    switch machine.state {
    case .completed, .ended: true
    case .receiving, .calling, .unseen: false
    }
  }

  /// Where its file lies: absolute and clean.
  var location: GoString { store.disk.absolute(order.path) }

  // MARK: Chunks

  /// Takes a chunk (ST-4…6). Always reads its body to the end, so that the sender can read the answer.
  /// - Parameters:
  ///   - announced: the length that the sender announced, 0 for none, nil for one that is no number.
  ///   - correlationID: goes on to the master (CB-1).
  func take(
    chunk index: Int64, announced: Int64?, body: any HTTPBody, correlationID: CorrelationID
  ) async -> ChunkOutcome {
    switch machine.chunkArrived(index, announced: announced) {
    case .refuse(let error):
      return await drained(body, .failed(error))
    case .answerAndForget:
      return await drained(body, .stored)
    case .joinCall:
      let call = self.call
      guard await body.drain() else { return .senderGone }
      return await call?.value() ?? .stored
    case .write(let writer, let offset, let count, let truncates, let superseding):
      let work = ChunkWork(offset: offset, count: count, truncates: truncates)
      works[writer] = work
      if let superseding, let older = works[superseding] {
        older.successor = work
        await older.leaveDisk()
      }
      let outcome = await write(work, of: writer, body: body, correlationID: correlationID)
      work.outcome.give(outcome)
      works[writer] = nil
      return outcome
    }
  }

  private func write(
    _ work: ChunkWork, of writer: UploadSessionMachine.Writer, body: any HTTPBody, correlationID: CorrelationID
  ) async -> ChunkOutcome {
    var file: (any DiskFile)?
    let end = await pump(work, of: writer, from: body, into: &file)
    await file?.close()
    switch end {
    case .whole:
      return await written(writer, correlationID: correlationID)
    case .senderGone:
      machine.chunkFailed(writer)
      return .senderGone
    case .failed(let error):
      machine.chunkFailed(writer)
      return await drained(body, .failed(error))
    case .stopped:
      machine.chunkFailed(writer)
      guard await body.drain() else { return .senderGone }
      // Whoever superseded this writer brings the same chunk: its end is the end of both.
      guard machine.state != .ended, let successor = work.successor else {
        return .failed(UploadSessionMachine.sessionGone)
      }
      switch await successor.outcome.value() {
      case .stored: return .stored
      case .failed(let error): return .failed(error)
      case .senderGone: return .failed(UploadSessionMachine.storeFailed("the chunk was sent again and cut off"))
      }
    }
  }

  /// How the bytes of a chunk got to the disk.
  private enum PumpEnd {
    case whole
    case senderGone
    case failed(NodeError)
    /// Superseded, deleted or replaced.
    case stopped
  }

  private func pump(
    _ work: ChunkWork, of writer: UploadSessionMachine.Writer, from body: any HTTPBody,
    into opened: inout (any DiskFile)?
  ) async -> PumpEnd {
    do throws(DiskError) {
      guard machine.mayWrite(writer) else { return .stopped }
      let path = order.path
      let disk = store.disk
      let file = try await work.onDisk { () throws(DiskError) in
        try await disk.open(path, .create(truncate: work.truncates, exclusive: false))
      }
      opened = file
      let size = try await work.onDisk { () throws(DiskError) in try await file.status().size }
      guard work.offset >= 0, size >= work.offset else {
        return .failed(
          UploadSessionMachine.storeFailed("the file has \(size) bytes, the chunk begins at \(work.offset)"))
      }
      var done: Int64 = 0
      while done < work.count {
        var piece: [UInt8]
        do throws(HTTPBodyError) {
          guard let next = try await body.next() else {
            return .failed(UploadSessionMachine.storeFailed("the chunk has \(done) bytes instead of \(work.count)"))
          }
          piece = next
        } catch {
          return .senderGone
        }
        if Int64(piece.count) > work.count - done { piece.removeLast(piece.count - Int(work.count - done)) }
        guard machine.mayWrite(writer) else { return .stopped }
        let (bytes, offset) = (piece, work.offset &+ done)
        try await work.onDisk { () throws(DiskError) in try await file.write(bytes, at: offset) }
        done += Int64(bytes.count)
      }
      // What an announced length left over is no part of the chunk; and an early end is only seen by asking.
      guard await body.drain() else { return .senderGone }
      guard machine.mayWrite(writer) else { return .stopped }
      if store.isSyncing {
        let store = self.store
        try await work.onDisk { () throws(DiskError) in try await store.sync(file, at: path) }
        guard machine.mayWrite(writer) else { return .stopped }
      }
      return .whole
    } catch  where error.kind == .outsideRoot {
      return .failed(BlobStore.outside(order.savePath))
    } catch {
      return .failed(UploadSessionMachine.storeFailed(GoString(error.text)))
    }
  }

  private func written(_ writer: UploadSessionMachine.Writer, correlationID: CorrelationID) async -> ChunkOutcome {
    switch machine.chunkWritten(writer) {
    case .answer, .answerAndForget:
      return .stored
    case .refuse(let error):
      return .failed(error)
    case .joinCall:
      return await call?.value() ?? .stored
    case .callMaster:
      return await callMaster(correlationID: correlationID)
    }
  }

  // MARK: The master

  /// Calls the master in a task of its own: a sender that goes away does not take the call with it.
  private func callMaster(correlationID: CorrelationID) async -> ChunkOutcome {
    guard let callback = order.callback else { return .stored }
    let call = Promise<ChunkOutcome>()
    let ended = Promise<UploadSessionMachine.CallOutcome>()
    self.call = call
    let caller = self.caller
    Task {
      ended.give(await caller.call(callback, correlationID: correlationID))
    }
    let outcome: ChunkOutcome
    switch machine.callEnded(await ended.value(), isAwaited: !Task.isCancelled || call.isAwaited) {
    case .answerAndForget, .keep: outcome = .stored
    case .refuse(let error): outcome = .failed(error)
    }
    if self.call === call { self.call = nil }
    call.give(outcome)
    return outcome
  }

  // MARK: The end

  /// Whether a chunk is being written or the master is being called.
  var isBusy: Bool {
    if case .calling = machine.state { return true }
    return !works.isEmpty
  }

  /// The time of the session ran out: removes what is there of the file, unless it may be the master's (ST-3).
  func expire() async {
    switch machine.expired() {
    case .forget: return
    case .stopAndRemove(let writers):
      await leaveDisk(writers)
      try? await store.remove(order.path)
    }
  }

  /// Deletes the session: stops its writers and removes what they wrote, unless the file is the master's by now (ST-7).
  func delete() async throws(DiskError) {
    switch machine.deleted() {
    case .forget:
      return
    case .stopAndRemove(let writers):
      await leaveDisk(writers)
      try await store.remove(order.path)
    }
  }

  /// Another session takes this one's place: returns when nothing of this one writes any more.
  func replace() async {
    await leaveDisk(machine.replaced())
  }

  private func leaveDisk(_ writers: [UploadSessionMachine.Writer]) async {
    for writer in writers { await works[writer]?.leaveDisk() }
  }

  private func drained(_ body: any HTTPBody, _ outcome: ChunkOutcome) async -> ChunkOutcome {
    await body.drain() ? outcome : .senderGone
  }
}

/// One request that writes a chunk.
///
/// Unchecked sendable: confined to its node's loop thread.
private final class ChunkWork: @unchecked Sendable {
  let offset: Int64
  let count: Int64
  let truncates: Bool
  /// The request that brought the same chunk again.
  var successor: ChunkWork?
  let outcome = Promise<ChunkOutcome>()
  private var isOnDisk = false
  private var waiting: [CheckedContinuation<Void, Never>] = []

  init(offset: Int64, count: Int64, truncates: Bool) {
    self.offset = offset
    self.count = count
    self.truncates = truncates
  }

  /// Does one thing on the disk.
  func onDisk<Result>(_ body: () async throws(DiskError) -> Result) async throws(DiskError) -> Result {
    isOnDisk = true
    defer {
      isOnDisk = false
      let waiting = self.waiting
      self.waiting = []
      for continuation in waiting { continuation.resume() }
    }
    return try await body()
  }

  /// Returns when this request is doing nothing on the disk.
  func leaveDisk() async {
    guard isOnDisk else { return }
    await withCheckedContinuation { waiting.append($0) }
  }
}

extension HTTPBody {
  /// Reads and drops what is left; false when it broke off.
  func drain() async -> Bool {
    do throws(HTTPBodyError) {
      while try await next() != nil {}
      return true
    } catch {
      return false
    }
  }
}
