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

    var testDescription: String { "\(profile) \(subject) \(sharing) \(isVerbatim ? "verbatim" : "rewritten")" }
  }

  private static let ways: [Way] = ["documented", "cloudreve-4.0", "cloudreve-4.14"].flatMap { profile in
    [ConformanceOptions.Subject.spawn, .inMemory].flatMap { subject in
      [ConformanceOptions.Sharing.freshSlavePerCase, .oneSlaveShuffled].flatMap { sharing in
        [true, false].map { Way(profile: profile, subject: subject, sharing: sharing, isVerbatim: $0) }
      }
    }
  }

  @Test(arguments: ways)
  func `every case is as expected`(_ way: Way) async throws {
    let options = ConformanceOptions(
      subject: way.subject, fixtures: Repository.path("Fixtures"), profile: way.profile, isVerbatim: way.isVerbatim,
      seed: 20_261_121, sharing: way.sharing)
    let run = try ConformanceRun(options)
    let results = try await onThread { Result { try run.run() } }.get()
    let table = ConsoleReport.table(results).joined(separator: "\n")
    #expect(ConsoleReport.failures(results).isEmpty, "\(ConsoleReport.failures(results).joined(separator: "\n"))\n\(table)")
    #expect(results.exitCode == .allAsExpected)
  }
}
