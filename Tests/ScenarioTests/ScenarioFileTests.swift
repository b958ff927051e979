import ReferenceNode
import TestSupport
import Testing

@testable import Simulator

/// Every scenario file of the repository.
enum ScenarioFiles {
  static let folder = "Fixtures/scenarios"
  static let paths = Repository.files(below: folder, suffix: ".yaml").filter { !$0.contains("/bad/") }

  static func read(_ path: String) throws -> Scenario {
    try Scenario(content: try Repository.bytes(path), fileName: path)
  }

  static func named(_ id: String) throws -> Scenario { try read("\(folder)/\(id).yaml") }
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
    let published = String(decoding: try Repository.bytes("\(ScenarioFiles.folder)/schema.json"), as: UTF8.self)
    #expect(published == Scenario.schemaText, "nodelab simulate --schema writes it")
  }

  @Test(arguments: ScenarioFiles.paths)
  func `the published schema takes what the reader takes`(_ path: String) throws {
    let schema = try Repository.json("\(ScenarioFiles.folder)/schema.json")
    let node = try YamlReader.read(try Repository.bytes(path), fileName: path)
    #expect(JSONSchema.complaints(node, schema).first == nil)
  }

  static let bad = (try? Repository.json("\(ScenarioFiles.folder)/bad/expected.json")) as? [String: String] ?? [:]

  @Test func `there are enough bad files`() {
    #expect(Self.bad.count >= 20)
    #expect(Repository.files(below: "\(ScenarioFiles.folder)/bad", suffix: ".yaml").count == Self.bad.count)
  }

  @Test(arguments: bad.keys.sorted())
  func `a bad file is refused with one clear line`(_ name: String) throws {
    let path = "\(ScenarioFiles.folder)/bad/\(name).yaml"
    let expected = try #require(Self.bad[name])
    let error = try #require(throws: ScenarioError.self) { try ScenarioFiles.read(path) }
    #expect(error.description.contains(expected), "\(error)")
    #expect(!error.description.contains("\n"))
    #expect(error.description.hasPrefix("\(path):"))
  }

  @Test func `the same values can be made in Swift`() throws {
    var scenario = Scenario()
    scenario.id = "SCN-MADE-1"
    scenario.title = "made in Swift"
    scenario.clauses = ["ST-3"]
    scenario.source = "der"
    scenario.files = [NamedFile("five.bin", size: 5)]
    var session = SessionAction()
    session.file = "five.bin"
    var chunk = ChunkAction()
    chunk.session = "session"
    scenario.steps = [
      ScenarioStep(at: .milliseconds(500), "session", .session(session)),
      ScenarioStep(at: .seconds(1), "chunk", .chunk(chunk)),
    ]
    var answers = ExpectedAnswers()
    answers.step = "chunk"
    var answer = ExpectedAnswer()
    answer.code = 0
    answers.answers = [answer]
    scenario.expectations = [Expectation(.answers(answers))]
    let read = try Scenario(content: scenario.fileContent, fileName: "made.yaml")
    #expect(read == scenario)
    #expect(ScenarioRun(scenario, profile: .documented).run().complaints == [])
  }

  @Test func `a value can be changed from outside`() throws {
    let path = "\(ScenarioFiles.folder)/SCN-UPLOAD-2.yaml"
    let bytes = try Repository.bytes(path)
    let changed = try Scenario(content: bytes, fileName: path, changes: ["variants[1].faults[0].bytes=7"])
    #expect(changed.variants[1].faults[0].parameters.bytes == 7)
    #expect(throws: ScenarioError.self) { try Scenario(content: bytes, fileName: path, changes: ["variant[1].x=7"]) }
  }
}
