import GoWire
import NodeProtocol

/// Signatures of requests (SIGN-1, SIGN-5).
struct SignatureSubject: Subject {
  let name = "signature"

  private static let names: [GoString] = [
    "X-Cr-Node-Id", "x-cr-site-url", "X-CR-CORRELATION-ID", "X-Cr-Filename", "x-cr-FILENAME", "X-Cr-", "X-Cr", "Accept",
    "x-cR-a", "X-Cr-B", "X_Cr_C", "X-Cr-é", "X-Cr- ", "Authorization", "X-Crx-Y",
  ]
  private static let paths: [GoString] = [
    "/api/v4/slave/ping", "/api/v4/slave/upload/", "/api/v4/slave/upload", "/", "", "a b", "é", "<>&\"", "x",
  ]

  func question(_ choices: inout Choices) -> Question? {
    let key = GoString(choices.bytes(usual: 70, most: 200))
    let method: GoString = choices.pick(["POST", "PUT", "PATCH"])
    var path = choices.text(of: SignatureSubject.paths, usual: 3, most: 6)
    if choices.once(in: 4) { path += choices.text() }
    let headers = (0..<choices.next(6)).map { _ in
      HeaderField(choices.pick(SignatureSubject.names), choices.text())
    }
    let body = choices.text(usual: 30, most: 600)
    let expires = GobValues.integer(&choices, bits: 64)

    let coversBody = method == "PUT" || !path.text.contains("/api/v4/slave/upload/")
    var request = RequestWriter("H")
    request.string(key)
    request.string(path)
    request.uint32(UInt32(headers.count))
    for header in headers {
      request.string(header.name)
      request.string(header.value)
    }
    request.string(coversBody ? body : "")
    request.uint64(UInt64(bitPattern: expires))

    let content = RequestContent.build(
      method: method, path: path, headers: headers, body: body.bytes, emptyPath: .empty)
    let signature = SigningKey(key).sign(content, expires: expires)
    return Question(request, .result(signature.bytes)) {
      "\(method) \(path.quoted) with \(headers) and \(body.quoted), key \(readable(key.bytes)), until \(expires)"
    }
  }
}
