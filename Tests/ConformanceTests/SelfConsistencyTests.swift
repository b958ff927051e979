import GoWire
import ReferenceNode
import Testing

@testable import ConformanceSuite

@Suite struct SelfConsistencyTests {
  private func play(
    _ single: ConformanceCase, seed: UInt64? = nil,
    asking: @escaping ([OutgoingCall], Int) -> [OutgoingCall] = { calls, _ in calls },
    change: @escaping RecordedTarget.Change = { _, _ in }, setUp: (RecordedTarget) -> Void = { _ in }
  ) async throws -> [Difference] {
    let substitution = RecordedCases.substitution(for: single, seed: seed)
    let calls = single.exchanges.flatMap { exchange -> [OutgoingCall] in
      if case .call(let call) = exchange { call.outgoing } else { [] }
    }
    let files = calls.flatMap(\.onDisk)
    let master = RecordedMaster(version: substitution.version) { path in files.first { $0.path == path }?.bytes }
    let target = RecordedTarget(single, substitution, master: master, asking: asking, change: change)
    setUp(target)
    var runner = CaseRunner(single, target: target, master: master, substitution: substitution)
    return try await runner.run()
  }

  @Test(arguments: RecordedCases.files)
  func `what was recorded is found to be as recorded, rewritten too`(_ file: String) async throws {
    for single in try RecordedCases.cases(file) {
      // The state of a task holds the secret inside its payload, which this target does not write anew.
      for seed in single.group == "task" ? [nil] : [nil, 7 as UInt64] {
        let differences = try await play(single, seed: seed)
        #expect(differences.isEmpty, "\(single.id), seed \(seed.map(String.init) ?? "none"): \(differences)")
      }
    }
  }

  /// Each change is made to one answer of each case; one that changes nothing in that answer is passed over.
  @Test(arguments: RecordedCases.files.filter { !$0.contains("4.0.0") })
  func `a changed answer is found to differ`(_ file: String) async throws {
    for (number, single) in try RecordedCases.cases(file).enumerated() {
      let answers = single.exchanges.filter { if case .pause = $0 { false } else { true } }.count
      for (name, change) in Self.changes {
        let changed = Flag()
        let differences = try await play(
          single,
          change: { answer, place in
            guard place == number % answers else { return }
            let before = answer
            change(&answer)
            changed.isSet = answer != before
          })
        #expect(changed.isSet == !differences.isEmpty, "\(single.id): \(name): \(differences)")
      }
    }
  }

  @Test(arguments: ["callback", "ping", "upload"])
  func `a call to the master that is missing, changed or too much is found to differ`(_ group: String) async throws {
    for single in try RecordedCases.cases("recorded/cloudreve-4.14.0/slave/\(group).json") {
      for case .call(let call) in single.exchanges where !call.outgoing.isEmpty {
        for (name, change) in Self.callChanges {
          let isClosed = call.outgoing[0].answer.closes && call.outgoing[0].request.method == "GET"
          let changed = change(call.outgoing)
          let differences = try await play(single, asking: { calls, _ in calls == call.outgoing ? changed : calls })
          #expect(isClosed || !differences.isEmpty, "\(single.id): \(name)")
        }
      }
    }
  }

  @Test(arguments: ["callback", "upload"])
  func `a callback that is signed with another key or for another time is found to differ`(_ group: String) async throws
  {
    for single in try RecordedCases.cases("recorded/cloudreve-4.14.0/slave/\(group).json") {
      let hasCallback = single.exchanges.contains {
        if case .call(let call) = $0 { !call.outgoing.isEmpty } else { false }
      }
      for lifetime in [0, 60, 560, 640, -600] as [Int64] {
        let differences = try await play(single, setUp: { $0.callLifetime = lifetime })
        #expect(hasCallback == !differences.isEmpty, "\(single.id): \(lifetime) s")
      }
      #expect(try await play(single, setUp: { $0.callLifetime = 590 }).isEmpty)
      let differences = try await play(single, setUp: { $0.callSecret += "x" })
      #expect(hasCallback == !differences.isEmpty, "\(single.id): another key")
    }
  }

  private static var callChanges: [(String, ([OutgoingCall]) -> [OutgoingCall])] {
    func first(_ change: @escaping (inout CaseRequest) -> Void) -> ([OutgoingCall]) -> [OutgoingCall] {
      return { calls in
        var calls = calls
        change(&calls[0].request)
        return calls
      }
    }
    return [
      ("not made", { Array($0.dropFirst()) }),
      ("made twice", { $0 + [$0[$0.count - 1]] }),
      (
        "another call before",
        { [OutgoingCall(request: CaseRequest(method: "GET", target: "/"), answer: $0[0].answer)] + $0 }
      ),
      ("another path", first { $0.target += "x" }),
      ("another method", first { $0.method = "PUT" }),
      ("without its id", first { $0.fields.remove("X-Cr-Correlation-Id") }),
      ("with another id", first { $0.fields.set("X-Cr-Correlation-Id", "00000000-0000-4000-8000-00000000000") }),
      ("without its agent", first { $0.fields.remove("User-Agent") }),
      ("one header more", first { $0.fields.add("Accept", "*/*") }),
      ("a body", first { $0.body = [1] }),
    ]
  }

  private final class Flag {
    var isSet = false
  }

  private static var changes: [(String, (inout CaseAnswer) -> Void)] {
    [
      ("another status", { $0.status += 1 }),
      (
        "a header dropped",
        { answer in
          if let index = answer.fields.fields.firstIndex(where: { !["Connection", "Date"].contains($0.name) }) {
            answer.fields.fields.remove(at: index)
          }
        }
      ),
      ("a header added", { $0.fields.add("Cache-Control", "no-store") }),
      (
        "a header changed",
        { answer in
          if let index = answer.fields.fields.firstIndex(where: { $0.name == "Content-Type" }) {
            answer.fields.fields[index].value += "x"
          }
        }
      ),
      (
        "another code",
        { answer in
          let text = GoString(answer.body).text
          if text.hasPrefix(#"{"code":"#) {
            answer.setBody(text.replacing(#"{"code":"#, with: #"{"code":1"#, maxReplacements: 1))
          }
        }
      ),
      (
        "another message",
        { answer in
          let text = GoString(answer.body).text
          if text.contains(#""msg":""#) { answer.setBody(text.replacing(#""msg":""#, with: #""msg":"x"#)) }
        }
      ),
      (
        "an id that is no id",
        { answer in
          let text = GoString(answer.body).text
          if text.contains(#""correlation_id":""#) {
            answer.setBody(text.replacing(#""correlation_id":""#, with: #""correlation_id":"x"#))
          }
        }
      ),
    ]
  }
}

extension CaseAnswer {
  fileprivate mutating func setBody(_ text: String) {
    body = Array(text.utf8)
    if fields.first("Content-Length") != nil { fields.set("Content-Length", GoString("\(body.count)")) }
  }
}
