/// What became of a case.
public enum Verdict: String, Hashable, Sendable, CaseIterable {
  case pass
  case fail
  /// It differs, and the list of expected deviations says why.
  case expectedDeviation = "expected-deviation"
  /// It was expected to differ and does not: the list is out of date.
  case unexpectedPass = "unexpected-pass"
  /// Listed as needing something the slave does not have yet.
  case notRun = "not-run"
  /// The suite itself could not run the case.
  case harnessError = "harness-error"

  /// Whether a run with this verdict is as expected.
  public var isAsExpected: Bool {
    switch self {
    case .pass, .expectedDeviation, .notRun: true
    case .fail, .unexpectedPass, .harnessError: false
    }
  }
}

/// The verdict on a case, with all that is needed to understand it.
public struct CaseResult: Hashable, Sendable {
  public var id: String
  /// The id up to its first slash.
  public var group: String
  /// The clauses the case cites.
  public var clauses: [String]
  /// The program the case was recorded from, as its file names it.
  public var program: String
  public var verdict: Verdict
  /// Of a pass none; of an expected deviation those that were expected.
  public var differences: [Difference]
  /// The quirk or clause that explains an expected deviation.
  public var because: String?
  /// Why it deviates, was not run, or could not be run.
  public var reason: String?
  /// How long the case took, in the world it ran in.
  public var seconds: Double

  public init(
    id: String, clauses: [String], program: String, verdict: Verdict, differences: [Difference] = [],
    because: String? = nil, reason: String? = nil, seconds: Double = 0
  ) {
    self.id = id
    self.group = String(id.prefix { $0 != "/" })
    self.clauses = clauses
    self.program = program
    self.verdict = verdict
    self.differences = differences
    self.because = because
    self.reason = reason
    self.seconds = seconds
  }
}

/// The verdicts of a run, in the order of the cases in their files.
public struct ConformanceResults: Hashable, Sendable {
  public var profile: String
  public var isVerbatim: Bool
  public var seed: UInt64
  public var cases: [CaseResult]
  /// What is wrong with the lists of expectations themselves: entries that name no case.
  public var problems: [String]

  public init(profile: String, isVerbatim: Bool, seed: UInt64, cases: [CaseResult], problems: [String] = []) {
    self.profile = profile
    self.isVerbatim = isVerbatim
    self.seed = seed
    self.cases = cases
    self.problems = problems
  }

  /// 0 when all is as expected, 3 when the suite failed at a case, else 1.
  public var exitCode: SuiteExit {
    if cases.contains(where: { $0.verdict == .harnessError }) { return .unfinished }
    return problems.isEmpty && cases.allSatisfy(\.verdict.isAsExpected) ? .allAsExpected : .somethingDiffers
  }

  public func count(_ verdict: Verdict) -> Int { cases.count { $0.verdict == verdict } }
}
