/// A run for people: what is not as expected, a line each, then a table of the groups.
public enum ConsoleReport {
  /// One line for each case that is not as expected, with its first differences, and for each problem of the lists.
  public static func failures(_ results: ConformanceResults) -> [String] {
    results.cases.flatMap { result -> [String] in
      switch result.verdict {
      case .pass, .expectedDeviation, .notRun: return []
      case .unexpectedPass:
        return ["unexpected-pass \(result.id): no longer deviates (\(result.because ?? "?")): take it off the list"]
      case .harnessError: return ["harness-error \(result.id): \(result.reason ?? "?")"]
      case .fail:
        let shown = result.differences.prefix(4).map { "  \($0)" }
        let rest = result.differences.count - shown.count
        return ["fail \(result.id)"] + shown + (rest > 0 ? ["  and \(rest) more"] : [])
      }
    } + results.problems
  }

  /// The table: group, cases, pass, deviating, failing; not run only where there are any.
  public static func table(_ results: ConformanceResults) -> [String] {
    let hasNotRun = results.count(.notRun) > 0
    func cells(_ name: String, _ totals: ReportTotals) -> [String] {
      [name] + [totals.cases, totals.pass, totals.deviating, totals.failing].map(String.init)
        + (hasNotRun ? [String(totals.notRun)] : [])
    }
    var rows = [["group", "cases", "pass", "deviating", "failing"] + (hasNotRun ? ["not run"] : [])]
    rows += results.groups.map { cells($0.name, ReportTotals($0.cases)) }
    rows.append(cells("all", ReportTotals(results.cases)))
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      zip(row, widths).enumerated().map { column, cell in
        let blanks = String(repeating: " ", count: cell.1 - cell.0.count)
        return column == 0 ? cell.0 + blanks : blanks + cell.0
      }.joined(separator: "  ")
    }
  }

  /// One line for a terminal while the run goes on.
  public static func progress(_ progress: ConformanceProgress) -> String {
    "\(progress.done)/\(progress.total) \(progress.last.verdict.rawValue) \(progress.last.id)"
  }
}
