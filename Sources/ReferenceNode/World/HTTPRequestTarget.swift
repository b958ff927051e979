import GoWire

/// What may stand as a request's target, by the rules of Go's URL parser for requests.
enum HTTPRequestTarget {
  static func check(_ target: GoString, method: GoString) throws(HTTPRefusal) {
    let bytes = target.bytes
    guard !bytes.isEmpty else { throw .malformed("an empty target") }
    guard bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { throw .malformed("a control character in the target") }
    if target == "*" { return }
    if bytes[0] == UInt8(ascii: "/") { return try checkPath(bytes[...]) }
    if method == "CONNECT" { return try checkAuthority(bytes[...]) }
    guard let colon = schemeEnd(bytes) else { throw .malformed("a target that is neither a path nor a URL") }
    let rest = bytes[(colon + 1)...]
    // A scheme with no slash after it is opaque: it names nothing here, but it is sound.
    guard rest.starts(with: "//".utf8) else {
      return rest.first == UInt8(ascii: "/") ? try checkPath(rest) : ()
    }
    let authority = rest.dropFirst(2)
    let end = authority.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? authority.endIndex
    try checkAuthority(authority[..<end])
    try checkPath(authority[end...])
  }

  /// Where the scheme's colon stands, when there is a scheme.
  private static func schemeEnd(_ bytes: [UInt8]) -> Int? {
    for (index, byte) in bytes.enumerated() {
      switch byte {
      case 0x41...0x5A, 0x61...0x7A: continue
      case 0x30...0x39, UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
        if index == 0 { return nil }
      case UInt8(ascii: ":"): return index == 0 ? nil : index
      default: return nil
      }
    }
    return nil
  }

  /// Every `%` of the path begins an escape; those of the query are the query's business.
  private static func checkPath(_ target: ArraySlice<UInt8>) throws(HTTPRefusal) {
    try checkEscapes(target.prefix { $0 != UInt8(ascii: "?") })
  }

  /// A host name or bracketed address, and an optional port of digits. User information has no place in a request.
  private static func checkAuthority(_ authority: ArraySlice<UInt8>) throws(HTTPRefusal) {
    var port: ArraySlice<UInt8>
    if authority.first == UInt8(ascii: "[") {
      guard let close = authority.lastIndex(of: UInt8(ascii: "]")) else {
        throw .malformed("an address without its bracket")
      }
      let address = authority[(authority.startIndex + 1)..<close]
      let allowed = address.prefix { $0 != UInt8(ascii: "%") }
      guard !allowed.isEmpty, allowed.allSatisfy(isAddressByte) else { throw .malformed("a malformed address") }
      port = authority[(close + 1)...]
      guard port.isEmpty || port.first == UInt8(ascii: ":") else { throw .malformed("a malformed port") }
    } else {
      let host = authority.prefix { $0 != UInt8(ascii: ":") }
      guard host.allSatisfy({ HTTPRequestParser.isHostByte($0) || $0 >= 0x80 }), !host.contains(UInt8(ascii: "["))
      else { throw .malformed("a malformed host in the target") }
      try checkEscapes(host, inHost: true)
      port = authority[host.endIndex...]
    }
    guard port.dropFirst().allSatisfy({ 0x30...0x39 ~= $0 }) else { throw .malformed("a port that is no number") }
  }

  private static func isAddressByte(_ byte: UInt8) -> Bool {
    isHexDigit(byte) || byte == UInt8(ascii: ":") || byte == UInt8(ascii: ".")
  }

  /// In a host an escape may stand for a percent sign or a byte beyond ASCII only.
  private static func checkEscapes(_ text: ArraySlice<UInt8>, inHost: Bool = false) throws(HTTPRefusal) {
    var index = text.startIndex
    while index < text.endIndex {
      if text[index] == UInt8(ascii: "%") {
        guard text.endIndex - index > 2, isHexDigit(text[index + 1]), isHexDigit(text[index + 2]) else {
          throw .malformed("a broken escape in the target")
        }
        if inHost, text[index + 1] < UInt8(ascii: "8"), !text[index...].starts(with: "%25".utf8) {
          throw .malformed("an escaped letter in the host")
        }
        index += 3
      } else {
        index += 1
      }
    }
  }

  private static func isHexDigit(_ byte: UInt8) -> Bool {
    0x30...0x39 ~= byte || 0x41...0x46 ~= byte || 0x61...0x66 ~= byte
  }
}
