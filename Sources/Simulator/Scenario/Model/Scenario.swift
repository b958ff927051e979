import ReferenceNode

/// A script with expectations: a set-up, what is done at which virtual times, which faults are made, and what has to be seen
/// (scenarios.md, chapter 4). Read from a file, or made in Swift.
public struct Scenario: Hashable, Sendable {
  /// `SCN-UPLOAD-1`: permanent.
  public var id = ""
  public var title = ""
  /// The clauses that it shows.
  public var clauses: [String] = []
  /// Where the expectations come from: `seed`, `rec`, `rep`, `der`, with the place.
  public var source = ""
  /// What a reader should know.
  public var note = ""
  public var profiles = ProfileName.allCases
  /// BASE(n): a scripted master M and so many slaves S1…Sn (scenarios.md, chapter 0).
  public var slaves = 1
  public var nodes: [NodeSetUp] = []
  public var files: [NamedFile] = []
  public var disks: [PlacedFile] = []
  public var master: [MasterRule] = []
  public var faults: [Fault] = []
  /// Faults drawn from the seed.
  public var draws: FaultDraw?
  public var steps: [ScenarioStep] = []
  public var expectations: [Expectation] = []
  public var violations: [ExpectedViolation] = []
  /// Runs of their own, each with what the scenario says and more.
  public var variants: [ScenarioVariant] = []
  /// The run repeated with a fault at each effect.
  public var sweep: EffectSweep?
  /// Virtual time at which the run ends; nil: when nothing more is to come.
  public var until: Span?

  public init() {}
}

/// A variant: a run of its own, with what the scenario says and with what it adds.
public struct ScenarioVariant: Hashable, Sendable {
  /// `a`.
  public var name = ""
  public var title = ""
  public var profiles = ProfileName.allCases
  public var nodes: [NodeSetUp] = []
  public var disks: [PlacedFile] = []
  public var master: [MasterRule] = []
  public var faults: [Fault] = []
  public var steps: [ScenarioStep] = []
  public var expectations: [Expectation] = []
  public var violations: [ExpectedViolation] = []
  public var until: Span?

  public init() {}
}

/// The names under which a slave can behave.
public enum ProfileName: String, CaseIterable, Hashable, Sendable {
  case documented
  case cloudreve40 = "cloudreve-4.0"
  case cloudreve414 = "cloudreve-4.14"
}

/// The same run once more for each effect of a node: a fault between any two of them.
public struct EffectSweep: Hashable, Sendable {
  /// `FLT-KILL` or `FLT-POWER`.
  public var kind = FaultKind.kill
  public var node = "S1"
  /// Whether unsynced sectors survive in part (FLT-TORN).
  public var isTorn = false

  public init() {}
}

extension Scenario: ScenarioRecord {
  static let summary = "A scenario of the simulator: set-up, steps at virtual times, faults, expectations."

  static var fields: [ScenarioField<Scenario>] {
    [
      .required("scenario", \.id, .text, "the permanent id: SCN-AREA-n"),
      .required("title", \.title, .text, "what happens, in a few words"),
      .required("clauses", \.clauses, .list(.text, atLeast: 1), "the clauses and invariants that it shows"),
      .required("source", \.source, .text, "seed, rec, rep or der, and where"),
      .defaulted("note", \.note, .text, "", "what a reader should know"),
      .defaulted(
        "profiles", \.profiles, .list(.word(ProfileName.self), atLeast: 1), ProfileName.allCases, "all when absent"),
      .defaulted("base", \.slaves, .count(0...9), 1, "BASE(n): the master M and slaves S1 to Sn; 1 when absent"),
      .defaulted(
        "nodes", \.nodes, .list(.record(NodeSetUp.self), compact: false), [], "what is set up otherwise than in BASE(n)"
      ),
      .defaulted("files", \.files, .list(.record(NamedFile.self), compact: false), [], "named contents"),
      .defaulted(
        "disks", \.disks, .list(.record(PlacedFile.self), compact: false), [], "files that lie on disks at the start"),
      .defaulted(
        "master", \.master, .list(.record(MasterRule.self), compact: false), [],
        "what the scripted master answers; the first that fits"),
      .defaulted("faults", \.faults, .list(.record(Fault.self), compact: false), [], "what is broken, where and when"),
      .optional("draw", \.draws, .record(FaultDraw.self), "faults and work drawn from the seed"),
      .defaulted(
        "steps", \.steps, .list(.record(ScenarioStep.self), compact: false), [],
        "what is done, each at its virtual time"),
      .defaulted("expect", \.expectations, .list(.record(Expectation.self), compact: false), [], "what has to be seen"),
      .defaulted(
        "violations", \.violations, .list(.record(ExpectedViolation.self), compact: false), [],
        "invariants that a profile breaks here, as has to be reported"),
      .defaulted(
        "variants", \.variants, .list(.record(ScenarioVariant.self, compact: false), compact: false), [],
        "runs of their own"),
      .optional("sweep", \.sweep, .record(EffectSweep.self), "the run repeated with a fault at each effect of a node"),
      .optional("until", \.until, .seconds(), "when the run ends; when nothing is left to happen if absent"),
    ]
  }

  func complaint() -> (field: String, text: String)? {
    let parts = id.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0] == "SCN", Int(parts[2]) != nil else {
      return ("scenario", "\(id) is no id; write SCN-AREA-n, such as SCN-UPLOAD-1")
    }
    guard Set(variants.map(\.name)).count == variants.count else {
      return ("variants", "two variants have the same name")
    }
    return nil
  }
}

extension ScenarioVariant: ScenarioRecord {
  static let summary = "A run of its own, with what the scenario says and with what stands here."

  static var fields: [ScenarioField<ScenarioVariant>] {
    [
      .required("name", \.name, .text, "a letter or word"),
      .defaulted("title", \.title, .text, ""),
      .defaulted("profiles", \.profiles, .list(.word(ProfileName.self), atLeast: 1), ProfileName.allCases),
      .defaulted("nodes", \.nodes, .list(.record(NodeSetUp.self), compact: false), []),
      .defaulted("disks", \.disks, .list(.record(PlacedFile.self), compact: false), []),
      .defaulted("master", \.master, .list(.record(MasterRule.self), compact: false), []),
      .defaulted("faults", \.faults, .list(.record(Fault.self), compact: false), []),
      .defaulted("steps", \.steps, .list(.record(ScenarioStep.self), compact: false), []),
      .defaulted("expect", \.expectations, .list(.record(Expectation.self), compact: false), []),
      .defaulted("violations", \.violations, .list(.record(ExpectedViolation.self), compact: false), []),
      .optional("until", \.until, .seconds()),
    ]
  }
}

extension EffectSweep: ScenarioRecord {
  static let summary = "A kill or a power loss at each effect of a node, one run each."

  static var fields: [ScenarioField<EffectSweep>] {
    [
      .required("fault", \.kind, .word(FaultKind.self), "FLT-KILL or FLT-POWER"),
      .defaulted("node", \.node, .text, "S1"),
      .defaulted("torn", \.isTorn, .truth, false, "whether unsynced sectors survive in part"),
    ]
  }

  func complaint() -> (field: String, text: String)? {
    kind == .kill || kind == .power ? nil : ("fault", "\(kind.rawValue) is no moment; write FLT-KILL or FLT-POWER")
  }
}
