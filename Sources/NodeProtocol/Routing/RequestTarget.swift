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
    if let plain = RequestTarget.plainPath(raw.bytes) {
      path = GoString(raw.bytes[..<plain])
      rawQuery = plain < raw.count ? GoString(raw.bytes[(plain + 1)...]) : nil
      query = GoQuery(rawQuery ?? "")
      return
    }
    guard let url = try? GoURL(requestTarget: raw) else { return nil }
    path = url.path
    rawQuery = url.forcesQuery || !url.rawQuery.isEmpty ? url.rawQuery : nil
    query = url.query
  }

  /// The length of a path that stands for itself, when that is all that comes before the query: the usual target.
  private static func plainPath(_ raw: [UInt8]) -> Int? {
    guard raw.first == UInt8(ascii: "/") else { return nil }
    var end = raw.count
    for (index, byte) in raw.enumerated() {
      switch byte {
      case UInt8(ascii: "?"):
        end = min(end, index)
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "/")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
        UInt8(ascii: "~"), UInt8(ascii: "="):
        continue
      default:
        // In a query everything but a control character stands for itself as yet.
        guard end < index, byte >= 0x20, byte != 0x7F else { return nil }
      }
    }
    return end
  }
}
