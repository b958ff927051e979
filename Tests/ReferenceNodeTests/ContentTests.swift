import GoWire
import NodeProtocol
import ReferenceNode
import Simulator
import Testing

/// Content as a client sees it (ST-9…11).
@Suite struct ContentTests {
  // ST-9
  @Test(arguments: [(5000, 1000, 4.0), (900, 1000, 0.0), (300_000, 100_000, 2.0)] as [(Int, Int64, Double)])
  func `a limited body takes its time, to the byte`(count: Int, speed: Int64, seconds: Double) throws {
    try Simulation(seed: 1).run { world in
      let bench = SlaveBench(world)
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
      bench.node.disk.plant("blob", bytes)
      let answer = try #require(
        await bench.server.send(bench.request("GET", bench.content("blob", speed: speed))))
      #expect(answer.isComplete && answer.body == bytes)
      #expect(answer.fields.first("Content-Length") == GoString(String(count)))
      #expect(abs(Double((answer.endedAt - answer.headAt).nanoseconds) / 1e9 - seconds) < 0.001)
    }
  }

  @Test func `several ranges under a limit are the parts of the file`() throws {
    try Simulation(seed: 1).run { world in
      let bench = SlaveBench(world)
      bench.node.disk.plant("blob", Array("0123456789".utf8))
      var request = bench.request("GET", bench.content("blob", speed: 50))
      request.fields.add("Range", "bytes=0-1,8-")
      let answer = try #require(await bench.server.send(request))
      #expect(answer.status == 206 && answer.isComplete)
      let type = try #require(answer.fields.first("Content-Type")?.text)
      let boundary = try #require(type.split(separator: "boundary=").last)
      #expect(answer.fields.first("Content-Length") == GoString(String(answer.body.count)))
      let part = "Content-Type: application/octet-stream\r\n\r\n"
      #expect(
        String(decoding: answer.body, as: UTF8.self)
          == "--\(boundary)\r\nContent-Range: bytes 0-1/10\r\n\(part)01\r\n--\(boundary)\r\n"
          + "Content-Range: bytes 8-9/10\r\n\(part)89\r\n--\(boundary)--\r\n")
      #expect(answer.endedAt > answer.headAt)
    }
  }

  @Test func `a reader that leaves frees the file`() throws {
    try Simulation(seed: 1).run { world in
      let bench = SlaveBench(world)
      bench.node.disk.plant("blob", Array(repeating: 65, count: 1000))
      var request = bench.request("GET", bench.content("blob", speed: 10))
      request.leavesAfter = .seconds(3)
      _ = await bench.server.send(request)
      await world.sleep(.seconds(200))
      let opened = world.journal.filter { if case .open = $0.action { true } else { false } }.count
      let closed = world.journal.filter { if case .close = $0.action { true } else { false } }.count
      #expect(opened == 1 && closed == 1)
    }
  }

  // QUIRK-7
  @Test func `a tag changes with the content, or never`() throws {
    try Simulation(seed: 1).run { world in
      for profile in [Profile.documented, .cloudreve414] {
        let bench = SlaveBench(world, profile)
        func tag(_ path: GoString) async -> String? {
          let seen = Seen(await bench.server.send(bench.request("HEAD", bench.content(path))))
          return seen.field("Etag")
        }
        bench.node.disk.plant("a", [1])
        bench.node.disk.plant("b", [1])
        let first = try #require(await tag("a"))
        #expect(await tag("a") == first)
        #expect(first.hasPrefix("\"") && first.hasSuffix("\"") && first.count > 2)
        let isConstant = profile.etag == .constant
        #expect((await tag("b") == first) == isConstant)
        await world.sleep(.seconds(1))
        bench.node.disk.plant("a", [2])
        #expect((await tag("a") == first) == isConstant)
      }
    }
  }

  // QUIRK-14
  @Test func `a folder is refused, or answered with a body that breaks off`() throws {
    try Simulation(seed: 1).run { world in
      for path: GoString in ["folder", ""] {
        let bench = SlaveBench(world)
        bench.node.disk.plantFolder("folder")
        let refused = Seen(await bench.server.send(bench.request("GET", bench.content(path))))
        #expect(refused.description == #"400 {"code":40016,"msg":"Path not exist"}"#)
        let broken = SlaveBench(world, .cloudreve414)
        let answer = try #require(await broken.server.send(broken.request("GET", broken.content(path))))
        #expect(answer.status == 200 && !answer.isComplete && answer.body.isEmpty)
        #expect((Int(answer.fields.first("Content-Length")?.text ?? "") ?? 0) > 0)
      }
    }
  }

  // HDR-6, ST-9
  @Test(arguments: ["GET", "HEAD"])
  func `the policy goes with GET, the cache with what is served`(method: String) throws {
    try Simulation(seed: 1).run { world in
      let bench = SlaveBench(world)
      bench.node.disk.plant("blob", Array("hello".utf8))
      let found = Seen(await bench.server.send(bench.request(GoString(method), bench.content("blob"))))
      let missing = Seen(await bench.server.send(bench.request(GoString(method), bench.content("none"))))
      let unsigned = Seen(await bench.server.send(WireRequest(GoString(method), bench.content("blob"))))
      #expect(found.field("Cache-Control") == "public, max-age=86400")
      #expect(missing.field("Cache-Control") == "private, no-cache")
      #expect(unsigned.field("Cache-Control") == nil)
      let policy = method == "GET" ? "sandbox" : nil
      #expect([found, missing].map { $0.field("Content-Security-Policy") } == [policy, policy])
      #expect(unsigned.field("Content-Security-Policy") == nil)
      #expect(found.body == (method == "GET" ? "hello" : ""))
      #expect(found.field("Content-Length") == "5")
    }
  }

  // ST-11
  @Test(arguments: [
    ("a.txt", #"attachment; filename="a.txt""#),
    ("日本 é.txt", #"attachment; filename="__ _.txt"; filename*=UTF-8''%E6%97%A5%E6%9C%AC+%C3%A9.txt"#),
    ("a\"b\\c\u{7F}.txt", #"attachment; filename="a_b_c_.txt"; filename*=UTF-8''a%22b%5Cc%7F.txt"#),
    ("👩‍🚀.txt", #"attachment; filename="___.txt"; filename*=UTF-8''%F0%9F%91%A9%E2%80%8D%F0%9F%9A%80.txt"#),
    ("100%+;.txt", #"attachment; filename="100%+;.txt""#),
  ])
  func `a download is named twice when ASCII cannot hold its name`(name: String, header: String) throws {
    try Simulation(seed: 1).run { world in
      let bench = SlaveBench(world)
      bench.node.disk.plant("blob", [1])
      let escaped = GoString(
        name.utf8.flatMap { Array("%\($0 < 16 ? "0" : "")\(String($0, radix: 16))".utf8) })
      let seen = Seen(
        await bench.server.send(bench.request("GET", bench.content("blob", name: escaped) + "?download=1")))
      #expect(seen.field("Content-Disposition") == header)
    }
  }
}
