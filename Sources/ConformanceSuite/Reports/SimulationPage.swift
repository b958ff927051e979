import GoWire
import ReferenceNode
import Simulator

/// Runs of scenarios as one self-contained page: the verdict and what is wrong first, then each run's timeline as a picture with
/// zoom and pan, a list, and what is known of each event.
///
/// Nothing is fetched from anywhere, which a policy in its head enforces. The same runs give the same bytes. An event's link is
/// `page.html#r2.e417`: the 417th event of the second run.
public struct SimulationPage: Sendable {
  /// A run as the page shows it.
  public struct Run: Sendable {
    /// `SCN-UPLOAD-1`.
    public var scenario: String
    /// `three chunks`.
    public var title: String
    public var isPassed: Bool
    /// What it was run with, in the order to be shown: seed, profile, variant, hash, …
    public var facts: [(name: String, value: String)]
    /// What repeats it.
    public var command: String
    public var findings: [Finding]
    /// Figures that the timeline does not know: `("invariants checked", "14")`.
    public var figures: [(name: String, value: String)]
    public var timeline: Timeline

    public init(
      scenario: String, title: String, isPassed: Bool, facts: [(name: String, value: String)], command: String,
      findings: [Finding] = [], figures: [(name: String, value: String)] = [], timeline: Timeline
    ) {
      self.scenario = scenario
      self.title = title
      self.isPassed = isPassed
      self.facts = facts
      self.command = command
      self.findings = findings
      self.figures = figures
      self.timeline = timeline
    }
  }

  /// Something a run is judged by.
  public struct Finding: Hashable, Sendable {
    /// `INV-4`, `expectation`, `never fired`.
    public var name: String
    public var text: String
    /// Where on the timeline; nil: nowhere in particular.
    public var time: Uptime?
    /// Whether it is as it has to be, as a violation that a profile is expected to show.
    public var isExpected: Bool

    public init(_ name: String, _ text: String, at time: Uptime? = nil, isExpected: Bool = false) {
      self.name = name
      self.text = text
      self.time = time
      self.isExpected = isExpected
    }
  }

  /// Items that a page holds at most, of a single run; several share them.
  static let mostItems = 60_000

  private let runs: [Run]
  private let version: String
  private let command: String

  /// - Parameters:
  ///   - version: this program's.
  ///   - command: what makes the whole page again.
  public init(_ runs: [Run], version: String, command: String) {
    self.runs = runs
    self.version = version
    self.command = command
  }

  /// The page.
  public func render() -> String {
    """
    <!doctype html>
    <html lang="en">
    \(HTMLTheme.head(title: title, style: SimulationPage.style))
    <body class="\(isSingle ? "single" : "several")">
    <a class="skip" href="#\(isSingle ? "r1" : "runs")">To the timeline</a>
    \(head)
    <main>
    \(index)
    \(runs.enumerated().map { section($0.element, number: $0.offset + 1) }.joined(separator: "\n"))
    </main>
    <footer>Made by nodelab \(escaped(version)). A link to an event is this file's address with the event's id: \
    <code>#r1.e1</code></footer>
    <script>
    'use strict';
    (() => {
    \(SimulationPage.scaleScript)
    \(SimulationPage.diagramScript)
    \(SimulationPage.viewScript)
    })();
    </script>
    </body>
    </html>

    """
  }

  private var isSingle: Bool { runs.count == 1 }

  private var failed: Int { runs.count { !$0.isPassed } }

  private var title: String {
    let name = runs.count == 1 ? runs[0].scenario : "\(runs.count) runs"
    return "\(name): \(failed == 0 ? "as expected" : "\(failed == runs.count ? "" : "\(failed) ")not as expected")"
  }

  // MARK: Head

  private var head: String {
    let name = runs.count == 1 ? name(of: runs[0]) : "\(runs.count) runs of scenarios"
    let words =
      failed == 0
      ? "Everything is as expected." : isSingle ? "Not as expected." : "\(failed) of \(runs.count) are not as expected."
    let facts = (isSingle ? runs[0].facts : []) + [("nodelab", version)]
    return """
      <header>
      <p class="mark">NodeLab simulation</p>
      <h1>\(escaped(name))</h1>
      <div class="about">
      <p class="verdict \(failed == 0 ? "passed" : "failed")">\(words)</p>
      <p class="facts">\(self.facts(facts))</p>
      \(commandLine(isSingle ? runs[0].command : command, id: "command"))
      </div>
      </header>
      """
  }

  private func name(of run: Run) -> String { run.title.isEmpty ? run.scenario : "\(run.scenario): \(run.title)" }

  private func facts(_ facts: [(name: String, value: String)]) -> String {
    facts.map { "\(escaped($0.name)) <code>\(escaped($0.value))</code>" }.joined(separator: " · ")
  }

