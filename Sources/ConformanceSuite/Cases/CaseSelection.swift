/// Which cases of a library run.
public struct CaseSelection: Hashable, Sendable {
  /// Ids, prefixes of ids that end at a slash, or patterns: `*` stands for any text, `?` for one character.
  public var patterns: [String]

  public init(_ patterns: [String]) {
    self.patterns = patterns
  }

  /// The cases that match one of the patterns, in their order; all when there is no pattern.
  /// - Throws: when a pattern matches none.
  public func select(from cases: [ConformanceCase]) throws(SuiteError) -> [ConformanceCase] {
    for pattern in patterns where !cases.contains(where: { CaseSelection.matches(pattern, $0.id) }) {
      throw .usage("the pattern \(pattern) matches no case")
    }
    if patterns.isEmpty { return cases }
    return cases.filter { single in patterns.contains { CaseSelection.matches($0, single.id) } }
  }

  /// Whether a pattern matches an id.
  static func matches(_ pattern: String, _ id: String) -> Bool {
    if pattern.contains("*") || pattern.contains("?") { return glob(Array(pattern.utf8)[...], Array(id.utf8)[...]) }
    return id == pattern || id.hasPrefix(pattern.hasSuffix("/") ? pattern : pattern + "/")
  }

  private static func glob(_ pattern: ArraySlice<UInt8>, _ text: ArraySlice<UInt8>) -> Bool {
    guard let first = pattern.first else { return text.isEmpty }
    let rest = pattern.dropFirst()
    if first == UInt8(ascii: "*") {
      return (text.startIndex...text.endIndex).contains { glob(rest, text[$0...]) }
    }
    guard let byte = text.first, first == UInt8(ascii: "?") || first == byte else { return false }
    return glob(rest, text.dropFirst())
  }
}
