import GoWire
import NodeProtocol
import ReferenceNode
import Simulator
import Testing

@Suite struct NetworkTests {
  /// PING-1, PING-2: both exchanges cross the network; the second test uses the kept connections of the first.
  @Test func `a slave answers signed pings over the network and connections are kept`() throws {
    try Simulation(seed: 1).run { world in
      let bench = try NetworkBench(world)
      #expect(await bench.ping() == #"200 {"code":0,"msg":""}"#)
      // Two handshakes, two requests, two answers, a packet each millisecond.
      #expect(world.kernel.uptime.nanoseconds == 8_000_000)
      #expect(await bench.ping() == #"200 {"code":0,"msg":""}"#)
      #expect(world.kernel.uptime.nanoseconds == 12_000_000)
      #expect(bench.master.client.idleConnections == 1)
      #expect(bench.slave.client.idleConnections == 1)
      #expect(world.network.openConnections == 2)
      #expect(
        bench.lines.lines == [
          "S1: POST /api/v4/slave/ping", "M: GET /api/v4/site/ping", "S1: POST /api/v4/slave/ping",
          "M: GET /api/v4/site/ping",
        ])
      // Kept for 90 s.
      await world.kernel.untilQuiet()
      #expect(world.network.openConnections == 0)
    }
  }

  /// ENV-6, PING-6: the texts of Go's client.
  @Test(arguments: [
    ("http://S1:1", "dial tcp 10.0.0.2:1: connect: connection refused"),
    ("http://nowhere.invalid:5212", "dial tcp: lookup nowhere.invalid on 192.0.2.53:53: no such host"),
    ("https://S1:5212", "http: server gave HTTP response to HTTPS client"),
    ("http://10.9.9.9:5212", "context deadline exceeded (Client.Timeout exceeded while awaiting headers)"),
  ])
  func `a client reads why there is no answer`(_ base: String, _ text: String) throws {
    try Simulation(seed: 1).run { world in
      let bench = try NetworkBench(world, base: GoString(base))
      #expect(await bench.ping() == text)
      await world.kernel.untilQuiet()
      #expect(world.network.openConnections == 0)
    }
  }

  @Test func `TLS costs a round trip and a plain client meets it as Go's server says`() throws {
    try Simulation(seed: 1).run { world in
      let bench = try NetworkBench(world, base: "https://S1:443")
      _ = try world.network.listen(
        bench.slave, 443, tls: true, Handle { HTTPResponse(status: 200, body: .bytes($0.isTLS ? [0x79] : [0x6E])) })
      #expect(await bench.ping() == "200 y")
      #expect(world.kernel.uptime.nanoseconds == 6_000_000)
      let plain = try NodeCall(method: "GET", url: GoURL("http://S1:443/"))
      #expect(await bench.send(plain, timeout: nil) == "400 Client sent an HTTP request to an HTTPS server.\n")
    }
  }

  /// ST-4: what does not fit into the window waits for the reader.
  @Test func `a large body is sent as fast as it is read, both ways`() throws {
    try Simulation(seed: 1).run { world in
      let bench = try NetworkBench(world)
      _ = try world.network.listen(
        bench.slave, 81,
        Handle { request in
          await world.sleep(.seconds(3))
          guard let body = try? await request.body.collect() else { return .aborted }
          return HTTPResponse(status: 200, body: .bytes(body))
        })
      let bytes = [UInt8](repeating: 7, count: 1_000_000)
      let call = try NodeCall(method: "POST", url: GoURL("http://S1:81/"), body: bytes)
      let answer = await bench.send(call, timeout: .seconds(10))
      #expect(answer.utf8.count == 4 + bytes.count)
      #expect(bench.master.client.idleConnections == 1)
    }
  }

  @Test func `bandwidth and latency of a link tell when bytes arrive`() throws {
    try Simulation(seed: 1).run { world in
      let bench = try NetworkBench(world)
      _ = try world.network.listen(
        bench.slave, 81, Handle { _ in HTTPResponse(status: 200, body: .bytes([UInt8](repeating: 7, count: 10_000))) })
      world.network.link("S1", "M").bytesPerSecond = 1_000
      world.network.link("M", "S1").latency = .milliseconds(500)
      let start = world.kernel.uptime
      _ = await bench.send(try NodeCall(method: "GET", url: GoURL("http://S1:81/")), timeout: nil)
      let took = (world.kernel.uptime - start).nanoseconds
      #expect(took > 11_000_000_000)
      #expect(took < 11_300_000_000)
    }
  }

  @Test func `a raw client meets the deadline for its head`() throws {
    try Simulation(seed: 1).run { world in
      let bench = try NetworkBench(world)
      let stream = try await world.network.connect(from: bench.master, to: "S1", port: 5212)
      await stream.send(Array("GET / HTTP/1.1\r\n".utf8))
      #expect(await stream.receiveAll().isEmpty)
      #expect(stream.ending == .end)
      // 30 s from the first line on.
      #expect(world.kernel.uptime.nanoseconds == 30_004_000_000)
    }
  }
}
