import Glibc
import GoWire
import NodeProtocol
import ReferenceNode
import Simulator

// What a virtual request to a slave costs in real time, all in: client, network, server, signature, handler, log and trace, on kept
// connections, for one slave and for a thousand. Prints a line each and the ratio.
//
//   network-benchmark [REQUESTS]

let requests = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 200_000
let secret: GoString = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

func now() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// Microseconds of processor time for one request, set-up aside.
func measure(slaves: Int) throws -> Double {
  var simulation = Simulation(seed: 1, stepBudget: .max)
  simulation.keepsTrace = false
  return try simulation.run { world in
    let master = world.node("M")
    master.http.keepsRecords = false
    var calls: [HTTPCall] = []
    for number in 0..<slaves {
      let node = world.node("S\(number)")
      node.log.keepsEntries = false
      node.disk.plant(
        "data/conf.ini", Array("[System]\nMode = slave\nListen = :5212\n[Slave]\nSecret = \(secret)\n".utf8))
      node.start(SlaveProgram())
      let builder = CallBuilder(
        base: try GoURL("http://S\(number):5212"), key: SigningKey(secret), profile: .documented)
      let headers = Caller.master(siteURL: "http://M", siteID: "site", nodeID: 2).headers(
        version: "4.14.0", correlationID: nil)
      let call = builder.call("GET", "/api/v4/slave/task/1", headers: headers, expires: 0)
      let endpoint = try call.endpoint()
      calls.append(
        HTTPCall(
          method: call.method, isTLS: false, host: endpoint.host, port: endpoint.port, authority: endpoint.authority,
          target: endpoint.target, fields: HTTPFields(call.headersToSend.map { .init($0.name, $0.value) }),
          timeout: .seconds(30)))
    }
    await world.sleep(.seconds(1))
    func one(_ call: HTTPCall) async throws {
      let reply = try await master.client.send(call)
      guard reply.status == 200, try await reply.body.collect().count > 20 else { fatalError("no answer") }
    }
    for call in calls { try await one(call) }
    let start = now()
    for index in 0..<requests { try await one(calls[index % slaves]) }
    return (now() - start) * 1e6 / Double(requests)
  }
}

do {
  let alone = try measure(slaves: 1)
  print("1 slave: \((alone * 100).rounded() / 100) µs a request")
  let many = try measure(slaves: 1_000)
  print(
    "1,000 slaves: \((many * 100).rounded() / 100) µs a request, \((many / alone * 100).rounded() / 100) times as much")
} catch {
  print("network-benchmark: \(error)")
  exit(3)
}
