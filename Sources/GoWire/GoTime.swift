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
