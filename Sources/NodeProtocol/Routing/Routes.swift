import GoWire

/// The routes of a role, and which of them a request is for (HDR-7). Comes before the signature.
public struct Routes: Sendable {
  private let patterns: [RoutePattern]

  public init(_ role: Role) {
    patterns = RoutePattern.all.filter { $0.roles.contains(role) }
  }

  /// Where a request goes.
  /// - Parameter rawTarget: the request target as sent.
  public func match(method: GoString, rawTarget: GoString) -> RouteMatch {
    guard let target = RequestTarget(rawTarget) else { return .badRequest }
    return match(method: method, target: target)
  }

  /// Where a request goes.
  public func match(method: GoString, target: RequestTarget) -> RouteMatch {
    match(method: method, path: target.path, rawQuery: { target.rawQuery })
  }

  /// Where a request goes.
  /// - Parameters:
  ///   - path: the decoded path.
  ///   - rawQuery: what follows the `?`, as sent; nil when there is none.
  public func match(method: GoString, path: GoString, rawQuery: GoString?) -> RouteMatch {
    match(method: method, path: path, rawQuery: { rawQuery })
  }

  private func match(method: GoString, path: GoString, rawQuery: () -> GoString?) -> RouteMatch {
    let segments = PathSegments(path)
    for pattern in patterns where pattern.segments.count == segments.count && pattern.methods.contains(method) {
      if let parameters = pattern.parameters(of: segments, allowingEmptyEnd: false) {
        return .route(pattern.route(parameters))
      }
    }
    guard path.bytes.count > 1, path.bytes.last == UInt8(ascii: "/") else { return .notFound }
    let shortened = segments.shortened
    let candidates = patterns.filter { $0.methods.contains(method) }
    let isMatch = candidates.contains { pattern in
      pattern.parameters(of: shortened, allowingEmptyEnd: true) != nil || pattern.breaksOff(after: shortened)
    }
    guard isMatch else { return .notFound }
    return .redirect(Redirect(method: method, path: GoString(path.bytes.dropLast()), rawQuery: rawQuery()))
  }
}

/// The answer to a path with one slash too many (HDR-7).
public struct Redirect: Hashable, Sendable {
  /// 301 for `GET`, 307 for other methods.
  public var status: Int
  /// `Location`: the path without the slash, query kept.
  public var location: GoString
  /// `text/html; charset=utf-8`; nil for methods other than `GET` and `HEAD`.
  public var contentType: GoString?
  /// Empty for methods other than `GET`.
  public var body: GoString

  init(method: GoString, path: GoString, rawQuery: GoString?) {
    let isGet = method == "GET"
    var url = GoURL()
    url.path = path
    var text = GoPath.clean(url.escapedPath)
    if path.hasSuffix("/"), !text.hasSuffix("/") { text += "/" }
    if let rawQuery { text += "?" + rawQuery }
    status = isGet ? 301 : 307
    location = GoString(text.bytes.flatMap { $0 < 0x80 ? [$0] : Array("%\(String($0, radix: 16))".utf8) })
    contentType = isGet || method == "HEAD" ? "text/html; charset=utf-8" : nil
    body = isGet ? "<a href=\"" + Redirect.escapeHTML(text) + "\">Moved Permanently</a>.\n\n" : ""
  }

  private static func escapeHTML(_ text: GoString) -> GoString {
    GoString(
      text.bytes.flatMap { byte -> [UInt8] in
        switch byte {
        case UInt8(ascii: "&"): Array("&amp;".utf8)
        case UInt8(ascii: "<"): Array("&lt;".utf8)
        case UInt8(ascii: ">"): Array("&gt;".utf8)
        case UInt8(ascii: "\""): Array("&#34;".utf8)
        case UInt8(ascii: "'"): Array("&#39;".utf8)
        default: [byte]
        }
      })
  }
}
