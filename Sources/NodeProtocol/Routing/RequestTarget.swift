import GoWire

/// A request target, read as Go's HTTP server reads it (HDR-7, SIGN-9).
public struct RequestTarget: Hashable, Sendable {
  /// The decoded path: what routes and signatures go by.
  public let path: GoString
  /// What follows the `?`, as sent; nil when there is none.
  public var rawQuery: GoString? {
    switch rest {
    case .of(let raw, let mark): mark < raw.count ? GoString(raw.bytes[(mark + 1)...]) : nil
    case .is(let query): query
    }
  }
  public let query: GoQuery

  /// Where the query as sent is: rarely asked for.
  private enum Rest: Hashable {
    /// In a target, behind the `?` at a place that may be its end.
    case of(GoString, from: Int)
    case `is`(GoString?)
  }
  private let rest: Rest

  /// Nil for what is no target: a broken escape in the path, a control character, neither an absolute path nor an absolute
  /// URL (HDR-8).
  public init?(_ raw: GoString) {
    if let plain = RequestTarget.plainPath(raw.bytes) {
      path = raw.bytes.withUnsafeBufferPointer { GoString(UnsafeBufferPointer(rebasing: $0[..<plain])) }
      rest = .of(raw, from: plain)
      query = GoQuery(raw.bytes.dropFirst(plain + 1))
      return
    }
    guard let url = try? GoURL(requestTarget: raw) else { return nil }
    path = url.path
    rest = .is(url.forcesQuery || !url.rawQuery.isEmpty ? url.rawQuery : nil)
    query = url.query
  }

  /// The length of a path that stands for itself, when that is all that comes before the query: the usual target.
  private static func plainPath(_ raw: [UInt8]) -> Int? {
    raw.withUnsafeBufferPointer { raw in
      guard raw.first == UInt8(ascii: "/") else { return nil }
      var end = 0
      while end < raw.count, isPlain(raw[end]) { end += 1 }
      guard end < raw.count else { return end }
      guard raw[end] == UInt8(ascii: "?") else { return nil }
      // In a query everything but a control character stands for itself as yet.
      for index in (end + 1)..<raw.count where raw[index] < 0x20 || raw[index] == 0x7F { return nil }
      return end
    }
  }

  /// Letters, digits and `-./_~=`: a bit for each.
  @inline(__always)
  private static func isPlain(_ byte: UInt8) -> Bool {
    byte < 0x80
      && (byte < 0x40 ? 0x23FF_E000_0000_0000 : 0x47FF_FFFE_87FF_FFFE) as UInt64 >> UInt64(byte & 0x3F) & 1 == 1
  }
}
