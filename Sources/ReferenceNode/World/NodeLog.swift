import GoWire

/// How much a line matters.
public enum LogLevel: Int, Comparable, Sendable, CaseIterable {
  case debug, info, warning, error

  public static func < (left: LogLevel, right: LogLevel) -> Bool { left.rawValue < right.rawValue }
}

/// One line of the log.
public struct LogLine: Sendable {
  public struct Detail: Sendable {
    public var key: String
    public var value: GoString

    public init(_ key: String, _ value: GoString) {
      self.key = key
      self.value = value
    }
  }

  public var level: LogLevel
  public var message: String
  /// The request id (HDR-2) of the request this line belongs to.
  public var requestID: GoString?
  public var details: [Detail]

  public init(_ level: LogLevel, _ message: String, requestID: GoString? = nil, details: [Detail] = []) {
    self.level = level
    self.message = message
    self.requestID = requestID
    self.details = details
  }
}

/// The fifth door: the log.
public protocol NodeLog: Sendable {
  /// Lines below it are not wanted; ask before building a costly one.
  var level: LogLevel { get }
  func write(_ line: LogLine)
}
