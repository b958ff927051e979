/// A run of bytes of a file that a request asked for.
public struct ContentRange: Hashable, Sendable {
  public var start: Int64
  /// May be 0: a suffix of nothing.
  public var count: Int64

  public init(start: Int64, count: Int64) {
    self.start = start
    self.count = count
  }

  /// Why a `Range` field cannot be served.
  enum Failure: Error {
    case invalid
    /// Every range begins at or after the file's end.
    case noOverlap
  }

  /// The value of `Content-Range` for a file of that size; the last byte of an empty range comes before its first.
  func field(size: Int64) -> GoString {
    GoString("bytes \(start)-\(start + count - 1)/\(size)")
  }

  /// Reads a `Range` field as Go does (ST-10). Empty items are skipped; those that begin after the end are dropped.
  static func parse(_ field: GoString, size: Int64) throws(Failure) -> [ContentRange] {
    guard field.hasPrefix("bytes=") else { throw .invalid }
    var ranges: [ContentRange] = []
    var isDropped = false
    for item in field.dropping(6).split(UInt8(ascii: ",")) {
      let item = item.trimming(isBlank)
      if item.isEmpty { continue }
      guard let (first, last) = item.cut(UInt8(ascii: "-")) else { throw .invalid }
      if let range = try parse(first.trimming(isBlank), last.trimming(isBlank), size: size) {
        ranges.append(range)
      } else {
        isDropped = true
      }
    }
    if isDropped, ranges.isEmpty { throw .noOverlap }
    return ranges
  }

  /// One item; nil when it begins at or after the end.
  private static func parse(_ first: GoString, _ last: GoString, size: Int64) throws(Failure) -> ContentRange? {
    if first.isEmpty {
      guard !last.hasPrefix("-"), let suffix = GoNumber.integer(last, bits: 64) else { throw .invalid }
      let count = min(suffix, size)
      return ContentRange(start: size - count, count: count)
    }
    guard let start = GoNumber.integer(first, bits: 64), start >= 0 else { throw .invalid }
    if start >= size { return nil }
    if last.isEmpty { return ContentRange(start: start, count: size - start) }
    guard let end = GoNumber.integer(last, bits: 64), end >= start else { throw .invalid }
    return ContentRange(start: start, count: min(end, size - 1) - start + 1)
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
  }
}
