import TestSupport
import Testing

@testable import Simulator

/// Every scenario file of the repository.
enum ScenarioFiles {
  static let paths = Repository.files(below: "Fixtures/scenarios", suffix: ".yaml").sorted()

  static func read(_ path: String) throws -> Scenario {
    try Scenario(content: try Repository.bytes(path), fileName: path)
  }
}

@Suite struct ScenarioFileTests {
  @Test(arguments: ScenarioFiles.paths)
  func `a file in the canonical form comes back byte-identical`(_ path: String) throws {
    let bytes = try Repository.bytes(path)
    let scenario = try Scenario(content: bytes, fileName: path)
    #expect(String(decoding: scenario.fileContent, as: UTF8.self) == String(decoding: bytes, as: UTF8.self))
    #expect(path.hasSuffix("/\(scenario.id).yaml"), "a file bears the id of its scenario")
  }

  @Test func `the published schema is the reader's own`() throws {
    let published = String(decoding: try Repository.bytes("Fixtures/scenarios/schema.json"), as: UTF8.self)
    #expect(published == Scenario.schemaText, "nodelab simulate --schema writes it")
  }
}
