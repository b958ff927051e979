import ReferenceNode
import Testing

@testable import ConformanceSuite
@testable import Simulator

@Suite struct SimulationPageRunTests {
  @Test func `a failed expectation leads to the end of its step, a fault that never fired to its window`() throws {
    var trace = TraceSample()
    trace.add(1, "browser", .step("chunks begins"))
    trace.add(3, "browser", .step("chunks ends"))
    trace.add(4, "", .violation(invariant: "INV-4", "two completions"))
    var result = ScenarioResult(scenario: "SCN-UPLOAD-1", variant: "a", seed: 7, profile: "documented")
    result.failures = ["chunks, answer 2: the status is 500, not 200", "uploads/x on S1: is not there"]
    result.violations = [
      .init(invariant: "INV-4", at: TraceSample.time(4), text: "two completions"),
      .init(invariant: "INV-10", at: TraceSample.time(4), text: "as this profile does"),
    ]
    result.unexpected = [result.violations[0]]
    result.neverFired = [1]
    result.faults = TraceSample.faults
    result.trace = trace.events
    result.hash = 0xABC
    let run = SimulationPage.Run(result, title: "three chunks", command: "nodelab simulate a.yaml")
    #expect(!run.isPassed && run.scenario == "SCN-UPLOAD-1 (a)")
    #expect(run.facts.map(\.value) == ["7", "documented", "0000000000000abc"])
    #expect(run.findings.map(\.name) == ["expectation", "expectation", "INV-4", "never fired", "INV-10"])
    #expect(
      run.findings.map(\.time) == [
        TraceSample.time(3), nil, TraceSample.time(4), TraceSample.time(2), TraceSample.time(4),
      ])
    #expect(run.findings.map(\.isExpected) == [false, false, false, false, true])
  }
}
