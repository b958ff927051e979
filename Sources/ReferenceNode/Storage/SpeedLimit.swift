/// A token bucket that holds one second's worth of bytes and starts full (ST-9): 5,000 bytes at 1,000 B/s take 4 s.
///
/// Pure: the time is a parameter. Tokens are counted in billionths of a byte, so no rate and no span loses a fraction.
public struct SpeedLimit: Hashable, Sendable {
  /// What the next piece has to do.
  public enum Step: Hashable, Sendable {
    /// Send this many bytes now; they have been taken from the bucket.
    case send(Int)
    /// Ask again at this time.
    case wait(until: Uptime)
  }

  /// Bytes a second, at least 1.
  public let bytesPerSecond: Int64
  private var tokens: Int128
  private var filledAt: Uptime

  private static let unit: Int128 = 1_000_000_000

  /// Nil for a rate of 0 or less, which means no limit.
  public init?(bytesPerSecond: Int64, now: Uptime) {
    guard bytesPerSecond > 0 else { return nil }
    self.bytesPerSecond = bytesPerSecond
    self.tokens = Int128(bytesPerSecond) * Self.unit
    self.filledAt = now
  }

  /// The largest piece that is worth a wait: an eighth of a second's worth, 1 byte … 256 KiB.
  public var pieceSize: Int {
    Int(min(max(bytesPerSecond / 8, 1), 262_144))
  }

  /// Takes a piece of up to `wanted` bytes, or says when it may be taken.
  public mutating func next(upTo wanted: Int, now: Uptime) -> Step {
    fill(until: now)
    // What the full bucket holds goes at once; after that piece by piece.
    let available = Int(clamping: tokens / Self.unit)
    let piece = min(wanted, pieceSize)
    guard available < piece else {
      let count = min(wanted, max(piece, min(available, 262_144)))
      tokens -= Int128(count) * Self.unit
      return .send(count)
    }
    let missing = Int128(piece) * Self.unit - tokens
    let rate = Int128(bytesPerSecond)
    let nanoseconds = (missing + rate - 1) / rate
    return .wait(until: now + Span(nanoseconds: Int64(clamping: nanoseconds)))
  }

  private mutating func fill(until now: Uptime) {
    guard now > filledAt else { return }
    let elapsed = Int128(now.nanoseconds) - Int128(filledAt.nanoseconds)
    filledAt = now
    tokens = min(tokens + elapsed * Int128(bytesPerSecond), Int128(bytesPerSecond) * Self.unit)
  }
}
