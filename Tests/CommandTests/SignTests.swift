import Foundation
import TestSupport
import Testing

@Suite struct SignTests {
  struct Vector: Decodable, Sendable {
    var key: String
    var path: String
    var header: String
    var bodyHex: String
    var expires: String
    var signature: String
  }

  struct Vectors: Decodable {
    var vectors: [Vector]
  }

  static let vectors: [Vector] = {
    let bytes = (try? Repository.bytes("Fixtures/vectors/signatures.json")) ?? []
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return (try? decoder.decode(Vectors.self, from: Data(bytes)).vectors) ?? []
  }()

  @Test func `a request signed in its header gets the recorded signature`() async throws {
    #expect(Self.vectors.count > 20)
    for vector in Self.vectors {
      let path = try #require(vector.path.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(["/"])))
      var words = ["sign", "--secret", vector.key, "--expires", vector.expires, "--body", "-", "PUT", path]
      for header in vector.header.components(separatedBy: "&X-Cr-") where !header.isEmpty {
        let parts = header.split(separator: "=", maxSplits: 1)
        let name = parts[0].hasPrefix("X-Cr-") ? "\(parts[0])" : "X-Cr-\(parts[0])"
        words += ["-H", "\(name.lowercased()):  \(parts[1]) "]
      }
      let ended = try await Child.run(NodeLab.path, words, input: bytes(hex: vector.bodyHex))
      #expect(ended.output == "Authorization: Bearer Cr \(vector.signature)\n")
      #expect(ended.code == 0)
    }
  }

  @Test func `a request signed in its query gets a sign parameter`() async throws {
    // From the recorded case content/whole.
    let file = try Repository.json("Fixtures/recorded/cloudreve-4.14.0/slave/content.json") as? [String: Any]
    let secret = try #require(file?["secret"] as? String)
    let cases = try #require(file?["cases"] as? [[String: Any]])
    let whole = try #require(cases.first { $0["id"] as? String == "content/whole" })
    let exchanges = try #require(whole["exchanges"] as? [[String: Any]])
    let request = try #require(exchanges[0]["request"] as? [String: Any])
    let target = try #require(request["target"] as? String)
    let bare = try #require(target.components(separatedBy: "?sign=").first)
    #expect(try await NodeLab.run("sign", "--secret", secret, "GET", bare).output == target + "\n")
    let signed = target.dropFirst(bare.count + 1)
    #expect(try await NodeLab.run("sign", "--secret", secret, "GET", bare + "?a=b").output == "\(bare)?a=b&\(signed)\n")
    let url = "http://127.0.0.1:5212\(bare)"
    #expect(try await NodeLab.run("sign", "--secret", secret, "GET", url).output == "\(url)?\(signed)\n")
  }

  @Test func `what cannot be signed is told`() async throws {
    for words in [
      ["GET", "/a?sign=b"], ["GET", "/%zz"], ["PUT", "/", "--expires", "soon"], ["PUT", "/", "-H", "nocolon"],
      ["PUT", "/", "--body", "/nonexistent/file"],
    ] {
      let ended = try await Child.run(NodeLab.path, ["sign", "--secret", "s"] + words)
      #expect(ended.code == 2, "\(words)")
      #expect(ended.lines.count == 1 && ended.output == "", "\(words)")
    }
  }
}
