import GoWire
import ReferenceNode

/// Reads messages from one side of a middle box.
///
/// Confined to the kernel's thread, which is the invariant behind `@unchecked Sendable`.
final class BoxReader: @unchecked Sendable {
  let stream: NetworkStream
  private var kept: ArraySlice<UInt8> = []

  init(_ stream: NetworkStream) {
    self.stream = stream
  }

  func bytes() async -> ArraySlice<UInt8>? {
    if !kept.isEmpty {
      defer { kept = [] }
      return kept
    }
    return await stream.next(65_536)
  }

  func unread(_ bytes: ArraySlice<UInt8>) { kept = bytes + kept }

  enum Request {
    case head(HTTPRequestHead)
    /// No request: what came, to be handed on as it is.
    case other([UInt8])
    case end
  }

  func request() async -> Request {
    var parser = HTTPRequestParser(skipsEmptyLines: true)
    var all: [UInt8] = []
    while let piece = await bytes() {
      all += piece
      switch parser.read(piece) {
      case .incomplete: continue
      case .head(let head, _):
        unread(parser.rest)
        return .head(head)
      case .refused: return .other(all)
      }
    }
    return all.isEmpty ? .end : .other(all)
  }

  enum Answer {
    case head(AnswerParser.Head)
    case other([UInt8])
  }

  func answer(to method: GoString) async -> Answer {
    var parser = AnswerParser(method: method)
    while let piece = await bytes() {
      switch parser.read(piece) {
      case .incomplete: continue
      case .head(let head):
        unread(parser.rest)
        return .head(head)
      case .broken: return .other(parser.bytes)
      }
    }
    return .other(parser.bytes)
  }

  /// Hands the pieces of a body over, decoded; whether it came to its end.
  func body(_ framing: AnswerParser.Framing, _ take: (ArraySlice<UInt8>) async -> Bool) async -> Bool {
    var missing: Int64?
    var decoder: HTTPChunkedDecoder?
    switch framing {
    case .none: return true
    case .length(let count): missing = count
    case .chunked: decoder = HTTPChunkedDecoder()
    case .untilEnd: break
    }
    while missing != 0 {
      guard let piece = await bytes() else { return framing == .untilEnd && stream.ending == .end }
      if let left = missing {
        let part = piece.prefix(Int(min(left, Int64(piece.count))))
        unread(piece.dropFirst(part.count))
        missing = left - Int64(part.count)
        guard await take(part) else { return false }
      } else if decoder != nil {
        guard let (data, taken) = try? decoder!.read(piece) else { return false }
        unread(piece.dropFirst(taken))
        if !data.isEmpty, await !take(data[...]) { return false }
        if decoder!.isComplete { return true }
      } else if await !take(piece) {
        return false
      }
    }
    return true
  }
}
