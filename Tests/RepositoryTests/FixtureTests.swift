import TestSupport
import Testing

@Suite struct FixtureTests {
  private static let shared = "../shared/fixtures"
  /// What the project keeps there itself; `Scripts/sync-fixtures` leaves it alone.
  private static let own = ["cases/", "expected/", "scenarios/", "clauses.json"]

  @Test(.enabled(if: Repository.exists(shared), "there is no ../shared/fixtures beside this checkout"))
  func `the fixtures are a copy of the shared ones`() throws {
    func names(_ folder: String) -> Set<String> {
      Set(
        Repository.files(below: folder).map { String($0.dropFirst(folder.count + 1)) }.filter { name in
          !Self.own.contains(where: name.hasPrefix)
        })
    }
    let ours = names("Fixtures")
    let theirs = names(Self.shared)
    #expect(ours.symmetricDifference(theirs).sorted() == [], "Scripts/sync-fixtures makes them the same")
    let different = try ours.intersection(theirs).filter { name in
      try Repository.bytes("Fixtures/\(name)") != Repository.bytes("\(Self.shared)/\(name)")
    }
    #expect(different.sorted() == [], "Scripts/sync-fixtures makes them the same")
  }

  @Test func `a case's id is its own`() throws {
    // The same case was recorded from each program, so an id is unique for a program and a role.
    var places: [String: String] = [:]
    var recorded: Set<String> = []
    var own: Set<String> = []
    for folder in ["Fixtures/recorded", "Fixtures/cases"] {
      for path in Repository.files(below: folder, suffix: ".json") where !path.contains("/flows/") {
        let file = try Repository.json(path) as? [String: Any] ?? [:]
        let cases = file["cases"] as? [[String: Any]] ?? []
        #expect(!cases.isEmpty, "\(path) holds no cases")
        let scope = folder == "Fixtures/cases" ? "" : "\(file["program"] ?? "") \(file["role"] ?? "") "
        for one in cases {
          let id = one["id"] as? String ?? ""
          #expect(id.contains("/"), "\(path) has a case without group and name")
          let before = places.updateValue(path, forKey: scope + id)
          #expect(before == nil, "\(id) stands in \(path) and in \(before ?? "")")
          if scope.isEmpty { own.insert(id) } else { recorded.insert(id) }
        }
      }
    }
    #expect(recorded.count > 300)
    #expect(own.intersection(recorded).sorted() == [], "the project's own cases have ids of recorded ones")
  }

  @Test(arguments: ["conf", "node-test", "hostile-master", "hostile-slave"])
  func `an observation's id is its own`(_ kind: String) throws {
    let paths = Repository.files(below: "Fixtures/observed", suffix: ".json").filter { $0.contains("/\(kind)-") }
    #expect(!paths.isEmpty)
    for path in paths {
      let file = try Repository.json(path) as? [String: Any]
      let ids = (file?["cases"] as? [[String: Any]] ?? []).compactMap { $0["id"] as? String }
      #expect(!ids.isEmpty && Set(ids).count == ids.count, "\(path)")
    }
  }
}
