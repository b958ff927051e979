import GoWire
import TestSupport
import Testing

@testable import ConformanceSuite

/// A slave that is the user's own: one that runs already, behind an address, with a folder that is not ours.
@Suite struct UserSlaveTests {
  private static let secret = GoString(String(repeating: "u", count: 64))

  private func options(_ slave: SpawnedSlave, folder: String? = nil, isVerbatim: Bool = false) -> ConformanceOptions {
    ConformanceOptions(
      subject: .url("http://\(slave.address)", secret: Self.secret, folder: folder ?? slave.folder),
      fixtures: Repository.path("Fixtures"), profile: "cloudreve-4.14",
      only: ["route", "env", "ping/ok*", "upload/three-chunks", "list", "delete", "content/head", "callback/201-ok"],
      isVerbatim: isVerbatim)
  }

  private func withSlave<Value: Sendable>(_ body: @escaping @Sendable (SpawnedSlave) throws -> Value) async throws
    -> Value
  {
    try await onThread {
      Result {
        let slave = try SpawnedSlave(
          make: OwnSlave.maker(profile: "cloudreve-4.14"), secret: Self.secret, name: "theirs")
        defer { slave.stop() }
        return try body(slave)
      }
    }.get()
  }

  @Test func `a slave at an address passes, and its folder is left as it was`() async throws {
    try await withSlave { slave in
      try HostFiles.makeFolders("\(slave.folder)/conf/mine")
      try HostFiles.write("\(slave.folder)/conf/mine/x", [1])
      try HostFiles.write("\(slave.folder)/y", [2])
      let run = try ConformanceRun(options(slave))
      let results = try run.run()
      #expect(ConsoleReport.failures(results).isEmpty, "\(ConsoleReport.failures(results))")
      #expect(results.exitCode == .allAsExpected)
      #expect(run.configurationNotice?.contains("Secret = \(Self.secret)") == true)
      #expect(try HostFiles.list(slave.folder) == ["conf", "y"])
      #expect(try HostFiles.list("\(slave.folder)/conf") == ["mine"])
      #expect(try HostFiles.read("\(slave.folder)/conf/mine/x") == [1])
    }
  }

  @Test func `nothing of the user's own is overwritten`() async throws {
    try await withSlave { slave in
      let path = "\(slave.folder)/conf/upload-three-chunks/a.bin"
      try HostFiles.makeFolders("\(slave.folder)/conf/upload-three-chunks")
      try HostFiles.write(path, [1])
      let run = try ConformanceRun(options(slave))
      let error = #expect(throws: SuiteError.self) { try run.run() }
      #expect(error?.exitCode == .usage && error?.text.hasPrefix(path) == true)
      #expect(try HostFiles.read(path) == [1])
    }
  }

  @Test func `another secret cannot be sent verbatim, and a folder has to be one`() async throws {
    try await withSlave { slave in
      let verbatim = try ConformanceRun(options(slave, isVerbatim: true))
      #expect(throws: SuiteError.self) { try verbatim.run() }
      let folder = try ConformanceRun(options(slave, folder: "/nowhere"))
      #expect(throws: SuiteError.usage("/nowhere: is no folder")) { try folder.run() }
    }
  }
}
