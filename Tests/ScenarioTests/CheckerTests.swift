import GoWire
import NodeProtocol
import ReferenceNode
import Testing

@testable import Simulator

/// A world of a test's own for a checker.
final class StillScene: CheckedScene {
  let world: SimulatedWorld
  init(_ world: SimulatedWorld) { self.world = world }

  var now: Uptime { world.kernel.uptime }
  var profile: Profile { .documented }
  func disk(of node: String) -> MemoryDisk { world.node(node).disk }
  func storageRoot(of node: String) -> GoString? { nil }
  func secret(of node: String) -> GoString { "the secret of \(GoString(node))" }
  func wallClock(of node: String) -> GoTime { world.node(node).clock.now }
  var slaves: [String] { ["S1"] }
  func session(_ id: GoString) -> MadeSession? { nil }
  func isListed(_ session: GoString) -> Bool { false }
  var openRequests: [WitnessedRequest] { [] }
  var plannedFaults: [FaultKind] { [] }
  func callbackTimeout(of node: String) -> Int64 { 20 }
}

@Suite struct CheckerTests {
  private static func event(_ kind: TraceEvent.Kind, node: String = "S1", at time: Span = .zero) -> Sight {
    .event(TraceEvent(number: 1, time: Uptime(nanoseconds: 0) + time, node: node, requestID: nil, kind: kind))
  }

  /// INV-4: what is left below the temp folder is told when all is quiet.
  @Test func `a file left in the temp folder is reported`() throws {
    try Simulation(seed: 1).run { world in
      let scene = StillScene(world)
      var checker = EmptyTemp()
      world.node("S1").disk.folder = "/srv/S1"
      #expect(checker.judge(.quiet, in: scene) == [])
      world.node("S1").disk.plant("data/temp/fm_workflows/1/x.zip", [1])
      #expect(checker.judge(.quiet, in: scene).count == 1)
    }
  }

  /// INV-12: a process that ends by itself is told, one that was killed or refused is not.
  @Test func `a process that ends by itself is reported`() throws {
    try Simulation(seed: 1).run { world in
      let scene = StillScene(world)
      var checker = LivingProcesses()
      #expect(checker.see(Self.event(.process(.started(version: "4.14.0"))), in: scene) == [])
      #expect(checker.see(Self.event(.process(.crashed("panic"))), in: scene).count == 1)
      #expect(checker.see(Self.event(.process(.ended(exitCode: 0))), in: scene).count == 1)
      #expect(checker.see(Self.event(.process(.ended(exitCode: 2))), in: scene) == [])
      #expect(checker.see(Self.event(.process(.killed)), in: scene) == [])
      #expect(checker.see(Self.event(.process(.ended(exitCode: 0))), in: scene) == [])
    }
  }

  /// INV-20: a call that lasts longer than its deadline.
  @Test func `a call that outlives its deadline is reported`() throws {
    try Simulation(seed: 1).run { world in
      let scene = StillScene(world)
      var checker = NoLeftovers()
      let start = TraceEvent.ExchangeStart(
        number: 1, connection: 1, from: "S1", to: "M", kind: .sitePing, method: "GET", target: "/api/v4/site/ping")
      for (seconds, count) in [(10, 0), (12, 1)] as [(Int64, Int)] {
        _ = checker.see(Self.event(.exchangeBegan(start)), in: scene)
        let end = Self.event(.exchangeEnded(number: 1, status: nil, failure: "late"), at: .seconds(seconds))
        #expect(checker.see(end, in: scene).count == count, "\(seconds) s")
      }
    }
  }

  /// INV-13: the independent judge agrees with the node's own on good signatures, and refuses each kind of bad one.
  @Test func `the judge of signatures tells good from bad`() {
    let key: GoString = "some key"
    let check = SignatureCheck(key: SigningKey(key), profile: .documented)
    let headers = [
      HeaderField("X-Cr-Site-Url", "http://m/?a&b=<\u{2028}>"), HeaderField("x-cr-node-id", "2"),
      HeaderField("X-Cr-Filename", "not covered"), HeaderField("X-Other", "not covered"),
    ]
    let body = Array("{\"a\":\"\\n\u{1}é\"}".utf8) + [0xFF, 0x0A]
    func request(_ method: GoString, expires: Int64, key: GoString) -> WitnessedRequest {
      var fields = HTTPFields(headers.map { .init($0.name, $0.value) })
      fields.add(
        "Authorization",
        check.authorization(method: method, path: "/api/v4/slave/ta sk", headers: headers, body: body, expires: expires)
      )
      var request = WitnessedRequest(
        number: 0, node: "S1", at: Uptime(nanoseconds: 0), clock: GoTime(unixSeconds: 100), method: method,
        target: "/api/v4/slave/ta%20sk?x=1", fields: fields)
      request.body = body
      return request
    }
    for method: GoString in ["PUT", "POST"] {
      #expect(Signatures.isGood(request(method, expires: 100, key: key), key, now: 100))
      #expect(Signatures.isGood(request(method, expires: 0, key: key), key, now: 100))
      #expect(!Signatures.isGood(request(method, expires: 99, key: key), key, now: 100))
      #expect(!Signatures.isGood(request(method, expires: 100, key: key), "other", now: 100))
      var changed = request(method, expires: 100, key: key)
      changed.body[0] ^= 1
      #expect(!Signatures.isGood(changed, key, now: 100))
      changed = request(method, expires: 100, key: key)
      changed.fields.set("x-cr-node-id", "3")
      #expect(!Signatures.isGood(changed, key, now: 100))
    }
  }
}
