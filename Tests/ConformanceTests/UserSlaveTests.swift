import GoWire
import TestSupport
import Testing

@testable import ConformanceSuite

/// A slave that is the user's own: one that runs already, behind an address, with a folder that is not ours.
@Suite struct UserSlaveTests {
  private static let secret = GoString(String(repeating: "u", count: 64))

  private func options(_ slave: SpawnedSlave) -> ConformanceOptions {
    ConformanceOptions(
      subject: .url("http://\(slave.address)", secret: Self.secret, folder: slave.folder),
      fixtures: Repository.path("Fixtures"), profile: "cloudreve-4.14",
      only: ["route", "env", "ping/ok*", "upload/three-chunks", "list", "delete", "content/head", "callback/201-ok"])
  }

  /// What a run left behind.
  private struct Outcome: Sendable {
    var results: Result<ConformanceResults, SuiteError>
    var notice: String?
    /// The names in the slave's folder and in its `conf`, and what the user's own file holds.
    var names: [[String]]
    var own: [UInt8]
  }

  /// Runs against a slave in whose folder the user has a file of their own.
  private func run(
    own path: String, _ change: @escaping @Sendable (inout ConformanceOptions, SpawnedSlave) -> Void = { _, _ in }
  ) async throws -> Outcome {
    try await onThread {
      Result {
        let slave = try SpawnedSlave(
          make: OwnSlave.maker(profile: "cloudreve-4.14"), secret: Self.secret, name: "theirs")
        defer { slave.stop() }
        let own = "\(slave.folder)/\(path)"
        try HostFiles.makeFolders(String(own[..<own.lastIndex(of: "/")!]))
        try HostFiles.write(own, [1, 2])
        var options = options(slave)
        change(&options, slave)
        let run = try ConformanceRun(options)
        let results = Result<ConformanceResults, SuiteError> { () throws(SuiteError) in try run.run() }
        return Outcome(
          results: results, notice: run.configurationNotice,
          names: [try HostFiles.list(slave.folder), try HostFiles.list("\(slave.folder)/conf")],
          own: try HostFiles.read(own))
      }
    }.get()
  }

  @Test func `a slave at an address passes, and its folder is left as it was`() async throws {
    let outcome = try await run(own: "conf/mine/x")
    let results = try outcome.results.get()
    #expect(ConsoleReport.failures(results).isEmpty, "\(ConsoleReport.failures(results))")
    #expect(results.exitCode == .allAsExpected && results.cases.count > 20)
    #expect(outcome.notice?.contains("Secret = \(Self.secret)") == true)
    #expect(outcome.names == [["conf"], ["mine"]])
    #expect(outcome.own == [1, 2])
  }

  @Test func `nothing of the user's own is overwritten`() async throws {
    let outcome = try await run(own: "conf/upload-three-chunks/a.bin")
    let error = #expect(throws: SuiteError.self) { try outcome.results.get() }
    #expect(error?.exitCode == .usage)
    #expect(error?.text.contains("conf/upload-three-chunks/a.bin: is there already") == true)
    #expect(outcome.own == [1, 2])
  }

  @Test func `another secret cannot be sent verbatim, and a folder has to be one`() async throws {
    let verbatim = try await run(own: "conf/x") { options, _ in options.isVerbatim = true }
    #expect(throws: SuiteError.self) { try verbatim.results.get() }
    let folder = try await run(own: "conf/x") { options, slave in
      options.subject = .url("http://\(slave.address)", secret: Self.secret, folder: "/nowhere")
    }
    #expect(throws: SuiteError.usage("/nowhere: is no folder")) { try folder.results.get() }
  }
}
