import GoWire

/// A span of time in nanoseconds.
public struct Span: Hashable, Comparable, Sendable {
  public var nanoseconds: Int64

  public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }
  public static func seconds(_ count: Int64) -> Span {
    Span(
      nanoseconds: count.multipliedReportingOverflow(by: 1_000_000_000).overflow
        ? (count < 0 ? .min : .max) : count * 1_000_000_000)
  }
  public static func milliseconds(_ count: Int64) -> Span { Span(nanoseconds: count * 1_000_000) }
  public static let zero = Span(nanoseconds: 0)
  public static func < (left: Span, right: Span) -> Bool { left.nanoseconds < right.nanoseconds }
}

/// A reading of a clock that never jumps: nanoseconds since some start.
public struct Uptime: Hashable, Comparable, Sendable {
  public var nanoseconds: Int64

  public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }
  public static func < (left: Uptime, right: Uptime) -> Bool { left.nanoseconds < right.nanoseconds }
  public static func + (left: Uptime, right: Span) -> Uptime {
    let (sum, overflow) = left.nanoseconds.addingReportingOverflow(right.nanoseconds)
    return Uptime(nanoseconds: overflow ? (right.nanoseconds < 0 ? .min : .max) : sum)
  }
  public static func - (left: Uptime, right: Uptime) -> Span { Span(nanoseconds: left.nanoseconds - right.nanoseconds) }
}

/// The first door: time. Nothing else may wait.
public protocol NodeClock: Sendable {
  /// The wall clock, in UTC. It can jump.
  var now: GoTime { get }
  /// The monotonic clock.
  var uptime: Uptime { get }
  /// Returns at `deadline`, or throws at once when the task is cancelled.
  func sleep(until deadline: Uptime) async throws(CancellationError)
}
