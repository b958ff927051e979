/// The numbers of a report, counted from its cases: there is no other place they could come from.
public struct ReportTotals: Hashable, Sendable {
  public var cases: Int
  public var pass: Int
  /// Expected deviations.
  public var deviating: Int
  /// Failures, unexpected passes and errors of the suite.
  public var failing: Int
  public var notRun: Int

  public init(_ results: [CaseResult]) {
    func count(_ verdicts: Verdict...) -> Int { results.count { verdicts.contains($0.verdict) } }
    cases = results.count
    pass = count(.pass)
    deviating = count(.expectedDeviation)
    failing = count(.fail, .unexpectedPass, .harnessError)
    notRun = count(.notRun)
  }
}

extension ConformanceResults {
  /// The groups in the order in which their first cases come, with their cases.
  public var groups: [(name: String, cases: [CaseResult])] {
    var groups: [(name: String, cases: [CaseResult])] = []
    for result in cases {
      if let index = groups.firstIndex(where: { $0.name == result.group }) {
        groups[index].cases.append(result)
      } else {
        groups.append((result.group, [result]))
      }
    }
    return groups
  }
}
