/// A `time.Time`: an instant with nanoseconds and the offset it is shown at.
public struct GoTime: Hashable, Sendable {
  /// Seconds since 1970-01-01T00:00:00Z.
  public var unixSeconds: Int64
  /// 0 ..< 1,000,000,000.
  public var nanosecond: Int32
  /// Seconds east of UTC.
  public var offsetSeconds: Int32
  /// Whether the location is UTC itself rather than a zone that happens to have its offset.
  public var isUTC: Bool

  public init(unixSeconds: Int64, nanosecond: Int32 = 0, offsetSeconds: Int32 = 0, isUTC: Bool = true) {
    self.unixSeconds = unixSeconds
    self.nanosecond = nanosecond
    self.offsetSeconds = offsetSeconds
    self.isUTC = isUTC
  }

  /// The zero time, 0001-01-01T00:00:00Z.
  public static let zero = GoTime(unixSeconds: -62_135_596_800)
}

extension GoTime {
  /// The same clock reading so many seconds later (earlier when negative); beyond what 64 bits hold it wraps, as in Go.
  public func adding(seconds: Int64) -> GoTime {
    var result = self
    result.unixSeconds &+= seconds
    return result
  }

  /// The same instant shown in UTC.
  public var inUTC: GoTime {
    GoTime(unixSeconds: unixSeconds, nanosecond: nanosecond)
  }

  /// Whether the instant comes before the other, wherever each is shown.
  public func isBefore(_ other: GoTime) -> Bool {
    (unixSeconds, nanosecond) < (other.unixSeconds, other.nanosecond)
  }

  /// Whether the instant comes after the other, wherever each is shown.
  public func isAfter(_ other: GoTime) -> Bool { other.isBefore(self) }

  /// Whether both are one instant, though perhaps shown at different offsets, which `==` tells apart.
  public func isSameInstant(as other: GoTime) -> Bool {
    unixSeconds == other.unixSeconds && nanosecond == other.nanosecond
  }
}

/// Why a time could not be read or written, as Go reports it.
public struct GoTimeError: Error, Hashable, Sendable {
  /// The error's text, exactly as Go prints it.
  public var text: GoString

  public init(_ text: GoString) {
    self.text = text
  }
}

extension GoTimeError: CustomStringConvertible {
  public var description: String { text.text }
}
