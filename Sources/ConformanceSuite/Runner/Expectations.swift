import GoWire

/// Which cases are expected to differ, and which cannot run yet.
public struct Expectations: Hashable, Sendable {
  /// A case whose difference is explained.
  public struct Deviation: Hashable, Sendable {
    public var id: String
    /// A quirk or a clause.
    public var because: String
    public var reason: String
  }

  /// Cases that need what the slave does not have yet; the pattern is an id or has `*` and `?`.
  public struct Omission: Hashable, Sendable {
    public var pattern: String
    public var reason: String
  }

  public var deviations: [Deviation]
  public var omissions: [Omission]

  public init(deviations: [Deviation] = [], omissions: [Omission] = []) {
    self.deviations = deviations
    self.omissions = omissions
  }

  /// Reads `[{"case", "because", "reason"}]`.
  public static func deviations(at path: String) throws(SuiteError) -> [Deviation] {
    var deviations: [Deviation] = []
    for entry in try entries(path, ["case", "because", "reason"]) {
      deviations.append(Deviation(id: entry[0], because: entry[1], reason: entry[2]))
    }
    for (index, deviation) in deviations.enumerated()
    where deviations[..<index].contains(where: { $0.id == deviation.id }) {
      throw .usage("\(path): the case \(deviation.id) stands there twice")
    }
    return deviations
  }

  /// Reads `[{"case", "reason"}]`.
  public static func omissions(at path: String) throws(SuiteError) -> [Omission] {
    try entries(path, ["case", "reason"]).map { Omission(pattern: $0[0], reason: $0[1]) }
  }

  func deviation(for single: ConformanceCase) -> Deviation? { deviations.first { $0.id == single.id } }

  func omission(for single: ConformanceCase) -> Omission? {
    omissions.first { CaseSelection.matches($0.pattern, single.id) }
  }

  /// A line for each entry that names none of these cases.
  func problems(among cases: [ConformanceCase]) -> [String] {
    let named = deviations.filter { deviation in !cases.contains { $0.id == deviation.id } }.map {
      "the expected deviation of \($0.id) names no case"
    }
    return named
      + omissions.filter { omission in !cases.contains { CaseSelection.matches(omission.pattern, $0.id) } }.map {
        "the case \($0.pattern), listed as not run, names no case"
      }
  }

  private static func entries(_ path: String, _ keys: [GoString]) throws(SuiteError) -> [[String]] {
    guard let list = try JSONFile.read(path).array else { throw .usage("\(path): has to be a list") }
    var entries: [[String]] = []
    for (index, value) in list.enumerated() {
      var texts: [String] = []
      for key in keys {
        guard let text = value[key]?.text, !text.isEmpty else {
          throw .usage("\(path): entry \(index + 1): \(key) has to be a text")
        }
        texts.append(text)
      }
      entries.append(texts)
    }
    return entries
  }
}
