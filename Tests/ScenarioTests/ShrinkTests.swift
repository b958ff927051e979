import GoWire
import ReferenceNode
import Testing

@testable import Simulator

@Suite struct ShrinkTests {
  /// Ten faults and three steps, of which one fault and one step matter.
  @Test func `only what matters is left`() throws {
    var scenario = try ScenarioFiles.named("SCN-UPLOAD-1")
    scenario.expectations = []
    for number in 0..<10 {
      var fault = Fault(.delay, on: .link(from: "browser", to: "S1"), from: .seconds(Int64(number)))
      fault.parameters.mean = .milliseconds(1)
      fault.stream = number
      scenario.faults.append(fault)
    }
    var shrinker = Shrinker { candidate in
      var result = ScenarioResult(scenario: "", variant: "", seed: 1, profile: "")
      let matters =
        candidate.faults.contains { $0.from == .seconds(7) } && candidate.steps.contains { $0.name == "again" }
      if matters { result.failures = ["as wanted"] }
      return result
    }
    let shrunk = shrinker.shrink(scenario)
    let outcome = try #require(shrunk)
    #expect(outcome.scenario.faults.map(\.from) == [.seconds(7)])
    // The chunk cannot be sent without its session.
    #expect(outcome.scenario.steps.map(\.name) == ["session", "again"])
    let text = outcome.scenario.fileContent
    #expect(try Scenario(content: text, fileName: "smaller.yaml").fileContent == text)
  }

  @Test func `what does not fail cannot be made smaller`() throws {
    var shrinker = Shrinker { _ in ScenarioResult(scenario: "", variant: "", seed: 1, profile: "") }
    let shrunk = shrinker.shrink(try ScenarioFiles.named("SCN-UPLOAD-1"))
    #expect(shrunk?.runs == nil)
  }

  /// A failure with fifty faults comes down to three or fewer.
  @Test(arguments: ["callback-not-made", "body-cut-by-one"])
  func `a swarm's failure comes down to what matters`(_ name: String) throws {
    let mutant = try #require(ScenarioMutant.all.first { $0.name == name })
    let swarm = try ScenarioFiles.named("SCN-SWARM-1")
    let seed = try #require(
      (1...20 as ClosedRange<UInt64>).first { seed in
        ScenarioRun(swarm, seed: seed, profile: .documented, options: mutant.options).run().verdict == .failed
      })
    var shrinker = Shrinker { candidate in
      ScenarioRun(candidate, seed: seed, profile: .documented, options: mutant.options).run()
    }
    let concrete = swarm.drawn(seed: seed)
    #expect(concrete.faults.count >= 50)
    let shrunk = shrinker.shrink(concrete)
    let outcome = try #require(shrunk)
    #expect(outcome.scenario.faults.count <= 3, "\(outcome.runs) runs")
    #expect(outcome.result.verdict == .failed)
  }
}
