import GoWire
import NodeProtocol
import Testing

@Suite struct BinderTests {
  /// What binding a recorded request gives: the error, or nil when it binds.
  private func outcome(_ exchange: RecordedExchange, _ route: Route) throws -> NodeError? {
    let query = try #require(RequestTarget(exchange.target)).query
    do {
      switch route {
      case .ping: _ = try Binder.bind(PingRequest.self, from: exchange.body)
      case .createUploadSession: _ = try Binder.bind(CreateUploadSession.self, from: exchange.body)
      case .deleteFiles: _ = try Binder.bind(DeleteFiles.self, from: exchange.body)
      case .listFiles: _ = try ListFiles(query)
      case .createTask: _ = try Binder.bind(CreateTask.self, from: exchange.body)
      case .readTask(let id): _ = try ReadTask(id: id, query: query)
      case .cleanUpTask: _ = try Binder.bind(CleanUpTask.self, from: exchange.body)
      case .download(.task): _ = try Binder.bind(CreateDownload.self, from: exchange.body)
      case .download(.status): _ = try Binder.bind(ReadDownload.self, from: exchange.body)
      case .download(.cancel): _ = try Binder.bind(CancelDownload.self, from: exchange.body)
      case .download(.select): _ = try Binder.bind(SelectDownloadFiles.self, from: exchange.body)
      case .download(.test): _ = try Binder.bind(TestDownloader.self, from: exchange.body)
      case .prepareStatelessUpload: _ = try Binder.bind(PrepareStatelessUpload.self, from: exchange.body)
      case .completeStatelessUpload, .failStatelessUpload:
        _ = try Binder.bind(FinishStatelessUpload.self, from: exchange.body)
      case .createStatelessFile: _ = try Binder.bind(CreateStatelessFile.self, from: exchange.body)
      case .content(_, let source, let speed, let name):
        _ = try ContentRequest(source: source, speed: speed, name: name, query: query)
      case .uploadChunk, .deleteUploadSession, .thumbnail, .mediaMeta, .sitePing, .uploadCallback, .credential: break
      }
    } catch {
      return error
    }
    return nil
  }

  private func compare(_ recorded: RecordedCase, _ role: Role) throws {
    for exchange in recorded.exchanges {
      guard case .route(let route) = Routes(role).match(method: exchange.method, rawTarget: exchange.target) else {
        continue
      }
      let error = try outcome(exchange, route)
      // Binding errors are the answers without a correlation id (ENV-5) that say so.
      let answer = try? GoJSON.parse(exchange.answer ?? [])
      let isBindingError = answer?["code"]?.int == 40001 && answer?["correlation_id"] == nil
      if isBindingError {
        let error = try #require(error)
        #expect(Envelope(error, correlationID: nil).encoded == exchange.answer)
      } else {
        #expect(error == nil)
      }
    }
  }

  @Test(arguments: Recordings.cases(.slave, ["bind"]))
  func `a recorded request binds, or fails to, as recorded`(recorded: RecordedCase) throws {
    try compare(recorded, .slave)
  }

  @Test(
    arguments: Recordings.cases(.slave, ["sign", "ping", "list", "delete", "upload", "content", "task", "download"]))
  func `requests of the other groups bind as recorded`(recorded: RecordedCase) throws {
    // Signature errors come first and have a correlation id: there the binding does not matter.
    guard !recorded.id.hasPrefix("sign/body-raw"), recorded.id != "task/bad-site-url" else { return }
    try compare(recorded, .slave)
  }

  @Test(arguments: Recordings.cases(.master, ["stateless", "master"]))
  func `requests to a master bind as recorded`(recorded: RecordedCase) throws {
    // An unknown node is found out before the binding.
    guard recorded.exchanges.allSatisfy({ !$0.answerText.contains("Unknown node ID") }) else { return }
    try compare(recorded, .master)
  }

  @Test func `all 97 binding cases of a version are there`() {
    #expect(Recordings.cases(.slave, ["bind"]).count == 2 * 97)
  }

