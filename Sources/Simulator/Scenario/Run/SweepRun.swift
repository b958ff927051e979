import ReferenceNode

extension Scenario {
  /// The runs of a sweep: the scenario as it stands, then once more for each effect of the node, with a fault there.
  ///
  /// - Parameter effects: the numbers of the node's effects in the run as it stands.
  func swept(_ sweep: EffectSweep, at effect: Int) -> Scenario {
    var scenario = self
    scenario.sweep = nil
    let match = Fault.Match(effect: effect)
    scenario.faults.append(Fault(sweep.kind, on: .node(sweep.node), match: match))
    if sweep.isTorn { scenario.faults.append(Fault(.torn, on: .node(sweep.node))) }
    return scenario
  }
}

extension ScenarioRun {
  /// Runs the scenario, and its sweep where it has one: then the result is that of the first run that failed, or of the run without
  /// a fault, with the violations of all.
  public func runAll() -> ScenarioResult {
    guard let sweep = scenario.sweep else { return run() }
    var bare = self.scenario
    bare.sweep = nil
    var expected = bare
    expected.violations = []
    var options = self.options
    options.keepsTrace = true
    var effects: [Int] = []
    let first = ScenarioRun(expected, variant: variant, seed: seed, profile: profile, options: options).run()
    guard first.verdict == .passed else { return first }
    for event in first.trace where event.node == sweep.node {
      switch event.kind {
      // Nothing happens in the world when a file is closed.
      case .effect(_, .close, _): break
      case .effect(let number, _, _): effects.append(number)
      default: break
      }
    }
    var total = first
    if !self.options.keepsTrace { total.trace = [] }
    var swept = bare
    // What a kill changes, the invariants judge: the answers of an undisturbed run are no expectation here.
    swept.expectations = []
    swept.violations = []
    let mayBreak = scenario.violations.filter { $0.profiles.contains(profile) }.map(\.invariant)
    for effect in effects {
      var result = ScenarioRun(
        swept.swept(sweep, at: effect), variant: variant, seed: seed, profile: profile, options: self.options
      ).run()
      // A torn write needs something unsynced: it need not fire at each effect.
      result.neverFired.removeAll { result.faults[$0].kind == .torn }
      result.unexpected.removeAll { mayBreak.contains($0.invariant) }
      total.violations += result.violations
      total.steps += result.steps
      total.sweptEffects += 1
      if result.verdict != .passed {
        result.sweptEffects = total.sweptEffects
        result.failures = result.failures.map { "at effect \(effect): \($0)" }
        if result.failures.isEmpty {
          result.failures = ["at effect \(effect) of \(effects.count), with \(sweep.kind.rawValue)"]
        }
        return result
      }
    }
    total.missingViolations = []
    for invariant in mayBreak where !total.violations.contains(where: { $0.invariant == invariant }) {
      if !total.missingViolations.contains(invariant) { total.missingViolations.append(invariant) }
    }
    return total
  }
}
