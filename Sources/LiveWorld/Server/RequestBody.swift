import ReferenceNode

/// The body of a request while it comes in. A little is read ahead, so that the network and the disk work at the same time;
/// when that is full the connection waits, and with it the sender.
///
/// The invariant behind `@unchecked Sendable`: confined to its node's loop thread; `cancel` goes there when called elsewhere.
final class RequestBody: HTTPBody, @unchecked Sendable {
  private enum End {
    case complete
    case failed(HTTPBodyError)
  }

  private let loop: LiveLoop
  private let readAhead: Int
  private var buffer: [UInt8] = []
  private var end: End?
  private var reader: UnsafeContinuation<Result<[UInt8]?, HTTPBodyError>, Never>?
  /// Called when a reader asks and there is nothing, and when room has been made.
  var wantsMore: () -> Void = {}

  init(_ loop: LiveLoop, readAhead: Int) {
    self.loop = loop
    self.readAhead = readAhead
  }

  /// Whether somebody has asked for it, which is what lets `100 Continue` go out.
  private(set) var isWanted = false

  /// Bytes that may be added now.
  var room: Int { reader != nil ? Int.max : max(0, readAhead - buffer.count) }

  /// Whether the next bytes depend on the peer alone.
  var waitsForPeer: Bool { end == nil && reader != nil }

  func next() async throws(HTTPBodyError) -> [UInt8]? {
    loop.assertCurrent()
    isWanted = true
    if !buffer.isEmpty {
      defer { wantsMore() }
      return take()
    }
    switch end {
    case .complete: return nil
    case .failed(let error): throw error
    case nil: break
    }
    return try await withTaskCancellationHandler {
      await withUnsafeContinuation { wait($0) }
    } onCancel: {
      cancel()
    }.get()
  }

  // MARK: The door's side

  func append(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard end == nil else { return }
    if let reader {
      self.reader = nil
      reader.resume(returning: .success(Array(bytes)))
    } else {
      if buffer.isEmpty { buffer.reserveCapacity(min(readAhead, max(bytes.count * 2, 16384))) }
      buffer.append(contentsOf: bytes)
    }
  }

  /// All of it has come.
  func finish() {
    close(.complete, .success(nil))
  }

  /// No more will come. What has come can still be read (ST-5).
  func fail(_ error: HTTPBodyError) {
    close(.failed(error), .failure(error))
  }

  // MARK: Private

  private func close(_ end: End, _ answer: Result<[UInt8]?, HTTPBodyError>) {
    guard self.end == nil else { return }
    self.end = end
    guard let reader else { return }
    self.reader = nil
    reader.resume(returning: answer)
  }

  private func take() -> [UInt8] {
    defer { buffer = [] }
    return buffer
  }

  private func wait(_ continuation: UnsafeContinuation<Result<[UInt8]?, HTTPBodyError>, Never>) {
    precondition(reader == nil, "a body has one reader at a time")
    if Task.isCancelled {
      continuation.resume(returning: .failure(.cancelled))
      return
    }
    reader = continuation
    wantsMore()
  }

  private func cancel() {
    guard loop.isCurrent else {
      loop.deliver { self.cancel() }
      return
    }
    guard let reader else { return }
    self.reader = nil
    reader.resume(returning: .failure(.cancelled))
  }
}
