import Foundation
import GoWire
import NodeProtocol
import Synchronization
import TestSupport
import Testing

/// Requests made from a seed: none ends the process, gets a strange answer, or reaches beyond the node's folder.
@Suite struct HostileRequestTests {
  struct Attack: Sendable, CustomTestStringConvertible {
    var profile: String
    var isConfined: Bool
    var count: Int
    var testDescription: String { "\(count) under \(profile)\(isConfined ? ", confined" : "")" }
  }

  static let attacks = [
    Attack(profile: "documented", isConfined: true, count: 10_000),
    Attack(profile: "documented", isConfined: false, count: 3000),
    Attack(profile: "cloudreve-4.14", isConfined: false, count: 3000),
  ]

  /// Others come from NODELAB_HOSTILE_SEED.
  static let seed = ProcessInfo.processInfo.environment["NODELAB_HOSTILE_SEED"].flatMap { UInt64($0) } ?? 20_261_121

  @Test(arguments: attacks) func `generated requests do no harm`(_ attack: Attack) async throws {
    let slave = try await HostileSlave(profile: attack.profile, isConfined: attack.isConfined)
    try plantLinks(in: slave)
    let before = slave.surroundings(without: attack.isConfined ? "a/work/conf" : "a/work")
    let place = HostilePlace(
      tree: GoString(slave.folder.path), isConfined: attack.isConfined, site: GoString(slave.site))
    let profile = try #require(Profile(named: attack.profile))
    let generator = try HostileGenerator(
      seed: Self.seed, place: place, secret: GoString(HostileSlave.secret), profile: profile)
    // What loads at the first requests is there before the descriptors are counted.
    _ = HostileWire.converse(generator.request(0), port: slave.port)
    let descriptors = slave.descriptors

    let findings = Findings()
    let port = slave.port
    let lanes = 8
    await withTaskGroup(of: Void.self) { group in
      for lane in 0..<lanes {
        group.addTask {
          await onThread {
            for index in stride(from: lane, to: attack.count, by: lanes) where !findings.areMany {
              Self.send(generator.request(index), index, attack, port: port, findings)
            }
          }
        }
      }
    }
    for complaint in findings.complaints { Issue.record("\(complaint)") }
    // Handlers behind the signature were reached, with success and with errors of many kinds.
    let seen = findings.kinds
    #expect(seen.keys.filter { $0.hasPrefix("code") }.count >= 8, "\(seen)")
    #expect(seen["code 0", default: 0] > attack.count / 100, "\(seen)")

    try #require(slave.isRunning, "the process ended")
    #expect(slave.surroundings(without: attack.isConfined ? "a/work/conf" : "a/work") == before)
    #expect(slave.residentKiB < 80 << 10)
    let answer = try await WireClient.send("GET", "/api/v4/slave/task/1", to: .port(slave.port))
    #expect(answer.member("msg") as? String == "expire timestamp is missing")
    #expect(
      await settles { slave.descriptors <= descriptors + 2 }, "\(slave.descriptors) of \(descriptors) descriptors")
    slave.child.signal(SIGTERM)
    let ended = try await slave.child.end()
    #expect(ended.code == 0, "\(ended.errors)")
    #expect(!ended.errors.contains("outside of the node's loop"))
  }

  private static func send(_ bytes: [UInt8], _ index: Int, _ attack: Attack, port: UInt16, _ findings: Findings) {
    let outcome = HostileWire.converse(bytes, port: port)
    findings.count(kind(outcome.bytes))
    let rule = AnswerRule.complaint(
      outcome.bytes, isWhole: outcome.isWhole, allowsEmpty500: attack.profile != "documented")
    guard let complaint = outcome.hangs ? "no answer and no end" : rule else { return }
    findings.complain(
      "seed \(seed), request \(index): \(complaint)\n  sent: \(AnswerRule.readable(bytes))\n"
        + "  came: \(AnswerRule.readable(outcome.bytes))")
  }

  /// The code of an envelope, else the status.
  private static func kind(_ bytes: [UInt8]) -> String {
    let text = String(decoding: bytes, as: UTF8.self)
    if let code = text.firstMatch(of: /\{"code":(-?[0-9]+)/) { return "code \(code.1)" }
    return String(text.prefix(12).suffix(3))
  }

  private func plantLinks(in slave: HostileSlave) throws {
    try slave.folder.write("a/work/conf/f.txt", "inside")
    guard slave.child.pid > 0 else { return }
    symlink(slave.folder.path("a/outside"), slave.folder.path("a/work/conf/link"))
    symlink(slave.folder.path("a/outside/secret"), slave.folder.path("a/work/conf/filelink"))
    symlink("nothing", slave.folder.path("a/work/conf/dangling"))
    symlink("loop", slave.folder.path("a/work/conf/loop"))
  }
}

/// What was seen of all requests.
final class Findings: Sendable {
  private let seen = Mutex<(complaints: [String], kinds: [String: Int])>(([], [:]))

  var complaints: [String] { seen.withLock { $0.complaints } }
  var kinds: [String: Int] { seen.withLock { $0.kinds } }
  var areMany: Bool { seen.withLock { $0.complaints.count > 5 } }

  func complain(_ text: String) { seen.withLock { $0.complaints.append(text) } }
  func count(_ kind: String) { seen.withLock { $0.kinds[kind, default: 0] += 1 } }
}

/// Whether something comes true before a test's patience ends.
func settles(_ condition: @escaping @Sendable () -> Bool) async -> Bool {
  await onThread {
    let deadline = Date(timeIntervalSinceNow: Child.patience)
    while !condition() {
      if Date() > deadline { return false }
      usleep(20_000)
    }
    return true
  }
}