  /// ENV-5, down to any depth.
  @Test(
    arguments: [
      (#"{"session":1}"#, "JSON marshall error"),
      (#"{"overwrite":"yes"}"#, "JSON marshall error"),
      (#"{"session":{"UID":"1"}}"#, "JSON marshall error"),
      (#"{"session":{"FileID":1.5}}"#, "JSON marshall error"),
      (#"{"session":{"Callback":1}}"#, "JSON marshall error"),
      (#"{"session":{"Importing":0}}"#, "JSON marshall error"),
      (#"{"session":{"Policy":[]}}"#, "JSON marshall error"),
      (#"{"session":{"Policy":{"is_private":"x"}}}"#, "JSON marshall error"),
      (#"{"session":{"Policy":{"max_size":"x"}}}"#, "JSON marshall error"),
      (#"{"session":{"Policy":{"name":{}}}}"#, "JSON marshall error"),
      (#"{"session":{"Policy":{"settings":{"chunk_size":"x"}}}}"#, "JSON marshall error"),
      (#"{"session":{"Policy":{"settings":{"pre_allocate":1}}}}"#, "JSON marshall error"),
      (#"{"session":{"Policy":{"edges":[]}}}"#, "JSON marshall error"),
      (#"{"session":{"Policy":{"edges":{"node":"x"}}}}"#, "JSON marshall error"),
      (#"{"session":{"Policy":{"edges":{"node":{"weight":"x"}}}}}"#, "JSON marshall error"),
      (#"{"session":{"Props":"x"}}"#, "JSON marshall error"),
      (#"{"session":{"Props":{"Uri":1}}}"#, "JSON marshall error"),
      (#"{"session":{"Props":{"Uri":{"uri":1}}}}"#, "JSON marshall error"),
      (#"{"session":{"Props":{"Metadata":{"a":1}}}}"#, "JSON marshall error"),
      (#"{"session":{"Props":{"Metadata":[]}}}"#, "JSON marshall error"),
      (#"{"session":{"Props":{"EntityType":"x"}}}"#, "JSON marshall error"),
      (#"{"session":{"props":{"size":"x"}}}"#, "JSON marshall error"),
      (#"{"session":{"Props":{"ExpireAt":"tomorrow"}}}"#, "Parameter error"),
      (#"{"session":{"Props":{"ExpireAt":1}}}"#, "Parameter error"),
      (#"{"session":{"Policy":{"created_at":"2026-01-02"}}}"#, "Parameter error"),
      (#"{"session":{"Policy":{"deleted_at":""}}}"#, "Parameter error"),
      (#"{"session":{}}x"#, nil),
      (#"{"SESSION":{"pROPS":{"LastModified":null,"EntityType":null,"Metadata":null}}}"#, nil),
      (#"{"session":{"ChunksReceived":{"1":{}},"EncryptMetadata":null}}"#, nil),
    ] as [(String, GoString?)])
  func `a session is checked as deep as it goes`(body: String, message: GoString?) {
    var found: GoString?
    do throws(NodeError) {
      _ = try Binder.bind(CreateUploadSession.self, from: Array(body.utf8))
    } catch {
      found = error.message
      #expect(error.code == .parameterError)
    }
    #expect(found == message)
  }

  @Test(
    arguments: [
      (#"{"session":null}"#, "Session"), (#"{"session":{}}"#, "Policy"), (#"{"session":{"Policy":{}}}"#, "Settings"),
      (#"{"session":{"Policy":{"settings":{}}}}"#, "Props"),
      (#"{"session":{"Policy":{"settings":{}},"Props":{}}}"#, nil),
    ] as [(String, GoString?)])
  func `the missing part of a session is named`(body: String, part: GoString?) throws {
    #expect(try Binder.bind(CreateUploadSession.self, from: Array(body.utf8)).missingPart == part)
  }

  @Test func `a session comes through as it was sent`() throws {
    let recorded = try #require(
      Recordings.cases(.slave, ["upload"]).first { $0.testDescription == "cloudreve-4.14.0 upload/three-chunks" })
    let request = try Binder.bind(CreateUploadSession.self, from: recorded.exchanges[0].body)
    let session = try #require(request.session)
    let props = try #require(session.props)
    #expect(!request.overwrite)
    #expect(session.callback == "http://127.0.0.1:7701/api/v4/callback/remote/s1/cbsecret")
    #expect(session.policy?.settings?.chunkSize == 10)
    #expect(session.policy?.node?.slaveKey == recorded.secret)
    #expect(session.policy?.node?.capabilities == [0x0E])
    #expect(props.uri == "cloudreve://my/s1")
    #expect(props.size == 25)
    #expect(props.savePath == "conf/upload-three-chunks/a.bin")
    #expect(props.lastModified == GoTime(unixSeconds: 1_700_000_000))
    #expect(props.expireAt.unixSeconds == 2_082_758_400)
    let again = GoJSON.encode(request.value, as: CreateUploadSession.type)
    #expect(try Binder.bind(CreateUploadSession.self, from: again) == request)
  }

  @Test func `a request of a slave's own flow is written as the real slave writes it`() throws {
    var count = 0
    for program in Recordings.programs {
      let flow = Recordings.json("recorded/\(program)/flows/extract-zip-on-own-disk.json")
      for exchange in flow["exchanges"]?.array ?? [] {
        guard
          exchange["from_to"]?.text == "slave-to-master" || exchange["from_to"]?.text?.hasPrefix("master-to-") == true,
          let recorded = RecordedExchange(exchange)
        else { continue }
        let written: [UInt8]
        switch Routes(exchange["from_to"]?.text == "slave-to-master" ? .master : .slave)
          .match(method: recorded.method, rawTarget: recorded.target)
        {
        case .route(.createUploadSession):
          written = try Self.rewrite(CreateUploadSession.self, recorded.body)
        case .route(.completeStatelessUpload): written = try Self.rewrite(FinishStatelessUpload.self, recorded.body)
        case .route(.prepareStatelessUpload): written = try Self.rewrite(PrepareStatelessUpload.self, recorded.body)
        case .route(.createStatelessFile): written = try Self.rewrite(CreateStatelessFile.self, recorded.body)
        case .route(.createTask): written = try Self.rewrite(CreateTask.self, recorded.body)
        case .route(.ping): written = try Self.rewrite(PingRequest.self, recorded.body)
        case .route(.cleanUpTask): written = try Self.rewrite(CleanUpTask.self, recorded.body)
        case .route, .redirect, .notFound, .badRequest: continue
        }
        count += 1
        // 4.0 has not the fields that came later.
        let recordedText = String(decoding: recorded.body, as: UTF8.self)
        var text = String(decoding: written, as: UTF8.self)
        if program == "cloudreve-4.0.0" {
          text = text.replacing(#""EncryptMetadata":null,"#, with: "").replacing(#","ChunksReceived":null"#, with: "")
            .replacing(#","EncryptionSupported":null,"ClientSideEncrypted":false"#, with: "")
        }
        #expect(Self.sorted(text) == Self.sorted(recordedText))
      }
    }
    #expect(count > 10)
  }

  private static func rewrite<Message: RequestMessage>(_ message: Message.Type, _ body: [UInt8]) throws -> [UInt8] {
    GoJSON.encode(try Binder.bind(message, from: body).value, as: Message.type)
  }

  /// The members of the outermost object, whose order differs between callers, without their order.
  private static func sorted(_ text: String) -> [String] {
    guard let members = (try? GoJSON.parse(Array(text.utf8)))?.object else { return [text] }
    return members.map { "\($0.name): \(String(decoding: GoJSON.write($0.value), as: UTF8.self))" }.sorted()
  }

  @Test(
    arguments: [
      ("1", true), ("t", true), ("T", true), ("TRUE", true), ("true", true), ("True", true), ("0", false), ("f", false),
      ("F", false), ("FALSE", false), ("false", false), ("False", false), ("", false), (nil, false),
    ] as [(GoString?, Bool)])
  func `a truth value is read as Go reads one`(text: GoString?, value: Bool) throws {
    #expect(try Binder.bool(text) == value)
  }

  @Test(arguments: ["yes", "tRUE", " 1", "2"] as [GoString])
  func `any other text is no truth value`(text: GoString) {
    #expect(throws: NodeError.self) { try Binder.bool(text) }
  }

  @Test func `the type of recursive is judged before the missing path`() {
    #expect { try ListFiles(RequestTarget("/?recursive=x").map(\.query)!) } throws: {
      ($0 as? NodeError)?.message == "Parameter error"
    }
    #expect { try ListFiles(RequestTarget("/?recursive=1&path=").map(\.query)!) } throws: {
      ($0 as? NodeError)?.message == "Path cannot be empty"
    }
  }

  @Test(
    arguments: [
      ("chunk=3", 3), ("", 0), ("chunk=", 0), ("chunk=zz", 0), ("chunk=-1", -1), ("chunk=%2B5", 5), ("chunk=+5", 0),
      ("chunk=1&chunk=2", 1),
    ] as [(GoString, Int64)])
  func `the number of a chunk is read from the query`(query: GoString, index: Int64) throws {
    #expect(ChunkIndex.of(try #require(RequestTarget("/?" + query)).query) == index)
  }

  @Test func `a task keeps the master's properties, and all of them have to be there`() throws {
    let all: [GoString: GoString] = [
      HeaderName.siteURL: "http://m", HeaderName.siteID: "id", HeaderName.version: "4", HeaderName.nodeID: "2",
    ]
    #expect(
      try MasterProperties { all[$0] }
        == MasterProperties(siteURL: "http://m", siteID: "id", version: "4", nodeID: 2))
    for name in all.keys.sorted() {
      #expect {
        try MasterProperties { $0 == name ? nil : all[$0] }
      } throws: {
        ($0 as? NodeError)?.message == "failed to get master props from header"
      }
    }
    #expect(throws: NodeError.self) { try MasterProperties { $0 == HeaderName.nodeID ? "x" : all[$0] } }
  }

  /// ST-9, ST-11.
  @Test func `the parameters of content are read as Go reads them`() throws {
    let read = { (speed: GoString, query: GoString) throws -> ContentRequest in
      try ContentRequest(source: "YQ==", speed: speed, name: "n", query: GoQuery(query))
    }
    #expect(try read("1000", "").speed == 1_000)
    #expect(try read("-1", "").speed == -1)
    #expect(try read("", "").speed == 0)
    #expect(try read("0", "download=false").isDownload)
    #expect(try !read("0", "download=").isDownload)
    #expect(try !read("0", "downloads=1").isDownload)
    for speed in ["fast", "1.5", "9223372036854775808"] as [GoString] {
      #expect {
        try read(speed, "")
      } throws: {
        ($0 as? NodeError)?.message == "Parameter error"
      }
    }
    #expect(try ContentRequest.path(of: "Lz8_") == "/??")
    for source in ["Lz8/", "YQ", "YQ=", "Y Q="] as [GoString] {
      #expect {
        try ContentRequest.path(of: source)
      } throws: {
        ($0 as? NodeError)?.code == .unclassified && ($0 as? NodeError)?.message == ""
      }
    }
  }

  @Test(
    arguments: [
      (#"{"provider":"aria2"}"#, "Aria2"), (#"{"provider":"qbittorrent"}"#, "QBittorrent"),
      (#"{"provider":"aria2","aria2":{}}"#, nil), (#"{"provider":"wget"}"#, nil), ("{}", nil),
    ] as [(String, GoString?)])
  func `the block that a provider misses is named`(setting: String, part: GoString?) throws {
    let body = Array(#"{"node_setting":\#(setting),"node_setting_hash":"h"}"#.utf8)
    #expect(try Binder.bind(TestDownloader.self, from: body).downloader.setting.missingPart == part)
  }

  @Test func `a download's request is written as the real master writes it`() throws {
    var count = 0
    for name in ["aria2-torrent", "qbittorrent-select-and-cancel", "remote-download-ok"] {
      let flow = Recordings.json("recorded/cloudreve-4.0.0/flows/\(name).json")
      for exchange in flow["exchanges"]?.array ?? [] {
        guard let recorded = RecordedExchange(exchange) else { continue }
        let written: [UInt8]
        switch Routes(.slave).match(method: recorded.method, rawTarget: recorded.target) {
        case .route(.download(.task)): written = try Self.rewrite(CreateDownload.self, recorded.body)
        case .route(.download(.status)): written = try Self.rewrite(ReadDownload.self, recorded.body)
        case .route(.download(.cancel)): written = try Self.rewrite(CancelDownload.self, recorded.body)
        case .route(.download(.select)): written = try Self.rewrite(SelectDownloadFiles.self, recorded.body)
        case .route, .redirect, .notFound, .badRequest: continue
        }
        count += 1
        #expect(String(decoding: written, as: UTF8.self) == String(decoding: recorded.body, as: UTF8.self))
      }
    }
    #expect(count > 10)
  }
}
