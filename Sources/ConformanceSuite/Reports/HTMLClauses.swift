/// The clauses on the page: a map of all of them, then each with its text and its cases.
extension HTMLReport {
  private static let chapterTitles = [
    1: "Roles, names, versions", 2: "Signing", 3: "Headers", 4: "Envelope, payload, errors",
    5: "Configuration of a slave", 6: "Testing a node (ping)", 7: "Storage node", 8: "Upload callback",
    9: "Slave tasks and the queue", 10: "Archive tasks", 11: "Transfer task and remote download",
    12: "Slave → master calls", 13: "Gob", 14: "Choosing a node", 15: "Quirks and profiles",
  ]

  /// The places of the cases that cite a clause, by its id.
  private var citations: [String: [Int]] {
    var citations: [String: [Int]] = [:]
    for (index, result) in results.cases.enumerated() {
      for clause in Set(result.clauses) { citations[clause, default: []].append(index) }
    }
    return citations
  }

  var clauseSection: String {
    let citations = citations
    let known = Set(clauses.map(\.id))
    // A clause that only this run's cases know has no text, and still its place.
    let strangers = citations.keys.filter { !known.contains($0) }.sorted().map {
      ClauseCatalogue.Clause(id: $0, chapter: 0, text: "")
    }
    let all = clauses + strangers
    let cited = all.count { verdict(on: citations[$0.id] ?? []).map { $0 != .notRun } ?? false }
    var map = ""
    var list = ""
    for chapter in Set(all.map(\.chapter)).sorted() {
      let inside = all.filter { $0.chapter == chapter }
      let title = HTMLReport.chapterTitles[chapter].map { "\(chapter). \($0)" } ?? "Other clauses"
      let chips = inside.map { clause in
        let verdict = verdict(on: citations[clause.id] ?? [])
        return """
          <a class="chip \(verdict?.rawValue ?? "uncited")" href="\(link(to: clause.id))" \
          title="\(escaped(clause.id)): \(verdict.map(HTMLReport.words) ?? "no case")">\(escaped(clause.id))</a>
          """
      }.joined(separator: " ")
      map += "<div><h3>\(escaped(title))</h3><p class=\"chips\">\(chips)</p></div>\n"
      list += "<div class=\"chapter\"><h3>\(escaped(title))</h3>\n<div class=\"list\">\n"
      for clause in inside { list += section(of: clause, cases: citations[clause.id] ?? []) }
      list += "</div></div>\n"
    }
    return """
      <section class="clauses" id="ui:clauses" aria-labelledby="ui:clauses-title">
      <h2 id="ui:clauses-title">Clauses <small>\(cited) of \(all.count) are shown by a case</small></h2>
      <div class="map">
      \(map)</div>
      \(list)
      </section>
      """
  }

  private func section(of clause: ClauseCatalogue.Clause, cases: [Int]) -> String {
    let verdict = verdict(on: cases)
    let passed = cases.count { results.cases[$0].verdict == .pass }
    let rows = cases.map { index in
      let result = results.cases[index]
      return """
        <li data-index="\(index)"><a href="\(link(to: anchors[index]))"><span class="dot \(result.verdict.rawValue)"></span>\
        <span class="id">\(escaped(anchors[index]))</span></a> <span class="badge \(result.verdict.rawValue)">\
        \(HTMLReport.words(result.verdict))</span></li>
        """
    }.joined(separator: "\n")
    let list =
      cases.isEmpty ? "<p class=\"note\">No case of this run cites it.</p>" : "<ul class=\"rows\">\(rows)</ul>"
    return """
      <details class="clause\(cases.isEmpty ? " uncited" : "")" id="\(escaped(clause.id))">
      <summary><span class="dot \(verdict?.rawValue ?? "uncited")"></span><b>\(escaped(clause.id))</b> \
      <span class="brief">\(HTMLText.markup(brief(clause.text)))</span>\
      <span class="count">\(cases.isEmpty ? "no case" : "\(passed)/\(cases.count)")</span></summary>
      <div class="text">\(HTMLText.markup(clause.text))</div>
      \(list)
      </details>

      """
  }

  /// The gravest verdict of some cases: that of a clause.
  private func verdict(on cases: [Int]) -> Verdict? {
    cases.map { results.cases[$0].verdict }.max { HTMLReport.gravity($0) < HTMLReport.gravity($1) }
  }

  private static func gravity(_ verdict: Verdict) -> Int {
    switch verdict {
    case .harnessError: 5
    case .fail: 4
    case .unexpectedPass: 3
    case .expectedDeviation: 2
    case .pass: 1
    // Nothing is known of it, and what ran counts.
    case .notRun: 0
    }
  }

  private func brief(_ text: String) -> String {
    let line = text.split(separator: "\n").first.map(String.init) ?? text
    guard line.count > 130, let space = line.prefix(130).lastIndex(of: " ") else { return line }
    let cut = String(line[..<space])
    // An odd number of backticks would leave a piece of code open.
    return (cut.count { $0 == "`" } % 2 == 0 ? cut : cut + "`") + " …"
  }
}
