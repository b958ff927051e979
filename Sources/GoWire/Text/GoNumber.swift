/// Numbers as Go prints them.
enum GoNumber {
  /// The integer a literal stands for when it fits `bits` (0 = 64), as `strconv.ParseInt` reads it in base 10.
  static func integer(_ literal: GoString, bits: Int) -> Int64? {
    guard !literal.isEmpty, let value = Int64(literal.text) else { return nil }
    guard 1..<64 ~= bits else { return value }
    return value >> (bits - 1) == 0 || value >> (bits - 1) == -1 ? value : nil
  }

  /// The same without a sign, as `strconv.ParseUint` reads it.
  static func unsigned(_ literal: GoString, bits: Int) -> UInt64? {
    guard let first = literal.bytes.first, UInt8(ascii: "0")...UInt8(ascii: "9") ~= first,
      let value = UInt64(literal.text)
    else { return nil }
    return 1..<64 ~= bits && value >> bits != 0 ? nil : value
  }

  /// The number a JSON literal stands for, nil when it is too great for `bits` (32 or 64).
  static func float(_ literal: GoString, bits: Int) -> Double? {
    if bits == 32 {
      guard let value = Float(literal.text), value.isFinite else { return nil }
      return Double(value)
    }
    guard let value = Double(literal.text), value.isFinite else { return nil }
    return value
  }

  /// A finite number as `json.Marshal` writes a `float64`: the shortest digits that give it back, an exponent below 1e-6 and from 1e21.
  static func json(_ value: Double) -> GoString {
    let (digits, point) = shortest(value.magnitude.description)
    return write(negative: value.sign == .minus, digits, point, exponential: isFar(value.magnitude))
  }

  /// The same of a `float32`.
  static func json(_ value: Float) -> GoString {
    let (digits, point) = shortest(value.magnitude.description)
    let far = value != 0 && (value.magnitude < 1e-6 || value.magnitude >= 1e21)
    return write(negative: value.sign == .minus, digits, point, exponential: far)
  }

  private static func isFar(_ magnitude: Double) -> Bool {
    magnitude != 0 && (magnitude < 1e-6 || magnitude >= 1e21)
  }

  /// The significant digits of a printed number and where its point stands, counted from before the first of them.
  private static func shortest(_ text: String) -> (digits: [UInt8], point: Int) {
    var digits: [UInt8] = []
    var point = 0
    var seenPoint = false
    var exponent = 0
    let bytes = Array(text.utf8)
    for (index, byte) in bytes.enumerated() {
      if byte == UInt8(ascii: "e") {
        exponent = Int(String(decoding: bytes[(index + 1)...], as: UTF8.self)) ?? 0
        break
      }
      if byte == UInt8(ascii: ".") {
        seenPoint = true
      } else {
        digits.append(byte)
        if !seenPoint { point += 1 }
      }
    }
    let zeros = digits.prefix { $0 == UInt8(ascii: "0") }.count
    digits.removeFirst(zeros)
    while digits.last == UInt8(ascii: "0") { digits.removeLast() }
    return digits.isEmpty ? ([], 0) : (digits, point - zeros + exponent)
  }

  private static func write(negative: Bool, _ digits: [UInt8], _ point: Int, exponential: Bool) -> GoString {
    var output: [UInt8] = negative ? [UInt8(ascii: "-")] : []
    let zero = UInt8(ascii: "0")
    if digits.isEmpty {
      output.append(zero)
    } else if exponential {
      output.append(digits[0])
      if digits.count > 1 {
        output.append(UInt8(ascii: "."))
        output += digits.dropFirst()
      }
      let exponent = point - 1
      output += Array("e\(exponent < 0 ? "-" : "+")\(exponent.magnitude)".utf8)
    } else if point <= 0 {
      output += [zero, UInt8(ascii: ".")]
      output += Array(repeating: zero, count: -point)
      output += digits
    } else if point >= digits.count {
      output += digits
      output += Array(repeating: zero, count: point - digits.count)
    } else {
      output += digits[..<point]
      output.append(UInt8(ascii: "."))
      output += digits[point...]
    }
    return GoString(output)
  }
}
