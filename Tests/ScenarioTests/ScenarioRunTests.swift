import ReferenceNode
import TestSupport
import Testing

@testable import Simulator

/// One run of a file, as a test names it.
struct FileRun: Sendable, CustomTestStringConvertible {
  var path: String
  var profile: ProfileName

  var testDescription: String { "\(path.split(separator: "/").last ?? "") \(profile.rawValue)" }

  static let all = ScenarioFiles.paths.filter { !$0.contains("SWARM") }
    .flatMap { path in ProfileName.allCases.map { FileRun(path: path, profile: $0) } }
}

@Suite struct ScenarioRunTests {
  /// scenarios.md, chapter 4: what has to be seen is seen, expected violations are reported, and every fault fires.
  @Test(arguments: FileRun.all)
  func `a scenario passes in each profile`(_ file: FileRun) throws {
    let scenario = try ScenarioFiles.read(file.path)
    for (variant, single) in scenario.runs(in: file.profile) {
      let result = ScenarioRun(single, variant: variant, profile: file.profile).runAll()
      #expect(result.complaints == [], "\(result.title), \(result.profile)")
    }
  }

  @Test func `the ids that this issue asks for are there`() {
    let wanted =
      (1...8).map { "UPLOAD-\($0)" } + (1...4).map { "DOWNLOAD-\($0)" } + [1, 2, 3, 5].map { "DISK-\($0)" }
      + [1, 2, 3, 5].map { "CALLBACK-\($0)" } + [2, 4, 5].map { "PING-\($0)" } + ["NET-6"]
      + [5, 6, 7].map { "HOSTILE-\($0)" } + (1...4).map { "SECURITY-\($0)" }
      + ["SKEW-7", "CRASH-2", "CRASH-3", "CONF-1"]
    for name in wanted { #expect(ScenarioFiles.paths.contains("\(ScenarioFiles.folder)/SCN-\(name).yaml"), "\(name)") }
  }

  /// SCN-DISK-3: a run that expects nothing of the lying disk is red.
  @Test(arguments: ProfileName.allCases)
  func `the canary fails`(_ profile: ProfileName) throws {
    var canary = try ScenarioFiles.named("SCN-DISK-3")
    canary.violations = []
    let result = ScenarioRun(canary, profile: profile).run()
    #expect(result.verdict == .failed)
    #expect(result.unexpected.map(\.invariant).contains("INV-1"))
  }

  @Test func `a run without an expected violation is red`() throws {
    var scenario = try ScenarioFiles.named("SCN-UPLOAD-1")
    scenario.violations = [ExpectedViolation("INV-1", for: [.documented])]
    #expect(ScenarioRun(scenario, profile: .documented).run().missingViolations == ["INV-1"])
  }

  @Test func `a fault that never fired makes a run red`() throws {
    var scenario = try ScenarioFiles.named("SCN-UPLOAD-1")
    scenario.faults = [Fault(.refuse, on: .link(from: "S1", to: "M"), from: .seconds(100))]
    let result = ScenarioRun(scenario, profile: .documented).run()
    #expect(result.neverFired == [0])
    #expect(result.verdict == .failed)
  }

  @Test(arguments: ["steps[1].at=30", "expect[0].answers.are[0].code=1", "files[0].size=2560001"])
  func `a scenario that is changed fails`(_ change: String) throws {
    let path = "\(ScenarioFiles.folder)/SCN-UPLOAD-1.yaml"
    let scenario = try Scenario(content: try Repository.bytes(path), fileName: path, changes: [change])
    #expect(ScenarioRun(scenario, profile: .documented).run().verdict == .failed)
  }

  @Test func `the same seed gives the same run`() throws {
    let scenario = try ScenarioFiles.named("SCN-SWARM-1")
    let first = ScenarioRun(scenario, seed: 3, profile: .documented).run()
    let second = ScenarioRun(scenario, seed: 3, profile: .documented).run()
    #expect(first.hash == second.hash)
    #expect(first.hash != ScenarioRun(scenario, seed: 1, profile: .documented).run().hash)
  }
}
