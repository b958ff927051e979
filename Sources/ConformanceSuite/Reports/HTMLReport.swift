/// A run as one self-contained page: totals, each clause with its text and its cases, each case with what was expected and seen.
///
/// Nothing is fetched from anywhere. A case's anchor is its id and never changes: `report.html#bind/ping/html`.
public struct HTMLReport: Sendable {
  /// A clause as the page shows it.
  public struct Clause: Hashable, Sendable {
    public var id: String
    /// The chapter of the protocol it stands in.
    public var chapter: Int
    /// In the specification's light markup.
    public var text: String

    public init(id: String, chapter: Int, text: String) {
      self.id = id
      self.chapter = chapter
      self.text = text
    }
  }

  private let results: ConformanceResults
  private let clauses: [Clause]
  /// What was tested, in a few words: `http://127.0.0.1:5212`.
  private let subject: String
  private let version: String
  /// Anchors in the order of the cases: ids are unique in a program, and a run over several adds the program's name.
  private let anchors: [String]

  public init(_ results: ConformanceResults, clauses: [Clause], subject: String, version: String) {
    self.results = results
    self.clauses = clauses
    self.subject = subject
    self.version = version
    var seen: Set<String> = []
    anchors = results.cases.map { seen.insert($0.id).inserted ? $0.id : "\($0.id)@\($0.program)" }
  }

  /// The page.
  public func render() -> String {
    """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <link rel="icon" href="data:,">
    <title>\(escaped(title))</title>
    <style>
    \(HTMLReport.style)
    </style>
    </head>
    <body>
    \(head)
    <main>
    \(problems)
    <section id="clauses" aria-label="Clauses">
    <h2>Clauses</h2>
    \(chapters)
    </section>
    <section id="cases" aria-label="Cases">
    <h2>Cases</h2>
    \(groups)
    </section>
    <p id="nothing" hidden>No case matches the filters.</p>
    </main>
    <script>
    \(HTMLReport.script)
    </script>
    </body>
    </html>

    """
  }

  private var title: String { "\(subject): \(results.count(.pass)) of \(results.cases.count) cases pass" }

  // MARK: Head

  private var head: String {
    let tiles = Verdict.allCases.map { verdict in
      """
      <label class="tile \(verdict.rawValue)"><input type="checkbox" data-verdict="\(verdict.rawValue)" checked>\
      <b>\(results.count(verdict))</b> \(HTMLReport.words(verdict))</label>
      """
    }.joined(separator: "\n")
    let names = uniqueGroups.map { "<option>\(escaped($0))</option>" }.joined()
    let isGood = results.exitCode == .allAsExpected
    return """
      <header>
      <h1><span class="mark">NodeLab</span> \(escaped(subject))</h1>
      <p class="verdict \(isGood ? "pass" : "fail")">\(isGood ? "Everything is as expected." : "Something differs.")</p>
      <p class="facts">\(results.cases.count) cases · profile <code>\(escaped(results.profile))</code> · \
      \(results.isVerbatim ? "sent as recorded" : "rewritten and signed again") · seed \(results.seed) · nodelab \(escaped(version))</p>
      <div class="bar" role="img" aria-label="Share of each verdict">\(bar)</div>
      <form class="filters" onsubmit="return false">
      \(tiles)
      <label class="field">Group <select id="group"><option value="">all</option>\(names)</select></label>
      <label class="field">Find <input id="find" type="search" placeholder="case, clause or text"></label>
      </form>
      </header>
      """
  }

  private var bar: String {
    Verdict.allCases.filter { results.count($0) > 0 }.map {
      "<i class=\"\($0.rawValue)\" style=\"flex-grow:\(results.count($0))\" title=\"\(results.count($0)) \(HTMLReport.words($0))\"></i>"
    }.joined()
  }

  private var problems: String {
    guard !results.problems.isEmpty else { return "" }
    let items = results.problems.map { "<li>\(escaped($0))</li>" }.joined()
    return
      "<section class=\"problems\"><h2>The list of expected deviations is out of date</h2><ul>\(items)</ul></section>"
  }

  // MARK: Clauses

  private static let chapterTitles = [
    1: "Roles, names, versions", 2: "Signing", 3: "Headers", 4: "Envelope, payload, errors",
    5: "Configuration of a slave", 6: "Testing a node (ping)", 7: "Storage node", 8: "Upload callback",
    9: "Slave tasks and the queue", 10: "Archive tasks", 11: "Transfer task and remote download",
    12: "Slave → master calls", 13: "Gob", 14: "Choosing a node", 15: "Quirks and profiles",
  ]

