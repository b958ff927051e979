import GoWire
import NodeProtocol
import ReferenceNode

/// One run of a scenario: one seed, one profile, one variant.
public struct ScenarioRun: Sendable {
  /// What a run does besides.
  public struct Options: Sendable {
    /// Whether the result holds the trace.
    public var keepsTrace = false
    /// Virtual time at which the run ends, in place of the scenario's own.
    public var until: Span?
    /// What the slaves' worlds are changed into: for trials of the checkers.
    public var changesWorld: (@Sendable (World) -> World)?
    /// What stands in front of a slave in its place: for trials of the checkers.
    public var changesHandler: (@Sendable (any HTTPHandler, SigningKey) -> any HTTPHandler)?
    /// A profile other than the named one.
    public var changesProfile: (@Sendable (inout Profile) -> Void)?
    /// Told each event as it happens.
    public var observer: (@Sendable (TraceEvent) -> Void)?
    /// Jobs that may run before the run counts as stuck in a loop.
    public var stepBudget: UInt64 = 50_000_000

    public init() {}
  }

  /// Without variants.
  public let scenario: Scenario
  public let variant: String
  public let seed: UInt64
  public let profile: ProfileName
  public let options: Options
  /// How many of the faults the scenario itself plans: they have to fire, those that the seed drew need not.
  let plannedFaults: Int

  /// - Parameter scenario: one run of it: see `Scenario.runs(in:)`.
  public init(
    _ scenario: Scenario, variant: String = "", seed: UInt64 = 1, profile: ProfileName, options: Options = Options()
  ) {
    self.scenario = scenario.drawn(seed: seed)
    plannedFaults = scenario.faults.count { $0.stream == nil }
    self.variant = variant
    self.seed = seed
    self.profile = profile
    self.options = options
  }

  public func run() -> ScenarioResult {
    var result = ScenarioResult(scenario: scenario.id, variant: variant, seed: seed, profile: profile.rawValue)
    var simulation = Simulation(seed: seed, stepBudget: options.stepBudget)
    simulation.keepsTrace = options.keepsTrace
    simulation.faults = FaultPlan(scenario.faults)
    let box = StageBox()
    let observed = simulation.observe { [self] world in
      let stage = ScenarioStage(world, self)
      box.stage = stage
      try await stage.play()
    }
    result.hash = observed.hash
    result.steps = observed.steps
    result.uptime = observed.uptime
    result.trace = observed.trace
    if case .failure(let error) = observed.result { result.breakdown = "\(error)" }
    if let stage = box.stage { stage.report(&result) }
    let expected = scenario.violations.filter { $0.profiles.contains(profile) }.map(\.invariant)
    result.unexpected = result.violations.filter { !expected.contains($0.invariant) }
    var missing: [String] = []
    for invariant in expected where !result.violations.contains(where: { $0.invariant == invariant }) {
      if !missing.contains(invariant) { missing.append(invariant) }
    }
    result.missingViolations = missing
    return result
  }

  /// Where the stage is left for the time after the run. Confined to the thread that runs it.
  private final class StageBox: @unchecked Sendable {
    var stage: ScenarioStage?
  }
}

extension Scenario {
  /// The runs that a scenario is made of in a profile: one for each variant, or one.
  public func runs(in profile: ProfileName) -> [(variant: String, scenario: Scenario)] {
    guard profiles.contains(profile) else { return [] }
    guard !variants.isEmpty else { return [("", self)] }
    return variants.filter { $0.profiles.contains(profile) }.map { ($0.name, with($0)) }
  }

  private func with(_ variant: ScenarioVariant) -> Scenario {
    var merged = self
    merged.variants = []
    merged.nodes += variant.nodes
    merged.disks += variant.disks
    merged.master = variant.master + master
    merged.faults += variant.faults
    merged.steps += variant.steps
    merged.expectations += variant.expectations
    merged.violations += variant.violations
    merged.until = variant.until ?? until
    return merged
  }
}
