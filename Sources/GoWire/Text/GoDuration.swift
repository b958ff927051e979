/// Why a text is no duration, as Go's `time.ParseDuration` says it.
public struct GoDurationError: Error, Hashable, Sendable {
  public var text: GoString

  init(_ text: GoString) {
    self.text = text
  }
}

extension GoString {
  /// A duration in nanoseconds as Go's `time.ParseDuration` reads it: `1h30m`, `-1.5s`, `300ms`, `0`.
  public func parseDuration() throws(GoDurationError) -> Int64 {
    var rest = bytes[...]
    let isNegative = rest.first == UInt8(ascii: "-")
    if isNegative || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
    if rest.elementsEqual([UInt8(ascii: "0")]) { return 0 }
    let invalid = GoDurationError("time: invalid duration " + durationQuoted)
    if rest.isEmpty { throw invalid }
    var total: UInt64 = 0
    while !rest.isEmpty {
      guard let nanoseconds = try durationPart(&rest) else { throw invalid }
      let (sum, overflow) = total.addingReportingOverflow(nanoseconds)
      if overflow || sum > GoString.greatestDuration { throw invalid }
      total = sum
    }
    if isNegative { return Int64(truncatingIfNeeded: 0 &- total) }
    guard let duration = Int64(exactly: total) else { throw invalid }
    return duration
  }

  private static let greatestDuration: UInt64 = 1 << 63

  /// A number with its unit; nil when the text is no duration.
  private func durationPart(_ rest: inout ArraySlice<UInt8>) throws(GoDurationError) -> UInt64? {
    let digits = rest.prefix(while: GoString.isDigit)
    rest = rest.dropFirst(digits.count)
    var value: UInt64 = 0
    for digit in digits {
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(UInt64(digit - UInt8(ascii: "0")))
      if overflow || carry || sum > GoString.greatestDuration { return nil }
      value = sum
    }
    var fraction: ArraySlice<UInt8> = []
    if rest.first == UInt8(ascii: ".") {
      rest = rest.dropFirst()
      fraction = rest.prefix(while: GoString.isDigit)
      rest = rest.dropFirst(fraction.count)
    }
    if digits.isEmpty, fraction.isEmpty { return nil }
    let unit = rest.prefix { $0 != UInt8(ascii: ".") && !GoString.isDigit($0) }
    rest = rest.dropFirst(unit.count)
    if unit.isEmpty { throw GoDurationError("time: missing unit in duration " + durationQuoted) }
    guard let scale = GoString.nanoseconds(in: GoString(unit)) else {
      throw GoDurationError(
        "time: unknown unit " + GoString(unit).durationQuoted + " in duration " + durationQuoted)
    }
    let (whole, overflow) = value.multipliedReportingOverflow(by: scale)
    if overflow || whole > GoString.greatestDuration { return nil }
    return whole &+ GoString.fraction(fraction, of: scale)
  }

  /// Digits after the point times the unit, as far as 63 bits hold them.
  private static func fraction(_ digits: ArraySlice<UInt8>, of scale: UInt64) -> UInt64 {
    var value: UInt64 = 0
    var divisor = 1.0
    for digit in digits {
      if value > (UInt64(1) << 63 - 1) / 10 { break }
      let next = value * 10 + UInt64(digit - UInt8(ascii: "0"))
      if next > 1 << 63 { break }
      value = next
      divisor *= 10
    }
    return UInt64(Double(value) * (Double(scale) / divisor))
  }

  private static func isDigit(_ byte: UInt8) -> Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte }

  private static func nanoseconds(in unit: GoString) -> UInt64? {
    switch unit.text {
    case "ns": 1
    case "us", "\u{B5}s", "\u{3BC}s": 1_000
    case "ms": 1_000_000
    case "s": 1_000_000_000
    case "m": 60_000_000_000
    case "h": 3_600_000_000_000
    default: nil
    }
  }

  /// In quotes as the `time` package does it: bytes that are not printable ASCII as `\x` and two digits.
  private var durationQuoted: GoString {
    var output: [UInt8] = [UInt8(ascii: "\"")]
    for byte in bytes {
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
        output += [UInt8(ascii: "\\"), byte]
      } else if 0x20..<0x80 ~= byte {
        output.append(byte)
      } else {
        output += Array("\\x".utf8)
        Hexadecimal.append(byte, to: &output)
      }
    }
    output.append(UInt8(ascii: "\""))
    return GoString(output)
  }
}
