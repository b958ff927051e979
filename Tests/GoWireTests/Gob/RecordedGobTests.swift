import Foundation
import GoWire
import Testing

@testable import ConformanceSuite

/// A gob payload of a recorded conversation, by its file and place.
struct RecordedGob: Sendable, CustomTestStringConvertible {
  let name: String
  let bytes: [UInt8]
  let expected: JSONValue

  var testDescription: String { name }

  /// Every exchange of `Fixtures/recorded` that carries a `gob` value.
  static let all: [RecordedGob] = {
    let folder = Fixtures.root.appending(path: "Fixtures/recorded")
    let paths = (try? FileManager.default.subpathsOfDirectory(atPath: folder.path())) ?? []
    return paths.filter { $0.hasSuffix(".json") }.sorted().flatMap { path in
      var found: [RecordedGob] = []
      collect(Fixtures.json("recorded/\(path)"), path, &found)
      return found
    }
  }()

  private static func collect(_ value: JSONValue, _ path: String, _ found: inout [RecordedGob]) {
    switch value {
    case .array(let elements):
      for (index, element) in elements.enumerated() {
        collect(element, "\(path)/\(element["id"]?.text ?? "\(index)")", &found)
      }
    case .object(let members):
      if let gob = value["gob"]?.array, let body = value["response"]?["body"]?["text"]?.string,
        let data = try? GoJSON.parseFirst(body.bytes)["data"]?.string, let bytes = try? Base64.standard.decode(data)
      {
        for expected in gob { found.append(RecordedGob(name: path, bytes: bytes, expected: expected)) }
      }
      for member in members where member.name != "gob" { collect(member.value, "\(path)/\(member.name)", &found) }
    case .null, .bool, .number, .string: break
    }
  }
}

@Suite struct RecordedGobTests {
  @Test func `payloads are found in the recordings`() {
    #expect(RecordedGob.all.count >= 200)
  }

  @Test(arguments: RecordedGob.all)
  func `a recorded payload is read as it was recorded`(_ recorded: RecordedGob) throws {
    let message = try Gob.decode(recorded.bytes)
    #expect(recorded.expected["type"]?.string == message.typeName)
    let expected = try #require(recorded.expected["value"])
    #expect(GobExpectation.matches(expected, message.value), "\(message.value)")
  }
}
