import Synchronization
import TestSupport
import Testing

@testable import ConformanceSuite

/// The acceptance of the slave: its cases over real sockets and in virtual worlds, under each profile.
@Suite struct SlaveTests {
  /// How a run is done.
  struct Way: Sendable, CustomTestStringConvertible {
    var profile: String
    var subject: ConformanceOptions.Subject
    var sharing: ConformanceOptions.Sharing
    var isVerbatim: Bool

    var testDescription: String { "\(profile), \(subject), \(sharing), \(isVerbatim ? "verbatim" : "rewritten")" }
  }

  private static let profiles = ["documented", "cloudreve-4.0", "cloudreve-4.14"]

  private static let ways: [Way] =
    profiles.flatMap { profile in
      [ConformanceOptions.Sharing.freshSlavePerCase, .oneSlaveShuffled].flatMap { sharing in
        [true, false].map { Way(profile: profile, subject: .spawn, sharing: sharing, isVerbatim: $0) }
      }
    }
    + profiles.map { Way(profile: $0, subject: .inMemory, sharing: .freshSlavePerCase, isVerbatim: false) }
    + profiles.map { Way(profile: $0, subject: .inMemory, sharing: .oneSlaveShuffled, isVerbatim: true) }

  /// Runs that play the recorded master at its recorded address take turns.
  private static let turn = Mutex(())

  @Test(arguments: ways)
  func `every case is as expected`(_ way: Way) async throws {
    let options = ConformanceOptions(
      subject: way.subject, fixtures: Repository.path("Fixtures"), profile: way.profile, isVerbatim: way.isVerbatim,
      seed: 20_261_121, sharing: way.sharing)
    let run = try ConformanceRun(options)
    let results = try await onThread {
      guard way.isVerbatim, case .spawn = way.subject else { return Result { try run.run() } }
      return Self.turn.withLock { _ in Result { try run.run() } }
    }.get()
    let failures = ConsoleReport.failures(results).joined(separator: "\n")
    #expect(failures.isEmpty, "\(failures)\n\(ConsoleReport.table(results).joined(separator: "\n"))")
    #expect(results.exitCode == .allAsExpected)
  }

  @Test func `hardly a case of the ten groups is left out`() throws {
    let omissions = try Expectations.omissions(at: Repository.path("Fixtures/expected/not-run.json"))
    let groups = ["sign", "route", "env", "bind", "ping", "content", "upload", "callback", "list", "delete"]
    #expect(omissions.count { omission in groups.contains { omission.pattern.hasPrefix($0) } } <= 5)
  }
}
