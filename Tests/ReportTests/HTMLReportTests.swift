import GoWire
import Testing

@testable import ConformanceSuite

@Suite struct HTMLReportTests {
  private static let results = ConformanceResults(
    profile: "documented", isVerbatim: false, seed: 7,
    cases: [
      CaseResult(id: "bind/ping/html", clauses: ["ENV-5"], program: "cloudreve 4.14.0", verdict: .pass),
      CaseResult(
        id: "content/whole", clauses: ["ST-10", "ENV-5"], program: "cloudreve 4.14.0", verdict: .fail,
        differences: [Difference("exchange 1: body", expected: "<b>0123</b>", seen: "<b>0x23</b>")]),
      CaseResult(
        id: "content/tag", clauses: ["ST-10"], program: "cloudreve 4.14.0", verdict: .expectedDeviation,
        because: "QUIRK-7", reason: "another ETag"),
      CaseResult(id: "task/new", clauses: ["TASK-1"], program: "cloudreve 4.14.0", verdict: .notRun, reason: "later"),
    ])

  private static let catalogue = ClauseCatalogue(clauses: [
    .init(id: "ENV-5", chapter: 4, text: "A request that does *not* bind: `40001 \"<Field> cannot be empty\"`"),
    .init(
      id: "ST-10", chapter: 7, text: "Content follows **RFC 9110**\nand 2 * 3\n| a | b |\n|---|---|\n| `x|y` | 2 |"),
    .init(id: "CB-1", chapter: 8, text: "shown by nothing"),
  ])

  private static func page(_ results: ConformanceResults = results) -> String {
    HTMLReport(
      results, clauses: catalogue, facts: .init(subject: "http://127.0.0.1:5212", version: "0", moment: "2026-01-02")
    ).render()
  }

  /// The values of an attribute, in the order of the page.
  private static func values(_ name: String, in page: String) -> [String] {
    page.matches(of: try! Regex("\\s\(name)=\"([^\"]*)\"")).map { String($0.output[1].substring ?? "") }
  }

  @Test func `a case's anchor is its id, and every link of the page leads somewhere`() {
    let page = Self.page()
    let ids = Self.values("id", in: page)
    #expect(Set(ids).count == ids.count)
    for anchor in ["bind/ping/html", "content/whole", "content/tag", "task/new", "ENV-5", "CB-1", "TASK-1"] {
      #expect(ids.contains(anchor))
    }
    let links = Self.values("href", in: page).filter { $0.hasPrefix("#") }.map { $0.dropFirst() }
    #expect(links.contains("content/whole") && links.contains("ENV-5"))
    #expect(links.filter { !ids.contains(String($0)) } == [])
  }

  @Test func `an id that two programs have is told apart, the same way in whatever order they come`() {
    func anchors(_ programs: [String]) -> Set<String> {
      let cases = programs.map { CaseResult(id: "a/b", clauses: ["ENV-5"], program: $0, verdict: .pass) }
      let page = Self.page(ConformanceResults(profile: "p", isVerbatim: false, seed: 1, cases: cases))
      return Set(Self.values("id", in: page).filter { $0.hasPrefix("a/") })
    }
    #expect(anchors(["cloudreve 4.0.0"]) == ["a/b"])
    #expect(anchors(["cloudreve 4.0.0", "cloudreve 4.14.0"]) == ["a/b@cloudreve-4.0.0", "a/b@cloudreve-4.14.0"])
    #expect(anchors(["cloudreve 4.14.0", "cloudreve 4.0.0"]) == ["a/b@cloudreve-4.0.0", "a/b@cloudreve-4.14.0"])
    #expect(anchors(["x", "x"]) == ["a/b@x", "a/b@x~"])
  }

  @Test func `a clause shows its gravest verdict, and one without cases says so`() {
    let page = Self.page()
    #expect(page.contains("<span class=\"dot fail\"></span><b>ENV-5</b>"))
    #expect(page.contains("<span class=\"dot not-run\"></span><b>TASK-1</b>"))
    #expect(page.contains("<span class=\"dot uncited\"></span><b>CB-1</b>"))
    #expect(page.contains("2 of 4 are shown by a case"))
  }

  @Test func `a clause's text keeps its markup`() {
    let page = Self.page()
    #expect(page.contains("does <em>not</em> bind: <code>40001 &quot;&lt;Field&gt; cannot be empty&quot;</code>"))
    #expect(page.contains("<b>RFC 9110</b><br>and 2 * 3<table>"))
    #expect(page.contains("<tr><th>a </th><th>b </th></tr><tr><td><code>x|y</code> </td><td>2 </td></tr></table>"))
  }

  @Test func `the page asks for nothing and forbids it`() {
    let page = Self.page()
    for way in [" src=", "@import", "url(", "<link rel=\"stylesheet", "fetch(", "XMLHttpRequest", "sendBeacon"] {
      #expect(!page.contains(way), "\(way)")
    }
    #expect(page.contains("content=\"default-src 'none'; "))
    #expect(Self.values("href", in: page).allSatisfy { $0.hasPrefix("#") || $0 == "data:," })
  }

  @Test func `what a case or a node says has no meaning on the page`() {
    let hostile = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"' --> &amp;"
    let results = ConformanceResults(
      profile: hostile, isVerbatim: false, seed: 1,
      cases: [
        CaseResult(
          id: hostile, clauses: [hostile], program: hostile, verdict: .fail,
          differences: [Difference(hostile, expected: hostile, seen: "\(hostile)\n\(hostile)")], because: hostile,
          reason: hostile),
        CaseResult(id: "a/\(hostile)", clauses: [], program: hostile, verdict: .notRun, reason: hostile),
      ], problems: [hostile])
    let page = HTMLReport(
      results, clauses: ClauseCatalogue(clauses: [.init(id: "X-1", chapter: 1, text: "`\(hostile)` \(hostile)")]),
      facts: .init(subject: hostile, version: hostile, moment: hostile, command: hostile)
    ).render()
    #expect(page.split(separator: "<script>", omittingEmptySubsequences: false).count == 2)
    #expect(page.split(separator: "</script>", omittingEmptySubsequences: false).count == 2)
    #expect(!page.contains("<img"))
    // Between the tags that the page itself has, no bracket and no quotation mark is left.
    let body = page.split(separator: "<body>")[1].split(separator: "<script>")[0]
    let tag = /<(\/?[a-z0-9]+)((?: [a-z-]+(?:="[^"<>]*")?)*)>/
    #expect(!body.replacing(tag, with: "").contains { "<>\"".contains($0) })
    #expect(!body.matches(of: tag).contains { $0.2.contains(" on") && $0.2.contains(" onerror=\"") })
  }

  @Test func `totals are those of the results`() {
    let page = Self.page()
    for (name, count) in [("cases", 4), ("pass", 1), ("deviating", 1), ("failing", 1), ("notRun", 1)] {
      #expect(page.contains("<dd data-total=\"\(name)\">\(count)</dd>"), "\(name)")
    }
    #expect(page.contains("1 of 4 cases are not as expected, in content."))
    #expect(page.split(separator: "<details class=\"case\"").count - 1 == 4)
  }

  @Test func `the clauses built into the program are those of the fixtures`() throws {
    let folder = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let fixtures = try ClauseCatalogue(path: "/\(folder)/Fixtures/clauses.json")
    #expect(ClauseCatalogue.builtIn == fixtures, "Scripts/sync-clauses makes them the same")
    #expect(fixtures.clauses.count > 100)
  }
}
