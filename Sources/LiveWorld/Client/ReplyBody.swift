import ReferenceNode

/// The body of an answer while it comes in. A little is kept; when that is full the exchange pauses, and with it the sender.
/// Letting go of it ends the exchange.
///
/// The invariant behind `@unchecked Sendable`: confined to its node's loop thread; `cancel` and the end go there when they come elsewhere.
final class ReplyBody: HTTPBody, @unchecked Sendable {
  private enum End {
    case complete
    case failed(HTTPBodyError)
  }

  private let exchange: ClientExchange
  private let loop: LiveLoop
  private var buffer: [UInt8] = []
  private var end: End?
  private var reader: UnsafeContinuation<Result<[UInt8]?, HTTPBodyError>, Never>?

  /// Bytes that are kept unread.
  static let limit = 256 * 1024

  init(_ exchange: ClientExchange, _ loop: LiveLoop) {
    self.exchange = exchange
    self.loop = loop
  }

  deinit {
    if loop.isCurrent {
      exchange.stop()
    } else {
      loop.deliver { [exchange] in exchange.stop() }
    }
  }

  /// Whether more can be taken.
  var hasRoom: Bool { reader != nil || buffer.count < ReplyBody.limit }

  func next() async throws(HTTPBodyError) -> [UInt8]? {
    loop.assertCurrent()
    if !buffer.isEmpty {
      let piece = buffer
      buffer = []
      exchange.makeRoom()
      return piece
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

  func append(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard end == nil, !bytes.isEmpty else { return }
    if let reader {
      self.reader = nil
      reader.resume(returning: .success(Array(bytes)))
    } else {
      buffer.append(contentsOf: bytes)
    }
  }

  func finish() { close(.complete, .success(nil)) }

  func fail(_ error: HTTPBodyError) { close(.failed(error), .failure(error)) }

  private func close(_ end: End, _ answer: Result<[UInt8]?, HTTPBodyError>) {
    guard self.end == nil else { return }
    self.end = end
    guard let reader else { return }
    self.reader = nil
    reader.resume(returning: answer)
  }

  private func wait(_ continuation: UnsafeContinuation<Result<[UInt8]?, HTTPBodyError>, Never>) {
    precondition(reader == nil, "a body has one reader at a time")
    if Task.isCancelled {
      continuation.resume(returning: .failure(.cancelled))
      exchange.stop()
      return
    }
    reader = continuation
    exchange.makeRoom()
  }

  private func cancel() {
    guard loop.isCurrent else {
      loop.deliver { self.cancel() }
      return
    }
    exchange.stop()
    fail(.cancelled)
  }
}
