import GoWire

/// What the signature of a request covers (SIGN-4, SIGN-5).
public enum RequestContent {
  /// Whether the signature stands in `Authorization` and covers the content; otherwise it stands in the query and covers the
  /// path (SIGN-3, SIGN-4).
  public static func isSignedInHeader(method: GoString) -> Bool {
    method.is("PUT") || method.is("POST") || method.is("PATCH")
  }

  /// Whether this is an upload-data request, whose body no signature covers (SIGN-5).
  public static func isUploadData(method: GoString, path: GoString) -> Bool {
    !method.is("PUT") && path.bytes.contains(uploadFolder)
  }

  /// Whether the body is needed to check the signature. Since it is covered as one string, the caller sets its limit.
  public static func coversBody(method: GoString, path: GoString) -> Bool {
    isSignedInHeader(method: method) && !isUploadData(method: method, path: path)
  }

  /// The content of a request that is signed in its header: `{"Path":…,"Header":…,"Body":…}` (SIGN-5).
  /// - Parameters:
  ///   - path: the decoded path.
  ///   - headers: all headers of the request, in the order in which they came.
  ///   - body: left out for an upload-data request.
  public static func build(
    method: GoString, path: GoString, headers: [HeaderField], body: [UInt8], emptyPath: Profile.EmptyPath
  ) -> GoString {
    let signedPath = path.isEmpty && emptyPath == .slash ? "/" : path
    let signedBody = isUploadData(method: method, path: path) ? GoString() : GoString(body)
    return content(path: signedPath, header: signedHeaders(headers), body: signedBody)
  }

  /// The JSON text of the three strings.
  static func content(path: GoString, header: GoString, body: GoString) -> GoString {
    var text = [UInt8]()
    text.reserveCapacity(40 + path.count + header.count * 2 + body.count + body.count / 4)
    text += #"{"Path":"#.utf8
    GoJSON.appendString(path, to: &text)
    text += #","Header":"#.utf8
    GoJSON.appendString(header, to: &text)
    text += #","Body":"#.utf8
    GoJSON.appendString(body, to: &text)
    text.append(UInt8(ascii: "}"))
    return GoString(text)
  }

  /// The signed headers as one string: `Name=value`, sorted, joined by `&`.
  static func signedHeaders(_ headers: [HeaderField]) -> GoString {
    var names: [GoString] = []
    var lines: [GoString] = []
    for field in headers {
      guard field.name.count >= HeaderName.signedPrefix.count else { continue }
      let name = field.name.canonicalHeaderName
      guard name.hasPrefix(HeaderName.signedPrefix), name != HeaderName.fileName else { continue }
      guard !names.contains(name) else { continue }  // SIGN-9
      names.append(name)
      lines.append(name + "=" + field.value)
    }
    return GoString(lines.sorted().map(\.bytes).joined(separator: [UInt8(ascii: "&")]))
  }

  private static let uploadFolder = Array("/api/v4/slave/upload/".utf8)
}
