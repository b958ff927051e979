import Glibc

/// The clocks of the machine the suite runs on.
public enum HostClock {
  /// Nanoseconds of a clock that never jumps.
  public static var uptime: Int64 { read(CLOCK_MONOTONIC) }

  /// Unix time in whole seconds.
  static var unixSeconds: Int64 { read(CLOCK_REALTIME) / 1_000_000_000 }

  /// Sleeps for some seconds, signals or not.
  static func sleep(seconds: Double) {
    let deadline = uptime + Int64(seconds * 1_000_000_000)
    while true {
      let rest = deadline - uptime
      guard rest > 0 else { return }
      var span = timespec(tv_sec: Int(rest / 1_000_000_000), tv_nsec: Int(rest % 1_000_000_000))
      nanosleep(&span, nil)
    }
  }

  private static func read(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
