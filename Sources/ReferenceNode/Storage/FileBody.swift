import GoWire
import NodeProtocol

/// Parts of a file, with bytes between them, pulled piece by piece and no faster than a limit (ST-9, ST-10).
///
/// Unchecked sendable: confined to its node's loop thread; one reader at a time.
final class FileBody: HTTPBody, @unchecked Sendable {
  enum Segment: Sendable {
    case bytes([UInt8])
    case file(offset: Int64, count: Int64)
  }

  private let file: any DiskFile
  private let clock: any NodeClock
  /// The segments still to be sent, the next one last.
  private var segments: [Segment]
  private var limit: SpeedLimit?

  private static let largestPiece = 262_144

  init(_ segments: [Segment], of file: any DiskFile, limit: SpeedLimit?, clock: any NodeClock) {
    self.file = file
    self.clock = clock
    self.segments = segments.reversed()
    self.limit = limit
  }

  func next() async throws(HTTPBodyError) -> [UInt8]? {
    do throws(HTTPBodyError) {
      if let piece = try await nextPiece() { return piece }
    } catch {
      await file.close()
      throw error
    }
    await file.close()
    return nil
  }

  private func nextPiece() async throws(HTTPBodyError) -> [UInt8]? {
    while let segment = segments.last {
      switch segment {
      case .bytes(let bytes):
        guard !bytes.isEmpty else {
          segments.removeLast()
          continue
        }
        let count = try await granted(upTo: bytes.count)
        segments[segments.count - 1] = .bytes(Array(bytes[count...]))
        return count == bytes.count ? bytes : Array(bytes[..<count])
      case .file(let offset, let left):
        guard left > 0 else {
          segments.removeLast()
          continue
        }
        let count = try await granted(upTo: Int(min(left, Int64(Self.largestPiece))))
        let piece: [UInt8]
        do throws(DiskError) {
          piece = try await file.read(at: offset, count: count)
        } catch {
          throw .sourceFailed
        }
        // The file got shorter than it was when its length was announced.
        guard !piece.isEmpty else { throw .sourceFailed }
        segments[segments.count - 1] = .file(offset: offset + Int64(piece.count), count: left - Int64(piece.count))
        return piece
      }
    }
    return nil
  }

  /// How many bytes may go now; waits until there are some.
  private func granted(upTo wanted: Int) async throws(HTTPBodyError) -> Int {
    guard limit != nil else { return wanted }
    while true {
      switch limit?.next(upTo: wanted, now: clock.uptime) {
      case .send(let count): return count
      case .wait(let deadline):
        do {
          try await clock.sleep(until: deadline)
        } catch {
          throw .cancelled
        }
      case nil: return wanted
      }
    }
  }
}

/// A body that breaks off at once (QUIRK-14).
final class BrokenBody: HTTPBody {
  func next() async throws(HTTPBodyError) -> [UInt8]? { throw .sourceFailed }
}
