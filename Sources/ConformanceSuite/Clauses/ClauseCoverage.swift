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

/// A clause that a rule test cites.
///
/// A test cites clauses at the start of a comment, above it or inside it: `/// SIGN-2, SIGN-7: the expiry is judged before the key.`
/// Ids are separated by commas; a test that is disabled cites nothing.
public struct RuleCitation: Hashable, Sendable {
  public var clause: String
  /// The file and the line.
  public var place: String

  /// The citations in the text of a test file.
  public static func citations(in text: String, file: String) -> [RuleCitation] {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { $0.drop { $0 == " " } }
    var citations: [RuleCitation] = []
    /// Of the comment above the next declaration.
    var above: [RuleCitation] = []
    var isInTest = false
    for (index, line) in lines.enumerated() {
      if line.hasPrefix("//") {
        let found = ids(atStartOf: line.drop { $0 == "/" }).map {
          RuleCitation(clause: $0, place: "\(file):\(index + 1)")
        }
        if line.hasPrefix("///") {
          above += found
        } else if isInTest {
          citations += found
        }
      } else if line.hasPrefix("@Test") || line.hasPrefix("@Suite") {
        let attribute = lines[index...].prefix(3).joined().prefix { $0 != "{" }
        isInTest = !attribute.contains(".disabled")
        if isInTest { citations += above }
        above = []
      } else {
        above = []
      }
    }
    return citations
  }

  /// The clause ids that a comment begins with.
  private static func ids(atStartOf comment: Substring) -> [String] {
    var ids: [String] = []
    for word in comment.split(separator: " ") {
      let id = word.prefix { $0.isLetter || $0.isNumber || $0 == "-" }
      guard isClause(id) else { break }
      ids.append(String(id))
      guard word.hasSuffix(",") else { break }
    }
    return ids
  }

  private static func isClause(_ text: Substring) -> Bool {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    return parts.count == 2 && !parts[0].isEmpty && parts[0].allSatisfy { $0.isASCII && $0.isUppercase }
      && !parts[1].isEmpty && parts[1].allSatisfy { $0.isASCII && $0.isNumber }
  }
}
