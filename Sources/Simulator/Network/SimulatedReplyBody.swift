import ReferenceNode

/// The body of an answer as it comes over the virtual network. Letting go of it before its end ends the connection.
///
/// Confined to the kernel's thread, which is the invariant behind `@unchecked Sendable`.
final class SimulatedReplyBody: HTTPBody, @unchecked Sendable {
  private let exchange: ClientExchange
  private let stream: NetworkStream
  private var kept: ArraySlice<UInt8>
  private var missing: Int64?
  private var decoder: HTTPChunkedDecoder?
  private var failure: HTTPBodyError?
  private var isOver = false
  /// Whether nothing came behind the body.
  private(set) var isExact = true
  /// Called once: whether the body came to its end.
  var whenOver: ((Bool) -> Void)?

  init(_ exchange: ClientExchange, _ stream: NetworkStream, _ framing: AnswerParser.Framing, _ rest: ArraySlice<UInt8>)
  {
    self.exchange = exchange
    self.stream = stream
    kept = rest
    switch framing {
    case .none:
      missing = 0
      isExact = rest.isEmpty
      kept = []
    case .length(let count): missing = count
    case .chunked: decoder = HTTPChunkedDecoder()
    case .untilEnd: break
    }
    if let missing, Int64(kept.count) >= missing {
      isExact = isExact && Int64(kept.count) == missing
      kept = kept.prefix(Int(missing))
      hasAll = true
    }
  }

  /// Whether the whole body is at hand already.
  private(set) var hasAll = false

  deinit {
    if !isOver, !hasAll { whenOver?(false) }
  }

  func next() async throws(HTTPBodyError) -> [UInt8]? {
    if let failure { throw failure }
    while !isOver {
      if missing == 0 || decoder?.isComplete ?? false {
        over(true)
        break
      }
      let piece: ArraySlice<UInt8>
      if !kept.isEmpty {
        piece = kept
        kept = []
      } else if hasAll {
        over(true)
        break
      } else if let bytes = await stream.next(.max) {
        piece = bytes
      } else {
        if missing == nil, decoder == nil, stream.ending == .end {
          over(false)
          break
        }
        let error = exchange.bodyFailure(stream)
        failure = error
        over(false)
        throw error
      }
      if let data = try take(piece) { return data }
    }
    return nil
  }

  private func take(_ piece: ArraySlice<UInt8>) throws(HTTPBodyError) -> [UInt8]? {
    if let left = missing {
      let data = piece.prefix(Int(min(left, Int64(piece.count))))
      if data.count < piece.count { isExact = false }
      missing = left - Int64(data.count)
      // The end is noticed with the last byte, as Go does: the connection is free before the reader asks again.
      if missing == 0 { over(isExact) }
      return Array(data)
    }
    guard decoder != nil else { return Array(piece) }
    do {
      let (data, taken) = try decoder!.read(piece)
      if taken < piece.count { isExact = false }
      if decoder!.isComplete { over(isExact) }
      return data.isEmpty ? nil : data
    } catch {
      failure = .endedEarly
      over(false)
      throw .endedEarly
    }
  }

  private func over(_ isWhole: Bool) {
    guard !isOver else { return }
    isOver = true
    whenOver?(isWhole)
    whenOver = nil
  }
}
