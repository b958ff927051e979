import GoWire
import NodeProtocol
import Testing

@Suite struct ClientTests {
  private static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

  /// ENV-6: the texts that an administrator reads, recorded in `observed/node-test-*`.
  @Test(
    arguments: [
      (502, "<html>", "Remote returns unexpected status code: 502"),
      (204, "", "Remote returns unexpected status code: 204"),
      (301, #"{"code":0}"#, "Remote returns unexpected status code: 301"),
      (200, "<html>", "invalid character '<' looking for beginning of value"),
      (200, "", "unexpected end of JSON input"),
      (200, "[]", "json: cannot unmarshal array into Go value of type serializer.Response"),
      (200, #"{"code":"x"}"#, "json: cannot unmarshal string into Go struct field Response.code of type int"),
      (200, #"{"code":0} x"#, "invalid character 'x' after top-level value"),
      (200, #"{"code":403,"msg":"no"}"#, "no"),
      (200, #"{"code":403,"msg":"no","error":"because"}"#, "no: because"),
      (200, #"{"Code":404,"Msg":"task not found","RawError":{}}"#, "task not found"),
    ] as [(Int, String, GoString)])
  func `a bad answer is told as upstream tells it`(status: Int, body: String, text: GoString) {
    #expect {
      try Envelope.ofSuccess(status: status, body: Self.bytes(body), requiresCode: false)
    } throws: {
      ($0 as? CallFailure)?.text == text
    }
  }

  @Test func `any object passes for an envelope, unless a code is asked for`() throws {
    let body = Self.bytes(#"{"hello":1}"#)
    #expect(try Envelope.ofSuccess(status: 200, body: body, requiresCode: false) == .success)
    #expect(throws: CallFailure.self) { try Envelope.ofSuccess(status: 200, body: body, requiresCode: true) }
    let good = Self.bytes(#"{"code":0,"msg":""}"#)
    #expect(try Envelope.ofSuccess(status: 200, body: good, requiresCode: true) == .success)
  }

  /// ENV-7.
  @Test(arguments: [
    #"{"code":0}"#, #"{"code":0,"data":null}"#, #"{"code":0,"data":4}"#, #"{"code":0,"data":{"a":[]}}"#,
    #"{"code":0,"data":"!!!"}"#, #"{"code":0,"data":""}"#, #"{"code":0,"data":"AwQ"}"#, #"{"code":0,"data":"AwQA"}"#,
    #"{"code":0,"data":"/////w=="}"#, #"{"code":0,"data":"AwQAAg=="}"#,
  ])
  func `a payload that is none gives an error that says so`(body: String) throws {
    let envelope = try Envelope.ofSuccess(status: 200, body: Self.bytes(body), requiresCode: true)
    #expect {
      try envelope.payload(StatelessPrepareUploadResponse.self)
    } throws: {
      ($0 as? NodeError)?.text.hasPrefix("the answer") == true
    }
  }

  @Test func `payloads come through gob`() throws {
    let object = PhysicalObject(
      name: "a", source: "/x/a", relativePath: "a", size: 3, isDirectory: false,
      lastModified: GoTime(unixSeconds: 1_800_000_000, nanosecond: 5))
    let listing = try Envelope(reading: Envelope.success([object]).encoded, requiresCode: true)
    #expect(try listing.payloads(PhysicalObject.self) == [object])

    let summary = SlaveTaskSummary(
      status: "processing", privateState: "{}",
      progress: [.init("archive_size", TaskProgress(total: 10, current: 3)), .init("x", TaskProgress(identifier: "i"))])
    let task = try Envelope(reading: Envelope.success(summary).encoded, requiresCode: true)
    #expect(try task.payload(SlaveTaskSummary.self) == summary)

    var status = TaskStatus(state: "downloading", savePath: "/d", name: "n")
    status.followedBy = TaskHandle(id: "1", hash: "2")
    status.files = [.init(index: 1, name: "f", size: 4, progress: 0.5, isSelected: true)]
    status.pieces = [0xF0, 0x01]
    let download = try Envelope(reading: Envelope.success(status).encoded, requiresCode: true)
    #expect(try download.payload(TaskStatus.self) == status)

    let credential = CredentialResponse(token: "t", expireAt: GoTime(unixSeconds: 1_900_000_000))
    let answer = try Envelope(reading: Envelope.success(credential).encoded, requiresCode: true)
    #expect(try answer.payload(CredentialResponse.self) == credential)
  }

  /// Recorded gob payloads of real programs, read by type.
  @Test(arguments: Recordings.cases(.master, ["stateless"]))
  func `a recorded session is read, and read again from our own gob`(recorded: RecordedCase) throws {
    for exchange in recorded.exchanges where exchange.target == "/api/v4/slave/statelessUpload/prepare" {
      guard
        let envelope = try? Envelope.ofSuccess(status: exchange.status, body: exchange.answer ?? [], requiresCode: true)
      else { continue }
      let response = try envelope.payload(StatelessPrepareUploadResponse.self)
      let session = try #require(response.session)
      #expect(session.missingPart == nil)
      #expect(session.policy?.kind == "local")
      #expect(session.policy?.settings?.chunkSize == 26_214_400)
      #expect(session.props?.uri?.hasPrefix("cloudreve://my/") == true)
      #expect(response.request?.props?.uri == session.props?.uri)
      let again = try Envelope(reading: Envelope.success(response).encoded, requiresCode: true)
      #expect(try again.payload(StatelessPrepareUploadResponse.self) == response)
    }
  }

  @Test(arguments: Recordings.cases(.slave, ["list", "meta", "task"]))
  func `recorded lists and tasks are read by their types`(recorded: RecordedCase) throws {
    for exchange in recorded.exchanges {
      guard
        let envelope = try? Envelope.ofSuccess(status: exchange.status, body: exchange.answer ?? [], requiresCode: true)
      else { continue }
      switch Routes(.slave).match(method: exchange.method, rawTarget: exchange.target) {
      case .route(.listFiles):
        for object in try envelope.payloads(PhysicalObject.self) {
          #expect(object.source.hasSuffix(object.relativePath))
          #expect(object.relativePath.hasSuffix(object.name))
          #expect(object.lastModified.unixSeconds > 1_700_000_000)
        }
      case .route(.mediaMeta):
        for meta in try envelope.payloads(MediaMeta.self) {
          #expect(["exif", "music", "stream"].contains(meta.kind))
          #expect(!meta.key.isEmpty)
        }
      case .route(.readTask): #expect(try !envelope.payload(SlaveTaskSummary.self).status.isEmpty)
      case .route(.createTask): #expect(try envelope.payload(as: .int).int ?? 0 > 0)
      case .route, .redirect, .notFound, .badRequest: break
      }
    }
  }

  @Test(arguments: Recordings.cases(.slave, ["ping"]))
  func `a recorded answer to the ping back is judged as recorded`(recorded: RecordedCase) throws {
    let file = Recordings.json("recorded/\(recorded.program)/slave/ping.json")
    let value = try #require(file["cases"]?.array?.first { $0["id"]?.text == recorded.id })
    let outgoing = value["exchanges"]?[0]?["outgoing"]?.array ?? []
    guard let body = outgoing.last?["answer"]?["body"]?.string, recorded.exchanges.count == 1 else { return }
    let exchange = recorded.exchanges[0]
    switch PingAnswer(reading: body.bytes, version: recorded.profile.version, profile: recorded.profile) {
    case .agrees: #expect(exchange.answer == Envelope.success.encoded)
    case .crashes: #expect(exchange.status == 500 && exchange.answer == [])
    case .fails(let error):
      let id: GoString = "5f0c1d9e-1111-4222-8333-0123456789ab"
      #expect(exchange.answer == Envelope(error, correlationID: id).encoded)
    }
  }

  /// QUIRK-11, ENV-8.
  @Test(
    arguments: [
      (#"{"code":0,"msg":""}"#, "Master answered without its version"),
      (#"{"code":0,"data":4}"#, "Master answered with 4 instead of its version"),
      (#"{"code":403,"msg":"no"}"#, "Master answered with code 403: no"),
      (#"{"code":403,"data":"4.14.0","msg":"no"}"#, "Master answered with code 403: no"),
      (#"{"code":500,"data":"4.14.0"}"#, "Master answered with code 500"),
      (#"{"hello":1}"#, "Master answered without its version"),
    ] as [(String, GoString)])
  func `the documented profile says what the master answered`(body: String, message: GoString) {
    let answer = PingAnswer(reading: Self.bytes(body), version: "4.14.0", profile: .documented)
    #expect(answer == .fails(NodeError(.slavePingMaster, message)))
  }

  @Test(
    arguments: [
      ("4.14.0", "4.14.0", true), ("4.14.0-pro", "4.14.0", true), ("4.14.0", "4.14.0-pro", true),
      ("4.14.0-pro", "4.14.0-pro", true), ("4.14.0-pro-pro", "4.14.0", false), ("4.14.1", "4.14.0", false),
      ("", "4.14.0", false), ("4.14.0-PRO", "4.14.0", false),
    ] as [(GoString, GoString, Bool)])
  func `versions agree without one -pro`(theirs: GoString, ours: GoString, agree: Bool) {
    let body = Envelope.success(text: theirs).encoded
    let expected = agree ? PingAnswer.agrees : .fails(NodeError(.versionMismatch, "Master: \(theirs), Slave: \(ours)"))
    #expect(PingAnswer(reading: body, version: ours, profile: .documented) == expected)
  }

  /// PING-2, PING-4.
  @Test(
    arguments: [
      ("http://127.0.0.1:7701/cloud/?a=1#f", "http://127.0.0.1:7701/api/v4/site/ping", nil),
      ("http://u:p@127.0.0.1:7701", "http://u:p@127.0.0.1:7701/api/v4/site/ping", nil),
      ("http://", "http:///api/v4/site/ping", #"Get "http:///api/v4/site/ping": http: no Host in request URL"#),
      (
        "ftp://127.0.0.1/", "ftp://127.0.0.1/api/v4/site/ping",
        #"Get "ftp://127.0.0.1/api/v4/site/ping": unsupported protocol scheme "ftp""#
      ),
      ("/x", "/api/v4/site/ping", #"Get "/api/v4/site/ping": unsupported protocol scheme """#),
      ("", "/api/v4/site/ping", #"Get "/api/v4/site/ping": unsupported protocol scheme """#),
    ] as [(GoString, GoString, GoString?)])
  func `the callback's path is replaced, and what cannot be called fails as in Go`(
    callback: GoString, url: GoString, text: GoString?
  ) throws {
    let call = try NodeCall.sitePing(callback: callback, headers: [])
    #expect(call.url.text == url)
    var failure: GoString?
    do throws(CallFailure) {
      _ = try call.endpoint()
    } catch {
      failure = error.text
    }
    #expect(failure == text)
  }

  @Test(arguments: ["127.0.0.1:5212", "http://127.0.0.1:abc", "http://a b", "http://a\u{1}"] as [GoString])
  func `a callback that is no URL is refused`(callback: GoString) {
    #expect {
      try NodeCall.sitePing(callback: callback, headers: [])
    } throws: {
      let error = $0 as? NodeError
      return error?.code == .parameterError && error?.message == "Failed to parse callback url"
    }
  }

  @Test func `a password in a URL becomes a header and is never shown`() throws {
    let call = try NodeCall.sitePing(callback: "http://u:p@127.0.0.1:7701", headers: [])
    #expect(call.headersToSend == [HeaderField("Authorization", "Basic dTpw")])
    #expect(call.failure("EOF").text == #"Get "http://u:***@127.0.0.1:7701/api/v4/site/ping": EOF"#)
  }

  @Test func `an endpoint is what a transport needs`() throws {
    let plain = try NodeCall(method: "POST", url: GoURL("http://h/a%20b?c=d")).endpoint()
    #expect(!plain.isTLS && plain.host == "h" && plain.port == 80 && plain.authority == "h")
    #expect(plain.target == "/a%20b?c=d")
    let secure = try NodeCall(method: "GET", url: GoURL("https://[::1]:8443")).endpoint()
    #expect(secure.isTLS && secure.host == "::1" && secure.port == 8443 && secure.authority == "[::1]:8443")
    #expect(secure.target == "/")
  }

  @Test func `a redirect is followed with the URL before as its referer`() throws {
    var call = try NodeCall.sitePing(callback: "http://u:p@h:1", headers: [HeaderField("X-Cr-Correlation-Id", "i")])
    call = try #require(try call.following(status: 302, location: "/elsewhere", made: 1))
    #expect(call.url.text == "http://u:p@h:1/elsewhere")
    #expect(
      call.headers == [HeaderField("X-Cr-Correlation-Id", "i"), HeaderField("Referer", "http://h:1/api/v4/site/ping")])
    call = try #require(try call.following(status: 307, location: "https://other/x", made: 2))
    #expect(call.headers.last == HeaderField("Referer", "http://h:1/elsewhere"))
    #expect(call.headers.count == 2)
    #expect(try call.following(status: 200, location: "/x", made: 3) == nil)
    #expect(try call.following(status: 302, location: nil, made: 3) == nil)
    let down = try #require(try call.following(status: 302, location: "http://other/y", made: 3))
    #expect(!down.headers.contains { $0.name == "Referer" })
    #expect {
      try call.following(status: 302, location: "/last", made: 10)
    } throws: {
      ($0 as? CallFailure)?.text == #"Get "/last": stopped after 10 redirects"#
    }
  }

  @Test(
    arguments: [
      ("http://h:1", Profile.documented, CallBuilder.Purpose.call, "http://h:1/api/v4/slave/ping"),
      ("http://h:1/", .documented, .call, "http://h:1/api/v4/slave/ping"),
      ("http://h:1/sub/", .documented, .call, "http://h:1/sub/api/v4/slave/ping"),
      ("http://h:1/sub?x#y", .cloudreve414, .call, "http://h:1/api/v4/slave/ping"),
      ("http://h:1/sub/", .cloudreve414, .link, "http://h:1/sub/api/v4/slave/ping"),
      ("", .documented, .call, "/api/v4/slave/ping"),
    ] as [(GoString, Profile, CallBuilder.Purpose, GoString)])
  func `a node's sub-path is kept or dropped by the profile`(
    base: GoString, profile: Profile, purpose: CallBuilder.Purpose, url: GoString
  ) throws {
    let key = SigningKey("secret")
    let builder = CallBuilder(base: try GoURL(base), key: key, profile: profile)
    let call = builder.call("POST", "/api/v4/slave/ping", headers: [], expires: 0, purpose: purpose)
    #expect(call.url.text == url)
    // What the node behind the proxy sees passes its check.
    let target = try #require(RequestTarget("/api/v4/slave/ping"))
    let check = SignatureCheck(key: key, profile: profile)
    #expect(check.verify(method: "POST", target: target, headers: call.headers, body: [], now: 1) == nil)
  }

  @Test func `a call that the query signs has its parameters sorted`() throws {
    let builder = CallBuilder(base: try GoURL("http://h"), key: SigningKey("secret"), profile: .documented)
    let call = builder.call(
      "GET", "/api/v4/slave/file/list", query: [GoQuery.Pair("recursive", "true"), GoQuery.Pair("path", "a b")],
      headers: [], expires: 0)
    #expect(call.url.rawQuery.hasPrefix("path=a+b&recursive=true&sign="))
    #expect(call.headers.isEmpty)
    let target = try #require(RequestTarget(try call.endpoint().target))
    let check = SignatureCheck(key: SigningKey("secret"), profile: .documented)
    #expect(check.verify(method: "GET", target: target, headers: [], body: [], now: 1) == nil)
  }

  /// HDR-1 … HDR-4.
  @Test func `a master and a slave say who they are`() {
    let id = CorrelationID(adopting: "5F0C1D9E-1111-4222-8333-0123456789AB", random: { _ in [] })
    let master = Caller.master(siteURL: "http://m", siteID: "s", nodeID: 2).headers(
      version: "4.14.0-pro", correlationID: id)
    #expect(
      master == [
        HeaderField("User-Agent", "Cloudreve/4.14.0-pro"), HeaderField("X-Cr-Site-Url", "http://m"),
        HeaderField("X-Cr-Site-Id", "s"), HeaderField("X-Cr-Version", "4.14.0-pro"), HeaderField("X-Cr-Node-Id", "2"),
        HeaderField("X-Cr-Correlation-Id", "5f0c1d9e-1111-4222-8333-0123456789ab"),
      ])
    let first = Caller.master(siteURL: "", siteID: "", nodeID: 0).headers(version: "4", correlationID: nil)
    #expect(first.map(\.name) == ["User-Agent", "X-Cr-Site-Url", "X-Cr-Site-Id", "X-Cr-Version"])
    #expect(Caller.slave(nodeID: nil).headers(version: "4", correlationID: nil).map(\.name) == ["User-Agent"])
    #expect(
      Caller.slave(nodeID: 2).headers(version: "4", correlationID: .zero).map(\.value) == [
        "Cloudreve/4", "2", "00000000-0000-0000-0000-000000000000",
      ])
  }

  /// HDR-2.
  @Test(
    arguments: [
      ("5f0c1d9e-1111-4222-8333-0123456789ab", true), ("5F0C1D9E-1111-4222-8333-0123456789AB", true),
      ("{5f0c1d9e-1111-4222-8333-0123456789ab}", true), ("urn:uuid:5f0c1d9e-1111-4222-8333-0123456789ab", true),
      ("5f0c1d9e1111422283330123456789ab", true), ("00000000-0000-0000-0000-000000000000", false), ("x", false),
      ("", false), (nil, false),
    ] as [(GoString?, Bool)])
  func `a request id is adopted in any spelling, or made`(header: GoString?, isAdopted: Bool) {
    let id = CorrelationID(adopting: header) { Array(repeating: 0xFF, count: $0) }
    #expect(
      id.text == (isAdopted ? "5f0c1d9e-1111-4222-8333-0123456789ab" : "ffffffff-ffff-4fff-bfff-ffffffffffff"))
  }
}
