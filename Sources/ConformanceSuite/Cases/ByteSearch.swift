import Glibc

/// Searching and replacing in bytes.
enum ByteSearch {
  /// The places of `needle` in `bytes`, first to last, not overlapping.
  static func ranges(of needle: [UInt8], in bytes: [UInt8]) -> [Range<Int>] {
    guard !needle.isEmpty, needle.count <= bytes.count else { return [] }
    return bytes.withUnsafeBytes { haystack in
      var ranges: [Range<Int>] = []
      var start = 0
      while let base = haystack.baseAddress, haystack.count - start >= needle.count,
        let found = memchr(base + start, Int32(needle[0]), haystack.count - start - needle.count + 1)
      {
        let index = UnsafeRawPointer(found) - base
        let isFound = memcmp(found, needle, needle.count) == 0
        if isFound { ranges.append(index..<(index + needle.count)) }
        start = index + (isFound ? needle.count : 1)
      }
      return ranges
    }
  }

  static func contains(_ needle: [UInt8], in bytes: [UInt8]) -> Bool { !ranges(of: needle, in: bytes).isEmpty }

  /// `bytes` with each `needle` replaced, where `accept` says yes to its place.
  static func replace(
    _ needle: [UInt8], by replacement: [UInt8], in bytes: [UInt8], where accept: (Range<Int>) -> Bool = { _ in true }
  ) -> [UInt8] {
    let places = ranges(of: needle, in: bytes).filter(accept)
    guard !places.isEmpty else { return bytes }
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count + places.count * max(0, replacement.count - needle.count))
    var end = 0
    for place in places {
      result += bytes[end..<place.lowerBound]
      result += replacement
      end = place.upperBound
    }
    return result + bytes[end...]
  }
}
