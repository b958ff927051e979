import GoWire
import TestSupport
import Testing

@testable import ConformanceSuite

@Suite struct VerdictTests {
  private static let difference = Difference("exchange 1: answer: status", expected: "200", seen: "500")

  private func single(_ id: String) throws -> ConformanceCase {
    try #require(try RecordedCases.cases("recorded/cloudreve-4.14.0/slave/route.json").first { $0.id == id })
  }

  private func verdict(_ result: Result<[Difference], SuiteError>, expecting ids: [String] = []) throws -> CaseResult {
    ConformanceRun.verdict(
      on: try single("route/root"), StageOutcome(result: result, seconds: 1),
      Expectations(deviations: ids.map { .init(id: $0, because: "QUIRK-1", reason: "so") }))
  }

  @Test func `what differs and what was expected make the verdict`() throws {
    #expect(try verdict(.success([])).verdict == .pass)
    #expect(try verdict(.success([Self.difference])).verdict == .fail)
    #expect(try verdict(.success([Self.difference]), expecting: ["route/root"]).verdict == .expectedDeviation)
    #expect(try verdict(.success([]), expecting: ["route/root"]).verdict == .unexpectedPass)
    #expect(try verdict(.failure(.unfinished("x")), expecting: ["route/root"]).verdict == .harnessError)
    #expect(try verdict(.success([Self.difference]), expecting: ["route/other"]).verdict == .fail)
  }

  private func results(_ verdicts: [Verdict], problems: [String] = []) -> ConformanceResults {
    ConformanceResults(
      profile: "documented", isVerbatim: false, seed: 1,
      cases: verdicts.enumerated().map { index, verdict in
        CaseResult(
          id: "\(index % 2 == 0 ? "a" : "b")/\(index)", clauses: ["ENV-1"], program: "x", verdict: verdict,
          differences: verdict == .fail ? [Self.difference] : [], because: "QUIRK-1", reason: "<&\">", seconds: 0.5)
      }, problems: problems)
  }

  @Test func `the exit code is 0 only when all is as expected`() {
    #expect(results([.pass, .expectedDeviation, .notRun]).exitCode == .allAsExpected)
    #expect(results([.pass, .fail]).exitCode == .somethingDiffers)
    #expect(results([.unexpectedPass]).exitCode == .somethingDiffers)
    #expect(results([.pass], problems: ["x"]).exitCode == .somethingDiffers)
    #expect(results([.fail, .harnessError]).exitCode == .unfinished)
  }

  @Test func `an entry that names no case is a problem`() throws {
    let folder = try TemporaryFolder()
    let expect = try folder.write("expect.json", #"[{"case":"route/none","because":"ENV-1","reason":"x"}]"#)
    let options = ConformanceOptions(
      subject: .inMemory, fixtures: Repository.path("Fixtures"), only: ["route"], expectedDeviations: expect)
    let results = try withExtendedLifetime(folder) { try ConformanceRun(options) }.run()
    #expect(results.problems == ["the expected deviation of route/none names no case"])
    #expect(results.exitCode == .somethingDiffers)
    // The profile's own list speaks of cases that are not among these, which is fine.
    let some = ConformanceOptions(
      subject: .inMemory, fixtures: Repository.path("Fixtures"), cases: [Repository.path("Fixtures/cases/cors.json")])
    #expect(try ConformanceRun(some).run().exitCode == .allAsExpected)
  }

  @Test func `a list of expectations is checked`() throws {
    let folder = try TemporaryFolder()
    for (text, message) in [
      ("{}", "has to be a list"), (#"[{"case":"a/b","because":"x"}]"#, "entry 1: reason has to be a text"),
      (
        #"[{"case":"a/b","because":"x","reason":"y"},{"case":"a/b","because":"x","reason":"y"}]"#,
        "the case a/b stands there twice"
      ),
    ] {
      let path = try folder.write("e.json", text)
      #expect(throws: SuiteError.usage("\(path): \(message)")) { try Expectations.deviations(at: path) }
    }
  }

  @Test func `each expected deviation names a quirk or a clause`() throws {
    let catalogue = try ClauseCatalogue(path: Repository.path("Fixtures/clauses.json"))
    for deviation in try Expectations.deviations(at: Repository.path("Fixtures/expected/documented.json")) {
      let isQuirk = deviation.because.hasPrefix("QUIRK-") && Int(deviation.because.dropFirst(6)) != nil
      #expect(isQuirk || catalogue.contains(deviation.because), "\(deviation.id): \(deviation.because)")
    }
  }

  @Test func `totals agree with the cases in every report`() throws {
    let results = results([.pass, .fail, .expectedDeviation, .unexpectedPass, .notRun, .harnessError, .pass])
    #expect(
      ConsoleReport.table(results) == [
        "group  cases  pass  deviating  failing  not run",
        "a          4     2          1        0        1",
        "b          3     0          0        3        0",
        "all        7     2          1        3        1",
      ])
    let json = try GoJSON.parse(JSONReport.bytes(results))
    #expect(json["totals"]?["cases"]?.int == 7 && json["totals"]?["failing"]?.int == 3)
    #expect(json["cases"]?.array?.count == 7 && json["cases"]?[1]?["differences"]?.array?.count == 1)
    let junit = JUnitReport.text(results)
    #expect(
      junit.contains(#"<testsuites name="conformance" tests="7" failures="2" errors="1" skipped="1" time="3.5">"#))
    #expect(junit.split(separator: "<testcase ").count - 1 == 7)
    #expect(junit.split(separator: "<failure").count - 1 == 2 && junit.split(separator: "<error").count - 1 == 1)
    #expect(junit.contains("&lt;&amp;&quot;&gt;"))
  }

  @Test func `a difference is told in one line and kept whole`() {
    let long = String(repeating: "x", count: 400)
    let difference = Difference("a", expected: "b\r\n\u{1}", seen: long)
    #expect(difference.description == "a: expected b\\r\\n\\u{1}, seen \(long.prefix(300))…")
    #expect(difference.expected == "b\r\n\u{1}")
    #expect(difference.seen == long)
    let endless = Difference("a", expected: "", seen: String(repeating: "x", count: 1 << 20))
    #expect(endless.seen.count < 70_000 && endless.seen.hasSuffix("… (983040 characters more)"))
  }
}
