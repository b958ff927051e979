import ConformanceSuite

extension ConformanceResults {
  /// These results and those of another run of the same cases: of each case the worse verdict counts.
  func joined(with other: ConformanceResults) -> ConformanceResults {
    var joined = self
    joined.cases = zip(cases, other.cases).map { first, second in
      var worse = second.verdict.severity > first.verdict.severity ? second : first
      worse.seconds = first.seconds + second.seconds
      return worse
    }
    return joined
  }
}

extension Verdict {
  /// How much a verdict says against the node, or against the suite.
  fileprivate var severity: Int {
    switch self {
    case .notRun: 0
    case .pass: 1
    case .expectedDeviation: 2
    case .unexpectedPass: 3
    case .fail: 4
    case .harnessError: 5
    }
  }
}