  private var chapters: String {
    let cited = Dictionary(
      grouping: results.cases.indices.flatMap { index in
        Set(results.cases[index].clauses).map { (clause: $0, index: index) }
      }, by: \.clause
    ).mapValues { $0.map(\.index).sorted() }
    var page = ""
    for chapter in Set(clauses.map(\.chapter)).sorted() {
      let inside = clauses.filter { $0.chapter == chapter && cited[$0.id] != nil }
      guard !inside.isEmpty else { continue }
      page += "<h3>\(chapter). \(HTMLReport.chapterTitles[chapter] ?? "")</h3>\n"
      for clause in inside { page += section(of: clause, cases: cited[clause.id] ?? []) }
    }
    return page
  }

  private func section(of clause: Clause, cases: [Int]) -> String {
    let verdict =
      cases.map { results.cases[$0].verdict }.min { HTMLReport.gravity($0) > HTMLReport.gravity($1) } ?? .pass
    let links = cases.map { index in
      let result = results.cases[index]
      return
        "<a class=\"chip \(result.verdict.rawValue)\" href=\"#\(escaped(anchors[index]))\">\(escaped(anchors[index]))</a>"
    }.joined(separator: " ")
    let passed = cases.count { results.cases[$0].verdict == .pass }
    return """
      <details class="clause" id="\(clause.id)" data-cases="\(cases.map(String.init).joined(separator: " "))">
      <summary><span class="dot \(verdict.rawValue)"></span><b>\(clause.id)</b> <span class="brief">\(markup(brief(clause.text)))</span>\
      <span class="count">\(passed)/\(cases.count)</span></summary>
      <div class="text">\(markup(clause.text))</div>
      <p class="chips">\(links)</p>
      </details>

      """
  }

  private func brief(_ text: String) -> String {
    let line = text.split(separator: "\n").first.map(String.init) ?? text
    guard line.count > 110, let space = line.prefix(110).lastIndex(of: " ") else { return line }
    let cut = String(line[..<space])
    // An odd number of backticks would leave a piece of code open.
    return (cut.count { $0 == "`" } % 2 == 0 ? cut : cut + "`") + " …"
  }

  // MARK: Cases

  private var uniqueGroups: [String] {
    var seen: Set<String> = []
    return results.cases.map(\.group).filter { seen.insert($0).inserted }
  }

  private var groups: String {
    uniqueGroups.map { group in
      let inside = results.cases.indices.filter { results.cases[$0].group == group }
      let passed = inside.count { results.cases[$0].verdict == .pass }
      return """
        <div class="group" data-group="\(escaped(group))">
        <h3>\(escaped(group)) <span class="count">\(passed)/\(inside.count)</span></h3>
        \(inside.map(section).joined(separator: "\n"))
        </div>
        """
    }.joined(separator: "\n")
  }

  private func section(ofCase index: Int) -> String {
    let result = results.cases[index]
    let anchor = escaped(anchors[index])
    let cited = result.clauses.map { "<a href=\"#\(escaped($0))\">\(escaped($0))</a>" }.joined(separator: " ")
    var body = ""
    if let because = result.because {
      body += "<p class=\"reason\"><b>\(escaped(because))</b> \(escaped(result.reason ?? ""))</p>"
    } else if let reason = result.reason {
      body += "<p class=\"reason\">\(escaped(reason))</p>"
    }
    for difference in result.differences { body += HTMLDiff.render(difference) }
    if body.isEmpty { body = "<p class=\"reason\">No difference.</p>" }
    return """
      <details class="case" id="\(anchor)" data-index="\(index)" data-verdict="\(result.verdict.rawValue)" data-group="\(escaped(result.group))">
      <summary><span class="dot \(result.verdict.rawValue)"></span><span class="id">\(anchor)</span>\
      <span class="cites">\(cited)</span><span class="badge \(result.verdict.rawValue)">\(HTMLReport.words(result.verdict))</span>\
      <a class="link" href="#\(anchor)" title="Link to this case" aria-label="Link to \(anchor)">#</a></summary>
      \(body)
      <p class="program">recorded from \(escaped(result.program))</p>
      </details>
      """
  }

  // MARK: Words

  /// The verdict for people.
  private static func words(_ verdict: Verdict) -> String {
    switch verdict {
    case .pass: "pass"
    case .fail: "fail"
    case .expectedDeviation: "deviates as expected"
    case .unexpectedPass: "passes unexpectedly"
    case .notRun: "not run"
    case .harnessError: "suite error"
    }
  }

  /// Which verdict a clause shows when its cases have several: the gravest.
  private static func gravity(_ verdict: Verdict) -> Int {
    switch verdict {
    case .harnessError: 5
    case .fail: 4
    case .unexpectedPass: 3
    case .expectedDeviation: 2
    case .notRun: 1
    case .pass: 0
    }
  }

  private func escaped(_ text: String) -> String { HTMLText.escaped(text) }
  private func markup(_ text: String) -> String { HTMLText.markup(text) }
}
