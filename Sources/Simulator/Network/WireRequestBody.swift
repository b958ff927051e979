import GoWire
import ReferenceNode

/// The body of a request as the node pulls it from its connection.
///
/// Confined to the kernel's thread, which is the invariant behind `@unchecked Sendable`.
final class WireRequestBody: HTTPBody, @unchecked Sendable {
  /// Bytes that are read and thrown away after an early answer, as the live door does.
  private static let mostDrained = 64 << 20

  private let kernel: Kernel
  private let input: any WireSource
  private let node: String
  private let name: GoString
  private let pieceSize: Int
  private var missing: Int64
  private var decoder: HTTPChunkedDecoder?
  private var isBroken = false
  /// Called before the first byte is asked for: an interim answer may be due.
  var onFirstPull: (() -> Void)?

  init(_ kernel: Kernel, _ input: any WireSource, _ head: HTTPRequestHead, node: String, pieceSize: Int) {
    self.kernel = kernel
    self.input = input
    self.node = node
    self.pieceSize = pieceSize
    name = head.method + " " + head.target
    missing = head.contentLength ?? 0
    decoder = head.framing == .chunked ? HTTPChunkedDecoder() : nil
  }

  /// Whether every byte of the body was taken from the connection.
  var isComplete: Bool { decoder?.isComplete ?? (missing == 0) }

  func next() async throws(HTTPBodyError) -> [UInt8]? {
    kernel.check("a request body of \(node)")
    if isComplete { return nil }
    onFirstPull?()
    onFirstPull = nil
    return try await pull(waits: true)
  }

  /// Takes the rest and throws it away, as far as it has been sent; gives its size.
  func drain() async -> Int {
    var count = 0
    do throws(HTTPBodyError) {
      while !isComplete, count < Self.mostDrained, let piece = try await pull(waits: false) { count += piece.count }
    } catch {
      isBroken = true
    }
    return count
  }

  /// Whether nothing can follow on this connection.
  var endsConnection: Bool { isBroken || !isComplete }

  private func pull(waits: Bool) async throws(HTTPBodyError) -> [UInt8]? {
    while !isComplete {
      if isBroken { throw .endedEarly }
      if Task.isCancelled, !input.isGone { throw .cancelled }
      let limit = decoder == nil ? Int(min(Int64(pieceSize), missing)) : pieceSize
      let piece = await input.next(limit, waits: waits, node) { "the next bytes of the body of \(self.name)" }
      guard let piece else {
        isBroken = true
        if Task.isCancelled, !input.isGone { throw .cancelled }
        throw .endedEarly
      }
      guard decoder != nil else {
        missing -= Int64(piece.count)
        return Array(piece)
      }
      let data: [UInt8]
      do {
        let (decoded, taken) = try decoder!.read(piece)
        input.unread(piece.dropFirst(taken))
        data = decoded
      } catch {
        isBroken = true
        throw .endedEarly
      }
      if !data.isEmpty { return data }
    }
    return nil
  }
}
