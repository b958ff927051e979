import GoWire

/// A request to another node, ready to be sent: an absolute URL, its headers and its body.
public struct NodeCall: Hashable, Sendable {
  public var method: GoString
  public var url: GoURL
  /// Without those of the transport: `Host`, `Content-Length`, `Connection`, `Accept-Encoding`.
  public var headers: [HeaderField]
  public var body: [UInt8]
  /// The first call of a chain of redirects: its method names the failures, its host may be told its credentials.
  private var first: First?

  private struct First: Hashable, Sendable {
    var method: GoString
    var hostname: GoString
  }

  public init(method: GoString, url: GoURL, headers: [HeaderField] = [], body: [UInt8] = []) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
  }

  /// Where a call goes, as a transport needs it.
  public struct Endpoint: Hashable, Sendable {
    public var isTLS: Bool
    /// Without brackets.
    public var host: GoString
    public var port: UInt16
    /// The `Host` header.
    public var authority: GoString
    /// The raw request target.
    public var target: GoString
  }

  /// Where the call goes; what no transport can carry fails as in Go's client (PING-4, PING-6).
  public func endpoint() throws(CallFailure) -> Endpoint {
    let isTLS = url.scheme == "https"
    guard isTLS || url.scheme == "http" else { throw failure("unsupported protocol scheme " + url.scheme.quoted) }
    guard !url.host.isEmpty else { throw failure("http: no Host in request URL") }
    let port: UInt16? = url.port.isEmpty ? (isTLS ? 443 : 80) : UInt16(url.port.text)
    guard let port else { throw failure("dial tcp: address " + url.port + ": invalid port") }
    let authority = url.host.hasSuffix(":") ? GoString(url.host.bytes.dropLast()) : url.host
    return Endpoint(
      isTLS: isTLS, host: url.hostname, port: port, authority: authority, target: url.requestTarget)
  }

  /// A failure of this call in the words of Go's client: `Get "http://…": <text>`.
  public func failure(_ text: GoString) -> CallFailure {
    .transport(method: first?.method ?? method, url: url.textWithoutPassword, text)
  }

  /// The headers with what the URL's user and password add (PING-2).
  public var headersToSend: [HeaderField] {
    guard let user = url.user,
      !headers.contains(where: { $0.name.equalsIgnoringASCIICase(HeaderName.authorization) })
    else { return headers }
    let credentials = user.name + ":" + (user.password ?? "")
    return headers + [HeaderField(HeaderName.authorization, "Basic " + Base64.standard.encode(credentials.bytes))]
  }

  /// The call that follows an answer's redirect; nil when the answer is the last one (PING-4).
  ///
  /// Headers are kept, but for credentials when the host is neither the first one nor below it; bodies are not sent again, so
  /// that only calls without one are to be followed.
  /// - Parameter made: how many calls have been made, this one included.
  public func following(status: Int, location: GoString?, made: Int) throws(CallFailure) -> NodeCall? {
    guard [301, 302, 303, 307, 308].contains(status), let location, !location.isEmpty else { return nil }
    var next = self
    do {
      next.url = url.resolving(try GoURL(location))
    } catch {
      throw failure("failed to parse Location header " + location.quoted + ": " + error.text)
    }
    // Go names what the header says, not what it leads to.
    guard made < 10 else {
      throw .transport(method: first?.method ?? method, url: location, "stopped after 10 redirects")
    }
    let first = self.first ?? First(method: method, hostname: url.hostname)
    next.first = first
    if status < 304, method != "HEAD" { next.method = "GET" }
    let keepsCredentials = NodeCall.isSameOrBelow(next.url.hostname, first.hostname)
    next.headers.removeAll { field in
      field.name.equalsIgnoringASCIICase("Referer")
        || !keepsCredentials && field.name.equalsIgnoringASCIICase(HeaderName.authorization)
    }
    if url.scheme != "https" || next.url.scheme != "http" {
      var referer = url
      referer.user = nil
      next.headers.append(HeaderField("Referer", referer.text))
    }
    return next
  }

  private static func isSameOrBelow(_ host: GoString, _ parent: GoString) -> Bool {
    if host == parent { return true }
    let isAddress = host.bytes.contains { $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "%") }
    return !isAddress && !parent.isEmpty && host.hasSuffix("." + parent)
  }
}

extension GoURL {
  /// The URL with three asterisks for its password.
  var textWithoutPassword: GoString {
    guard user?.password != nil else { return text }
    var url = self
    url.user?.password = "-"
    let shown = url.text.bytes
    guard let mark = shown.firstRange(of: Array(":-@".utf8)) else { return url.text }
    return GoString(shown[...mark.lowerBound]) + "***" + GoString(shown[(mark.upperBound - 1)...])
  }
}

extension NodeCall {
  /// The call back to a master that a ping asks for (PING-2, PING-4). Unsigned.
  public static func sitePing(callback: GoString, headers: [HeaderField]) throws(NodeError) -> NodeCall {
    do {
      var path = GoURL()
      path.path = "/api/v4/site/ping"
      return NodeCall(method: "GET", url: try GoURL(callback).resolving(path), headers: headers)
    } catch {
      throw NodeError(.parameterError, "Failed to parse callback url", cause: error.text)
    }
  }
}

/// Makes signed calls to one node (chapters 2 and 3).
public struct CallBuilder: Sendable {
  /// What a call is for: upload and content URLs that others use, or a call of the node itself (QUIRK-10).
  public enum Purpose: Hashable, Sendable { case call, link }

  private let base: GoURL
  private let check: SignatureCheck
  private let keepsSubPath: Bool

  /// - Parameters:
  ///   - base: the node's URL; a path in it is where a proxy serves the node.
  ///   - key: the secret shared with the node.
  public init(base: GoURL, key: SigningKey, profile: Profile) {
    self.base = base
    check = SignatureCheck(key: key, profile: profile)
    keepsSubPath = profile.keepsSubPath
  }

  /// A signed call.
  ///
  /// The signature covers the path that the node sees, without the sub-path that a proxy takes away.
  /// - Parameters:
  ///   - path: decoded, from `/api/v4` on.
  ///   - expires: Unix time in seconds; 0 never expires.
  public func call(
    _ method: GoString, _ path: GoString, query: [GoQuery.Pair] = [], headers: [HeaderField], body: [UInt8] = [],
    expires: Int64, purpose: Purpose = .call
  ) -> NodeCall {
    var call = NodeCall(method: method, url: url(path, purpose), headers: headers, body: body)
    var query = query
    if RequestContent.isSignedInHeader(method: method) {
      call.headers.append(
        HeaderField(
          HeaderName.authorization,
          check.authorization(method: method, path: path, headers: headers, body: body, expires: expires)))
    } else {
      query.append(GoQuery.Pair("sign", check.querySignature(path: path, expires: expires)))
    }
    call.url.rawQuery = GoQuery(query).encoded
    return call
  }

  // QUIRK-10
  private func url(_ path: GoString, _ purpose: Purpose) -> GoURL {
    var url = base
    let subPath = GoString(base.path.bytes.reversed().drop { $0 == UInt8(ascii: "/") }.reversed())
    url.path = keepsSubPath || purpose == .link ? subPath + path : path
    url.rawPath = ""
    url.fragment = ""
    url.rawFragment = ""
    return url
  }
}
