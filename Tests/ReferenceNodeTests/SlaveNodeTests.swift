import GoWire
import NodeProtocol
import ReferenceNode
import Simulator
import Testing

/// Pings, tasks, limits and the log.
@Suite struct SlaveNodeTests {
  private func ping(_ bench: SlaveBench, _ callback: GoString) async -> String {
    await bench.send("POST", "/api/v4/slave/ping", #"{"callback":"\#(callback)"}"#).body
  }

  // PING-4
  @Test func `redirects are followed ten requests long, with the URL before as referer`() throws {
    try Simulation(seed: 1).run { world in
      let bench = SlaveBench(world)
      bench.node.http.answer { _ in
        ScriptedAnswer(
          .reply(status: 302, fields: HTTPFields([.init("Location", "/again")]), body: Array("moved".utf8)))
      }
      #expect(
        await ping(bench, "http://u:p@m:81/x?y#z")
          == #"{"code":40060,"msg":"Get \"/again\": stopped after 10 redirects"}"#)
      let calls = bench.node.http.records.map(\.call)
      #expect(calls.count == 10)
      #expect(calls[0].target == "/api/v4/site/ping" && calls[0].fields.first("Referer") == nil)
      #expect(calls[1].fields.first("Referer") == "http://m:81/api/v4/site/ping")
      #expect(calls[2].fields.first("Referer") == "http://m:81/again")
      #expect(calls.allSatisfy { $0.fields.first("Authorization") == "Basic dTpw" })
    }
  }

  @Test(arguments: [
    ("http://m:99999", #"Get \"http://m:99999/api/v4/site/ping\": dial tcp: address 99999: invalid port"#),
    ("mailto:x", #"Get \"mailto:///api/v4/site/ping\": unsupported protocol scheme \"mailto\""#),
    ("http://u:p@", #"Get \"http://u:***@/api/v4/site/ping\": http: no Host in request URL"#),
    (
      "http://silent",
      #"Get \"http://silent/api/v4/site/ping\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)"#
    ),
    ("http://cut", "unexpected EOF"),
    ("http://array", "json: cannot unmarshal array into Go value of type serializer.Response"),
    ("http://type", "json: cannot unmarshal string into Go struct field Response.code of type int"),
  ])
  func `a call that fails is told in the words of Go's client`(callback: String, message: String) throws {
    try Simulation(seed: 1).run { world in
      let bench = SlaveBench(world, .cloudreve414)
      bench.node.http.answer { call in
        switch call.host {
        case "silent": ScriptedAnswer(.silence)
        case "cut": ScriptedAnswer(.cutReply(status: 200, fields: HTTPFields(), body: Array("{".utf8)))
        case "array": .json("[]")
        default: .json(#"{"code":"x"}"#)
        }
      }
      #expect(await ping(bench, GoString(callback)) == #"{"code":40060,"msg":"\#(message)"}"#)
      #expect(bench.node.clock.uptime <= Uptime(nanoseconds: 0) + .seconds(10))
    }
  }

  // QUIRK-11
  @Test(arguments: [
    (#"{"code":0,"data":"4.14.0"}"#, #"200 {"code":0,"msg":""}"#, #"200 {"code":0,"msg":""}"#),
    (#"{"code":0,"data":"4.14.0-pro"}"#, #"200 {"code":0,"msg":""}"#, #"200 {"code":0,"msg":""}"#),
    (#"{"code":7,"data":"4.14.0","msg":"no"}"#, "40060", #"200 {"code":0,"msg":""}"#),
    (#"{"code":0,"data":4}"#, "40060", "500 "), (#"{"hello":1}"#, "40060", "500 "),
  ])
  func `what a master may answer goes by profile`(answer: String, documented: String, upstream: String) throws {
    try Simulation(seed: 1).run { world in
      for (profile, expected) in [(Profile.documented, documented), (.cloudreve414, upstream)] {
        let bench = SlaveBench(world, profile)
        bench.node.http.answer { _ in .json(GoString(answer)) }
        let seen = await bench.send("POST", "/api/v4/slave/ping", #"{"callback":"http://m"}"#)
        #expect(seen.description.contains(expected), "\(seen)")
      }
    }
  }

  // TASK-1, TASK-2
  @Test func `tasks are counted from one and stay queued`() throws {
    try Simulation(seed: 1).run { world in
      let bench = SlaveBench(world)
      func create(_ kind: GoString, headers: [HeaderField]) async -> Seen {
        let body = #"{"type":"\#(kind)","state":"not json"}"# as GoString
        var request = WireRequest("PUT", "/api/v4/slave/task", body: body.bytes)
        for header in headers { request.fields.add(header.name, header.value) }
        request.fields.add(
          "Authorization",
          bench.signatures.authorization(
            method: "PUT", path: "/api/v4/slave/task", headers: headers, body: body.bytes, expires: 0))
        return Seen(await bench.server.send(request))
      }
      let master = [
        HeaderField("X-Cr-Site-Url", "http://m"), HeaderField("X-Cr-Site-Id", "id"), HeaderField("X-Cr-Version", "4"),
        HeaderField("X-Cr-Node-Id", "2"),
      ]
      for (number, kind) in ["slave_upload", "slave_create_archive", "slave_extract_archive"].enumerated() {
        let seen = await create(GoString(kind), headers: master)
        let envelope = try Envelope(reading: Array(seen.answer?.body ?? []), requiresCode: true)
        #expect(try envelope.payload(as: .int).int == Int64(number + 1))
      }
      #expect(await create("other", headers: master).body == #"{"code":40001,"msg":"type not supported"}"#)
      #expect(
        await create("slave_upload", headers: Array(master.dropLast())).body
          == #"{"code":40001,"msg":"failed to get master props from header"}"#)
      for _ in 0..<2 {
        let read = await bench.send("GET", "/api/v4/slave/task/2?deleteOnComplete=true")
        let envelope = try Envelope(reading: Array(read.answer?.body ?? []), requiresCode: true)
        let summary = try envelope.payload(SlaveTaskSummary.self)
        #expect(summary.status == "queued" && summary.privateState == "not json")
      }
      #expect(await bench.send("GET", "/api/v4/slave/task/4").body == #"{"code":404,"msg":"task not found"}"#)
    }
  }

  // DL-4, ENV-8
  @Test(arguments: [
    (#"{"provider":""}"#, "Failed to create downloader", false),
    (#"{"provider":"x"}"#, "Failed to create downloader", false),
    (#"{"provider":"aria2"}"#, "Aria2 cannot be empty", true),
    (#"{"provider":"aria2","aria2":{}}"#, "Remote download is not available on this node", false),
  ])
  func `a downloader is judged before it is said to be missing`(setting: String, message: String, crashes: Bool) throws
  {
    try Simulation(seed: 1).run { world in
      let body: GoString = #"{"node_setting":\#(GoString(setting)),"node_setting_hash":"h"}"#
      let told = await SlaveBench(world).send("POST", "/api/v4/slave/download/test", body)
      #expect(told.body.hasSuffix(#""msg":"\#(message)"}"#))
      let upstream = await SlaveBench(world, .cloudreve414).send("POST", "/api/v4/slave/download/test", body)
      #expect(crashes ? upstream.description == "500 " : upstream.body.hasSuffix(#""msg":"\#(message)"}"#))
    }
  }

  @Test func `a body too long to be held is refused at once`() throws {
    try Simulation(seed: 1).run { world in
      let bench = SlaveBench(world)
      var announced = bench.request("POST", "/api/v4/slave/ping")
      announced.framing = .asGiven
      announced.fields.add("Content-Length", "99999999999")
      var endless = bench.request("POST", "/api/v4/slave/ping")
      endless.framing = .chunked
      endless.body = (0..<20).map { _ in .bytes(Array(repeating: 32, count: 1 << 20)) }
      for request in [announced, endless] {
        let seen = Seen(await bench.server.send(request))
        #expect(seen.description == #"200 {"code":40001,"msg":"Request body is longer than 16777216 bytes"}"#)
        #expect(seen.answer?.closes == true)
      }
    }
  }

  @Test func `a line a request, with its id and without its secrets`() throws {
    try Simulation(seed: 1).run { world in
      let bench = SlaveBench(world)
      bench.node.http.answer { _ in ScriptedAnswer(.close) }
      _ = await bench.open("s", size: 3, callback: "http://m/api/v4/callback/remote/s/CALLBACK-SECRET")
      _ = await bench.send(chunk: 0, of: "s", "abc")
      _ = await bench.send("GET", "/api/v4/slave/task/1?other=QUERY")
      var wrong = WireRequest("POST", "/api/v4/slave/ping", body: Array("{}".utf8))
      wrong.fields.add("Authorization", "Bearer Cr WRONG-SIGNATURE:0")
      wrong.fields.add("X-Cr-Correlation-Id", "5F0C1D9E-1111-4222-8333-0123456789AB")
      _ = await bench.server.send(wrong)
      let lines = bench.node.log.entries.map(\.line)
      let requests = lines.filter { $0.message == "request" }
      #expect(requests.count == 4)
      #expect(requests.allSatisfy { $0.level == .info && $0.requestID?.count == 36 })
      func detail(_ line: LogLine, _ key: String) -> String? { line.details.first { $0.key == key }?.value.text }
      #expect(requests.map { detail($0, "method") } == ["PUT", "POST", "GET", "POST"])
      #expect(
        requests.map { detail($0, "path") } == [
          "/api/v4/slave/upload", "/api/v4/slave/upload/s", "/api/v4/slave/task/1", "/api/v4/slave/ping",
        ])
      #expect(requests.map { detail($0, "status") } == ["200", "200", "200", "200"])
      #expect(detail(requests[0], "bytes") == "19" && detail(requests[0], "ms") == "0.000")
      let refused = try #require(lines.first { $0.message == "signature refused" })
      #expect(refused.level == .warning && refused.requestID == "5f0c1d9e-1111-4222-8333-0123456789ab")
      let text = lines.map { "\($0.message) \($0.details.map { "\($0.key)=\($0.value)" })" }.joined(separator: "\n")
      for secret in ["CALLBACK-SECRET", "QUERY", "WRONG-SIGNATURE", "sign=", "node key", SlaveBench.secret.text] {
        #expect(!text.contains(secret), "\(secret)")
      }
    }
  }

  // HDR-7
  @Test(arguments: [
    ("PUT", "/api/v4/slave/task/1/", 404), ("GET", "/api/v4/slave/task/1/", 301),
    ("DELETE", "/api/v4/slave/upload/s/", 307),
    ("HEAD", "/api/v4/slave/task/1", 404), ("GET", "/api/v4/site/ping", 404), ("GET", "/", 404),
    ("OPTIONS", "/api/v4/slave/ping", 404), ("GET", "/api/v4/slave/credential/1", 404),
  ])
  func `routing comes before the signature`(method: String, target: String, status: Int) throws {
    try Simulation(seed: 1).run { world in
      let answer = await SlaveBench(world).server.send(WireRequest(GoString(method), GoString(target)))
      #expect(answer?.status == status)
      #expect(answer?.fields.first("Cache-Control") == nil)
    }
  }
}
