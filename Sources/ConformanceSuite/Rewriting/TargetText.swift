import GoWire

/// A raw request target taken apart and put together again without touching what does not change.
struct TargetText {
  /// The path's segments as they are written, between the slashes.
  var segments: [GoString]
  /// The query's pairs as they are written; nil without a query.
  var pairs: [GoString]?

  init(_ target: GoString) {
    let mark = target.bytes.firstIndex(of: UInt8(ascii: "?"))
    segments = TargetText.split(target.bytes[..<(mark ?? target.count)], "/")
    pairs = mark.map { TargetText.split(target.bytes[($0 + 1)...], "&") }
  }

  /// The target as it is written.
  var text: GoString {
    let path = TargetText.join(segments, "/")
    return pairs.map { path + "?" + TargetText.join($0, "&") } ?? path
  }

  /// The decoded path: what signatures cover.
  var path: GoString { TargetText.decode(TargetText.join(segments, "/"), plusIsBlank: false) }

  /// The path as it is written.
  var rawPath: GoString { TargetText.join(segments, "/") }

  /// The name of a pair, decoded, and its value as it is written.
  static func split(pair: GoString) -> (name: GoString, value: GoString) {
    guard let sign = pair.bytes.firstIndex(of: UInt8(ascii: "=")) else { return (decode(pair, plusIsBlank: true), "") }
    return (
      decode(GoString(pair.bytes[..<sign]), plusIsBlank: true), GoString(pair.bytes[(sign + 1)...])
    )
  }

  /// Percent escapes decoded; a broken one stays as it is.
  static func decode(_ text: GoString, plusIsBlank: Bool) -> GoString {
    GoString(units(of: text, plusIsBlank: plusIsBlank).map(\.byte))
  }

  /// Each byte of a text with the bytes it is written as.
  static func units(of text: GoString, plusIsBlank: Bool) -> [(byte: UInt8, written: [UInt8])] {
    var units: [(UInt8, [UInt8])] = []
    var index = 0
    let bytes = text.bytes
    while index < bytes.count {
      if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count, let high = hex(bytes[index + 1]),
        let low = hex(bytes[index + 2])
      {
        units.append((high << 4 | low, Array(bytes[index...(index + 2)])))
        index += 3
      } else {
        let isBlank = plusIsBlank && bytes[index] == UInt8(ascii: "+")
        units.append((isBlank ? UInt8(ascii: " ") : bytes[index], [bytes[index]]))
        index += 1
      }
    }
    return units
  }

  /// All bytes but letters, digits and `-._~` escaped.
  static func escape(_ text: GoString) -> GoString {
    let digits = Array("0123456789ABCDEF".utf8)
    return GoString(
      text.bytes.flatMap { byte -> [UInt8] in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
          UInt8(ascii: "~"):
          [byte]
        default: [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
      })
  }

  private static func hex(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    default: nil
    }
  }

  private static func split(_ bytes: ArraySlice<UInt8>, _ separator: Unicode.Scalar) -> [GoString] {
    bytes.split(separator: UInt8(ascii: separator), omittingEmptySubsequences: false).map { GoString($0) }
  }

  private static func join(_ parts: [GoString], _ separator: Unicode.Scalar) -> GoString {
    GoString(parts.map(\.bytes).joined(separator: [UInt8(ascii: separator)]))
  }
}
