import GoWire
import NodeProtocol
import Testing

@Suite struct SigningTests {
  static let now: Int64 = 1_800_000_000
  private let key = SigningKey("NodeLabSecret0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP")

  @Test(arguments: Recordings.json("vectors/signatures.json")["vectors"]?.array ?? [])
  func `a signature is the vector's`(vector: JSONValue) throws {
    let header = try #require(vector["header"]?.string)
    let fields = header.text.split(separator: "&").compactMap { part -> HeaderField? in
      // The one value with an ampersand of its own comes apart: put together below.
      guard let mark = part.firstIndex(of: "="), part.hasPrefix("X-Cr-") else { return nil }
      return HeaderField(GoString(String(part[..<mark])), GoString(String(part[part.index(after: mark)...])))
    }
    var headers = fields
    if let index = headers.firstIndex(where: { $0.name == HeaderName.siteURL }) {
      headers[index].value += header.text.hasSuffix("&d") ? "&d" : ""
    }
    let path = try #require(vector["path"]?.string)
    let body = Recordings.bytes(hex: vector["body_hex"]?.text ?? "")
    let content = RequestContent.build(method: "PUT", path: path, headers: headers, body: body, emptyPath: .slash)
    #expect(content == vector["content"]?.string)
    let expires = try #require(Int64(vector["expires"]?.text ?? ""))
    let signature = SigningKey(try #require(vector["key"]?.string)).sign(content, expires: expires)
    #expect(signature == vector["signature"]?.string)
  }

  @Test func `all 22 vectors are there`() {
    #expect(Recordings.json("vectors/signatures.json")["vectors"]?.array?.count == 22)
  }

  /// SIGN-2, in its order.
  @Test(
    arguments: [
      ("", .noPermission, "expire timestamp is missing"),
      ("abc:", .noPermission, "expire timestamp is missing"),
      ("abc", .invalidSignature, "sign expired"),
      ("abc:soon", .invalidSignature, "sign expired"),
      ("abc:9223372036854775808", .invalidSignature, "sign expired"),
      ("abc:1_0", .invalidSignature, "sign expired"),
      ("abc: 1", .invalidSignature, "sign expired"),
      ("abc:1799999999", .signatureExpired, "signature expired"),
      ("abc:-5", .signatureExpired, "signature expired"),
      ("abc:1800000000", .invalidSignature, "invalid sign"),
      ("abc:+0", .invalidSignature, "invalid sign"),
      ("abc:0", .invalidSignature, "invalid sign"),
    ] as [(GoString, ErrorCode, GoString)])
  func `a bad signature is told as SIGN-2 says`(signature: GoString, code: ErrorCode, message: GoString) {
    #expect(key.check(signature, of: "content", now: Self.now) == NodeError(code, message))
  }

  @Test func `the whole text of a signature is compared`() {
    let good = key.sign("content", expires: 0)
    #expect(key.check(good, of: "content", now: Self.now) == nil)
    #expect(key.check("x:" + good, of: "content", now: Self.now)?.message == "invalid sign")
    let plus = GoString(good.text.replacing(":0", with: ":+0"))
    #expect(key.check(plus, of: "content", now: Self.now)?.message == "invalid sign")
    #expect(key.check(good, of: "Content", now: Self.now)?.message == "invalid sign")
  }

  @Test func `a signature lives through the second it expires in`() {
    let signature = key.sign("content", expires: Self.now)
    #expect(key.check(signature, of: "content", now: Self.now) == nil)
    #expect(key.check(signature, of: "content", now: Self.now + 1)?.code == .signatureExpired)
  }

  @Test func `a key can be used any number of times, and an empty one too`() {
    #expect(key.sign("a", expires: 1) == key.sign("a", expires: 1))
    #expect(SigningKey("").sign("a", expires: 1) == SigningKey("").sign("a", expires: 1))
    #expect(SigningKey("").sign("a", expires: 1) != key.sign("a", expires: 1))
  }

  /// SIGN-1, SIGN-2: what is signed is the number as it is usually written; in another spelling it is another text.
  @Test(arguments: ["7", "007", "+7", "0", "00", "-0", "9223372036854775807", "09223372036854775807"])
  func `a signature is good only with its expiry as it was signed`(spelling: String) throws {
    let expires = try #require(Int64(spelling))
    let code = key.sign("/a", expires: expires).text.prefix(44)
    let error = key.check(GoString(code + ":" + spelling), of: "/a", now: 7)
    #expect(error == (spelling == String(expires) ? nil : NodeError(.invalidSignature, "invalid sign")))
    #expect(key.check(GoString(code + ":" + spelling), of: "/b", now: 7) != nil)
    #expect(key.check(GoString(code.dropLast() + "A:" + spelling), of: "/a", now: 7) != nil)
  }

  @Test func `only the first value of a repeated header is covered, whatever its spelling`() {
    let once = [HeaderField("X-Cr-Node-Id", "2")]
    let twice = once + [HeaderField("x-cr-node-id", "3")]
    let build = { RequestContent.build(method: "POST", path: "/p", headers: $0, body: [], emptyPath: .slash) }
    #expect(build(once) == build(twice))
    #expect(build(once) == #"{"Path":"/p","Header":"X-Cr-Node-Id=2","Body":""}"#)
  }

  @Test func `other headers and the file name are not covered, and the rest is sorted as whole lines`() {
    let headers = [
      HeaderField("x-cr-version", "4"), HeaderField("X-Cr-Filename", "f"), HeaderField("X-Other", "o"),
      HeaderField("X-CR-A-B", "2"), HeaderField("X-Cr-A", "1"), HeaderField("X-Cr", "no"),
    ]
    let content = RequestContent.build(method: "POST", path: "/p", headers: headers, body: [], emptyPath: .slash)
    #expect(content == #"{"Path":"/p","Header":"X-Cr-A-B=2\u0026X-Cr-A=1\u0026X-Cr-Version=4","Body":""}"#)
  }

  @Test(
    arguments: [
      ("POST", "/api/v4/slave/upload/s1", false), ("PUT", "/api/v4/slave/upload/s1", true),
      ("POST", "/api/v4/slave/upload", true), ("PATCH", "/x/api/v4/slave/upload/", false),
      ("GET", "/api/v4/slave/task/1", false), ("DELETE", "/api/v4/slave/file", false),
      ("POST", "/api/v4/slave/ping", true),
    ] as [(GoString, GoString, Bool)])
  func `the body counts unless it is upload data or the query signs`(method: GoString, path: GoString, counts: Bool) {
    #expect(RequestContent.coversBody(method: method, path: path) == counts)
  }

  @Test func `the empty path is signed as a slash, or by 4_0 as nothing`() {
    let build = { RequestContent.build(method: "PUT", path: "", headers: [], body: [], emptyPath: $0) }
    #expect(build(.slash) == #"{"Path":"/","Header":"","Body":""}"#)
    #expect(build(.empty) == #"{"Path":"","Header":"","Body":""}"#)
    #expect(Profile.cloudreve40.emptyPath == .empty)
    #expect(Profile.cloudreve414.emptyPath == .slash)
  }

  /// Every recorded request, sent verbatim, is judged as the recorded slave judged it.
  @Test(
    arguments: Recordings.cases(.slave, ["sign", "env", "bind", "ping", "upload", "delete", "list", "content", "task"]))
  func `a recorded request passes or fails the check as recorded`(recorded: RecordedCase) throws {
    let check = SignatureCheck(key: SigningKey(recorded.secret), profile: recorded.profile)
    let messages: Set<String> = [
      "expire timestamp is missing", "authorization header is missing", "sign expired", "signature expired",
      "invalid sign",
    ]
    for exchange in recorded.exchanges where exchange.status != 404 && exchange.status != 301 {
      // These hold header values that were not sent as UTF-8.
      if recorded.id == "sign/header-unicode-value"
        || exchange.status == 400 && exchange.answerText == "400 Bad Request"
      {
        continue
      }
      let target = try #require(RequestTarget(exchange.target))
      let error = check.verify(
        method: exchange.method, target: target, headers: exchange.headers, body: exchange.body, now: Self.now)
      let answer = try? GoJSON.parse(exchange.answer ?? [])
      let expected = answer?["msg"]?.text.flatMap { messages.contains($0) ? $0 : nil }
      #expect(error?.message.text == expected)
      if let error { #expect(error.code.rawValue == answer?["code"]?.int) }
    }
  }

  @Test func `what a client signs passes the check, in the header and in the query`() throws {
    let check = SignatureCheck(key: key, profile: .documented)
    let target = try #require(RequestTarget("/api/v4/slave/ping"))
    var headers = [HeaderField(HeaderName.nodeID, "2")]
    headers.append(
      HeaderField(
        HeaderName.authorization,
        check.authorization(method: "POST", path: target.path, headers: headers, body: [1, 2], expires: 0)))
    #expect(check.verify(method: "POST", target: target, headers: headers, body: [1, 2], now: Self.now) == nil)
    #expect(check.verify(method: "POST", target: target, headers: headers, body: [1], now: Self.now) != nil)

    let path: GoString = "/api/v4/slave/task/a b"
    let signature = check.querySignature(path: path, expires: 0).text.replacing("=", with: "%3D")
    let signed = try #require(RequestTarget(GoString("/api/v4/slave/task/a%20b?x=1&sign=\(signature)")))
    #expect(signed.path == path)
    #expect(check.verify(method: "GET", target: signed, headers: [], body: [9], now: Self.now) == nil)
    #expect(check.verify(method: "DELETE", target: signed, headers: [], body: [], now: Self.now) == nil)
  }

  @Test(
    arguments: [
      ("PUT", true), ("POST", true), ("PATCH", true), ("GET", false), ("HEAD", false), ("DELETE", false),
      ("OPTIONS", false), ("post", false),
    ] as [(GoString, Bool)])
  func `three methods are signed in the header`(method: GoString, isInHeader: Bool) {
    #expect(RequestContent.isSignedInHeader(method: method) == isInHeader)
  }

  @Test func `the prefix of the header is optional and spelled exactly`() throws {
    let check = SignatureCheck(key: key, profile: .documented)
    let target = try #require(RequestTarget("/api/v4/slave/ping"))
    let good = check.authorization(method: "POST", path: target.path, headers: [], body: [], expires: 0)
    let verify = { (value: String) in
      check.verify(
        method: "POST", target: target, headers: [HeaderField("authorization", GoString(value))], body: [], now: 1)
    }
    #expect(verify(good.text) == nil)
    #expect(verify(String(good.text.dropFirst("Bearer Cr ".count))) == nil)
    #expect(verify(good.text.replacing("Cr", with: "cr"))?.message == "invalid sign")
  }

  /// SIGN-6.
  @Test func `signatures for the master live longer than those for its storage`() throws {
    let text = ConfigurationTests.good + "[Slave]\nSignatureTTL = 9223372036854775807\n"
    let read = { (text: String) in
      try SlaveConfiguration.read(fileName: "a", content: Array(text.utf8), environment: []).configuration
    }
    #expect(try read(ConfigurationTests.good).expiry(.call, now: 1_000) == 1_600)
    #expect(try read(ConfigurationTests.good).expiry(.storage, now: 1_000) == 1_060)
    #expect(try read(text).expiry(.call, now: 1_000) == .max)
  }
}
