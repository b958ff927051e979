import GoWire
import TestSupport
import Testing

@testable import differential

@Suite struct DifferentialTests {
  private static let oracle = ".build/oracle"

  private static func run(_ arguments: String...) async throws -> Ended {
    let child = try Child(
      Repository.product("differential"), ["--oracle", Repository.path(oracle)] + arguments)
    return try await child.end(within: 600)
  }

  @Test func `thirty seconds of inputs find no difference from Go`() async throws {
    try #require(Repository.isExecutable(Self.oracle), "Go is not there to be asked: run Scripts/setup --tests")
    let ended = try await Self.run("--seconds", "30", "--seed", "20261121")
    #expect(ended.code == 0, "\(ended.lines.joined(separator: "\n"))")
    for subject in Subjects.all {
      let line = ended.lines.first { $0.hasPrefix(subject.name + " ") }
      let inputs = line?.split(separator: " ").dropFirst().first.flatMap { Int($0) }
      #expect(inputs ?? 0 > 0, "\(subject.name) was not compared: \(line ?? "")")
    }
  }

  @Test(arguments: [
    (["--frobnicate"], "unknown option --frobnicate"), (["--seed"], "--seed needs a value"),
    (["--seed", "x"], "--seed needs a number, not x"), (["--only", "nothing"], "no subject nothing"),
  ])
  func `a command line that makes no sense is told so`(_ arguments: [String], _ complaint: String) async throws {
    let ended = try await Child.run(Repository.product("differential"), arguments)
    #expect(ended.code == 2)
    #expect(ended.errors.contains(complaint))
  }

  @Test func `without the oracle it says what to run`() async throws {
    let ended = try await Child.run(Repository.product("differential"), ["--oracle", "/nowhere/oracle"])
    #expect(ended.code == 3)
    #expect(ended.errors.contains("run Scripts/setup --tests"))
  }

  @Test func `numbers drawn again make the same input`() {
    var first = Choices(seed: 7, keeping: true)
    let text = first.text()
    let bytes = first.damaged(first.bytes())
    var again = Choices(first.drawn)
    #expect(again.text() == text)
    #expect(again.damaged(again.bytes()) == bytes)
    var other = Choices(seed: 8)
    #expect(other.text() != text || other.bytes() != bytes)
  }

  @Test func `numbers that run out are zeros, and each stays in its bound`() {
    var choices = Choices([9, 1 << 40])
    #expect([choices.next(10), choices.next(3), choices.next(5)] == [9, 2, 0])
    #expect(choices.drawn == [9, 2, 0])
  }
}

/// A subject that disagrees with Go whenever a text has a `Z` after an `a`.
private struct WrongSubject: Subject {
  let name = "wrong"

  func question(_ choices: inout Choices) -> Question? {
    let text = choices.text()
    var request = RequestWriter("Q")
    request.rest(text.bytes)
    let a = text.bytes.firstIndex(of: UInt8(ascii: "a"))
    let z = text.bytes.lastIndex(of: UInt8(ascii: "Z"))
    let isWrong = if let a, let z { a < z } else { false }
    return Question(request, .result(isWrong ? [] : text.quoted.bytes)) { text.text }
  }
}

@Suite struct ComparisonTests {
  @Test func `a difference is found and made as small as it can be`() throws {
    let path = Repository.path(".build/oracle")
    try #require(Repository.isExecutable(".build/oracle"), "Go is not there to be asked: run Scripts/setup --tests")
    var comparison = try Comparison([WrongSubject()], seed: 3, oracle: try Oracle(path: path))
    let found = try #require(try comparison.run(inputs: 20_000, seconds: 60))
    let smallest = try comparison.shrink(found)
    #expect(smallest.question.input() == "aZ")
    #expect(smallest.answer == .result(Array("\"aZ\"".utf8)))
  }

  @Test func `as many inputs are compared as are asked for`() throws {
    let path = Repository.path(".build/oracle")
    try #require(Repository.isExecutable(".build/oracle"), "Go is not there to be asked: run Scripts/setup --tests")
    var comparison = try Comparison([QuoteSubject(), Base64Subject()], seed: 3, oracle: try Oracle(path: path))
    #expect(try comparison.run(inputs: 1_300, seconds: 60) == nil)
    #expect(comparison.counts.map(\.inputs) == [788, 512])
  }
}
