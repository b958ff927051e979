import GoWire
import ReferenceNode

/// A node's clock in virtual time: a wall clock that can be off, drift and jump, and an uptime that cannot.
///
/// Confined to the kernel's thread, which is the invariant behind `@unchecked Sendable`.
public final class SimulatedClock: NodeClock, @unchecked Sendable {
  private let kernel: Kernel
  private let node: String
  private let epoch: GoTime

  /// How far the wall clock is ahead of true time, what it has drifted aside; setting it makes the clock jump.
  public var offset = Span.zero
  /// How many nanoseconds the wall clock gains in a second, divided by 1,000: parts per million. What it has gained so far stays
  /// gained when it is set.
  public var driftPartsPerMillion: Int64 = 0 {
    willSet {
      gained = gain
      driftsSince = kernel.uptime
    }
  }
  private var gained: Int128 = 0
  private var driftsSince = Uptime(nanoseconds: 0)

  private var gain: Int128 {
    driftPartsPerMillion == 0
      ? gained
      : gained + Int128((kernel.uptime - driftsSince).nanoseconds) * Int128(driftPartsPerMillion) / 1_000_000
  }

  /// How far the wall clock is ahead of true time now.
  public var error: Span { Span(nanoseconds: Int64(clamping: Int128(offset.nanoseconds) + gain)) }

  init(kernel: Kernel, node: String, epoch: GoTime) {
    self.kernel = kernel
    self.node = node
    self.epoch = epoch
  }

  public var now: GoTime {
    kernel.check("the clock of \(node)")
    let elapsed = Int128(kernel.uptime.nanoseconds)
    let total = Int128(epoch.nanosecond) + elapsed + gain + Int128(offset.nanoseconds)
    let seconds = total >= 0 ? total / 1_000_000_000 : -((999_999_999 - total) / 1_000_000_000)
    return GoTime(
      unixSeconds: epoch.unixSeconds + Int64(seconds), nanosecond: Int32(total - seconds * 1_000_000_000),
      offsetSeconds: epoch.offsetSeconds, isUTC: epoch.isUTC)
  }

  public var uptime: Uptime {
    kernel.check("the clock of \(node)")
    return kernel.uptime
  }

  public func sleep(until deadline: Uptime) async throws(CancellationError) {
    kernel.check("the clock of \(node)")
    if await !kernel.sleep(until: deadline) { throw CancellationError() }
  }
}
