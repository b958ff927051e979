/// Unicode characters in bytes, as Go's `unicode/utf8` reads and writes them.
enum GoRune {
  /// What stands for a byte that is no UTF-8: U+FFFD.
  static let replacement: UInt32 = 0xFFFD

  /// The character at `index` and the bytes it takes; an invalid sequence is U+FFFD of one byte.
  ///
  /// Overlong forms, surrogates and values past U+10FFFF are invalid. `index` lies inside `bytes`.
  @inline(__always)
  static func decode(_ bytes: [UInt8], at index: Int) -> (rune: UInt32, size: Int) {
    let first = bytes[index]
    if first < 0x80 { return (UInt32(first), 1) }
    return decodeMultibyte(bytes, at: index, first)
  }

  private static func decodeMultibyte(_ bytes: [UInt8], at index: Int, _ first: UInt8) -> (rune: UInt32, size: Int) {
    let size: Int
    var lowest: UInt8 = 0x80
    var highest: UInt8 = 0xBF
    var rune: UInt32
    switch first {
    case 0xC2...0xDF:
      size = 2
      rune = UInt32(first & 0x1F)
    case 0xE0...0xEF:
      size = 3
      rune = UInt32(first & 0x0F)
      if first == 0xE0 { lowest = 0xA0 }
      if first == 0xED { highest = 0x9F }
    case 0xF0...0xF4:
      size = 4
      rune = UInt32(first & 0x07)
      if first == 0xF0 { lowest = 0x90 }
      if first == 0xF4 { highest = 0x8F }
    default:
      return (replacement, 1)
    }
    guard bytes.count - index >= size else { return (replacement, 1) }
    for offset in 1..<size {
      let byte = bytes[index + offset]
      guard lowest...highest ~= byte else { return (replacement, 1) }
      rune = rune << 6 | UInt32(byte & 0x3F)
      lowest = 0x80
      highest = 0xBF
    }
    return (rune, size)
  }

  /// Appends the UTF-8 form of a character; a surrogate or a value past U+10FFFF becomes U+FFFD.
  static func append(_ rune: UInt32, to bytes: inout [UInt8]) {
    switch rune {
    case ..<0x80:
      bytes.append(UInt8(rune))
    case ..<0x800:
      bytes.append(0xC0 | UInt8(rune >> 6))
      bytes.append(0x80 | UInt8(rune & 0x3F))
    case 0xD800...0xDFFF, 0x11_0000...:
      append(replacement, to: &bytes)
    case ..<0x1_0000:
      bytes.append(0xE0 | UInt8(rune >> 12))
      bytes.append(0x80 | UInt8(rune >> 6 & 0x3F))
      bytes.append(0x80 | UInt8(rune & 0x3F))
    default:
      bytes.append(0xF0 | UInt8(rune >> 18))
      bytes.append(0x80 | UInt8(rune >> 12 & 0x3F))
      bytes.append(0x80 | UInt8(rune >> 6 & 0x3F))
      bytes.append(0x80 | UInt8(rune & 0x3F))
    }
  }

  /// Whether Go's `strconv.IsPrint` holds: letters, marks, numbers, punctuation, symbols and the ASCII space, as Unicode 15 has them.
  static func isPrintable(_ rune: UInt32) -> Bool {
    if rune < 0x7F { return rune >= 0x20 }
    guard let scalar = Unicode.Scalar(rune) else { return false }
    guard let age = scalar.properties.age, age.major <= 15, (age.major, age.minor) != (15, 1) else { return false }
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .spaceSeparator, .lineSeparator, .paragraphSeparator:
      return false
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark,
      .spacingMark, .enclosingMark, .decimalNumber, .letterNumber, .otherNumber, .connectorPunctuation,
      .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation, .finalPunctuation, .otherPunctuation,
      .mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol:
      return true
    @unknown default:
      return false
    }
  }
}

extension GoString {
  /// The text in double quotes as Go's `strconv.Quote` and the verb `%q` print it.
  public var quoted: GoString {
    var result: [UInt8] = [0x22]
    result.reserveCapacity(bytes.count + 2)
    var index = 0
    while index < bytes.count {
      let (rune, size) = GoRune.decode(bytes, at: index)
      if rune == GoRune.replacement, size == 1 {
        result += Array("\\x".utf8)
        Hexadecimal.append(bytes[index], to: &result)
      } else {
        GoString.appendEscaped(rune, to: &result)
      }
      index += size
    }
    result.append(0x22)
    return GoString(result)
  }

  private static func appendEscaped(_ rune: UInt32, to result: inout [UInt8]) {
    switch rune {
    case 0x22, 0x5C: result += [0x5C, UInt8(rune)]
    case 0x07: result += Array("\\a".utf8)
    case 0x08: result += Array("\\b".utf8)
    case 0x0C: result += Array("\\f".utf8)
    case 0x0A: result += Array("\\n".utf8)
    case 0x0D: result += Array("\\r".utf8)
    case 0x09: result += Array("\\t".utf8)
    case 0x0B: result += Array("\\v".utf8)
    case _ where GoRune.isPrintable(rune): GoRune.append(rune, to: &result)
    case ..<0x20, 0x7F:
      result += Array("\\x".utf8)
      Hexadecimal.append(UInt8(rune), to: &result)
    case ..<0x1_0000:
      result += Array("\\u".utf8)
      Hexadecimal.append(UInt8(rune >> 8), to: &result)
      Hexadecimal.append(UInt8(rune & 0xFF), to: &result)
    default:
      result += Array("\\U00".utf8)
      Hexadecimal.append(UInt8(rune >> 16 & 0xFF), to: &result)
      Hexadecimal.append(UInt8(rune >> 8 & 0xFF), to: &result)
      Hexadecimal.append(UInt8(rune & 0xFF), to: &result)
    }
  }
}

/// Hexadecimal digits.
enum Hexadecimal {
  /// Appends two lower-case digits.
  @inline(__always)
  static func append(_ byte: UInt8, to bytes: inout [UInt8]) {
    bytes.append(digit(byte >> 4))
    bytes.append(digit(byte & 0x0F))
  }

  @inline(__always)
  static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x57 + value }

  static func upperDigit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x37 + value }

  /// The value of a digit in either case, or nil.
  @inline(__always)
  static func value(_ digit: UInt8) -> UInt8? {
    switch digit {
    case 0x30...0x39: digit - 0x30
    case 0x41...0x46: digit - 0x37
    case 0x61...0x66: digit - 0x57
    default: nil
    }
  }
}
