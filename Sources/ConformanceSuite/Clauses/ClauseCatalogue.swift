import GoWire

/// The clauses of the specification: their ids and what each says, from `Fixtures/clauses.json`.
public struct ClauseCatalogue: Hashable, Sendable {
  public struct Clause: Hashable, Sendable {
    /// `SIGN-3`.
    public var id: String
    public var chapter: Int
    /// In the specification's light markup.
    public var text: String

    public init(id: String, chapter: Int, text: String) {
      self.id = id
      self.chapter = chapter
      self.text = text
    }
  }

  public let clauses: [Clause]

  public init(clauses: [Clause]) { self.clauses = clauses }

  /// Reads `[{"id", "chapter", "text"}]`.
  public init(path: String) throws(SuiteError) {
    guard let list = try JSONFile.read(path).array else { throw .usage("\(path): has to be a list") }
    var clauses: [Clause] = []
    for (index, entry) in list.enumerated() {
      guard let id = entry["id"]?.text, let chapter = entry["chapter"]?.int, let text = entry["text"]?.text else {
        throw .usage("\(path): entry \(index + 1): id, chapter and text have to be there")
      }
      clauses.append(Clause(id: id, chapter: chapter, text: text))
    }
    self.clauses = clauses
  }

  public func contains(_ id: String) -> Bool { clauses.contains { $0.id == id } }
}
