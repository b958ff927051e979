/// A UUID as `github.com/google/uuid` reads and writes it.
public struct GoUUID: Hashable, Sendable {
  /// Sixteen bytes.
  public let bytes: [UInt8]

  /// Nil unless there are sixteen bytes.
  public init?(bytes: [UInt8]) {
    guard bytes.count == 16 else { return nil }
    self.bytes = bytes
  }

  /// A version 4 UUID from sixteen random bytes, six bits of which are replaced; nil unless there are sixteen.
  public init?(version4 random: [UInt8]) {
    guard random.count == 16 else { return nil }
    var bytes = random
    bytes[6] = bytes[6] & 0x0F | 0x40
    bytes[8] = bytes[8] & 0x3F | 0x80
    self.bytes = bytes
  }

  /// Reads the forms Go's package takes: with dashes, in braces, after `urn:uuid:`, digits only; letters in either case (HDR-2).
  ///
  /// As there, any two bytes around 36 characters count as braces.
  public init(_ text: GoString) throws(ParseError) {
    var digits = text.bytes[...]
    switch digits.count {
    case 36: break
    case 45:
      guard GoString(digits.prefix(9)).equalsIgnoringASCIICase("urn:uuid:") else {
        throw ParseError(text: "invalid urn prefix: " + GoString(digits.prefix(9)).quoted)
      }
      digits = digits.dropFirst(9)
    case 38: digits = digits.dropFirst()
    case 32:
      self.bytes = try GoUUID.read(Array(digits), at: stride(from: 0, to: 32, by: 2))
      return
    default: throw ParseError(text: GoString("invalid UUID length: \(digits.count)"))
    }
    let form = Array(digits)
    guard [8, 13, 18, 23].allSatisfy({ form[$0] == UInt8(ascii: "-") }) else {
      throw ParseError(text: "invalid UUID format")
    }
    self.bytes = try GoUUID.read(form, at: [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34])
  }

  private static func read(_ form: [UInt8], at places: some Sequence<Int>) throws(ParseError) -> [UInt8] {
    var bytes: [UInt8] = []
    for place in places {
      guard let high = Hexadecimal.value(form[place]), let low = Hexadecimal.value(form[place + 1]) else {
        throw ParseError(text: "invalid UUID format")
      }
      bytes.append(high << 4 | low)
    }
    return bytes
  }

  /// All bytes zero.
  public static let zero = GoUUID(zeroes: ())

  private init(zeroes: ()) { bytes = Array(repeating: 0, count: 16) }

  /// Why a text is no UUID, as the package says it.
  public struct ParseError: Error, Hashable, Sendable {
    public var text: GoString
  }

  /// Lower case with dashes.
  public var text: GoString {
    var output: [UInt8] = []
    output.reserveCapacity(36)
    for index in bytes.indices {
      switch index {
      case 4, 6, 8, 10: output.append(UInt8(ascii: "-"))
      default: break
      }
      Hexadecimal.append(bytes[index], to: &output)
    }
    return GoString(output)
  }
}

extension GoUUID: CustomStringConvertible {
  public var description: String { text.text }
}
