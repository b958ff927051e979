/// The cases on the page: each with its verdict, its clauses, and what differs.
extension HTMLReport {
  var caseSection: String {
    let places = Dictionary(grouping: results.cases.indices) { results.cases[$0].group }
    let groups = results.groups.map { group in
      let inside = places[group.name] ?? []
      let passed = group.cases.count { $0.verdict == .pass }
      return """
        <div class="group">
        <h3>\(escaped(group.name)) <small class="count">\(passed)/\(inside.count)</small></h3>
        <div class="list">
        \(inside.map(section).joined(separator: "\n"))
        </div>
        </div>
        """
    }.joined(separator: "\n")
    return """
      <section class="cases" id="ui:cases" aria-labelledby="ui:cases-title">
      <h2 id="ui:cases-title">Cases <small>each is a recorded conversation, played again</small></h2>
      \(groups)
      </section>
      """
  }

  /// What is not as expected, each with its first difference: what a reader looks for first.
  var alarms: String {
    let rows = results.cases.indices.filter { !results.cases[$0].verdict.isAsExpected }.map { index in
      let result = results.cases[index]
      let first = result.differences.first.map { "\($0)" } ?? result.reason ?? ""
      return """
        <li><a href="\(link(to: anchors[index]))"><span class="dot \(result.verdict.rawValue)"></span>\
        <span class="id">\(escaped(anchors[index]))</span></a><span class="first">\(escaped(first))</span></li>
        """
    }
    guard !rows.isEmpty else { return "" }
    return """
      <section aria-labelledby="ui:alarms-title">
      <h2 id="ui:alarms-title">Not as expected <small>\(rows.count) cases, and the first difference of each</small></h2>
      <ul class="rows alarms">\(rows.joined(separator: "\n"))</ul>
      </section>
      """
  }

  private func section(ofCase index: Int) -> String {
    let result = results.cases[index]
    let anchor = escaped(anchors[index])
    let cited = result.clauses.map { "<a href=\"\(link(to: $0))\">\(escaped($0))</a>" }.joined(separator: " ")
    // What is wrong is open from the start.
    let isOpen = !result.verdict.isAsExpected
    return """
      <details class="case" id="\(anchor)" data-index="\(index)" data-verdict="\(result.verdict.rawValue)" \
      data-group="\(escaped(result.group))"\(isOpen ? " open" : "")>
      <summary><span class="dot \(result.verdict.rawValue)"></span><span class="id">\(anchor)</span>\
      <span class="badge \(result.verdict.rawValue)">\(HTMLReport.words(result.verdict))</span></summary>
      <p class="cites">\(cited)<a class="link" href="\(link(to: anchors[index]))" \
      aria-label="Permanent link to \(anchor)">link</a></p>
      \(explanation(of: result))
      \(HTMLDiff.render(result.differences))
      <p class="note">Recorded from \(escaped(result.program)); again: \
      <code>\(escaped(facts.command)) --only '\(escaped(result.id))'</code></p>
      </details>
      """
  }

  private func explanation(of result: CaseResult) -> String {
    switch (result.because, result.reason) {
    case (let because?, let reason):
      let name =
        clauses.contains { $0.id == because }
        ? "<a href=\"\(link(to: because))\">\(escaped(because))</a>" : "<b>\(escaped(because))</b>"
      return "<p class=\"reason\">\(name) \(escaped(reason ?? ""))</p>"
    case (nil, let reason?): return "<p class=\"reason\">\(escaped(reason))</p>"
    case (nil, nil): return result.verdict == .pass ? "<p class=\"reason\">No difference.</p>" : ""
    }
  }
}
