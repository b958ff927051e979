/// A run for build servers, as JUnit's XML: a suite a group, a test case a case.
///
/// Failures and unexpected passes are failures, errors of the suite are errors, cases that were not run are skipped. An expected
/// deviation is a success with its reason in `system-out`.
public enum JUnitReport {
  public static func text(_ results: ConformanceResults) -> String {
    let groups = results.groups
    var lines = ["<?xml version=\"1.0\" encoding=\"UTF-8\"?>"]
    lines.append("<testsuites name=\"conformance\" \(counts(results.cases))>")
    for group in groups {
      lines.append("  <testsuite name=\"\(escaped(group.name))\" \(counts(group.cases))>")
      for result in group.cases { lines += testCase(result) }
      lines.append("  </testsuite>")
    }
    lines.append("</testsuites>")
    return lines.joined(separator: "\n") + "\n"
  }

  private static func counts(_ cases: [CaseResult]) -> String {
    func count(_ verdicts: Verdict...) -> Int { cases.count { verdicts.contains($0.verdict) } }
    let seconds = cases.reduce(0) { $0 + $1.seconds }
    return "tests=\"\(cases.count)\" failures=\"\(count(.fail, .unexpectedPass))\" errors=\"\(count(.harnessError))\""
      + " skipped=\"\(count(.notRun))\" time=\"\(rounded(seconds))\""
  }

  private static func testCase(_ result: CaseResult) -> [String] {
    let head =
      "    <testcase classname=\"\(escaped(result.group))\" name=\"\(escaped(result.id))\""
      + " time=\"\(rounded(result.seconds))\""
    let text = escaped(result.differences.map(\.description).joined(separator: "\n"))
    let reason = escaped(result.reason ?? "")
    switch result.verdict {
    case .pass: return [head + "/>"]
    case .fail:
      let message = escaped(result.differences.first?.description ?? "")
      return [head + ">", "      <failure message=\"\(message)\">\(text)</failure>", "    </testcase>"]
    case .unexpectedPass:
      return [head + ">", "      <failure message=\"no longer deviates: \(reason)\"/>", "    </testcase>"]
    case .harnessError: return [head + ">", "      <error message=\"\(reason)\"/>", "    </testcase>"]
    case .notRun: return [head + ">", "      <skipped message=\"\(reason)\"/>", "    </testcase>"]
    case .expectedDeviation:
      return [
        head + ">", "      <system-out>\(escaped(result.because ?? "")): \(reason)\n\(text)</system-out>",
        "    </testcase>",
      ]
    }
  }

  private static func rounded(_ seconds: Double) -> Double { (seconds * 1000).rounded() / 1000 }

  /// Text as XML can carry it: what no XML may hold is shown as `?`.
  private static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\n", "\t": result.unicodeScalars.append(scalar)
      default:
        let isAllowed = scalar.value >= 0x20 && scalar.value != 0xFFFE && scalar.value != 0xFFFF
        result.unicodeScalars.append(isAllowed ? scalar : "?")
      }
    }
    return result
  }
}
