import TestSupport
import Testing

@Suite struct ChildTests {
  @Test func `a program's outputs, exit code and signal are told apart`() async throws {
    let ended = try await Child.run("sh", ["-c", "cat; echo oops >&2; exit 3"], input: Array("in".utf8))
    #expect(ended.output == "in")
    #expect(ended.errors == "oops\n")
    #expect(ended.code == 3)
    let child = try Child("sh", ["-c", "echo ready; exec sleep 600"])
    _ = try await child.line(with: "ready")
    child.signal(15)
    #expect(try await child.end().code == -15)
  }

  @Test func `waiting for a line ends with the program`() async throws {
    let child = try Child("sh", ["-c", "echo other"])
    await #expect(throws: Child.Trouble.self) { _ = try await child.line(with: "ready") }
  }
}
