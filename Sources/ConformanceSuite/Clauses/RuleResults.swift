import GoWire

/// What a run of the test runner told of each test, from its stream of events: one JSON record a line.
public struct RuleResults: Hashable, Sendable {
  /// Tests that ran to their end without an issue, and suites in which at least one did and none failed.
  public let passed: Set<RuleCitation.TestPlace>

  /// Reads the file that `swift test --event-stream-output-path` writes.
  public init(path: String) throws(SuiteError) {
    try self.init(events: try HostFiles.read(path), path: path)
  }

  init(events: [UInt8], path: String) throws(SuiteError) {
    var places: [String: RuleCitation.TestPlace] = [:]
    var suites: [String] = []
    var ended: Set<String> = []
    var failed: Set<String> = []
    for line in events.split(separator: UInt8(ascii: "\n")) {
      guard let record = try? GoJSON.parse(Array(line)), let payload = record["payload"] else {
        throw .usage("\(path): holds a line that is no event")
      }
      let kind = payload["kind"]?.text
      if record["kind"]?.text == "test" {
        guard let id = payload["id"]?.text, let location = payload["sourceLocation"],
          let file = location["fileID"]?.text, let line = location["line"]?.int
        else { continue }
        let parts = file.split(separator: "/").map(String.init)
        places[id] = .init(module: parts.first ?? "", file: parts.last ?? "", line: Int(line))
        if kind == "suite" { suites.append(id) }
      } else if let id = payload["testID"]?.text {
        if kind == "testEnded" { ended.insert(id) }
        if kind == "issueRecorded", payload["issue"]?["isKnown"]?.bool != true { failed.insert(id) }
      }
    }
    var good = ended.subtracting(failed)
    for suite in suites {
      // A suite's id begins those of its tests.
      let inside = ended.filter { $0.hasPrefix(suite + "/") }
      if inside.isEmpty || failed.contains(where: { $0.hasPrefix(suite + "/") }) { good.remove(suite) }
    }
    passed = Set(good.compactMap { places[$0] })
  }

  /// The citations of tests that passed.
  public func emitted(_ citations: [RuleCitation]) -> [RuleCitation] {
    citations.filter { $0.test.map(passed.contains) ?? false }
  }
}
