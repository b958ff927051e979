import Foundation
import TestSupport
import Testing

@testable import ConformanceSuite

@Suite struct ClauseCoverageTests {
  private static let catalogue = Result { try ClauseCatalogue(path: Repository.path("Fixtures/clauses.json")) }

  /// The chapters of the slave: roles to callbacks, and gob. Later ones come with what they describe.
  private static let chapters: Set<Int> = [1, 2, 3, 4, 5, 6, 7, 8, 13]

  @Test func `every clause is cited by a case or a rule test, or excluded with a reason`() async throws {
    let options = ConformanceOptions(subject: .inMemory, fixtures: Repository.path("Fixtures"))
    let run = try ConformanceRun(options)
    let results = try await onThread { Result { try run.run() } }.get()
    let citations = Repository.files(below: "Tests", suffix: ".swift").flatMap { file in
      RuleCitation.citations(in: (try? Repository.text(file)) ?? "", file: file)
    }
    // Told of a whole run of the tests, it is judged by what that run said of each.
    let emitted = try ProcessInfo.processInfo.environment["NODELAB_TEST_EVENTS"].map { path in
      try RuleResults(path: path).emitted(citations)
    }
    #expect(emitted.map { !$0.isEmpty } ?? true, "the run told of no test that cites a clause")
    let coverage = ClauseCoverage(
      of: try Self.catalogue.get(), chapters: Self.chapters, results: results.cases, citations: emitted ?? citations,
      exclusions: try ClauseCoverage.exclusions(at: Repository.path("Fixtures/expected/uncovered-clauses.json")))
    #expect(coverage.uncovered.isEmpty, "\(coverage.uncovered.map { "\($0.id): \($0.text)" }.joined(separator: "\n"))")
    #expect(coverage.problems.isEmpty, "\(coverage.problems.joined(separator: "\n"))")
  }

  @Test func `cases cite clauses that exist`() throws {
    let catalogue = try Self.catalogue.get()
    for file in RecordedCases.files {
      for single in try RecordedCases.cases(file) {
        #expect(!single.clauses.isEmpty, "\(single.id)")
        for clause in single.clauses { #expect(catalogue.contains(clause), "\(single.id) cites \(clause)") }
      }
    }
  }

  @Test func `a clause is covered by what ran and not by what did not`() throws {
    let catalogue = try Self.catalogue.get()
    func uncovered(_ verdict: Verdict, citing clause: String = "", excluding: String? = nil) -> ClauseCoverage {
      let result = CaseResult(id: "a/b", clauses: ["SIGN-3"], program: "x", verdict: verdict)
      let citations = clause.isEmpty ? [] : [RuleCitation(clause: clause, place: "x")]
      return ClauseCoverage(
        of: catalogue, chapters: [2], results: [result], citations: citations,
        exclusions: excluding.map { [.init(id: $0, reason: "x")] } ?? [])
    }
    func isCovered(_ coverage: ClauseCoverage) -> Bool { !coverage.uncovered.contains { $0.id == "SIGN-3" } }
    #expect(isCovered(uncovered(.pass)) && isCovered(uncovered(.expectedDeviation)))
    for verdict in [Verdict.fail, .unexpectedPass, .notRun, .harnessError] {
      #expect(!isCovered(uncovered(verdict)))
      #expect(isCovered(uncovered(verdict, citing: "SIGN-3")))
      #expect(isCovered(uncovered(verdict, excluding: "SIGN-3")))
    }
    #expect(uncovered(.pass, excluding: "SIGN-3").problems == ["SIGN-3 is excluded and is cited"])
    #expect(uncovered(.pass, citing: "SIGN-99").problems == ["x cites SIGN-99, which is no clause"])
  }

  @Test func `a test cites the clauses that its comment begins with`() {
    let text = """
        /// SIGN-1, SIGN-5: what is signed.
        /// More of it.
        /// CB-1 too
        @Test func a() {}

        /// No clause first: ENV-1.
        @Test func b() {
          // GOB-2: inside
          // of which ENV-8 is no citation
        }

        /// ENV-2, and so on
        @Test(.disabled("not now"))
        func c() {
          // ENV-7
        }

        /// ENV-3
        func d() {}

        /// GOB-1
        @Suite struct E {}
      """
    let citations = RuleCitation.citations(in: text, file: "T.swift")
    #expect(Set(citations.map(\.clause)) == ["SIGN-1", "SIGN-5", "CB-1", "GOB-1", "GOB-2"])
    #expect(citations.first { $0.clause == "CB-1" }?.place == "T.swift:3")
    #expect(citations.first { $0.clause == "GOB-2" }?.test?.line == 7)
  }

  @Test func `a citation counts when its test passed, and a suite's when its tests did`() throws {
    let text = """
      /// SIGN-1
      @Suite struct S {
        /// SIGN-2
        @Test func passes() {}
        /// SIGN-3
        @Test func fails() {}
        /// SIGN-4
        @Test func skipped() {}
      }
      """
    func test(_ id: String, _ line: Int, _ kind: String = "function") -> String {
      #"{"kind":"test","version":0,"payload":{"kind":"\#(kind)","id":"\#(id)","sourceLocation":{"fileID":"M/T.swift","line":\#(line)}}}"#
    }
    func event(_ kind: String, _ id: String, _ more: String = "") -> String {
      #"{"kind":"event","version":0,"payload":{"kind":"\#(kind)","testID":"\#(id)"\#(more)}}"#
    }
    let tests = [test("M.S", 2, "suite"), test("M.S/a", 4), test("M.S/b", 6), test("M.S/c", 8)]
    let endings = [event("testEnded", "M.S/a"), event("testEnded", "M.S/b"), event("testEnded", "M.S")]
    func emitted(_ more: String...) throws -> Set<String> {
      let events = Array((tests + endings + more).joined(separator: "\n").utf8)
      let citations = RuleCitation.citations(in: text, file: "Tests/M/T.swift")
      return Set(try RuleResults(events: events, path: "x").emitted(citations).map(\.clause))
    }
    #expect(try emitted() == ["SIGN-1", "SIGN-2", "SIGN-3"])
    #expect(try emitted(event("issueRecorded", "M.S/b")) == ["SIGN-2"])
    #expect(
      try emitted(event("issueRecorded", "M.S/b", #","issue":{"isKnown":true}"#)) == ["SIGN-1", "SIGN-2", "SIGN-3"])
    #expect(throws: SuiteError.self) { try RuleResults(events: Array("nonsense".utf8), path: "x") }
  }
}
