import GoWire
import ReferenceNode
import Testing

@testable import Simulator

extension ScenarioMutant: CustomTestStringConvertible {
  var testDescription: String { name }

  /// Its scenarios, each as it is played.
  func played() throws -> [Scenario] {
    try scenarios.map { id in
      guard id == "SCN-LARGE" else { return try ScenarioFiles.named(id) }
      // A chunk of four mebibytes.
      var scenario = try ScenarioFiles.named("SCN-UPLOAD-1")
      var session = SessionAction()
      session.file = "large.bin"
      session.chunkSize = 0
      var chunk = ChunkAction()
      chunk.session = "session"
      scenario.files = [NamedFile("large.bin", size: 4 << 20)]
      scenario.steps = [
        ScenarioStep(at: .milliseconds(500), "session", .session(session)),
        ScenarioStep(at: .seconds(1), "chunk", .chunk(chunk)),
      ]
      scenario.expectations = []
      return scenario
    }
  }

  /// The first run that fails against it; nil when the scenarios are blind to it.
  func firstKill() throws -> ScenarioResult? {
    for scenario in try played() {
      for (variant, single) in scenario.runs(in: .documented) {
        let result = ScenarioRun(single, variant: variant, profile: .documented, options: options).runAll()
        if result.verdict != .passed { return result }
      }
    }
    return nil
  }
}

/// The scenarios and checkers are not blind.
@Suite struct ScenarioMutantTests {
  @Test(arguments: ScenarioMutant.all)
  func `a slave that is wrong in one thing is noticed`(_ mutant: ScenarioMutant) throws {
    let kill = try mutant.firstKill()
    #expect(kill != nil, "\(mutant.scenarios) do not notice")
    #expect(kill?.breakdown == nil)
  }

  @Test func `a slave that is right is not`() throws {
    let right = ScenarioMutant(
      name: "right", scenarios: ["SCN-UPLOAD-1", "SCN-DOWNLOAD-1", "SCN-LARGE", "SCN-SECURITY-1"],
      options: ScenarioRun.Options())
    #expect(try right.firstKill()?.complaints == nil)
  }

  @Test func `there are enough of them, each with a name of its own`() {
    #expect(ScenarioMutant.all.count >= 20)
    #expect(Set(ScenarioMutant.all.map(\.name)).count == ScenarioMutant.all.count)
    // One without a change would be no mutant.
    for mutant in ScenarioMutant.all {
      let options = mutant.options
      #expect(
        options.changesWorld != nil || options.changesHandler != nil || options.changesProfile != nil, "\(mutant.name)")
    }
  }

  /// Which invariant reports which mutant: each checker can report.
  static let reports: [(invariant: String, mutant: String)] = [
    ("INV-1", "written-one-byte-late"), ("INV-1", "callback-not-made"), ("INV-3", "ignores its storage root"),
    ("INV-9", "callback-without-request-id"), ("INV-10", "flip removesExpiredUploads"),
    ("INV-13", "cache-control-on-refusals"), ("INV-15", "body-byte-flipped"), ("INV-19", "holds whole bodies"),
    ("INV-20", "leaves files open"), ("INV-21", "correlation-id-dropped"), ("INV-22", "logs signatures"),
    ("INV-25", "flip syncsChunks"),
  ]

  @Test(arguments: reports.indices)
  func `an invariant is reported by its checker`(_ index: Int) throws {
    let (invariant, name) = Self.reports[index]
    let mutant = try #require(ScenarioMutant.all.first { $0.name == name })
    var reported: [String] = []
    for scenario in try mutant.played() {
      for (variant, single) in scenario.runs(in: .documented) where scenario.sweep == nil {
        let run = ScenarioRun(single, variant: variant, profile: .documented, options: mutant.options)
        reported += run.run().violations.map(\.invariant)
      }
    }
    #expect(reported.contains(invariant), "\(name): \(Set(reported).sorted())")
  }
}
