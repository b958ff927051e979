import Foundation
import GoWire
import LiveWorld
import NodeProtocol
import ReferenceNode
import TestSupport
import Testing

/// PING-6, PING-7: what an administrator reads of a node test, as far as the slave says it: the part after "but slave
/// returns: ", or nothing when the test succeeds.
@Suite struct NodeTestTests {
  struct Row: Decodable, Sendable {
    struct Answer: Decodable, Sendable {
      var code: Int
      var msg: String
    }

    var id: String
    var answer: Answer
  }

  struct Pair: Decodable, Sendable, CustomTestStringConvertible {
    var master: String
    var slave: String
    var cases: [Row]

    var testDescription: String { "\(master) to \(slave)" }
    var masterVersion: String { String(master.split(separator: " ").last ?? "") }
    var slaveVersion: String { String(slave.split(separator: " ").last ?? "") }
  }

  static let pairs: [Pair] = Repository.files(below: "Fixtures/observed", suffix: ".json")
    .filter { $0.contains("/node-test-") }
    .compactMap { path in
      (try? Repository.bytes(path)).flatMap { try? JSONDecoder().decode(Pair.self, from: Data($0)) }
    }

  /// Rows that a slave has a part in, with the site URL its master sends. The others end before a slave is reached, or are
  /// played by a web server.
  enum Site {
    case good
    case html
    case unknownHost
    case refused
  }

  static let sites: [String: Site] = [
    "node-test/ok": .good, "node-test/wrong-secret": .good, "node-test/sub-path": .good,
    "node-test/two-site-urls-first-good": .good, "node-test/two-site-urls-first-bad": .refused,
    "node-test/site-url-html": .html, "node-test/site-url-unknown-host": .unknownHost,
  ]

  @Test func `every row is known`() {
    #expect(Self.pairs.count == 3)
    let elsewhere: Set = [
      "refused", "bad-url", "empty-url", "unknown-host", "https-to-http", "itself-a-master", "web-server-404",
      "web-server-502", "web-server-301", "web-server-204", "web-server-200-json-array", "envelope-version",
      "connection-reset", "silent-server",
      // The master gives up before the slave, which waits as long for the same silent site.
      "site-url-silent",
    ]
    for row in Self.pairs.flatMap(\.cases) {
      let name = String(row.id.split(separator: "/").last ?? "")
      #expect(elsewhere.contains(name) != (Self.sites[row.id] != nil), "\(row.id)")
    }
  }

  @Test(arguments: pairs, ["documented", "its own"])
  func `the slave's answer is the recorded text`(_ pair: Pair, _ profile: String) async throws {
    let good = try WireServer { request in
      guard request.method == "GET", request.target == "/api/v4/site/ping" else {
        return WireServer.answer("404 Not Found", type: "text/plain", "404 page not found")
      }
      return WireServer.answer("200 OK", #"{"code":0,"data":"\#(pair.masterVersion)","msg":""}"#)
    }
    let html = try WireServer { _ in
      WireServer.answer("200 OK", type: "text/html", "<!doctype html>\n<title>a page</title>\n")
    }
    let own: Profile = pair.slaveVersion == "4.0.0" ? .cloudreve40 : .cloudreve414
    let slave = try LiveSlave(profile: profile == "documented" ? .documented : own, version: pair.slaveVersion)
    defer { slave.stop() }

    for row in pair.cases {
      guard let site = Self.sites[row.id] else { continue }
      let callback =
        switch site {
        case .good: "http://127.0.0.1:\(good.port)"
        case .html: "http://127.0.0.1:\(html.port)"
        case .unknownHost: "http://nowhere.invalid"
        case .refused: "http://127.0.0.1:1"
        }
      let body = Array(#"{"callback":"\#(callback)"}"#.utf8)
      let target = "/api/v4/slave/ping"
      let secret = row.id == "node-test/wrong-secret" ? String(repeating: "w", count: 64) : LiveSlave.secret
      let answer = try await WireClient.send(
        "POST", target, headers: [try await Signed.header("POST", target, body: body, secret: secret)], body: body,
        to: .port(slave.port))
      let recorded = row.answer.msg.components(separatedBy: "but slave returns: ")
      let text = recorded.count == 2 ? recorded[1] : row.answer.msg
      #expect(row.answer.code == 0 || recorded.count == 2, "\(row.id) says nothing of the slave")
      #expect(Self.masked(answer.member("msg") as? String ?? answer.text) == Self.masked(text), "\(row.id)")
      #expect((answer.member("code") as? Int == 0) == (row.answer.code == 0), "\(row.id)")
    }
  }

  /// The name server of the machine that asked is its own affair.
  private static func masked(_ text: String) -> String {
    text.replacing(#/ on \S+:53: /#, with: " on SERVER: ")
  }
}

/// A slave in this process whose names resolve through a table, so that no packet leaves the machine.
final class LiveSlave: Sendable {
  static let secret = String(repeating: "S", count: 64)

  let port: UInt16
  private let live: LiveWorld

  /// - Parameters:
  ///   - skew: seconds by which its clock is ahead.
  ///   - tls: makes it speak https.
  init(profile: Profile, version: String, skew: Int64 = 0, tls: TLSIdentity? = nil) throws {
    let conf = "[System]\nMode = slave\n[Slave]\nSecret = \(Self.secret)\n[NodeLab]\nProfile = \(profile.name)\n"
    var configuration = try SlaveConfiguration.read(fileName: "test", content: Array(conf.utf8), environment: [])
      .configuration
    configuration.version = GoString(version)
    let node = configuration
    live = LiveWorld(folder: "/nonexistent", log: LiveLog(level: .error), names: .table(["localhost": "127.0.0.1"]))
    live.start()
    let handler = live.wait { world in
      var world = world
      world.clock = SkewedClock(clock: world.clock, skew: skew)
      return SlaveNode(configuration: node, world: world)
    }
    port = try live.serve(handler, on: .tcp("127.0.0.1:0"), tls: tls).port
  }

  func stop() {
    live.stop()
    live.join()
  }
}

/// A clock that is wrong.
private struct SkewedClock: NodeClock {
  let clock: any NodeClock
  let skew: Int64

  var now: GoTime {
    let now = clock.now
    return GoTime(unixSeconds: now.unixSeconds + skew, nanosecond: now.nanosecond)
  }

  var uptime: Uptime { clock.uptime }

  func sleep(until deadline: Uptime) async throws(CancellationError) { try await clock.sleep(until: deadline) }
}
