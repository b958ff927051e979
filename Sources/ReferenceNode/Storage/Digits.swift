import GoWire

/// Numbers as text, without a string in between: for what is written with every request.
enum Digits {
  /// Appends a number in base 10 or 16, lower case.
  static func append(_ number: some FixedWidthInteger, radix: UInt64 = 10, to bytes: inout [UInt8]) {
    if number < 0 { bytes.append(UInt8(ascii: "-")) }
    var rest = UInt64(number.magnitude)
    let start = bytes.count
    repeat {
      let digit = UInt8(truncatingIfNeeded: rest % radix)
      bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
      rest /= radix
    } while rest > 0
    bytes[start...].reverse()
  }

  /// A number in base 10.
  static func decimal(_ number: some FixedWidthInteger) -> GoString {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(20)
    append(number, to: &bytes)
    return GoString(bytes)
  }
}
