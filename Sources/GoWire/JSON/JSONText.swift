extension GoJSON {
  /// Appends a JSON string in quotes, escaped as Go's `json.Marshal` does. SIGN-5
  ///
  /// `<`, `>`, `&`, U+2028 and U+2029 become `\u` escapes, an invalid byte becomes the text `\ufffd`.
  public static func appendString(_ string: GoString, to output: inout [UInt8]) {
    appendString(string, escapingHTML: true, to: &output)
  }

  /// The same, leaving `<`, `>` and `&` as they are when asked to (`SetEscapeHTML(false)`).
  static func appendString(_ string: GoString, escapingHTML: Bool, to output: inout [UInt8]) {
    let bytes = string.bytes
    output.append(UInt8(ascii: "\""))
    var start = 0
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      if byte < 0x80 {
        if isPlain(byte) || !escapingHTML && isHTML(byte) {
          index += 1
          continue
        }
        output += bytes[start..<index]
        appendEscape(byte, to: &output)
        index += 1
        start = index
        continue
      }
      let (rune, size) = GoRune.decode(bytes, at: index)
      if rune == GoRune.replacement, size == 1 {
        output += bytes[start..<index]
        output += Array("\\ufffd".utf8)
        start = index + 1
      } else if rune == 0x2028 || rune == 0x2029 {
        output += bytes[start..<index]
        output += Array(rune == 0x2028 ? "\\u2028".utf8 : "\\u2029".utf8)
        start = index + size
      }
      index += size
    }
    output += bytes[start...]
    output.append(UInt8(ascii: "\""))
  }

  @inline(__always)
  private static func isPlain(_ byte: UInt8) -> Bool {
    byte >= 0x20 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\") && !isHTML(byte)
  }

  @inline(__always)
  private static func isHTML(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "<") || byte == UInt8(ascii: ">") || byte == UInt8(ascii: "&")
  }

  private static func appendEscape(_ byte: UInt8, to output: inout [UInt8]) {
    output.append(UInt8(ascii: "\\"))
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): output.append(byte)
    case 0x08: output.append(UInt8(ascii: "b"))
    case 0x0C: output.append(UInt8(ascii: "f"))
    case 0x0A: output.append(UInt8(ascii: "n"))
    case 0x0D: output.append(UInt8(ascii: "r"))
    case 0x09: output.append(UInt8(ascii: "t"))
    default:
      output += Array("u00".utf8)
      Hexadecimal.append(byte, to: &output)
    }
  }

  /// The text of a string literal whose quotes stand at `start` and `end - 1` and whose syntax has been checked.
  ///
  /// Invalid UTF-8 and lone surrogates become U+FFFD.
  static func unquote(_ bytes: [UInt8], _ start: Int, _ end: Int) -> GoString {
    let first = start + 1
    let last = end - 1
    var index = first
    while index < last, bytes[index] < 0x80, bytes[index] != UInt8(ascii: "\\") { index += 1 }
    if index == last { return GoString(Array(bytes[first..<last])) }

    var result = Array(bytes[first..<index])
    result.reserveCapacity(last - first)
    while index < last {
      let byte = bytes[index]
      if byte == UInt8(ascii: "\\") {
        index += appendUnescaped(bytes, index, last, to: &result)
      } else if byte < 0x80 {
        result.append(byte)
        index += 1
      } else {
        let (rune, size) = GoRune.decode(bytes, at: index)
        GoRune.append(rune, to: &result)
        index += size
      }
    }
    return GoString(result)
  }

  /// Appends what the escape at `index` stands for and returns its length.
  private static func appendUnescaped(_ bytes: [UInt8], _ index: Int, _ end: Int, to result: inout [UInt8]) -> Int {
    switch bytes[index + 1] {
    case UInt8(ascii: "b"): result.append(0x08)
    case UInt8(ascii: "f"): result.append(0x0C)
    case UInt8(ascii: "n"): result.append(0x0A)
    case UInt8(ascii: "r"): result.append(0x0D)
    case UInt8(ascii: "t"): result.append(0x09)
    case UInt8(ascii: "u"):
      guard let unit = codeUnit(bytes, index, end) else { return 2 }
      if 0xD800...0xDBFF ~= unit, let low = codeUnit(bytes, index + 6, end), 0xDC00...0xDFFF ~= low {
        GoRune.append(0x1_0000 + (unit - 0xD800) << 10 + (low - 0xDC00), to: &result)
        return 12
      }
      GoRune.append(unit, to: &result)
      return 6
    default: result.append(bytes[index + 1])
    }
    return 2
  }

  /// The number of a `\uXXXX` at `index`, or nil when there is none.
  private static func codeUnit(_ bytes: [UInt8], _ index: Int, _ end: Int) -> UInt32? {
    guard end - index >= 6, bytes[index] == UInt8(ascii: "\\"), bytes[index + 1] == UInt8(ascii: "u") else {
      return nil
    }
    var unit: UInt32 = 0
    for digit in bytes[(index + 2)..<(index + 6)] {
      guard let value = Hexadecimal.value(digit) else { return nil }
      unit = unit << 4 | UInt32(value)
    }
    return unit
  }
}
