import GoWire
import ReferenceNode
import Simulator
import Testing

@Suite struct SimulationTests {
  @Test func `a virtual day passes at once`() throws {
    let day = try Simulation(seed: 1).run { world in
      let slave = world.node("slave")
      let before = slave.clock.now
      try await slave.clock.sleep(until: slave.clock.uptime + .seconds(86_400))
      return slave.clock.now.unixSeconds - before.unixSeconds
    }
    #expect(day == 86_400)
  }

  @Test func `a handler answers through the server in memory`() throws {
    struct Echo: HTTPHandler {
      func respond(to request: HTTPRequest) async -> HTTPResponse {
        var bytes: [UInt8] = []
        do { bytes = try await request.body.collect() } catch { return .aborted }
        return HTTPResponse(status: 200, body: .bytes(bytes))
      }
    }
    let answer = try Simulation(seed: 1).run { world in
      await world.node("slave").serve(Echo()).send(WireRequest("POST", "/x", body: Array("hello".utf8)))
    }
    #expect(answer?.status == 200)
    #expect(answer?.body == Array("hello".utf8))
    #expect(answer?.fields.first("Content-Length") == "5")
  }
}
