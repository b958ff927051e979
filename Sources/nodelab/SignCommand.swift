import GoWire
import NodeProtocol

/// `nodelab sign`: what a request has to carry (chapter 2).
enum SignCommand {
  static let row = CommandRow(
    ["sign"], operands: "METHOD TARGET", operandCount: 2...2,
    summary: "Signs a request as one node does for another",
    options: [
      OptionRow("secret", .value("S"), required: true, "the secret that both nodes share"),
      OptionRow(
        "header", short: "H", .repeated("'X-Cr-…: v'"), "a header of the request; those that are not signed are ignored"
      ),
      OptionRow("body", .value("FILE"), "the request's body; - is the standard input"),
      OptionRow("expires", .value("T"), "the Unix time up to which the signature is good; 0, the default, is for ever"),
    ],
    notes: [
      """
      PUT, POST and PATCH are signed in a header, which is printed: Authorization: Bearer Cr …. It covers the path, the \
      X-Cr- headers and the body, but not the body of an upload's chunk. All other methods are signed in the query, over \
      the path alone: the target is printed with its sign parameter.
      """,
      """
      Example:
        curl -H "$(nodelab sign --secret "$SECRET" --body ping.json POST /api/v4/slave/ping)" \\
          --data-binary @ping.json http://127.0.0.1:5212/api/v4/slave/ping
      """,
    ],
    run: run)

  private static func run(_ arguments: Arguments) throws(CommandFailure) -> Int32 {
    let check = SignatureCheck(key: SigningKey(GoString(arguments.value("secret") ?? "")), profile: .documented)
    let method = GoString(arguments.operands[0])
    let expires = try expiry(arguments)
    var headers: [HeaderField] = []
    for text in arguments.all("header") { headers.append(try header(text, arguments)) }
    let body = try arguments.value("body").map(arguments.file) ?? []

    let raw = arguments.operands[1]
    guard let target = RequestTarget(GoString(raw)) else {
      throw arguments.usage("\(raw) is no request target")
    }
    if RequestContent.isSignedInHeader(method: method) {
      let value = check.authorization(
        method: method, path: target.path, headers: headers, body: body, expires: expires)
      Output.standard.line("\(HeaderName.authorization): \(value)")
    } else {
      // The first of two values counts (SIGN-9).
      guard target.query["sign"] == nil else { throw arguments.usage("\(raw) has a sign parameter already") }
      let signature = check.querySignature(path: target.path, expires: expires).queryEscaped
      let joint = raw.contains("?") ? (raw.hasSuffix("?") ? "" : "&") : "?"
      Output.standard.line("\(raw)\(joint)sign=\(signature)")
    }
    return ExitCode.asExpected.rawValue
  }

  private static func expiry(_ arguments: Arguments) throws(CommandFailure) -> Int64 {
    guard let text = arguments.value("expires") else { return 0 }
    guard let expires = Int64(text) else { throw arguments.usage("--expires \(text) is no Unix time") }
    return expires
  }

  private static func header(_ text: String, _ arguments: Arguments) throws(CommandFailure) -> HeaderField {
    let bytes = Array(text.utf8)
    guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), colon > 0 else {
      throw arguments.usage("-H \(text) has no colon after a name")
    }
    func trimmed(_ part: ArraySlice<UInt8>) -> GoString {
      GoString(part.drop { $0 == 0x20 || $0 == 0x09 }.reversed().drop { $0 == 0x20 || $0 == 0x09 }.reversed())
    }
    return HeaderField(trimmed(bytes[..<colon]), trimmed(bytes[(colon + 1)...]))
  }
}
