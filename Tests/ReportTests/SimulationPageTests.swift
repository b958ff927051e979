import GoWire
import ReferenceNode
import Simulator
import Testing

@testable import ConformanceSuite

@Suite struct SimulationPageTests {
  private static let hostile = "</script><img src=x onerror=alert(1)> & \" ' <!-- \u{2028}"

  private static func run(
    _ name: String = "SCN-UPLOAD-1", _ events: [TraceEvent] = TraceSample.uploadTrace, passes: Bool = false
  ) -> SimulationPage.Run {
    SimulationPage.Run(
      scenario: name, title: "three chunks", isPassed: passes, facts: [("seed", "7"), ("profile", "documented")],
      command: "nodelab simulate a.yaml --seed 7",
      findings: passes
        ? []
        : [
          .init("INV-1", "a chunk was answered that is not on the disk", at: TraceSample.time(2.5)),
          .init("expectation", "chunks: no answer at 3"),
          .init("INV-16", "as it is", at: .init(nanoseconds: 0), isExpected: true),
        ], timeline: Timeline(events, faults: TraceSample.faults))
  }

  private static func page(_ runs: [SimulationPage.Run] = [run()]) -> String {
    SimulationPage(runs, version: "0.1.0", command: "nodelab simulate Fixtures/scenarios").render()
  }

  /// What stands before the script: markup and data.
  private static func markup(_ page: String) -> Substring {
    page.prefix(upTo: page.firstRange(of: "<script>\n")!.lowerBound)
  }

  @Test func `seed, profile, version and the command that repeats the run come first`() throws {
    let page = Self.page()
    let body = try #require(page.firstRange(of: "<body"))
    let figures = try #require(page.firstRange(of: "class=\"totals\""))
    let head = page[body.lowerBound..<figures.lowerBound]
    for part in [
      "seed <code>7</code>", "<code>documented</code>", "<code>0.1.0</code>", "nodelab simulate a.yaml --seed 7",
      "Not as expected.",
    ] {
      #expect(head.contains(part), "\(part)")
    }
  }

