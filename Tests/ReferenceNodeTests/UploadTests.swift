import GoWire
import NodeProtocol
import ReferenceNode
import Simulator
import Testing

/// Upload sessions as several clients and a master see them.
@Suite struct UploadTests {
  @Test(arguments: 0..<40 as Range<UInt64>)
  func `two chunks at once complete the file with one call, in any order of jobs`(seed: UInt64) throws {
    try Simulation(seed: seed, order: .seeded).run { world in
      let bench = SlaveBench(world)
      bench.node.http.answer { _ in .json(#"{"code":0,"msg":""}"#, after: .milliseconds(5)) }
      #expect(await bench.open("s", size: 20, callback: "http://m/c", preallocates: true).description == Seen.success)
      async let second = bench.server.send(
        bench.chunk(
          "s", 1, steps: [.bytes(Array("ABCDE".utf8)), .pause(.milliseconds(3)), .bytes(Array("FGHIJ".utf8))]))
      async let first = bench.server.send(
        bench.chunk(
          "s", 0, steps: [.bytes(Array("0123".utf8)), .pause(.milliseconds(3)), .bytes(Array("456789".utf8))]))
      let seen = await [Seen(first).description, Seen(second).description]
      #expect(seen == [Seen.success, Seen.success])
      #expect(bench.file() == "0123456789ABCDEFGHIJ")
      #expect(bench.node.http.records.count == 1)
      #expect(await bench.send(chunk: 1, of: "s", "ABCDEFGHIJ").description == Seen.gone)
    }
  }

  @Test(arguments: 0..<40 as Range<UInt64>)
  func `the same chunk twice at once never mixes its bytes and calls once`(seed: UInt64) throws {
    try Simulation(seed: seed, order: .seeded).run { world in
      let bench = SlaveBench(world)
      bench.node.disk.setLatency { _ in .milliseconds(1) }
      bench.node.http.answer { _ in .json(#"{"code":0,"msg":""}"#, after: .milliseconds(5)) }
      _ = await bench.open("s", size: 10, callback: "http://m/c")
      func steps(_ letter: Character) -> [WireStep] {
        (0..<5).flatMap { _ in [.bytes(Array(String(repeating: letter, count: 2).utf8)), .pause(.milliseconds(2))] }
      }
      async let one = bench.server.send(bench.chunk("s", 0, steps: steps("a")))
      async let two = bench.server.send(bench.chunk("s", 0, steps: steps("b")))
      let seen = await [Seen(one).description, Seen(two).description]
      #expect(seen == [Seen.success, Seen.success])
      #expect(["aaaaaaaaaa", "bbbbbbbbbb"].contains(bench.file()))
      #expect(bench.node.http.records.count == 1)
    }
  }

  @Test func `a sender that hangs does not hold up the one that takes its place`() throws {
    try Simulation(seed: 1).run { world in
      let bench = SlaveBench(world)
      _ = await bench.open("s", size: 10)
      async let hanging = bench.server.send(
        bench.chunk("s", 0, steps: [.bytes(Array("xxx".utf8)), .pause(.seconds(60)), .bytes(Array("xxxxxxx".utf8))]))
      await world.sleep(.seconds(1))
      #expect(await bench.send(chunk: 0, of: "s", "0123456789").description == Seen.success)
      #expect(bench.node.clock.uptime < Uptime(nanoseconds: 0) + .seconds(2))
      #expect(bench.file() == "0123456789")
      #expect(Seen(await hanging).description == Seen.success)
      #expect(bench.file() == "0123456789")
    }
  }

  @Test(arguments: 0..<40 as Range<UInt64>)
  func `deleting a session while a chunk is written leaves nothing behind`(seed: UInt64) throws {
    try Simulation(seed: seed, order: .seeded).run { world in
      let bench = SlaveBench(world)
      bench.node.disk.setLatency { _ in .milliseconds(Int64(1 + seed % 3)) }
      _ = await bench.open("s", size: 20)
      let steps = (0..<5).flatMap { _ in [WireStep.bytes([65, 66]), .pause(.milliseconds(2))] }
      async let chunk = bench.server.send(bench.chunk("s", 0, steps: steps))
      await world.sleep(.milliseconds(Int64(seed % 12)))
      #expect(await bench.send("DELETE", "/api/v4/slave/upload/s").description == Seen.success)
      let seen = Seen(await chunk).description
      #expect(seen == Seen.gone || seen == Seen.success)
      #expect(bench.file() == nil)
      #expect(await bench.send(chunk: 1, of: "s", "ABCDEFGHIJ").description == Seen.gone)
      #expect(bench.file() == nil)
    }
  }

  @Test func `a session that takes another's place stops its writers`() throws {
    try Simulation(seed: 1).run { world in
      let bench = SlaveBench(world)
      _ = await bench.open("s", size: 10)
      async let old = bench.server.send(
        bench.chunk("s", 0, steps: [.bytes(Array("old".utf8)), .pause(.seconds(5)), .bytes(Array("old old".utf8))]))
      await world.sleep(.seconds(1))
      #expect(await bench.open("s", size: 3, overwrites: true).description == Seen.success)
      #expect(bench.file() == "")
      #expect(Seen(await old).description == Seen.gone)
      #expect(await bench.send(chunk: 0, of: "s", "new").description == Seen.success)
      #expect(bench.file() == "new")
    }
  }

  // QUIRK-15
  @Test(arguments: ["documented", "cloudreve-4.14"])
  func `a file is its latest session's alone, by profile`(name: String) throws {
    let profile = try #require(Profile(named: name))
    let isAlone = name == "documented"
    try Simulation(seed: 1).run { world in
      let bench = SlaveBench(world, profile)
      _ = await bench.open("old", "x/blob", size: 20)
      async let late = bench.server.send(
        bench.chunk("old", 0, steps: [.bytes(Array("old".utf8)), .pause(.seconds(5)), .bytes(Array("old old".utf8))]))
      await world.sleep(.seconds(1))
      let path: GoString = isAlone ? "./x//blob" : "x/blob"
      #expect(await bench.open("new", path, size: 10, overwrites: true).description == Seen.success)
      #expect(await bench.send(chunk: 0, of: "new", "new new ne").description == Seen.success)
      #expect(Seen(await late).description == (isAlone ? Seen.gone : Seen.success))
      #expect(bench.file("x/blob") == (isAlone ? "new new ne" : "newold old"))
      _ = await bench.open("newer", path, size: 4, overwrites: true)
      #expect(await bench.send(chunk: 0, of: "old", "0123456789").description == (isAlone ? Seen.gone : Seen.success))
      #expect(await bench.send("DELETE", "/api/v4/slave/upload/old").description == Seen.success)
      #expect(bench.file("x/blob") == (isAlone ? "" : nil))
      guard isAlone else { return }
      #expect(await bench.send(chunk: 0, of: "newer", "abcd").description == Seen.success)
      #expect(bench.file("x/blob") == "abcd")
    }
  }

  // ST-3
  @Test func `a path is free again when its session is over, deleted, or went elsewhere`() throws {
    try Simulation(seed: 1).run { world in
      let bench = SlaveBench(world)
      _ = await bench.open("a", "one", size: 3)
      _ = await bench.open("a", "two", size: 3)
      _ = await bench.open("b", "one", size: 3, overwrites: true)
      // The first session of that name was over: what took its path's place has nothing to do with the second.
      #expect(await bench.send(chunk: 0, of: "a", "aaa").description == Seen.success)
      #expect(await bench.send("DELETE", "/api/v4/slave/upload/b").description == Seen.success)
      #expect(bench.file("one") == nil)
      _ = await bench.open("c", "two", size: 3, overwrites: true)
      #expect(await bench.send(chunk: 0, of: "c", "ccc").description == Seen.success)
      #expect(bench.file("two") == "ccc")
    }
  }

  // ST-4: the length is the first of the two headers, and a text that is none fits nothing.
  @Test(arguments: [
    ("", #"{"code":0,"msg":""}"#), ("0", #"{"code":0,"msg":""}"#), ("+0", #"{"code":0,"msg":""}"#),
    ("x", #"{"code":40013,"msg":"Invalid Content-Length (expected: 0)"}"#),
    ("9223372036854775808", #"{"code":40013,"msg":"Invalid Content-Length (expected: 0)"}"#),
    ("-9223372036854775809", #"{"code":40013,"msg":"Invalid Content-Length (expected: 0)"}"#),
  ])
  func `a length that is no number of 64 bits is none`(length: String, body: String) throws {
    try Simulation(seed: 1).run { world in
      let bench = SlaveBench(world)
      _ = await bench.open("s", size: 0)
      var request = bench.request("POST", "/api/v4/slave/upload/s")
      request.framing = .asGiven
      request.fields.add("X-Expected-Entity-Length", GoString(length))
      #expect(Seen(await bench.server.send(request)).body == body)
    }
  }

  // ST-4: a chunk's number is read as Go's `Atoi` leaves it, its error dropped.
  @Test(
    arguments: [
      ("x", 10), ("", 10), ("1", 5), ("9223372036854775807", 10), ("9223372036854775808", 10),
      ("99999999999999999999x", 10), ("-9223372036854775809", 10), ("9223372036854775808x", 10),
    ] as [(String, Int64)])
  func `a chunk's number beyond 64 bits is the last that fits, not the first chunk`(number: String, length: Int64)
    throws
  {
    try Simulation(seed: 1).run { world in
      let bench = SlaveBench(world)
      _ = await bench.open("s", size: 15)
      var request = bench.request("POST", "/api/v4/slave/upload/s?chunk=" + GoString(number))
      request.fields.add("X-Expected-Entity-Length", "7")
      #expect(Seen(await bench.server.send(request)).body.contains("(expected: \(length))"))
      request.fields.set("X-Expected-Entity-Length", GoString("\(length)"))
      request.fields.set("Content-Length", GoString("\(length)"))
      request.body = [.bytes([UInt8](repeating: 65, count: Int(length)))]
      // Ten times the least number is 0 in 64 bits, and an `x` is met before the digits are too many.
      let isFirst = ["x", "", "-9223372036854775809", "9223372036854775808x"].contains(number)
      let failed = #"{"code":50004,"msg":"Failed to upload file"}"#
      #expect(Seen(await bench.server.send(request)).body == (isFirst ? #"{"code":0,"msg":""}"# : failed))
      #expect(bench.file() == (isFirst ? "AAAAAAAAAA" : ""))
    }
  }

  @Test func `a session that cannot be made leaves the one of its name alone`() throws {
    try Simulation(seed: 1).run { world in
      let bench = SlaveBench(world)
      _ = await bench.open("s", size: 3)
      let refused = #"{"code":50006,"msg":"Failed to create upload session in slave node"}"#
      #expect(await bench.open("s", size: 9).body == refused)
      #expect(await bench.send(chunk: 0, of: "s", "abc").description == Seen.success)
    }
  }

  @Test func `a file that has no room leaves nothing behind`() throws {
    try Simulation(seed: 1).run { world in
      let bench = SlaveBench(world)
      bench.node.disk.capacity = 1000
      let refused = #"{"code":50006,"msg":"Failed to create upload session in slave node"}"#
      #expect(await bench.open("s", size: 5000, preallocates: true).body == refused)
      #expect(bench.file() == nil)
      #expect(await bench.send(chunk: 0, of: "s", "0123456789").description == Seen.gone)
      #expect(await bench.open("s", size: 10, preallocates: true).description == Seen.success)
    }
  }

  @Test func `a disk that is full fails the chunk, which may come again`() throws {
    try Simulation(seed: 1).run { world in
      let bench = SlaveBench(world)
      _ = await bench.open("s", size: 10)
      bench.node.disk.capacity = bench.node.disk.used
      let failed = await bench.send(chunk: 0, of: "s", "0123456789")
      #expect(failed.body == #"{"code":50004,"msg":"Failed to upload file"}"#)
      bench.node.disk.capacity += 1 << 20
      #expect(await bench.send(chunk: 0, of: "s", "0123456789").description == Seen.success)
      #expect(bench.file() == "0123456789")
    }
  }

  @Test func `a sender that goes away leaves what came, and the chunk may come again`() throws {
    try Simulation(seed: 1).run { world in
      let bench = SlaveBench(world)
      bench.node.http.answer { _ in .json(#"{"code":0,"msg":""}"#) }
      _ = await bench.open("s", size: 10, callback: "http://m/c")
      var cut = bench.chunk("s", 0, steps: [.bytes(Array("hello".utf8)), .pause(.seconds(1)), .close])
      cut.fields.set("Content-Length", "10")
      #expect(Seen(await bench.server.send(cut)).description == "no answer")
      await world.settle()
      #expect(bench.file() == "hello")
      #expect(bench.node.http.records.isEmpty)
      #expect(await bench.send(chunk: 0, of: "s", "0123456789").description == Seen.success)
      #expect(bench.file() == "0123456789")
      #expect(bench.node.http.records.count == 1)
    }
  }

  // CB-5
  @Test func `a sender that goes away during the call does not take the call with it`() throws {
    try Simulation(seed: 1).run { world in
      let bench = SlaveBench(world)
      bench.node.http.answer { _ in .json(#"{"code":0,"msg":""}"#, after: .seconds(3)) }
      _ = await bench.open("s", size: 3, callback: "http://m/c")
      var impatient = bench.chunk("s", 0, steps: [.bytes(Array("abc".utf8))])
      impatient.leavesAfter = .seconds(1)
      #expect(Seen(await bench.server.send(impatient)).description == "no answer")
      await world.sleep(.seconds(5))
      #expect(await bench.send(chunk: 0, of: "s", "abc").description == Seen.success)
      #expect(bench.node.http.records.count == 1)
      #expect(await bench.send(chunk: 0, of: "s", "abc").description == Seen.gone)
    }
  }

  // CB-5, QUIRK-16, QUIRK-17
  @Test(arguments: [
    ("documented", [#"{"code":50007,"msg":"Slave cannot send callback request"}"#, #"{"code":0,"msg":""}"#], 2),
    (
      "cloudreve-4.0",
      [#"{"code":50007,"msg":"Slave cannot send callback request"}"#, #"{"code":40011,"msg":"unknown"}"#], 2
    ),
    ("cloudreve-4.14", [#"{"code":50007,"msg":"Slave cannot send callback request"}"#, #"{"code":0,"msg":""}"#], 1),
  ])
  func `a callback whose answer was lost is repeated by profile`(name: String, bodies: [String], calls: Int) throws {
    let profile = try #require(Profile(named: name))
    try Simulation(seed: 1).run { world in
      let bench = SlaveBench(world, profile)
      // The master accepts the first and forgets the session; its answer does not arrive.
      bench.node.http.answer { [node = bench.node] _ in
        node.http.records.count == 1
          ? ScriptedAnswer(.close) : .json(#"{"code":40011,"msg":"unknown"}"#, status: 401)
      }
      _ = await bench.open("s", size: 3, callback: "http://m/c")
      var seen: [String] = []
      for _ in 0..<2 { seen.append(await bench.send(chunk: 0, of: "s", "abc").body) }
      #expect(seen == bodies)
      #expect(bench.node.http.records.count == calls)
    }
  }

  @Test func `an answer that a proxy made up may hide an accepted callback`() throws {
    try Simulation(seed: 1).run { world in
      let bench = SlaveBench(world)
      bench.node.http.answer { [node = bench.node] _ in
        node.http.records.count == 1
          ? ScriptedAnswer(.reply(status: 504, fields: HTTPFields(), body: Array("<html>".utf8)))
          : .json(#"{"code":40011,"msg":"unknown"}"#, status: 401)
      }
      _ = await bench.open("s", size: 3, callback: "http://m/c")
      #expect(
        await bench.send(chunk: 0, of: "s", "abc").body
          == #"{"code":50007,"msg":"Slave cannot parse callback response from master (StatusCode=504)."}"#)
      #expect(await bench.send(chunk: 0, of: "s", "abc").description == Seen.success)
    }
  }

  @Test func `a refused connection hides nothing`() throws {
    try Simulation(seed: 1).run { world in
      let bench = SlaveBench(world)
      bench.node.http.answer { [node = bench.node] _ in
        node.http.records.count == 1
          ? ScriptedAnswer(.refuse) : .json(#"{"code":40011,"msg":"unknown"}"#, status: 401)
      }
      _ = await bench.open("s", size: 3, callback: "http://m/c")
      for body in [
        #"{"code":50007,"msg":"Slave cannot send callback request"}"#, #"{"code":40011,"msg":"unknown"}"#,
        #"{"code":40011,"msg":"unknown"}"#,
      ] {
        #expect(await bench.send(chunk: 0, of: "s", "abc").body == body)
      }
    }
  }

  // CB-1, SIGN-6
  @Test func `the callback is signed with the node's key for ten minutes and carries the chunk's id`() throws {
    try Simulation(seed: 1).run { world in
      let bench = SlaveBench(world)
      bench.node.http.answer { _ in .json(#"{"code":0,"msg":""}"#) }
      _ = await bench.open("s", size: 3, callback: "http://m:8080/a/api/v4/callback/remote/s/secret")
      let id: GoString = "5f0c1d9e-1111-4222-8333-0123456789ab"
      var request = WireRequest("POST", "/api/v4/slave/upload/s?chunk=0", body: Array("abc".utf8))
      let headers = [HeaderField("X-Cr-Correlation-Id", id)]
      request.fields.add("X-Cr-Correlation-Id", id)
      request.fields.add(
        "Authorization",
        bench.signatures.authorization(
          method: "POST", path: "/api/v4/slave/upload/s", headers: headers, body: [], expires: 0))
      #expect(Seen(await bench.server.send(request)).description == Seen.success)
      let call = try #require(bench.node.http.records.first?.call)
      #expect(call.host == "m" && call.port == 8080 && call.authority == "m:8080")
      #expect(call.fields.first("X-Cr-Correlation-Id") == id)
      #expect(call.fields.first("X-Cr-Node-Id") == nil)  // QUIRK-9
      let check = SignatureCheck(key: SigningKey("node key"), profile: .documented)
      let expires = bench.node.clock.now.unixSeconds + 600
      #expect(
        call.fields.first("Authorization")
          == check.authorization(
            method: "POST", path: "/a/api/v4/callback/remote/s/secret", headers: headers, body: [], expires: expires))
    }
  }

  // ST-3
  @Test func `a session lives until its time, at least for a second`() throws {
    try Simulation(seed: 1).run { world in
      let bench = SlaveBench(world)
      _ = await bench.open("short", "a", size: 3, expires: "2020-01-01T00:00:00Z")
      await world.sleep(.milliseconds(900))
      #expect(await bench.send(chunk: 0, of: "short", "ab").body.contains("40013"))
      await world.sleep(.milliseconds(200))
      #expect(await bench.send(chunk: 0, of: "short", "abc").description == Seen.gone)
    }
  }

  /// ST-3, ST-7: what came of an upload that was not whole in time is removed; upstream leaves it.
  @Test func `what a session left at its end is removed`() throws {
    for profile in [Profile.documented, .cloudreve414] {
      try Simulation(seed: 1).run { world in
        let bench = SlaveBench(world, profile)
        _ = await bench.open("short", "a", size: 20, expires: "2020-01-01T00:00:00Z")
        _ = await bench.open("whole", "b", size: 3, expires: "2020-01-01T00:00:00Z")
        #expect(await bench.send(chunk: 0, of: "short", "0123456789").description == Seen.success)
        #expect(await bench.send(chunk: 0, of: "whole", "abc").description == Seen.success)
        await world.sleep(.milliseconds(1_100))
        #expect(bench.file("a") == (profile.removesExpiredUploads ? nil : "0123456789"))
        #expect(bench.file("b") == "abc")
      }
    }
  }

  // QUIRK-15
  @Test(arguments: [
    (
      "documented",
      [
        #"{"code":40001,"msg":"Size cannot be negative"}"#, #"{"code":403,"msg":"Path cannot contain .."}"#,
        #"{"code":40001,"msg":"Chunk size cannot be negative"}"#,
      ]
    ),
    ("cloudreve-4.14", [#"{"code":0,"msg":""}"#, #"{"code":0,"msg":""}"#, #"{"code":0,"msg":""}"#]),
  ])
  func `what no upload should be is refused by profile`(name: String, bodies: [String]) throws {
    let profile = try #require(Profile(named: name))
    try Simulation(seed: 1).run { world in
      let bench = SlaveBench(world, profile)
      #expect(await bench.open("a", "a", size: -5).body == bodies[0])
      #expect(await bench.open("b", "x/../b", size: 5).body == bodies[1])
      #expect(await bench.open("c", "c", size: 5, chunkSize: -1).body == bodies[2])
      #expect(bench.file("b") == (name == "documented" ? nil : ""))
    }
  }

  // ENV-8
  @Test(arguments: [
    ("{}", "Session"), (#"{"session":{}}"#, "Policy"), (#"{"session":{"Policy":{}}}"#, "Settings"),
    (#"{"session":{"Policy":{"settings":{}}}}"#, "Props"),
  ])
  func `a session without its parts names the first that is missing`(body: String, field: String) throws {
    try Simulation(seed: 1).run { world in
      let told = await SlaveBench(world).send("PUT", "/api/v4/slave/upload", GoString(body))
      #expect(told.description == #"200 {"code":40001,"msg":"\#(field) cannot be empty"}"#)
      let crashed = await SlaveBench(world, .cloudreve414).send("PUT", "/api/v4/slave/upload", GoString(body))
      #expect(crashed.description == "500 ")
      #expect(crashed.field("Cache-Control") == "private, no-cache")
    }
  }

  @Test func `a length given without Content-Length counts, and no more than it is written`() throws {
    try Simulation(seed: 1).run { world in
      let bench = SlaveBench(world)
      for (id, sent, body, file) in [
        ("a", "abc", #"{"code":0,"msg":""}"#, "abc"), ("b", "abcdef", #"{"code":0,"msg":""}"#, "abc"),
        ("c", "ab", #"{"code":50004,"msg":"Failed to upload file"}"#, "ab"),
      ] {
        _ = await bench.open(GoString(id), GoString(id), size: 3)
        var request = bench.request("POST", "/api/v4/slave/upload/\(GoString(id))")
        request.framing = .chunked
        request.fields.add("X-Expected-Entity-Length", "3")
        request.body = [.bytes(Array(sent.utf8))]
        #expect(Seen(await bench.server.send(request)).body == body)
        #expect(bench.file(GoString(id)) == file)
      }
    }
  }
}
