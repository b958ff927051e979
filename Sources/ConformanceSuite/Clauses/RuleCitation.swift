/// A clause that a rule test cites.
///
/// A test cites clauses at the start of a comment, above it or inside it: `/// SIGN-2, SIGN-7: the expiry is judged before the key.`
/// Ids are separated by commas; a test that is disabled cites nothing.
public struct RuleCitation: Hashable, Sendable {
  public var clause: String
  /// The file and the line.
  public var place: String
  /// The test that cites it; nil for one that no run told of.
  public var test: TestPlace?

  public init(clause: String, place: String, test: TestPlace? = nil) {
    self.clause = clause
    self.place = place
    self.test = test
  }

  /// Where a test or a suite is declared, as the test runner names it.
  public struct TestPlace: Hashable, Sendable {
    public var module: String
    public var file: String
    /// Of the attribute `@Test` or `@Suite`.
    public var line: Int

    public init(module: String, file: String, line: Int) {
      self.module = module
      self.file = file
      self.line = line
    }
  }

  /// The citations in the text of a test file.
  public static func citations(in text: String, file: String) -> [RuleCitation] {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { $0.drop { $0 == " " } }
    var citations: [RuleCitation] = []
    /// Of the comment above the next declaration.
    var above: [RuleCitation] = []
    /// The test whose body the lines belong to; nil outside, and in one that is disabled.
    var test: TestPlace?
    let parts = file.split(separator: "/").map(String.init)
    func place(_ index: Int) -> TestPlace {
      TestPlace(module: parts.count > 1 ? parts[1] : "", file: parts.last ?? "", line: index + 1)
    }
    for (index, line) in lines.enumerated() {
      if line.hasPrefix("//") {
        let found = ids(atStartOf: line.drop { $0 == "/" }).map {
          RuleCitation(clause: $0, place: "\(file):\(index + 1)", test: test)
        }
        if line.hasPrefix("///") {
          above += found
        } else if test != nil {
          citations += found
        }
      } else if line.hasPrefix("@Test") || line.hasPrefix("@Suite") {
        let attribute = lines[index...].prefix(3).joined().prefix { $0 != "{" }
        test = attribute.contains(".disabled") ? nil : place(index)
        if let test { citations += above.map { RuleCitation(clause: $0.clause, place: $0.place, test: test) } }
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
    // Invariants are the simulator's, not the protocol's.
    return parts.count == 2 && !parts[0].isEmpty && parts[0] != "INV"
      && parts[0].allSatisfy { $0.isASCII && $0.isUppercase }
      && !parts[1].isEmpty && parts[1].allSatisfy { $0.isASCII && $0.isNumber }
  }
}