  private func commandLine(_ command: String, id: String) -> String {
    """
    <p class="command"><code id="\(id)">\(escaped(command))</code>\
    <button type="button" data-copy="\(id)" title="Copy what repeats it">copy</button></p>
    """
  }

  private var index: String {
    guard !isSingle else { return "" }
    let rows = runs.enumerated().map { place, run in
      """
      <tr><td class="\(run.isPassed ? "passed" : "failed")">\(run.isPassed ? "passed" : "failed")</td>\
      <td><a href="#r\(place + 1)">\(escaped(name(of: run)))</a></td>\
      <td class="rare">\(facts(run.facts.filter { ["seed", "profile"].contains($0.name) }))</td>\
      <td class="number">\(run.timeline.eventCount)</td><td class="number rare">\(run.timeline.firingCount)</td>\
      <td class="number">\(TimelineWords.span(run.timeline.end.nanoseconds))</td></tr>
      """
    }.joined(separator: "\n")
    return """
      <div class="boxed" id="runs"><table class="index"><thead><tr><th>verdict</th><th>scenario</th><th class="rare">with</th>\
      <th class="number">events</th><th class="number rare">faults fired</th><th class="number">virtual time</th></tr></thead>
      <tbody>\(rows)</tbody></table></div>
      """
  }

  // MARK: A run

  private func section(_ run: Run, number: Int) -> String {
    let id = "r\(number)"
    let heading =
      isSingle
      ? ""
      : """
      <h2>\(escaped(name(of: run)))</h2>
      <div class="about">
      <p class="verdict \(run.isPassed ? "passed" : "failed")">\(run.isPassed ? "As expected." : "Not as expected.")</p>
      <p class="facts">\(facts(run.facts))</p>
      \(commandLine(run.command, id: "\(id)-command"))
      </div>

      """
    // Of several, those are drawn at once that somebody will want to look at.
    let isOpen = isSingle || !run.isPassed && runs.prefix(number).count { !$0.isPassed } <= 3
    return """
      <section class="run" id="\(id)" aria-label="\(escaped(run.scenario))">
      \(heading)\(figures(run))
      \(findings(run, id: id, isExpected: false))
      \(findings(run, id: id, isExpected: true))
      <details class="drawn"\(isOpen ? " open" : "")><summary>Timeline</summary>
      <div class="timeline"><p class="note">The picture needs JavaScript; nodelab simulate --timeline prints the same as text.</p></div>
      </details>
      <script type="application/json" id="\(id)-data">\(TimelineData.json(run.timeline, most: max(1_000, Self.mostItems / runs.count)))</script>
      </section>
      """
  }

  private func figures(_ run: Run) -> String {
    let timeline = run.timeline
    let violations = run.findings.count { !$0.isExpected && $0.name.hasPrefix("INV-") }
    let known: [(name: String, value: String)] =
      [
        ("events", "\(timeline.eventCount)"), ("exchanges", "\(timeline.exchangeCount)"),
        ("faults planned", "\(timeline.bands.count)"), ("fired", "\(timeline.firingCount)"),
        ("violations", "\(violations)"), ("virtual time", TimelineWords.span(timeline.end.nanoseconds)),
      ]
    let cells = (known + run.figures).map { name, value in
      let isBad = name == "violations" && violations > 0
      return "<div\(isBad ? " class=\"failed\"" : "")><dt>\(escaped(name))</dt><dd>\(escaped(value))</dd></div>"
    }.joined()
    return "<dl class=\"totals\">\(cells)</dl>"
  }

  private func findings(_ run: Run, id: String, isExpected: Bool) -> String {
    let findings = run.findings.filter { $0.isExpected == isExpected }
    guard !findings.isEmpty else { return "" }
    let items = findings.map { finding in
      var link = ""
      if let time = finding.time, let item = item(of: finding, at: time, in: run.timeline) {
        link = "<a href=\"#\(id).e\(item.number)\">\(TimelineWords.time(time))</a>"
      }
      return "<li>\(link)<b>\(escaped(finding.name))</b> \(escaped(finding.text))</li>"
    }.joined(separator: "\n")
    return """
      <div class="wrong\(isExpected ? " noted" : "")"><h3>\(isExpected ? "As this profile is expected to" : "Not as expected")</h3>
      <ul>\(items)</ul></div>
      """
  }

  /// The violation itself where there is one at that time, else what was going on.
  private func item(of finding: Finding, at time: Uptime, in timeline: Timeline) -> Timeline.Item? {
    timeline.violations.first { item in
      guard case .violation(let invariant, _) = item.content else { return false }
      return invariant == finding.name && item.time == time
    } ?? timeline.item(at: time)
  }

  private func escaped(_ text: String) -> String { HTMLText.escaped(text) }
}
