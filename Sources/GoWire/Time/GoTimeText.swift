extension GoTime {
  /// The time as `Format(time.RFC3339Nano)` writes it: no trailing zeros after the point, `Z` for any offset of zero.
  public var rfc3339: GoString {
    let (days, second) = (unixSeconds &+ Int64(offsetSeconds)).flooredQuotientAndRemainder(by: CivilDate.secondsPerDay)
    let date = CivilDate(daysSinceEpoch: days)
    var text: [UInt8] = []
    text.reserveCapacity(35)
    text.appendDecimal(date.year, width: 4)
    text.append(UInt8(ascii: "-"))
    text.appendDecimal(Int64(date.month), width: 2)
    text.append(UInt8(ascii: "-"))
    text.appendDecimal(Int64(date.day), width: 2)
    text.append(UInt8(ascii: "T"))
    text.appendDecimal(second / 3_600, width: 2)
    text.append(UInt8(ascii: ":"))
    text.appendDecimal(second / 60 % 60, width: 2)
    text.append(UInt8(ascii: ":"))
    text.appendDecimal(second % 60, width: 2)
    if nanosecond != 0 {
      text.append(UInt8(ascii: "."))
      text.appendDecimal(Int64(nanosecond), width: 9)
      while text.last == UInt8(ascii: "0") { text.removeLast() }
    }
    if offsetSeconds == 0 {
      text.append(UInt8(ascii: "Z"))
    } else {
      let minutes = Int64(offsetSeconds / 60)
      text.append(minutes < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+"))
      text.appendDecimal(Int64(minutes.magnitude) / 60, width: 2)
      text.append(UInt8(ascii: ":"))
      text.appendDecimal(Int64(minutes.magnitude) % 60, width: 2)
    }
    return GoString(text)
  }

  /// The time as `MarshalJSON` writes it, quotes included. A year that is not 0 … 9999 and an offset of a day or more cannot be
  /// written.
  public func json() throws(GoTimeError) -> GoString {
    let text = rfc3339.bytes
    guard text[4] == UInt8(ascii: "-") else {
      throw GoTimeError("Time.MarshalJSON: year outside of range [0,9999]")
    }
    if text.last != UInt8(ascii: "Z") {
      let sign = text[text.count - 6]
      let hour = (text[text.count - 5] &- 0x30) &* 10 &+ (text[text.count - 4] &- 0x30)
      if sign.isDigit || hour >= 24 {
        throw GoTimeError("Time.MarshalJSON: timezone hour outside of range [0,23]")
      }
    }
    return GoString([UInt8(ascii: "\"")] + text + [UInt8(ascii: "\"")])
  }

  /// Reads an RFC 3339 text as `UnmarshalText`, and `UnmarshalJSON` between its quotes, do, with Go's error texts.
  ///
  /// Beyond the standard Go takes an hour of one digit, a comma before the fraction and offsets up to 24:60.
  public init(rfc3339 text: GoString) throws(GoTimeError) {
    var parser = TimeTextParser(text.bytes)
    self = try parser.parse()
  }

  /// Reads a JSON value as `UnmarshalJSON` does: what stands between the quotes is not unescaped. `null` is the caller's business.
  public init(json text: GoString) throws(GoTimeError) {
    let bytes = text.bytes
    guard bytes.count >= 2, bytes.first == UInt8(ascii: "\""), bytes.last == UInt8(ascii: "\"") else {
      throw GoTimeError("Time.UnmarshalJSON: input is not a JSON string")
    }
    try self.init(rfc3339: GoString(bytes[1..<(bytes.count - 1)]))
  }
}

/// Goes through a text piece by piece in the order of the layout; errors name the piece.
private struct TimeTextParser {
  private let text: [UInt8]
  private var index = 0

  init(_ text: [UInt8]) {
    self.text = text
  }

  mutating func parse() throws(GoTimeError) -> GoTime {
    let year = try parseYear()
    try expect("-")
    let month = try parseNumber("01")
    guard 1...12 ~= month else { throw outOfRange("month") }
    try expect("-")
    let day = try parseNumber("02")
    try expect("T")
    let hour = try parseHour()
    guard hour < 24 else { throw outOfRange("hour") }
    try expect(":")
    let minute = try parseNumber("04")
    guard minute < 60 else { throw outOfRange("minute") }
    try expect(":")
    let second = try parseNumber("05")
    guard second < 60 else { throw outOfRange("second") }
    let nanosecond = parseFraction()
    let offset = try parseOffset()
    guard index == text.count else { throw invalid(": extra text: \(TimeTextParser.quote(text[index...]))") }
    guard 1...CivilDate.days(inMonth: month, year: year) ~= day else { throw outOfRange("day") }

    let days = CivilDate(year: year, month: month, day: day).daysSinceEpoch
    let local = days * CivilDate.secondsPerDay + Int64(hour * 3_600 + minute * 60 + second)
    return GoTime(
      unixSeconds: local - Int64(offset ?? 0), nanosecond: nanosecond, offsetSeconds: offset ?? 0, isUTC: offset == nil)
  }

  private mutating func parseYear() throws(GoTimeError) -> Int64 {
    guard text.count >= 4, text[..<4].allSatisfy(\.isDigit) else { throw cannotParse("2006", from: index) }
    index = 4
    return text[..<4].reduce(0) { $0 * 10 + Int64($1 - 0x30) }
  }

  /// Two digits.
  private mutating func parseNumber(_ element: GoString) throws(GoTimeError) -> Int {
    guard isDigit(index), isDigit(index + 1) else { throw cannotParse(element, from: index) }
    index += 2
    return digit(index - 2) * 10 + digit(index - 1)
  }

  /// One digit or two.
  private mutating func parseHour() throws(GoTimeError) -> Int {
    guard isDigit(index) else { throw cannotParse("15", from: index) }
    if isDigit(index + 1) { return try parseNumber("15") }
    index += 1
    return digit(index - 1)
  }

  /// Digits beyond the ninth are left out.
  private mutating func parseFraction() -> Int32 {
    guard index < text.count, text[index] == UInt8(ascii: ".") || text[index] == UInt8(ascii: ","), isDigit(index + 1)
    else { return 0 }
    index += 1
    var nanosecond: Int32 = 0
    var scale: Int32 = 100_000_000
    while isDigit(index) {
      nanosecond += Int32(digit(index)) * scale
      scale /= 10
      index += 1
    }
    return nanosecond
  }

  /// Seconds east of UTC; nil for `Z`.
  private mutating func parseOffset() throws(GoTimeError) -> Int32? {
    let start = index
    if index < text.count, text[index] == UInt8(ascii: "Z") {
      index += 1
      return nil
    }
    guard text.count - index >= 6, text[index + 3] == UInt8(ascii: ":") else {
      throw cannotParse("Z07:00", from: start)
    }
    index += 6
    guard isDigit(start + 1), isDigit(start + 2) else { throw cannotParse("Z07:00", from: start) }
    let hour = digit(start + 1) * 10 + digit(start + 2)
    let hasMinute = isDigit(start + 4) && isDigit(start + 5)
    let minute = hasMinute ? digit(start + 4) * 10 + digit(start + 5) : 0
    if minute > 60 { throw outOfRange("time zone offset minute") }
    if hour > 24 { throw outOfRange("time zone offset hour") }
    guard hasMinute else { throw cannotParse("Z07:00", from: start) }
    let offset = Int32(hour * 3_600 + minute * 60)
    switch text[start] {
    case UInt8(ascii: "+"): return offset
    case UInt8(ascii: "-"): return -offset
    default: throw cannotParse("Z07:00", from: start)
    }
  }

  private mutating func expect(_ separator: Character) throws(GoTimeError) {
    guard index < text.count, text[index] == separator.asciiValue else {
      throw cannotParse(GoString(String(separator)), from: index)
    }
    index += 1
  }

  private func isDigit(_ index: Int) -> Bool { index < text.count && text[index].isDigit }

  private func digit(_ index: Int) -> Int { Int(text[index] - 0x30) }

  private func cannotParse(_ element: GoString, from start: Int) -> GoTimeError {
    let value = TimeTextParser.quote(text[...])
    let rest = TimeTextParser.quote(text[start...])
    return GoTimeError(
      "parsing time \(value) as \"2006-01-02T15:04:05Z07:00\": cannot parse \(rest) as \"\(element)\"")
  }

  private func outOfRange(_ what: String) -> GoTimeError { invalid(": \(what) out of range") }

  private func invalid(_ message: String) -> GoTimeError {
    GoTimeError("parsing time \(TimeTextParser.quote(text[...]))\(message)")
  }

  /// In quotes as Go's `time` package does it, which is not `strconv.Quote`: bytes that are not printable ASCII as `\x` and two digits.
  private static func quote(_ bytes: ArraySlice<UInt8>) -> String {
    var result: [UInt8] = [UInt8(ascii: "\"")]
    for byte in bytes {
      switch byte {
      case 0x20..<0x80:
        if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { result.append(UInt8(ascii: "\\")) }
        result.append(byte)
      default:
        result += Array("\\x".utf8)
        for digit in [byte >> 4, byte & 0x0F] { result.append(digit < 10 ? 0x30 + digit : 0x57 + digit) }
      }
    }
    result.append(UInt8(ascii: "\""))
    return String(decoding: result, as: UTF8.self)
  }
}

extension UInt8 {
  /// Whether the byte is an ASCII decimal digit.
  fileprivate var isDigit: Bool { 0x30...0x39 ~= self }
}

extension [UInt8] {
  /// Appends a number with at least `width` digits.
  fileprivate mutating func appendDecimal(_ number: Int64, width: Int) {
    if number < 0 { append(UInt8(ascii: "-")) }
    var rest = number.magnitude
    let start = count
    repeat {
      append(0x30 + UInt8(rest % 10))
      rest /= 10
    } while rest > 0
    while count - start < width { append(0x30) }
    self[start...].reverse()
  }
}
