import GoWire

/// A header field of a request or an answer.
public struct HeaderField: Hashable, Sendable {
  /// As sent; names compare without case.
  public var name: GoString
  public var value: GoString

  public init(_ name: GoString, _ value: GoString) {
    self.name = name
    self.value = value
  }

  /// A header name as Go spells it: a capital after the beginning and after each dash, small letters elsewhere; a name that is no
  /// token stays as it is.
  static func canonicalName(_ name: GoString) -> GoString {
    guard name.bytes.allSatisfy({ isToken($0) }) else { return name }
    var isStart = true
    return GoString(
      name.bytes.map { byte in
        defer { isStart = byte == UInt8(ascii: "-") }
        switch byte {
        case 0x61...0x7A where isStart: return byte - 0x20
        case 0x41...0x5A where !isStart: return byte + 0x20
        default: return byte
        }
      })
  }

  private static func isToken(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
  }
}
