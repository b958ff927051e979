/// Where an HTTP exchange stands, by its client's progress (scenarios.md 2.5).
public enum ExchangePhase: String, CaseIterable, Hashable, Sendable {
  /// First packet to established, name resolution before it included.
  case connect
  /// First bytes: plain HTTP against TLS.
  case hello
  /// Request line and headers.
  case head
  /// Request body.
  case body
  /// Waiting for and reading the response head.
  case responseHead = "rhead"
  /// Response body.
  case responseBody = "rbody"
  /// Kept alive between exchanges.
  case idle
}
