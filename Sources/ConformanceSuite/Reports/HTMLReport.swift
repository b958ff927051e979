import GoWire

/// A run as one self-contained page: totals, each clause with its text and its cases, each case with what was expected and seen.
///
/// Nothing is fetched from anywhere, which a policy in its head enforces. A case's anchor is its id and never changes:
/// `report.html#bind/ping/html`; a clause's is its own: `report.html#ENV-5`.
public struct HTMLReport: Sendable {
  /// What the run was, for people.
  public struct Facts: Hashable, Sendable {
    /// What was tested, in a few words: `http://127.0.0.1:5212`.
    public var subject: String
    /// This program's version.
    public var version: String
    /// When, in UTC: `2026-01-02T03:04:05Z`; empty for no mention.
    public var moment: String
    /// The command that runs one case again, up to its pattern.
    public var command: String

    public init(subject: String, version: String, moment: String = "", command: String = "nodelab conform slave") {
      self.subject = subject
      self.version = version
      self.moment = moment
      self.command = command
    }

    /// Now, in UTC and whole seconds.
    public static func moment() -> String { GoTime(unixSeconds: HostClock.unixSeconds).rfc3339.text }
  }

  let results: ConformanceResults
  let clauses: [ClauseCatalogue.Clause]
  let facts: Facts
  let totals: ReportTotals
  /// In the order of the cases.
  let anchors: [String]

  public init(_ results: ConformanceResults, clauses: ClauseCatalogue = .builtIn, facts: Facts) {
    self.results = results
    self.clauses = clauses.clauses
    self.facts = facts
    totals = ReportTotals(results.cases)
    anchors = HTMLReport.anchors(results.cases)
  }

  /// The page.
  public func render() -> String {
    """
    <!doctype html>
    <html lang="en">
    \(HTMLTheme.head(title: title, style: HTMLReport.style))
    <body>
    <a class="skip" href="#ui:cases">To the cases</a>
    \(head)
    <main>
    \(problems)
    \(alarms)
    \(clauseSection)
    \(caseSection)
    <p class="nothing" role="status" hidden>No case matches. <button type="button" class="reset">Show all</button></p>
    </main>
    <footer>Made by nodelab \(escaped(facts.version)). A link to a case or a clause is this file's address with its id: \
    <code>#\(escaped(anchors.first ?? "group/case"))</code></footer>
    <script>
    \(HTMLReport.script)
    </script>
    </body>
    </html>

    """
  }

  private var title: String { "\(facts.subject): \(totals.pass) of \(totals.cases) cases pass" }

  /// A case's id; with the program it was recorded from where a run has the id twice.
  private static func anchors(_ cases: [CaseResult]) -> [String] {
    var counts: [String: Int] = [:]
    for result in cases { counts[result.id, default: 0] += 1 }
    var taken: Set<String> = []
    return cases.map { result in
      let program = result.program.split(separator: " ").joined(separator: "-")
      var anchor = counts[result.id] == 1 ? result.id : "\(result.id)@\(program)"
      while !taken.insert(anchor).inserted { anchor += "~" }
      return anchor
    }
  }

  // MARK: Head

  private var head: String {
    let isGood = results.exitCode == .allAsExpected
    let numbers = [
      ("cases", totals.cases, "cases"), ("pass", totals.pass, "pass"),
      ("deviating", totals.deviating, "expected deviations"),
      ("failing", totals.failing, "not as expected"), ("notRun", totals.notRun, "not run"),
    ].map { name, count, words in
      "<div class=\"\(name)\(count == 0 ? " zero" : "")\"><dt>\(words)</dt><dd data-total=\"\(name)\">\(count)</dd></div>"
    }.joined()
    let moment =
      facts.moment.isEmpty ? "" : " · <time datetime=\"\(escaped(facts.moment))\">\(escaped(facts.moment))</time>"
    return """
      <header>
      <p class="mark">Conformance to the Cloudreve v4 node protocol</p>
      <h1>\(escaped(facts.subject))</h1>
      <p class="verdict \(isGood ? "pass" : "fail")">\(isGood ? "Everything is as expected." : failureSentence)</p>
      <dl class="totals">\(numbers)</dl>
      <div class="bar" role="img" aria-label="\(escaped(barWords))">\(bar)</div>
      <p class="facts">Profile <code>\(escaped(results.profile))</code> · \
      \(results.isVerbatim ? "requests sent as recorded" : "requests rewritten and signed again") · \
      seed \(results.seed)\(moment)</p>
      </header>
      \(filters)
      """
  }

  private var failureSentence: String {
    let groups = results.groups.filter { group in group.cases.contains { !$0.verdict.isAsExpected } }.map(\.name)
    guard !groups.isEmpty else { return "The list of expected deviations is out of date." }
    return escaped(
      "\(totals.failing) of \(totals.cases) cases are not as expected, in \(groups.joined(separator: ", ")).")
  }

  private var shownVerdicts: [Verdict] { Verdict.allCases.filter { results.count($0) > 0 } }

  private var barWords: String {
    shownVerdicts.map { "\(results.count($0)) \(HTMLReport.words($0))" }.joined(separator: ", ")
  }

  private var bar: String {
    shownVerdicts.map { verdict in
      "<i class=\"\(verdict.rawValue)\" style=\"flex-grow:\(results.count(verdict))\"></i>"
    }.joined()
  }

  private var filters: String {
    let verdicts = shownVerdicts.map { verdict in
      """
      <label class="choice \(verdict.rawValue)"><input type="checkbox" value="\(verdict.rawValue)" checked>\
      <span>\(HTMLReport.words(verdict)) <b>\(results.count(verdict))</b></span></label>
      """
    }.joined()
    let groups = results.groups.map { "<option>\(escaped($0.name))</option>" }.joined()
    return """
      <form class="filters" role="search" aria-label="Filter the cases">
      <fieldset><legend>Verdict</legend>\(verdicts)</fieldset>
      <label class="field">Group <select class="by-group"><option value="">all</option>\(groups)</select></label>
      <label class="field grows">Find <input class="by-text" type="search" placeholder="case, clause or text" \
      autocomplete="off" spellcheck="false" aria-keyshortcuts="/"></label>
      <output class="shown" aria-live="polite">\(totals.cases) of \(totals.cases)</output>
      </form>
      """
  }

  private var problems: String {
    guard !results.problems.isEmpty else { return "" }
    let items = results.problems.map { "<li>\(escaped($0))</li>" }.joined()
    return
      "<section class=\"problems\"><h2>The list of expected deviations is out of date</h2><ul>\(items)</ul></section>"
  }

  // MARK: Words

  /// The verdict for people.
  static func words(_ verdict: Verdict) -> String {
    switch verdict {
    case .pass: "pass"
    case .fail: "fail"
    case .expectedDeviation: "deviates as expected"
    case .unexpectedPass: "passes unexpectedly"
    case .notRun: "not run"
    case .harnessError: "suite error"
    }
  }

  func escaped(_ text: String) -> String { HTMLText.escaped(text) }
  func link(to anchor: String) -> String { "#" + escaped(HTMLText.fragment(anchor)) }
}
