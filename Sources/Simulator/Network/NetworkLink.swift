import ReferenceNode

/// One direction between two nodes.
///
/// Confined to the kernel's thread, which is the invariant behind `@unchecked Sendable`.
public final class NetworkLink: @unchecked Sendable {
  let kernel: Kernel
  public let from: String
  public let to: String
  /// How long a packet takes.
  public var latency: Span
  /// At most so much is added to each packet's latency, drawn from the seed.
  public var jitter = Span.zero
  /// Bytes a second of each connection; nil: without limit.
  public var bytesPerSecond: Int64?

  private var generator: SeededGenerator

  init(_ kernel: Kernel, from: String, to: String, latency: Span, seed: UInt64) {
    self.kernel = kernel
    self.from = from
    self.to = to
    self.latency = latency
    generator = SeededGenerator(seed: seed, for: "link \(from) \(to)")
  }

  /// The latency of the next packet, in nanoseconds.
  func delay() -> Int64 {
    guard jitter > .zero else { return latency.nanoseconds }
    return latency.nanoseconds + Int64(generator.below(UInt64(jitter.nanoseconds) + 1))
  }

  func draw(below bound: Int) -> Int { generator.below(bound) }

  /// A span around a mean, drawn from the seed; never negative.
  func draw(mean: Span, jitter: Span) -> Int64 {
    guard jitter > .zero else { return mean.nanoseconds }
    let offset = Int64(generator.below(UInt64(jitter.nanoseconds) * 2 + 1)) - jitter.nanoseconds
    return max(0, mean.nanoseconds + offset)
  }
}
