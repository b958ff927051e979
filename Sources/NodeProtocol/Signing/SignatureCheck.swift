import GoWire

/// Signs requests with a key, and checks those that come (chapter 2).
public struct SignatureCheck: Sendable {
  public let key: SigningKey
  private let emptyPath: Profile.EmptyPath

  public init(key: SigningKey, profile: Profile) {
    self.key = key
    emptyPath = profile.emptyPath
  }

  /// Nil when the request is signed with the key, else the error to answer with (SIGN-7).
  /// - Parameters:
  ///   - headers: all headers, in the order in which they came.
  ///   - body: looked at only when `RequestContent.coversBody` says so.
  ///   - now: Unix time in seconds.
  public func verify(
    method: GoString, target: RequestTarget, headers: [HeaderField], body: [UInt8], now: Int64
  ) -> NodeError? {
    guard RequestContent.isSignedInHeader(method: method) else {  // SIGN-4
      return key.check(target.query.first("sign") ?? GoString(), of: signedPath(target.path), now: now)
    }
    // SIGN-3
    guard let header = headers.first(where: { $0.name.equalsIgnoringASCIICase(HeaderName.authorization) }) else {
      return NodeError(.noPermission, "authorization header is missing")
    }
    let prefix = HeaderValue.signaturePrefix
    let signature = header.value.hasPrefix(prefix) ? GoString(header.value.bytes.dropFirst(prefix.count)) : header.value
    let content = RequestContent.build(
      method: method, path: target.path, headers: headers, body: body, emptyPath: emptyPath)
    return key.check(signature, of: content, now: now)
  }

  /// The value of `Authorization` for a request with these headers and this body (SIGN-3).
  /// - Parameters:
  ///   - path: the decoded path.
  ///   - expires: Unix time in seconds; 0 never expires.
  public func authorization(
    method: GoString, path: GoString, headers: [HeaderField], body: [UInt8], expires: Int64
  ) -> GoString {
    let content = RequestContent.build(
      method: method, path: path, headers: headers, body: body, emptyPath: emptyPath)
    return HeaderValue.signaturePrefix + key.sign(content, expires: expires)
  }

  /// The value of the query parameter `sign`, not escaped (SIGN-4).
  public func querySignature(path: GoString, expires: Int64) -> GoString {
    key.sign(signedPath(path), expires: expires)
  }

  private func signedPath(_ path: GoString) -> GoString {
    path.isEmpty && emptyPath == .slash ? "/" : path
  }
}
