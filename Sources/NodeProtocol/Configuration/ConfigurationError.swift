/// Why a node does not start: one line for its operator (CONF-6). The process ends with status 2.
public struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
  /// `slave.ini:5: [Slave] Secret: …`: where, what is wrong, and what to do.
  public var line: String

  public init(_ line: String) {
    self.line = line
  }

  public var description: String { line }
}
