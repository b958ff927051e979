import GoWire
import NodeProtocol
import ReferenceNode
import Simulator

/// What a request over the virtual network to a slave costs, all in.
enum Requests {
  static let secret: GoString = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
  static let configuration: GoString =
    "[System]\nMode = slave\nListen = :5212\nLogLevel = error\n\n[Slave]\nSecret = \(secret)\n\n[CORS]\nAllowOrigins = *\n"

  static func run(rounds: Int, requests: Int) throws -> Bool {
    print("a signed request to the slave over the virtual network, answered, \(requests) of them, CPU time")
    var reached = true
    var costs: [Double] = []
    for slaves in [1, 10, 100, 1_000] {
      let cost = KernelBenchmark.median(
        try (0..<rounds).map { _ in try microseconds(slaves: slaves, requests: requests) })
      costs.append(cost)
      reached = KernelBenchmark.aim("\(slaves) slaves", cost, atMost: 15, "µs a request") && reached
    }
    let spread = (costs.max() ?? 0) / (costs.min() ?? 1)
    return KernelBenchmark.aim("dearest / cheapest", spread, atMost: 1.2, "") && reached
  }

  /// What is left of a run when the setting up of its slaves is taken off.
  private static func microseconds(slaves: Int, requests: Int) throws -> Double {
    let seconds = try Simulation(seed: 1, stepBudget: .max, keepsTrace: false).run { world in
      let client = world.node("M")
      let calls = try await start(slaves, world)
      for call in calls { try await send(call, client) }
      let before = CPU.seconds
      for number in 0..<requests { try await send(calls[number % slaves], client) }
      return CPU.seconds - before
    }
    return seconds * 1e6 / Double(requests)
  }

  static func start(_ slaves: Int, _ world: SimulatedWorld) async throws -> [HTTPCall] {
    var calls: [HTTPCall] = []
    for number in 1...slaves {
      let node = world.node("S\(number)")
      node.log.keepsEntries = false
      node.disk.plant(SlaveProgram.defaultFile, configuration.bytes)
      node.start(SlaveProgram())
      calls.append(try call("S\(number)"))
    }
    await world.settle()
    return calls
  }

  /// The status of a task that no slave has: signature, route, answer.
  static func call(_ slave: String) throws -> HTTPCall {
    let builder = CallBuilder(
      base: try GoURL(GoString("http://\(slave):5212")), key: SigningKey(secret), profile: .documented)
    let headers = Caller.master(siteURL: "http://M", siteID: "site", nodeID: 2).headers(
      version: "4.14.0", correlationID: nil)
    let call = builder.call("GET", "/api/v4/slave/task/7", headers: headers, expires: 0)
    let endpoint = try call.endpoint()
    return HTTPCall(
      method: call.method, isTLS: endpoint.isTLS, host: endpoint.host, port: endpoint.port,
      authority: endpoint.authority, target: endpoint.target,
      fields: HTTPFields(call.headersToSend.map { .init($0.name, $0.value) }), timeout: .seconds(10))
  }

  static func send(_ call: HTTPCall, _ client: SimulatedNode) async throws {
    let reply = try await client.client.send(call)
    let body = try await reply.body.collect()
    guard reply.status == 200, !body.isEmpty else { throw KernelBenchmark.Trouble("status \(reply.status)") }
  }
}
