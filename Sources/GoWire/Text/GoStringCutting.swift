extension GoString {
  /// What stands before and after the first such byte; nil when there is none.
  func cut(_ separator: UInt8) -> (before: GoString, after: GoString)? {
    guard let index = bytes.firstIndex(of: separator) else { return nil }
    return (GoString(bytes[..<index]), GoString(bytes[(index + 1)...]))
  }

  /// The pieces between such bytes, empty ones included.
  func split(_ separator: UInt8) -> [GoString] {
    bytes.split(separator: separator, omittingEmptySubsequences: false).map { GoString($0) }
  }

  func contains(_ byte: UInt8) -> Bool { bytes.contains(byte) }

  /// Without the first `count` bytes.
  func dropping(_ count: Int) -> GoString { GoString(bytes.dropFirst(count)) }

  /// The first `count` bytes.
  func keeping(_ count: Int) -> GoString { GoString(bytes.prefix(count)) }

  /// Without bytes at both ends for which the test holds.
  func trimming(_ isDropped: (UInt8) -> Bool) -> GoString {
    var rest = bytes[...]
    while let first = rest.first, isDropped(first) { rest.removeFirst() }
    while let last = rest.last, isDropped(last) { rest.removeLast() }
    return GoString(rest)
  }

  /// Joins pieces with a separator.
  static func join(_ pieces: [GoString], _ separator: GoString) -> GoString {
    GoString(Array(pieces.map(\.bytes).joined(separator: separator.bytes)))
  }
}
