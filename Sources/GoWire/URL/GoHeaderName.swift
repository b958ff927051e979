extension GoString {
  /// A header's name as Go spells it (`textproto.CanonicalMIMEHeaderKey`): `x-cr-site-url` → `X-Cr-Site-Url`.
  ///
  /// What holds a byte that no name may have stays as it is.
  public var canonicalHeaderName: GoString {
    guard bytes.allSatisfy(\.isTokenByte) else { return self }
    var startsWord = true
    return GoString(
      bytes.map { byte in
        defer { startsWord = byte == UInt8(ascii: "-") }
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z") where startsWord: return byte - 0x20
        case UInt8(ascii: "A")...UInt8(ascii: "Z") where !startsWord: return byte + 0x20
        default: return byte
        }
      })
  }

  /// Whether the text can be a header's name: a token of RFC 9110.
  public var isHeaderName: Bool { !isEmpty && bytes.allSatisfy(\.isTokenByte) }
}

extension UInt8 {
  /// Whether the byte may stand in a token of RFC 9110.
  var isTokenByte: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: URLPart.isOne(self, of: "!#$%&'*+-.^_`|~")
    }
  }
}
