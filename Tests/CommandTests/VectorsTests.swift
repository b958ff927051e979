import Foundation
import GoWire
import TestSupport
import Testing

@Suite struct VectorsTests {
  static let files = Repository.files(below: "Fixtures/vectors", suffix: ".json")

  @Test func `every vector passes`() async throws {
    let ended = try await NodeLab.run("vectors", Repository.path("Fixtures/vectors"))
    #expect(ended.code == 0, "\(ended.output)")
    #expect(ended.lines.count == Self.files.count)
    let counts = ended.lines.compactMap { $0.firstMatch(of: /(\d+) of (\d+) pass$/) }
    #expect(counts.allSatisfy { $0.1 == $0.2 })
    #expect(counts.compactMap { Int($0.1) }.reduce(0, +) == 431)
  }

  /// One value of the first vector of each file, changed.
  static let changes: [String: JSONMember] = [
    "gob.json": JSONMember("value", "12345"), "gob-errors.json": JSONMember("error", "no"),
    "ini-bools.json": JSONMember("bool", false), "ini.json": JSONMember("sections", []),
    "json-decoding.json": JSONMember("num", 7), "json-strings.json": JSONMember("json", "\"x\""),
    "signatures.json": JSONMember("signature", "x:0"), "sniff.json": JSONMember("content_type", "text/plain"),
    "times.json": JSONMember("nanosecond", 8), "url-escapes.json": JSONMember("query_escape", "?"),
  ]

  @Test(arguments: files) func `a vector that says something else is told`(_ path: String) async throws {
    let name = try #require(path.split(separator: "/").last.map(String.init))
    let change = try #require(Self.changes[name])
    var vectors = try #require(try GoJSON.parse(try Repository.bytes(path))["vectors"]?.array)
    let members = try #require(vectors.first?.object)
    vectors[0] = .object(members.map { $0.name == change.name ? change : $0 })
    let folder = try TemporaryFolder()
    let changed = try folder.write(name, GoJSON.write(["vectors": .array(vectors)]))
    let ended = try await NodeLab.run("vectors", changed)
    #expect(ended.code == 1, "\(ended.lines)")
    #expect(ended.lines.count == 2, "\(ended.lines)")
    #expect(ended.output.contains(": \(vectors.count - 1) of \(vectors.count) pass"))
  }

  @Test func `what holds no vectors is a usage error`() async throws {
    let folder = try TemporaryFolder()
    try FileManager.default.createDirectory(atPath: folder.path("empty"), withIntermediateDirectories: true)
    for path in [
      folder.path("empty"), folder.path("absent"), try folder.write("a.json", "{"),
      try folder.write("b.json", #"{"vectors": []}"#), try folder.write("c.json", #"{"vectors": [{"x": 1}]}"#),
    ] {
      let ended = try await NodeLab.run("vectors", path)
      #expect(ended.code == 2)
      #expect(ended.output == "" && ended.lines.count == 1 && ended.errors.contains(path), "\(ended.lines)")
    }
  }
}
