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
        id: "content/whole", clauses: ["ST-10"], program: "cloudreve 4.0.0", verdict: .expectedDeviation,
        because: "QUIRK-7", reason: "another ETag"),
    ])

  private static let page = HTMLReport(
    results,
    clauses: [
      .init(id: "ENV-5", chapter: 4, text: "A request that does not bind: `40001 \"<Field> cannot be empty\"`"),
      .init(id: "ST-10", chapter: 7, text: "Content follows **RFC 9110**\nand more"),
      .init(id: "CB-1", chapter: 8, text: "not cited"),
    ], subject: "http://127.0.0.1:5212", version: "0"
  ).render()

  @Test func `a difference marks what differs and nothing else`() {
    let marked = HTMLDiff.marked("status 200 OK", "status 404 OK")
    #expect(marked.expected == "status <mark>200</mark> OK")
    #expect(marked.seen == "status <mark>404</mark> OK")
    #expect(HTMLDiff.marked("aa", "aaa").seen == "aa<mark>a</mark>")
    #expect(HTMLDiff.marked("", "<") == ("", "<mark>&lt;</mark>"))
  }

  @Test func `each case has an anchor of its own, the first the id itself`() {
    let page = HTMLReportTests.page
    for anchor in ["bind/ping/html", "content/whole", "content/whole@cloudreve 4.0.0"] {
      #expect(page.split(separator: "id=\"\(anchor)\"").count == 2)
      #expect(page.contains("href=\"#\(anchor)\""))
    }
  }

  @Test func `a clause shows its gravest verdict and only clauses with cases are shown`() {
    let page = HTMLReportTests.page
    #expect(page.contains("<span class=\"dot fail\"></span><b>ENV-5</b>"))
    #expect(page.contains("<code>40001 &quot;&lt;Field&gt; cannot be empty&quot;</code>"))
    #expect(!page.contains("not cited"))
  }

  @Test func `nothing is fetched from outside`() {
    let page = HTMLReportTests.page
    #expect(!page.contains("src="))
    #expect(!page.contains("@import"))
    #expect(!page.contains("url("))
    #expect(page.contains("<link rel=\"icon\" href=\"data:,\">"))
  }

  @Test func `totals are those of the results`() {
    let page = HTMLReportTests.page
    #expect(page.contains("<b>1</b> pass<"))
    #expect(page.contains("<b>1</b> fail<"))
    #expect(page.contains("<b>1</b> deviates as expected<"))
    #expect(page.contains("Something differs."))
  }
}
