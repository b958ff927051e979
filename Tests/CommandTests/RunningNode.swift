import Foundation
import TestSupport
import Testing

/// A node started from a configuration in a folder of its own.
final class RunningNode: Sendable {
  static let secret = String(repeating: "s", count: 64)

  let child: Child
  private let folder: String
  /// What it says it listens on: `http://127.0.0.1:40000`, `unix:/path`.
  let place: String

  /// Starts a program with `words` and waits until it says where it listens.
  init(
    _ words: [String], program: String = NodeLab.path, environment: [String: String] = [:], folder: String
  ) async throws {
    self.folder = folder
    child = try Child(program, words, environment: environment, folder: folder)
    let line = try await child.line(with: " listens on ")
    place = try #require(line.components(separatedBy: " listens on ").last)
  }

  /// Starts a slave from a configuration; `Listen = 127.0.0.1:0` lets it choose a port.
  static func slave(_ configuration: String, profile: String = "documented", in folder: TemporaryFolder) async throws
    -> RunningNode
  {
    let path = try folder.write("slave.ini", configuration)
    return try await RunningNode(
      ["slave", "-w", "-c", path], environment: ["CR_CONF_NodeLab__Profile": profile], folder: folder.path)
  }

  var address: WireAddress {
    get throws {
      if place.hasPrefix("unix:") {
        let path = place.dropFirst("unix:".count)
        return .unix(path.hasPrefix("/") ? String(path) : "\(folder)/\(path)")
      }
      return .port(try #require(UInt16(place.split(separator: ":").last ?? "")))
    }
  }

  /// Sends a request that carries no signature; a slave refuses it with an envelope.
  func isSlave() async throws -> Bool {
    let answer = try await WireClient.send("GET", "/api/v4/slave/task/1", to: try address)
    return answer.status == 200 && answer.member("msg") as? String == "expire timestamp is missing"
  }

  /// Ends it as a service manager does.
  func stop(_ signal: Int32 = SIGTERM) async throws -> Ended {
    child.signal(signal)
    return try await child.end()
  }
}

/// Requests signed as a master signs them.
enum Signed {
  /// A request signed in its query.
  static func target(_ method: String, _ target: String, secret: String = RunningNode.secret) async throws -> String {
    try await NodeLab.run("sign", "--secret", secret, method, target).output.trimmingCharacters(in: .newlines)
  }

  /// The header of a request signed in its header.
  static func header(
    _ method: String, _ target: String, body: [UInt8] = [], secret: String = RunningNode.secret
  ) async throws -> (String, String) {
    let line = try await NodeLab.run("sign", "--secret", secret, "--body", "-", method, target, input: body).output
    let parts = line.trimmingCharacters(in: .newlines).components(separatedBy: ": ")
    return (parts[0], try #require(parts.last))
  }
}
