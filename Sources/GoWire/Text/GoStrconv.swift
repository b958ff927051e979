/// Why a text is no number or truth value, as Go's `strconv` says it.
public struct GoNumberError: Error, Hashable, Sendable {
  public enum Reason: Hashable, Sendable {
    case syntax
    /// The number does not fit.
    case range
  }

  public var function: GoString
  public var input: GoString
  public var reason: Reason

  /// `strconv.ParseInt: parsing "x": invalid syntax`.
  public var text: GoString {
    "strconv." + function + ": parsing " + input.quoted + ": "
      + (reason == .syntax ? "invalid syntax" : "value out of range")
  }
}

extension GoNumberError: CustomStringConvertible {
  public var description: String { text.text }
}

extension GoString {
  /// Go's `strconv.ParseBool`: `1 t T TRUE true True`, `0 f F FALSE false False` (ST-15).
  public func parseBool() throws(GoNumberError) -> Bool {
    switch text {
    case "1", "t", "T", "TRUE", "true", "True": return true
    case "0", "f", "F", "FALSE", "false", "False": return false
    default: throw GoNumberError(function: "ParseBool", input: self, reason: .syntax)
    }
  }

  /// Go's `strconv.ParseInt`.
  /// - Parameters:
  ///   - base: 2 … 36, or 0: told from `0x`, `0o`, `0`, `0b`, underscores between digits allowed.
  ///   - bits: how many bits the number may need, 1 … 64.
  public func parseInt(base: Int = 10, bits: Int = 64) throws(GoNumberError) -> Int64 {
    if base == 10, bits == 64, let plain = Digits.plain(bytes) { return plain }
    return try parseSigned(function: "ParseInt", base: base, bits: bits)
  }

  /// Go's `strconv.Atoi`.
  public func atoi() throws(GoNumberError) -> Int64 {
    try parseSigned(function: "Atoi", base: 10, bits: 64)
  }

  /// Go's `strconv.ParseUint`: as `parseInt`, without a sign.
  public func parseUint(base: Int = 10, bits: Int = 64) throws(GoNumberError) -> UInt64 {
    try parseMagnitude(GoNumberError(function: "ParseUint", input: self, reason: .syntax), base: base, bits: bits)
  }

  private func parseSigned(function: GoString, base: Int, bits: Int) throws(GoNumberError) -> Int64 {
    let failure = GoNumberError(function: function, input: self, reason: .syntax)
    let isNegative = hasPrefix("-")
    let digits = isNegative || hasPrefix("+") ? dropping(1) : self
    let magnitude = try digits.parseMagnitude(failure, base: base, bits: bits)
    let limit = UInt64(1) << UInt64(max(1, min(bits, 64)) - 1)
    guard magnitude < limit || isNegative && magnitude == limit else {
      throw GoNumberError(function: function, input: self, reason: .range)
    }
    return isNegative ? Int64(truncatingIfNeeded: 0 &- magnitude) : Int64(magnitude)
  }

  private func parseMagnitude(_ failure: GoNumberError, base: Int, bits: Int) throws(GoNumberError) -> UInt64 {
    var digits = bytes[...]
    var base = UInt64(base)
    let guessesBase = base == 0
    if guessesBase { base = GoString.guessBase(&digits) }
    guard !digits.isEmpty else { throw failure }
    let greatest = bits < 64 ? (UInt64(1) << UInt64(max(bits, 1))) - 1 : UInt64.max
    var value: UInt64 = 0
    for digit in digits {
      if digit == UInt8(ascii: "_"), guessesBase { continue }
      guard let number = GoString.digitValue(digit), number < base else { throw failure }
      let (product, overflow) = value.multipliedReportingOverflow(by: base)
      let (sum, carry) = product.addingReportingOverflow(number)
      // As in Go, what follows the digit that makes the number too great is not looked at.
      if overflow || carry || sum > greatest {
        throw GoNumberError(function: failure.function, input: failure.input, reason: .range)
      }
      value = sum
    }
    if guessesBase, bytes.contains(UInt8(ascii: "_")), !hasGoodUnderscores { throw failure }
    return value
  }

  private static func guessBase(_ digits: inout ArraySlice<UInt8>) -> UInt64 {
    guard digits.first == UInt8(ascii: "0") else { return 10 }
    if digits.count >= 3 {
      let base: UInt64? =
        switch digits[digits.startIndex + 1] | 0x20 {
        case UInt8(ascii: "b"): 2
        case UInt8(ascii: "o"): 8
        case UInt8(ascii: "x"): 16
        default: nil
        }
      if let base {
        digits = digits.dropFirst(2)
        return base
      }
    }
    digits = digits.dropFirst()
    if digits.isEmpty { digits = [UInt8(ascii: "0")] }
    return 8
  }

  private static func digitValue(_ digit: UInt8) -> UInt64? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(digit - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt64(digit - UInt8(ascii: "a")) + 10
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt64(digit - UInt8(ascii: "A")) + 10
    default: nil
    }
  }

  /// Whether each underscore stands between digits, or after the prefix that tells the base.
  private var hasGoodUnderscores: Bool {
    var rest = bytes[...]
    var isHexadecimal = false
    var last: Piece = .start
    if rest.count >= 2, rest[0] == UInt8(ascii: "0"), URLPart.isOne(rest[1] | 0x20, of: "box") {
      isHexadecimal = rest[1] | 0x20 == UInt8(ascii: "x")
      rest = rest.dropFirst(2)
      last = .digit
    }
    for byte in rest {
      let isDigit =
        UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
        || isHexadecimal && UInt8(ascii: "a")...UInt8(ascii: "f") ~= byte | 0x20
      if isDigit {
        last = .digit
      } else if byte == UInt8(ascii: "_") {
        if last != .digit { return false }
        last = .underscore
      } else {
        if last == .underscore { return false }
        last = .other
      }
    }
    return last != .underscore
  }

  private enum Piece {
    case start, digit, underscore, other
  }
}
