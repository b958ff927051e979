import TestSupport
import Testing

@Suite(.serialized) struct SimulateTests {
  private static let folder = Repository.path("Fixtures/scenarios")

  @Test func `a scenario is played in each profile`() async throws {
    let run = try await NodeLab.run("simulate", "\(Self.folder)/SCN-UPLOAD-1.yaml", "--seed", "7")
    #expect(run.code == 0)
    #expect(run.output.hasPrefix("nodelab "))
    #expect(run.output.contains("seed 7"))
    #expect(run.output.split(separator: "\n").filter { $0.hasPrefix("ok ") }.count == 3)
  }

  @Test func `a failing run tells how to repeat it`() async throws {
    let run = try await NodeLab.run(
      "simulate", "\(Self.folder)/SCN-UPLOAD-1.yaml", "--profile", "documented", "--set", "files[0].size=5")
    #expect(run.code == 1)
    #expect(
      run.output.contains(
        "repeat with: nodelab simulate \(Self.folder)/SCN-UPLOAD-1.yaml --seed 1 --profile documented"))
    #expect(run.output.contains("--set files[0].size=5"))
  }

  @Test(arguments: ["unknown-fault", "no-number", "no-yaml"])
  func `a bad file ends with 2 and one line`(_ name: String) async throws {
    let run = try await NodeLab.run("simulate", "\(Self.folder)/bad/\(name).yaml")
    #expect(run.code == 2)
    #expect(run.errors.split(separator: "\n").count == 1)
    #expect(run.errors.contains("bad/\(name).yaml:"))
  }

  @Test func `an unknown scenario gets the nearest id`() async throws {
    let run = try await NodeLab.run("simulate", "SCN-UPLOAD-11")
    #expect(run.code == 2)
    #expect(run.errors.contains("did you mean SCN-UPLOAD-1?"))
  }

  /// INV-14: a hundred seeds of a swarm, each in two processes with other hash seeds and another number of threads. In parts, since
  /// a program of these tests has a minute.
  @Test(arguments: stride(from: 1, to: 100, by: 5).map { "\($0)..\($0 + 4)" })
  func `seeds of the swarm give equal hashes in two processes`(_ seeds: String) async throws {
    let run = try await NodeLab.run(
      "swarm", "\(Self.folder)/SCN-SWARM-1.yaml", "--seeds", seeds, "--jobs", "2", "--json", "/dev/null")
    #expect(run.code != 3, "\(run.output)")
    #expect(run.output.contains("5 of 5 with equal hashes in two processes"), "\(run.output)")
  }

  @Test func `a seed that does not fail is not made smaller`() async throws {
    let run = try await NodeLab.run("shrink", "\(Self.folder)/SCN-UPLOAD-1.yaml", "--seed", "1")
    #expect(run.code == 1)
  }

  @Test func `the trace is written as lines of JSON`() async throws {
    let run = try await NodeLab.run(
      "simulate", "\(Self.folder)/SCN-UPLOAD-1.yaml", "--profile", "documented", "--trace", "/dev/stdout")
    #expect(run.code == 0)
    let lines = run.output.split(separator: "\n").filter { !$0.hasPrefix("nodelab ") && !$0.hasPrefix("ok ") }
    #expect(lines.count > 50)
    #expect(lines.allSatisfy { $0.hasPrefix("{") && $0.hasSuffix("}") })
  }
}
