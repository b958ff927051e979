import GoWire

/// Which clauses the results of cases and of rule tests speak of, and which nothing speaks of.
public struct ClauseCoverage: Hashable, Sendable {
  /// A clause that nothing cites, and why that is right.
  public struct Exclusion: Hashable, Sendable {
    public var id: String
    public var reason: String
  }

  /// Clauses of the chapters looked at that nothing cites and no exclusion explains.
  public let uncovered: [ClauseCatalogue.Clause]
  /// What is wrong with citations and exclusions: a clause that does not exist, an exclusion of a clause that is cited.
  public let problems: [String]

  /// - Parameters:
  ///   - results: what ran; cases that were not run, or that differ unexpectedly, cover nothing.
  ///   - citations: the clauses that rule tests cite, each with the place that cites it.
  public init(
    of catalogue: ClauseCatalogue, chapters: Set<Int>, results: [CaseResult], citations: [RuleCitation],
    exclusions: [Exclusion]
  ) {
    let ran = results.filter { $0.verdict == .pass || $0.verdict == .expectedDeviation }
    let cited = Set(ran.flatMap(\.clauses)).union(citations.map(\.clause))
    uncovered = catalogue.clauses.filter { clause in
      chapters.contains(clause.chapter) && !cited.contains(clause.id)
        && !exclusions.contains { $0.id == clause.id }
    }
    problems =
      citations.filter { !catalogue.contains($0.clause) }.map { "\($0.place) cites \($0.clause), which is no clause" }
      + exclusions.filter { !catalogue.contains($0.id) }.map { "\($0.id) is excluded and is no clause" }
      + exclusions.filter { cited.contains($0.id) }.map { "\($0.id) is excluded and is cited" }
  }

  /// Reads `[{"clause", "reason"}]`.
  public static func exclusions(at path: String) throws(SuiteError) -> [Exclusion] {
    guard let list = try JSONFile.read(path).array else { throw .usage("\(path): has to be a list") }
    var exclusions: [Exclusion] = []
    for (index, entry) in list.enumerated() {
      guard let id = entry["clause"]?.text, let reason = entry["reason"]?.text, !reason.isEmpty else {
        throw .usage("\(path): entry \(index + 1): clause and reason have to be texts")
      }
      exclusions.append(Exclusion(id: id, reason: reason))
    }
    return exclusions
  }
}
