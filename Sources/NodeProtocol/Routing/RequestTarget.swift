import GoWire

/// A request target, read as Go's HTTP server reads it (HDR-7, SIGN-9).
public struct RequestTarget: Hashable, Sendable {
  /// The decoded path: what routes and signatures go by.
  public let path: GoString
  /// What follows the `?`, as sent; nil when there is none.
  public let rawQuery: GoString?
  public let query: GoQuery

  /// Nil for what is no target: a broken escape in the path, a control character, neither an absolute path nor an absolute
  /// URL (HDR-8).
  public init?(_ raw: GoString) {
    guard let url = try? GoURL(requestTarget: raw) else { return nil }
    path = url.path
    rawQuery = url.forcesQuery || !url.rawQuery.isEmpty ? url.rawQuery : nil
    query = url.query
  }
}
