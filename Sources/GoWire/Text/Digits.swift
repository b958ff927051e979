/// Numbers as text, without a string in between: for what is written with every request.
public enum Digits {
  /// Appends a number in base 10 or 16, lower case.
  @inlinable
  public static func append(_ number: some FixedWidthInteger, radix: UInt64 = 10, to bytes: inout [UInt8]) {
    if number < 0 { bytes.append(UInt8(ascii: "-")) }
    append(magnitude: UInt64(number.magnitude), radix: radix, to: &bytes)
  }

  /// A number in base 10.
  @inlinable
  public static func decimal(_ number: some FixedWidthInteger) -> GoString {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(20)
    append(number, to: &bytes)
    return GoString(bytes)
  }

  /// The number of one to eighteen decimal digits, without a sign; nil for any other text.
  public static func plain(_ text: ArraySlice<UInt8>) -> Int64? {
    text.withUnsafeBufferPointer { plain($0) }
  }

  /// The number of one to eighteen decimal digits, without a sign; nil for any other text.
  public static func plain(_ text: [UInt8]) -> Int64? {
    text.withUnsafeBufferPointer { plain($0) }
  }

  private static func plain(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
    guard 1...18 ~= text.count else { return nil }
    var number: Int64 = 0
    for byte in text {
      guard 0x30...0x39 ~= byte else { return nil }
      number = number &* 10 &+ Int64(byte - 0x30)
    }
    return number
  }

  @usableFromInline
  static func append(magnitude: UInt64, radix: UInt64, to bytes: inout [UInt8]) {
    if magnitude < radix { return bytes.append(digit(magnitude)) }
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 64) { buffer in
      var rest = magnitude
      var start = 64
      while rest > 0 {
        start -= 1
        // The common radices by themselves: to divide by a constant is cheap.
        switch radix {
        case 10:
          buffer[start] = digit(rest % 10)
          rest /= 10
        case 16:
          buffer[start] = digit(rest & 15)
          rest >>= 4
        default:
          buffer[start] = digit(rest % radix)
          rest /= radix
        }
      }
      bytes.append(contentsOf: buffer[start...])
    }
  }

  @inline(__always)
  private static func digit(_ value: UInt64) -> UInt8 {
    let value = UInt8(truncatingIfNeeded: value)
    return value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
  }
}
