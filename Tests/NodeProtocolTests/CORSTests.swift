import GoWire
import NodeProtocol
import Testing

@Suite struct CORSTests {
  private func policy(
    _ origins: [GoString], methods: [GoString] = ["OPTIONS", "GET", "POST"], headers: [GoString] = ["*"],
    credentials: Bool = false, exposed: [GoString] = []
  ) -> CORSPolicy? {
    CORSPolicy(
      SlaveConfiguration.CORS(
        allowOrigins: origins, allowMethods: methods, allowHeaders: headers, allowCredentials: credentials,
        exposeHeaders: exposed))
  }

  @Test func `without origins there is no policy`() {
    #expect(policy(["UNSET"]) == nil)
    #expect(policy([]) == nil)
  }

  /// The recorded preflight, `sign/options-cors`.
  @Test func `a preflight is answered as recorded`() throws {
    let verdict = try #require(policy(["*"])).verdict(method: "OPTIONS", origin: "http://a.example", host: "x")
    guard case .answer(let status, let headers) = verdict else {
      Issue.record("no answer")
      return
    }
    #expect(status == 204)
    #expect(
      Set(headers) == [
        HeaderField("Access-Control-Allow-Headers", "*"),
        HeaderField("Access-Control-Allow-Methods", "OPTIONS,GET,POST"),
        HeaderField("Access-Control-Allow-Origin", "*"),
      ])
  }

  @Test(arguments: [nil, "", "http://h:1", "https://h:1"] as [GoString?])
  func `a request of the node's own site, or of none, is left alone`(origin: GoString?) throws {
    #expect(try #require(policy(["*"])).verdict(method: "OPTIONS", origin: origin, host: "h:1") == .none)
  }

  @Test func `other methods get the origin added, and the exposed headers`() throws {
    let all = try #require(policy(["*"]))
    let plain = all.verdict(method: "POST", origin: "http://a", host: "h")
    #expect(plain == .add([HeaderField("Access-Control-Allow-Origin", "*")]))
    let full = try #require(policy(["*"], credentials: true, exposed: ["etag", "X-cr-a"]))
    #expect(
      full.verdict(method: "GET", origin: "http://a", host: "h")
        == .add([
          HeaderField("Access-Control-Allow-Origin", "*"), HeaderField("Access-Control-Allow-Credentials", "true"),
          HeaderField("Access-Control-Expose-Headers", "Etag,X-Cr-A"),
        ]))
  }

  @Test func `a list gives the request's own origin, and refuses others`() throws {
    let list = try #require(
      policy(["https://a.example", "http://b"], methods: ["put", "get"], headers: ["x-cr-path", "cookie"]))
    #expect(list.verdict(method: "GET", origin: "http://c", host: "h") == .answer(status: 403, headers: []))
    #expect(list.verdict(method: "OPTIONS", origin: "http://c", host: "h") == .answer(status: 403, headers: []))
    #expect(
      list.verdict(method: "OPTIONS", origin: "http://b", host: "h")
        == .answer(
          status: 204,
          headers: [
            HeaderField("Access-Control-Allow-Origin", "http://b"), HeaderField("Vary", "Origin"),
            HeaderField("Access-Control-Allow-Methods", "PUT,GET"),
            HeaderField("Access-Control-Allow-Headers", "X-Cr-Path,Cookie"),
          ]))
    #expect(
      list.verdict(method: "GET", origin: "https://a.example", host: "h")
        == .add([
          HeaderField("Access-Control-Allow-Origin", "https://a.example"), HeaderField("Vary", "Origin"),
        ]))
  }
}
