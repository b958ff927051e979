import CMicrohttpd
import NodeLoop
import ReferenceNode

/// The body of an answer that is pulled from a source, piece by piece, as fast as the peer takes it.
///
/// The invariant behind `@unchecked Sendable`: confined to its node's loop thread.
final class ResponseStream: @unchecked Sendable {
  private let exchange: ServerExchange
  private let source: any HTTPBody
  /// Bytes still to be sent; nil when only the source knows.
  private var remaining: Int64?
  private var piece: [UInt8] = []
  private var sent = 0
  private var fetch: Task<Void, Never>?
  private var hasEnded = false
  private var hasFailed = false

  init(_ exchange: ServerExchange, _ source: any HTTPBody, count: Int64?) {
    self.exchange = exchange
    self.source = source
    self.remaining = count
  }

  /// The source gave less than was promised.
  var isShort: Bool { (remaining ?? 0) > 0 }

  /// The library asks for up to `room` bytes: gives some, or the end, or suspends the connection until the source has some.
  func read(into buffer: UnsafeMutablePointer<CChar>, room: Int) -> Int {
    while true {
      if sent < piece.count {
        let count = min(piece.count - sent, room, Int(clamping: remaining ?? .max))
        guard count > 0 else { return cmicrohttpd_end_of_stream }
        piece.withUnsafeBytes { bytes in
          UnsafeMutableRawPointer(buffer).copyMemory(from: bytes.baseAddress! + sent, byteCount: count)
        }
        sent += count
        if let left = remaining { remaining = left - Int64(count) }
        return count
      }
      if hasFailed { return cmicrohttpd_end_with_error }
      if hasEnded { return cmicrohttpd_end_of_stream }
      guard fetch == nil else {
        exchange.suspend()
        return 0
      }
      begin()
      exchange.loop.jobs.drain()
    }
  }

  /// The peer has gone, or the answer has ended: nothing more is pulled.
  func stop() {
    hasFailed = true
    fetch?.cancel()
  }

  private func begin() {
    fetch = Task { [self] in
      do throws(HTTPBodyError) {
        if let next = try await source.next() {
          piece = next
          sent = 0
        } else {
          hasEnded = true
        }
      } catch {
        hasFailed = true
      }
      fetch = nil
      exchange.resume()
    }
  }
}

/// Part of a file that the kernel cannot send by itself, read as it is sent.
actor FilePartBody: HTTPBody {
  private let file: any DiskFile
  private var offset: Int64
  private var remaining: Int64

  init(_ file: any DiskFile, offset: Int64, count: Int64) {
    self.file = file
    self.offset = offset
    self.remaining = count
  }

  func next() async throws(HTTPBodyError) -> [UInt8]? {
    guard remaining > 0 else {
      await file.close()
      return nil
    }
    do throws(DiskError) {
      let piece = try await file.read(at: offset, count: Int(min(remaining, 65536)))
      guard !piece.isEmpty else { throw DiskError(.failed, "unexpected end of file") }
      offset += Int64(piece.count)
      remaining -= Int64(piece.count)
      return piece
    } catch {
      await file.close()
      throw .sourceFailed
    }
  }
}
