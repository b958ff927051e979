import GoWire
import ReferenceNode

/// How a run of a scenario went.
public struct ScenarioResult: Sendable {
  public enum Verdict: String, Sendable {
    case passed
    /// An expectation was not met, an invariant broken or kept unexpectedly, or a fault never fired.
    case failed
    /// The run itself could not go on.
    case broken
  }

  public struct Violation: Hashable, Sendable {
    public var invariant: String
    public var at: Uptime
    public var text: String
  }

  public var scenario: String
  /// The name of the variant; empty for none.
  public var variant: String
  public var seed: UInt64
  public var profile: String
  /// Why an expectation was not met, one line each.
  public var failures: [String] = []
  /// What the checkers reported, expected or not.
  public var violations: [Violation] = []
  /// Invariants whose violation was expected and did not come.
  public var missingViolations: [String] = []
  /// Violations that were not expected.
  public var unexpected: [Violation] = []
  /// The faults of the plan that never fired, by their place in it.
  public var neverFired: [Int] = []
  /// How many faults of the plan fired.
  public var firedFaults = 0
  /// Why the run could not go on.
  public var breakdown: String?
  public var hash: UInt64 = 0
  public var steps: UInt64 = 0
  /// Runs of a sweep.
  public var sweptEffects = 0
  public var uptime = Uptime(nanoseconds: 0)
  public var answers: [StepAnswer] = []
  /// The plan with the faults that were drawn from the seed.
  public var faults: [Fault] = []
  /// What happened, when it was asked for.
  public var trace: [TraceEvent] = []

  public var verdict: Verdict {
    if breakdown != nil { return .broken }
    return failures.isEmpty && unexpected.isEmpty && missingViolations.isEmpty && neverFired.isEmpty ? .passed : .failed
  }

  /// `SCN-UPLOAD-2 (a)`.
  public var title: String { variant.isEmpty ? scenario : "\(scenario) (\(variant))" }

  /// What is wrong, one line each.
  public var complaints: [String] {
    var lines: [String] = []
    if let breakdown { lines.append(breakdown) }
    lines += failures
    lines += unexpected.map { "\(SimulationFailure.Wait.seconds($0.at)): \($0.invariant) is broken: \($0.text)" }
    lines += missingViolations.map { "\($0) was expected to be broken, and no checker reported it" }
    lines += neverFired.map { index in
      "\(index < faults.count ? faults[index].kind.rawValue : "a fault"), number \(index + 1) of the plan, never fired"
    }
    return lines
  }

  /// What a failure is about: two runs with the same signature fail the same way.
  public var signature: [String] {
    var parts = Set(unexpected.map(\.invariant)).sorted()
    if !failures.isEmpty { parts.append("expectation") }
    if breakdown != nil { parts.append("breakdown") }
    parts += missingViolations.map { "no " + $0 }
    return parts
  }
}
