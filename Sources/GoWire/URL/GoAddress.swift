/// Whether a text is an IP address, as Go's `netip.ParseAddr` judges it.
enum GoAddress {
  enum Family {
    case ipv4
    case ipv6
  }

  /// The family of an address; an IPv6 address may have a zone after `%`.
  static func family(of text: GoString) throws(GoAddressError) -> Family {
    for byte in text.bytes {
      switch byte {
      case UInt8(ascii: "."):
        try checkIPv4(text.bytes[...], in: text)
        return .ipv4
      case UInt8(ascii: ":"):
        try checkIPv6(text)
        return .ipv6
      case UInt8(ascii: "%"): throw GoAddressError(in: text, "missing IPv6 address")
      default: continue
      }
    }
    throw GoAddressError(in: text, "unable to parse IP")
  }

  private static func checkIPv4(_ bytes: ArraySlice<UInt8>, in text: GoString) throws(GoAddressError) {
    var value = 0
    var digits = 0
    var dots = 0
    for index in bytes.indices {
      let byte = bytes[index]
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        if digits == 1, value == 0 { throw GoAddressError(in: text, "IPv4 field has octet with leading zero") }
        value = value * 10 + Int(byte - UInt8(ascii: "0"))
        digits += 1
        if value > 255 { throw GoAddressError(in: text, "IPv4 field has value >255") }
      case UInt8(ascii: "."):
        guard digits > 0, index != bytes.endIndex - 1 else {
          throw GoAddressError(in: text, "IPv4 field must have at least one digit", at: bytes[index...])
        }
        if dots == 3 { throw GoAddressError(in: text, "IPv4 address too long") }
        dots += 1
        value = 0
        digits = 0
      default: throw GoAddressError(in: text, "unexpected character", at: bytes[index...])
      }
    }
    if dots < 3 { throw GoAddressError(in: text, "IPv4 address too short") }
  }

  private static func checkIPv6(_ text: GoString) throws(GoAddressError) {
    var rest = text.bytes[...]
    if let percent = rest.firstIndex(of: UInt8(ascii: "%")) {
      guard percent + 1 < rest.endIndex else { throw GoAddressError(in: text, "zone must be a non-empty string") }
      rest = rest[..<percent]
    }
    let colon = UInt8(ascii: ":")
    var hasEllipsis = false
    if rest.starts(with: [colon, colon]) {
      hasEllipsis = true
      rest = rest.dropFirst(2)
      if rest.isEmpty { return }
    }
    var size = 0
    while size < 16 {
      let group = rest.prefix { Hexadecimal.value($0) != nil }
      if group.count > 4 { throw GoAddressError(in: text, "each group must have 4 or less digits", at: rest) }
      if group.isEmpty {
        throw GoAddressError(in: text, "each colon-separated field must have at least one digit", at: rest)
      }
      if group.endIndex < rest.endIndex, rest[group.endIndex] == UInt8(ascii: ".") {
        if !hasEllipsis, size != 12 {
          throw GoAddressError(
            in: text, "embedded IPv4 address must replace the final 2 fields of the address", at: rest)
        }
        if size > 12 {
          throw GoAddressError(
            in: text, "too many hex fields to fit an embedded IPv4 at the end of the address", at: rest)
        }
        try checkIPv4(rest, in: text)
        rest = []
        size += 4
        break
      }
      size += 2
      rest = rest.dropFirst(group.count)
      guard let next = rest.first else { break }
      if next != colon { throw GoAddressError(in: text, "unexpected character, want colon", at: rest) }
      if rest.count == 1 { throw GoAddressError(in: text, "colon must be followed by more characters", at: rest) }
      rest = rest.dropFirst()
      if rest.first == colon {
        if hasEllipsis { throw GoAddressError(in: text, "multiple :: in address", at: rest) }
        hasEllipsis = true
        rest = rest.dropFirst()
        if rest.isEmpty { break }
      }
    }
    if !rest.isEmpty { throw GoAddressError(in: text, "trailing garbage after address", at: rest) }
    if size < 16, !hasEllipsis { throw GoAddressError(in: text, "address string too short") }
    if size == 16, hasEllipsis {
      throw GoAddressError(in: text, "the :: must expand to at least one field of zeros")
    }
  }
}

/// Why a text is no IP address, as Go says it.
struct GoAddressError: Error {
  let text: GoString

  init(_ text: GoString) {
    self.text = text
  }

  init(in text: GoString, _ message: GoString, at rest: ArraySlice<UInt8> = []) {
    let place: GoString = rest.isEmpty ? "" : " (at " + GoString(rest).quoted + ")"
    self.text = "ParseAddr(" + text.quoted + "): " + message + place
  }
}
