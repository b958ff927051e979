extension GoURL {
  /// Reads an absolute or relative URL as Go's `url.Parse` does; the error is `parse "<text>": <reason>` (PING-4).
  public init(_ text: GoString) throws(GoURLError) {
    let (whole, fragment) = text.cut(UInt8(ascii: "#")) ?? (text, "")
    do throws(GoURLError) {
      self = try GoURLParser.parse(whole, fromRequest: false)
    } catch {
      throw GoURLError("parse " + whole.quoted + ": " + error.text)
    }
    if fragment.isEmpty { return }
    do throws(GoURLError) {
      try setFragment(fragment)
    } catch {
      throw GoURLError("parse " + text.quoted + ": " + error.text)
    }
  }

  /// Reads the target of a request line as Go's server does (`url.ParseRequestURI`): an absolute path or an absolute URL, and no
  /// fragment. `path` is decoded, `rawQuery` is not.
  public init(requestTarget target: GoString) throws(GoURLError) {
    do throws(GoURLError) {
      self = try GoURLParser.parse(target, fromRequest: true)
    } catch {
      throw GoURLError("parse " + target.quoted + ": " + error.text)
    }
  }
}

/// Takes a URL apart.
enum GoURLParser {
  private static let slash = UInt8(ascii: "/")
  private static let colon = UInt8(ascii: ":")

  static func parse(_ text: GoString, fromRequest: Bool) throws(GoURLError) -> GoURL {
    if text.bytes.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
      throw GoURLError("net/url: invalid control character in URL")
    }
    if text.isEmpty, fromRequest { throw GoURLError("empty url") }
    var url = GoURL()
    if text == "*" {
      url.path = "*"
      return url
    }
    var rest: GoString
    (url.scheme, rest) = try scheme(text)
    url.scheme = url.scheme.asciiLowercased

    if rest.hasSuffix("?"), rest.bytes.firstIndex(of: UInt8(ascii: "?")) == rest.count - 1 {
      url.forcesQuery = true
      rest = rest.keeping(rest.count - 1)
    } else if let (before, query) = rest.cut(UInt8(ascii: "?")) {
      (rest, url.rawQuery) = (before, query)
    }

    if !rest.hasPrefix("/") {
      if !url.scheme.isEmpty {
        url.opaque = rest
        return url
      }
      if fromRequest { throw GoURLError("invalid URI for request") }
      if rest.split(slash)[0].contains(colon) {
        throw GoURLError("first path segment in URL cannot contain colon")
      }
    }
    let mayHaveHost = !url.scheme.isEmpty || !fromRequest && !rest.hasPrefix("///")
    if mayHaveHost, rest.hasPrefix("//") {
      let authority = rest.dropping(2)
      let end = authority.bytes.firstIndex(of: slash) ?? authority.count
      try setAuthority(authority.keeping(end), of: &url)
      rest = authority.dropping(end)
    } else if !url.scheme.isEmpty {
      url.omitsHost = true
    }
    try url.setPath(rest)
    return url
  }

  private static func scheme(_ text: GoString) throws(GoURLError) -> (GoString, GoString) {
    for (index, byte) in text.bytes.enumerated() {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): continue
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
        if index == 0 { return ("", text) }
      case colon:
        if index == 0 { throw GoURLError("missing protocol scheme") }
        return (text.keeping(index), text.dropping(index + 1))
      default: return ("", text)
      }
    }
    return ("", text)
  }

  private static func setAuthority(_ authority: GoString, of url: inout GoURL) throws(GoURLError) {
    guard let at = authority.bytes.lastIndex(of: UInt8(ascii: "@")) else {
      url.host = try host(authority, scheme: url.scheme)
      return
    }
    url.host = try host(authority.dropping(at + 1), scheme: url.scheme)
    let info = authority.keeping(at)
    guard info.bytes.allSatisfy(isUserInfo) else { throw GoURLError("net/url: invalid userinfo") }
    if let (name, password) = info.cut(colon) {
      let name = try URLPart.userPassword.unescape(name)
      url.user = GoURL.UserInfo(name, password: try URLPart.userPassword.unescape(password))
    } else {
      url.user = GoURL.UserInfo(try URLPart.userPassword.unescape(info))
    }
  }

  private static func isUserInfo(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: URLPart.isOne(byte, of: "-._:~!$&'()*+,;=%@")
    }
  }

  private static func host(_ host: GoString, scheme: GoString) throws(GoURLError) -> GoString {
    if let bracket = host.bytes.lastIndex(of: UInt8(ascii: "[")) {
      guard bracket == 0 else { throw GoURLError("invalid IP-literal") }
      return try literal(host)
    }
    if let first = host.bytes.firstIndex(of: colon) {
      // Other schemes may list several hosts with ports.
      let isStrict = scheme == "http" || scheme == "https"
      let port = host.dropping(isStrict ? first : host.bytes.lastIndex(of: colon) ?? first)
      guard isOptionalPort(port) else { throw GoURLError("invalid port " + port.quoted + " after host") }
    }
    return try URLPart.host.unescape(host)
  }

  /// An IPv6 address in brackets, with or without a port.
  private static func literal(_ host: GoString) throws(GoURLError) -> GoString {
    guard let end = host.bytes.lastIndex(of: UInt8(ascii: "]")) else { throw GoURLError("missing ']' in host") }
    let port = host.dropping(end + 1)
    guard isOptionalPort(port) else { throw GoURLError("invalid port " + port.quoted + " after host") }
    let name = host.keeping(end).dropping(1)
    let address: GoString
    if let zone = zoneIndex(name.bytes) {
      let before = try URLPart.host.unescape(name.keeping(zone))
      address = before + (try URLPart.zone.unescape(name.dropping(zone)))
    } else {
      address = try URLPart.host.unescape(name)
    }
    do throws(GoAddressError) {
      let family = try GoAddress.family(of: address)
      if family == .ipv4 { throw GoAddressError("") }
    } catch {
      throw GoURLError(error.text.isEmpty ? "invalid IP-literal" : "invalid host: " + error.text)
    }
    return "[" + address + "]" + port
  }

  /// Where `%25`, which begins a zone, stands.
  private static func zoneIndex(_ bytes: [UInt8]) -> Int? {
    guard bytes.count >= 3 else { return nil }
    return (0...(bytes.count - 3)).first { bytes[$0..<($0 + 3)].elementsEqual("%25".utf8) }
  }

  /// Whether a text is empty or a colon and digits.
  static func isOptionalPort(_ text: GoString) -> Bool {
    guard let first = text.bytes.first else { return true }
    return first == colon && text.bytes.dropFirst().allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
  }
}