  @Test func `the figures are those of the trace`() {
    let page = Self.page()
    for figure in [
      "<dt>events</dt><dd>\(TraceSample.uploadTrace.count)</dd>", "<dt>exchanges</dt><dd>4</dd>",
      "<dt>faults planned</dt><dd>2</dd>", "<dt>fired</dt><dd>1</dd>", "<dt>violations</dt><dd>1</dd>",
      "<dt>virtual time</dt><dd>6 s</dd>",
    ] { #expect(page.contains(figure), "\(figure)") }
  }

  @Test func `ids are unique and every link leads to an id or to an event that is there`() throws {
    let markup = Self.markup(Self.page([Self.run(), Self.run("SCN-UPLOAD-2", passes: true), Self.run("SCN-UPLOAD-3")]))
    let ids = markup.matches(of: /\sid="([^"]*)"/).map { String($0.1) }
    #expect(Set(ids).count == ids.count)
    let numbers = Set(Timeline(TraceSample.uploadTrace).items.map { "\($0.number)" })
    let links = markup.matches(of: /href="#([^"]*)"/).map { String($0.1) }
    #expect(links.count >= 8)
    for link in links where !ids.contains(link) {
      let event = try #require(link.wholeMatch(of: /r([1-3])\.e(\d+)/), "\(link)")
      #expect(numbers.contains(String(event.2)), "\(link)")
    }
  }

  @Test func `a violation's link leads to the violation itself`() throws {
    let violation = try #require(Timeline(TraceSample.uploadTrace).violations.first)
    #expect(Self.page().contains("<a href=\"#r1.e\(violation.number)\">+2.500</a><b>INV-1</b>"))
  }

  @Test func `hostile text stays text`() {
    var trace = TraceSample()
    trace.add(0, Self.hostile, .process(.started(version: Self.hostile)))
    trace.exchange(
      1, Self.hostile, "S1", .other, GoString(Self.hostile), GoString("/" + Self.hostile), GoString(Self.hostile))
    trace.add(2, "S1", .log(LogLine(.error, Self.hostile, details: [.init(Self.hostile, GoString(Self.hostile))])))
    trace.add(3, "S1", .effect(number: 1, .remove(GoString(Self.hostile)), failure: Self.hostile))
    trace.add(4, "S1", .fault(fault: 5, .reset, detail: Self.hostile))
    trace.add(5, "", .violation(invariant: Self.hostile, Self.hostile))
    trace.add(6, "", .step(Self.hostile))
    trace.add(7, "S1", .exchangeEnded(number: 1, status: nil, failure: GoString([0xFF, 0x3C, 0x2F, 0x00])))
    var run = Self.run(Self.hostile, trace.events)
    run.title = Self.hostile
    run.command = Self.hostile
    run.facts = [(Self.hostile, Self.hostile)]
    run.findings = [.init(Self.hostile, Self.hostile, at: .init(nanoseconds: 0))]
    let page = SimulationPage([run, run], version: Self.hostile, command: Self.hostile).render()
    #expect(!page.contains("<img") && !page.contains("<!--"))
    #expect(page.ranges(of: "</script>").count == 3)
    #expect(!page.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
    let clean = Self.page([Self.run(), Self.run()])
    #expect(
      page.prefix(upTo: page.firstRange(of: "<script>\n")!.lowerBound).count { $0 == "<" }
        - clean.prefix(upTo: clean.firstRange(of: "<script>\n")!.lowerBound).count { $0 == "<" } <= 0)
  }

  @Test func `the page names no address but that of SVG's own names`() {
    let page = Self.page([Self.run(), Self.run()])
    let addresses = page.matches(of: /https?:\/\/[^\s"'<]*/).map { String($0.0) }
    #expect(Set(addresses) == ["http://www.w3.org/2000/svg"])
    #expect(!page.contains("url(//") && !page.contains("@import") && !page.contains(" src="))
    #expect(page.contains("default-src 'none'"))
  }

  @Test func `the same runs give the same bytes`() {
    #expect(Self.page() == Self.page())
    let again = Self.run("SCN-UPLOAD-1", TraceSample.uploadTrace)
    #expect(Self.page() == Self.page([again]))
  }

  @Test func `one run is a page of its own; several have an index, and those that fail are drawn at once`() {
    let one = Self.page()
    #expect(!one.contains("<table class=\"index\"") && one.contains("<details class=\"drawn\" open>"))
    let several = Self.page([Self.run("SCN-UPLOAD-1", passes: true), Self.run("SCN-UPLOAD-2")])
    #expect(several.contains("<a href=\"#r2\">SCN-UPLOAD-2: three chunks</a>"))
    #expect(several.contains("1 of 2 are not as expected."))
    #expect(several.ranges(of: "<details class=\"drawn\">").count == 1)
    #expect(several.ranges(of: "<details class=\"drawn\" open>").count == 1)
  }

  @Test func `a run too long for a page loses what went well first`() {
    var trace = TraceSample()
    for step in 0..<40 {
      let at = Double(step) * 10
      trace.add(at, "S1", .effect(number: step, .sync("/\(step)"), failure: step == 20 ? "input/output error" : nil))
      trace.add(at + 3, "S1", .log(LogLine(step == 21 ? .error : .info, "line")))
      trace.exchange(at + 5, "M", "S1", .ping, "POST", "/", status: step == 22 ? 500 : 200)
    }
    let items = Timeline(trace.events).items
    #expect(items.count == 120)
    let grave = items.filter { TimelineData.severity($0.content) > 0 }.map(\.number)
    #expect(grave.count == 3)
    for most in [100, 60, 20] {
      let kept = TimelineData.thinned(items, to: most).map(\.number)
      #expect(kept.count <= most && Set(kept).isSuperset(of: grave), "\(most)")
      #expect(kept == kept.sorted())
    }
    #expect(TimelineData.thinned(items, to: 200).count == 120)
  }
}
