import Foundation
import TestSupport
import Testing

@Suite struct GobTests {
  @Test func `every vector is printed as its value`() async throws {
    let file = try Repository.json("Fixtures/vectors/gob.json") as? [String: Any]
    let vectors = file?["vectors"] as? [[String: Any]] ?? []
    #expect(vectors.count == 60)
    for vector in vectors {
      let name = vector["name"] as? String ?? ""
      let printed = try await NodeLab.run("gob", "-", input: bytes(hex: vector["hex"] as? String ?? ""))
      #expect(printed.code == 0, "\(name): \(printed.errors)")
      let values = try printed.output.split(separator: "\n").map {
        try JSONSerialization.jsonObject(with: Data($0.utf8), options: .fragmentsAllowed)
      }
      let value = name.hasPrefix("stream/") ? values : try #require(values.first)
      let expected = vector["value"] ?? NSNull()
      #expect(Self.same(value, expected), "\(name): \(printed.output) instead of \(expected)")
    }
  }

  /// The vectors write integers as text, and leave zero fields out that a stream may hold all the same.
  private static func same(_ printed: Any, _ expected: Any) -> Bool {
    switch (printed, expected) {
    case (let a as [Any], let b as [Any]): a.count == b.count && zip(a, b).allSatisfy(same)
    case (let a as [String: Any], let b as [String: Any]):
      b.keys.allSatisfy { a[$0] != nil }
        && a.allSatisfy { key, value in b[key].map { same(value, $0) } ?? isZero(value) }
    case (let a as NSNumber, let b as String): a.stringValue == b
    case (let a as NSObject, let b as NSObject): a == b
    default: false
    }
  }

  private static func isZero(_ value: Any) -> Bool {
    switch value {
    case let list as [Any]: list.allSatisfy(isZero)
    case let object as [String: Any]: object.values.allSatisfy(isZero)
    case let number as NSNumber: number == 0
    default: value as? String == ""
    }
  }

  @Test func `a file is read, and each value of a stream is a line`() async throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("two.gob", bytes(hex: "03040002" + "03040004"))
    #expect(try await NodeLab.run("gob", path).output == "1\n2\n")
  }

  @Test func `what is no gob is told, after what came before`() async throws {
    let ended = try await NodeLab.run("gob", "-", input: bytes(hex: "03040002" + "0304"))
    #expect(ended.output == "1\n")
    #expect(ended.errors == "nodelab gob: -: value 2: unexpected EOF\n")
    #expect(ended.code == 1)
    #expect(
      try await NodeLab.run("gob", "/nonexistent/file").errors
        == "nodelab gob: /nonexistent/file: no such file or directory\n")
  }
}
