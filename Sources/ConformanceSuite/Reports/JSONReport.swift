import GoWire

/// A run for programs.
///
/// `{profile, verbatim, seed, totals: {cases, pass, deviating, failing, notRun}, problems, cases: [{id, group, program, clauses,
/// verdict, seconds, because?, reason?, differences: [{place, expected, seen}]}]}`.
public enum JSONReport {
  public static func bytes(_ results: ConformanceResults) -> [UInt8] {
    GoJSON.write(value(results), indent: 1, escapingHTML: false) + [UInt8(ascii: "\n")]
  }

  static func value(_ results: ConformanceResults) -> JSONValue {
    let totals = ReportTotals(results.cases)
    return [
      "profile": .string(results.profile),
      "verbatim": .bool(results.isVerbatim),
      "seed": .int(results.seed),
      "totals": [
        "cases": .int(totals.cases), "pass": .int(totals.pass), "deviating": .int(totals.deviating),
        "failing": .int(totals.failing), "notRun": .int(totals.notRun),
      ],
      "problems": .array(results.problems.map { .string($0) }),
      "cases": .array(results.cases.map(value)),
    ]
  }

  private static func value(_ result: CaseResult) -> JSONValue {
    var members: [JSONMember] = [
      JSONMember("id", .string(result.id)), JSONMember("group", .string(result.group)),
      JSONMember("program", .string(result.program)),
      JSONMember("clauses", .array(result.clauses.map { .string($0) })),
      JSONMember("verdict", .string(result.verdict.rawValue)),
      JSONMember("seconds", .double((result.seconds * 1000).rounded() / 1000)),
    ]
    if let because = result.because { members.append(JSONMember("because", .string(because))) }
    if let reason = result.reason { members.append(JSONMember("reason", .string(reason))) }
    members.append(
      JSONMember(
        "differences",
        .array(
          result.differences.map {
            ["place": .string($0.place), "expected": .string($0.expected), "seen": .string($0.seen)]
          })))
    return .object(members)
  }
}
