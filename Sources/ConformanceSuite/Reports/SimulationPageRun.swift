import ReferenceNode
import Simulator

extension SimulationPage.Run {
  /// A run of a scenario with its trace, for the page.
  /// - Parameters:
  ///   - title: what the scenario is about.
  ///   - command: what repeats the run.
  ///   - options: what it was run with besides seed and profile, as on the command line.
  public init(_ result: ScenarioResult, title: String, command: String, options: [(name: String, value: String)] = []) {
    let hash = String(result.hash, radix: 16)
    let facts: [(name: String, value: String)] =
      [("seed", "\(result.seed)"), ("profile", result.profile)] + options
      + [("hash", String(repeating: "0", count: max(0, 16 - hash.count)) + hash)]
    let timeline = Timeline(result.trace, faults: result.faults)
    self.init(
      scenario: result.title, title: title, isPassed: result.verdict == .passed, facts: facts, command: command,
      findings: SimulationPage.Finding.all(of: result, timeline), timeline: timeline)
  }
}

extension SimulationPage.Finding {
  /// What a run is judged by: what went wrong, then what was expected to.
  static func all(of result: ScenarioResult, _ timeline: Timeline) -> [SimulationPage.Finding] {
    var findings: [SimulationPage.Finding] = []
    if let breakdown = result.breakdown { findings.append(.init("breakdown", breakdown, at: timeline.end)) }
    findings += result.failures.map { .init("expectation", $0, at: timeline.end(ofStepNamedIn: $0)) }
    findings += result.unexpected.map { .init($0.invariant, $0.text, at: $0.at) }
    findings += result.missingViolations.map {
      .init("expected", "\($0) was expected to be broken, and no checker reported it")
    }
    findings += result.neverFired.map { index in
      guard index < result.faults.count else { return .init("never fired", "fault \(index + 1) of the plan") }
      let fault = result.faults[index]
      let band = index < timeline.bands.count ? timeline.bands[index] : nil
      return .init(
        "never fired", "\(fault.kind.rawValue) \(band?.place ?? ""), number \(index + 1) of the plan", at: band?.from)
    }
    findings += result.violations.filter { !result.unexpected.contains($0) }.map {
      .init($0.invariant, $0.text, at: $0.at, isExpected: true)
    }
    return findings
  }
}

extension Timeline {
  /// When the step ended that a failed expectation begins with: `chunks, answer 2: the status is 500, not 200`.
  public func end(ofStepNamedIn failure: String) -> Uptime? {
    let name = failure.prefix { $0 != ":" && $0 != "," }
    return items.last { item in
      guard case .step(let text) = item.content else { return false }
      return text == "\(name) ends"
    }?.time
  }
}
