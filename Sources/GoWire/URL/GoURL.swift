/// A URL as Go's `net/url` takes it apart and puts it together.
public struct GoURL: Hashable, Sendable {
  /// In lower case, without its colon; empty in a relative reference.
  public var scheme: GoString = ""
  /// What follows the scheme when that is not a slash, as it is written.
  public var opaque: GoString = ""
  public var user: UserInfo?
  /// `host` or `host:port`, an IPv6 address in brackets.
  public var host: GoString = ""
  /// Decoded.
  public var path: GoString = ""
  /// The path as it was written, when `path` would be escaped in another way; else empty.
  public var rawPath: GoString = ""
  /// As it is written, without `?`.
  public var rawQuery: GoString = ""
  /// Decoded, without `#`.
  public var fragment: GoString = ""
  /// The fragment as it was written, when it would be escaped in another way; else empty.
  public var rawFragment: GoString = ""
  /// Whether a `?` stands before an empty query.
  public var forcesQuery = false
  /// Whether the host is left out together with its slashes: `file:/path`.
  public var omitsHost = false

  public init() {}

  /// The user and password of a URL, decoded.
  public struct UserInfo: Hashable, Sendable {
    public var name: GoString
    /// Nil when there is no colon.
    public var password: GoString?

    public init(_ name: GoString, password: GoString? = nil) {
      self.name = name
      self.password = password
    }

    fileprivate var text: GoString {
      let name = URLPart.userPassword.escape(name)
      return password.map { name + ":" + URLPart.userPassword.escape($0) } ?? name
    }
  }

  /// The path with escapes, as it was written where that is a right way to write it.
  public var escapedPath: GoString {
    if !rawPath.isEmpty, URLPart.path.isValidEncoding(rawPath), (try? URLPart.path.unescape(rawPath)) == path {
      return rawPath
    }
    return path == "*" ? "*" : URLPart.path.escape(path)
  }

  var escapedFragment: GoString {
    if !rawFragment.isEmpty, URLPart.fragment.isValidEncoding(rawFragment),
      (try? URLPart.fragment.unescape(rawFragment)) == fragment
    {
      return rawFragment
    }
    return URLPart.fragment.escape(fragment)
  }

  /// Takes a path with its escapes.
  mutating func setPath(_ escaped: GoString) throws(GoURLError) {
    path = try URLPart.path.unescape(escaped)
    rawPath = URLPart.path.escape(path) == escaped ? "" : escaped
  }

  mutating func setFragment(_ escaped: GoString) throws(GoURLError) {
    fragment = try URLPart.fragment.unescape(escaped)
    rawFragment = URLPart.fragment.escape(fragment) == escaped ? "" : escaped
  }

  private var queryText: GoString { forcesQuery || !rawQuery.isEmpty ? "?" + rawQuery : "" }

  /// The whole URL: Go's `URL.String`.
  public var text: GoString {
    var text: GoString = scheme.isEmpty ? "" : scheme + ":"
    if opaque.isEmpty {
      text += authorityText
      let path = escapedPath
      if !path.isEmpty, !path.hasPrefix("/"), !host.isEmpty { text += "/" }
      // A first segment with a colon would read as a scheme.
      if text.isEmpty, path.split(UInt8(ascii: "/"))[0].contains(UInt8(ascii: ":")) { text += "./" }
      text += path
    } else {
      text += opaque
    }
    text += queryText
    return fragment.isEmpty ? text : text + "#" + escapedFragment
  }

  private var authorityText: GoString {
    if scheme.isEmpty && host.isEmpty && user == nil { return "" }
    if omitsHost && host.isEmpty && user == nil { return "" }
    var text: GoString = host.isEmpty && path.isEmpty && user == nil ? "" : "//"
    if let user { text += user.text + "@" }
    return text + URLPart.host.escape(host)
  }

  /// Path and query as a request line has them: Go's `URL.RequestURI`.
  public var requestTarget: GoString {
    var text = opaque
    if text.isEmpty {
      text = escapedPath.isEmpty ? "/" : escapedPath
    } else if text.hasPrefix("//") {
      text = scheme + ":" + text
    }
    return text + queryText
  }

  /// The host without its port and brackets.
  public var hostname: GoString {
    let name = splitHost.name
    guard name.hasPrefix("["), name.hasSuffix("]") else { return name }
    return GoString(name.bytes.dropFirst().dropLast())
  }

  /// The digits after the host's last colon; empty when there are none.
  public var port: GoString { splitHost.port }

  private var splitHost: (name: GoString, port: GoString) {
    guard let colon = host.bytes.lastIndex(of: UInt8(ascii: ":")),
      GoURLParser.isOptionalPort(host.dropping(colon))
    else { return (host, "") }
    return (host.keeping(colon), host.dropping(colon + 1))
  }

  /// The query's pairs; broken ones are dropped (SIGN-9).
  public var query: GoQuery { GoQuery(rawQuery) }

  /// The reference taken relative to this URL (RFC 3986, section 5.2).
  public func resolving(_ reference: GoURL) -> GoURL {
    var result = reference
    if reference.scheme.isEmpty { result.scheme = scheme }
    if !reference.scheme.isEmpty || !reference.host.isEmpty || reference.user != nil {
      // What `escapedPath` gives is always rightly escaped.
      try? result.setPath(GoURL.resolvePath(reference.escapedPath, ""))
      return result
    }
    if !reference.opaque.isEmpty {
      result.user = nil
      result.host = ""
      result.path = ""
      return result
    }
    if reference.path.isEmpty, !reference.forcesQuery, reference.rawQuery.isEmpty {
      result.rawQuery = rawQuery
      if reference.fragment.isEmpty {
        result.fragment = fragment
        result.rawFragment = rawFragment
      }
    }
    if reference.path.isEmpty, !opaque.isEmpty {
      result.opaque = opaque
      result.user = nil
      result.host = ""
      result.path = ""
      return result
    }
    result.host = host
    result.user = user
    try? result.setPath(GoURL.resolvePath(escapedPath, reference.escapedPath))
    return result
  }

  /// The path of a reference below a base, dots removed.
  private static func resolvePath(_ base: GoString, _ reference: GoString) -> GoString {
    let slash = UInt8(ascii: "/")
    var full = reference
    if reference.isEmpty {
      full = base
    } else if !reference.hasPrefix("/") {
      full = base.keeping((base.bytes.lastIndex(of: slash) ?? -1) + 1) + reference
    }
    if full.isEmpty { return "" }

    var output: [UInt8] = [slash]
    var isFirst = true
    let elements = full.split(slash)
    for element in elements {
      if element == "." {
        isFirst = false
      } else if element == ".." {
        output.removeSubrange(max(1, output.lastIndex(of: slash) ?? 1)...)
        isFirst = output.count == 1
      } else {
        if !isFirst { output.append(slash) }
        output += element.bytes
        isFirst = false
      }
    }
    if elements.last == "." || elements.last == ".." { output.append(slash) }
    if output.count > 1, output[1] == slash { output.removeFirst() }
    return GoString(output)
  }
}

extension GoURL: CustomStringConvertible {
  public var description: String { text.text }
}
