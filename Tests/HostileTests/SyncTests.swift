import Foundation
import GoWire
import TestSupport
import Testing

/// In which order a slave's system calls put a chunk on the disk and answer it, as strace sees them.
@Suite struct SyncTests {
  /// Chapter 15: `documented` syncs a chunk's data and its folder's entry before it answers; the others do not, and each can be
  /// told otherwise.
  @Test(arguments: [
    ("documented", "", true), ("documented", "Sync = false", false), ("cloudreve-4.14", "", false),
    ("cloudreve-4.0", "", false), ("cloudreve-4.0", "Sync = true", true),
  ])
  func `a chunk is written, synced with its folder, and then answered`(
    profile: String, setting: String, syncs: Bool
  ) async throws {
    let folder = try TemporaryFolder()
    let trace = folder.path("trace")
    try await requireTracing(folder)
    let slave = try await HostileSlave(
      profile: "\(profile)\n\(setting)", isConfined: true, folder: folder,
      wrapper: [
        "strace", "-D", "-f", "-y", "-s", "24", "-o", trace, "-e",
        "trace=write,pwrite64,pwritev,pwritev2,writev,sendto,sendmsg,fdatasync,fsync,sync_file_range",
      ])
    let requests = SignedRequests()
    let made = HostileWire.ask(
      requests.createSession("s", "conf/up/blob.bin", size: 30, chunkSize: 10), port: slave.port)
    #expect(String(decoding: made.bytes, as: UTF8.self).hasSuffix(#"{"code":0,"msg":""}"#))
    for index in 0..<3 {
      let answer = HostileWire.ask(
        requests.chunk("s", index, [UInt8](repeating: 65, count: 10)), port: slave.port)
      #expect(String(decoding: answer.bytes, as: UTF8.self).hasSuffix(#"{"code":0,"msg":""}"#))
    }
    slave.child.signal(SIGTERM)
    #expect(try await slave.child.end().code == 0)
    let isWhole = await settles {
      String(decoding: FileManager.default.contents(atPath: trace) ?? Data(), as: UTF8.self).contains("+++ exited")
    }
    try #require(isWhole, "the trace does not end")

    let events = try SystemCallTrace(path: trace).events(of: slave.folder.path("a/work/conf/up"), "blob.bin")
    let chunk: [SystemCallTrace.Event] = syncs ? [.write, .syncFile, .syncFolder, .answer] : [.write, .answer]
    #expect(events == [.answer] + chunk + chunk + chunk)
  }

  /// Fails, and does not skip, where nothing can be traced: the order cannot be shown there.
  private func requireTracing(_ folder: TemporaryFolder) async throws {
    let tried = try await Child.run("strace", ["-D", "-f", "-o", folder.path("tried"), "true"])
    let text = try? String(contentsOfFile: folder.path("tried"), encoding: .utf8)
    try #require(
      tried.code == 0 && text != nil,
      "strace cannot trace here, so the order of write, sync and answer cannot be shown: install it with Scripts/setup --tests, and allow ptrace (kernel.yama.ptrace_scope, container seccomp profile): \(tried.errors)"
    )
  }
}

/// The output of `strace -f -y`.
struct SystemCallTrace {
  enum Event: Equatable {
    case write, syncFile, syncFolder, answer
  }

  private struct Call {
    var name: String
    var arguments: String
  }

  /// Calls in an order that can be relied on: an answer where it begins, all others where they have ended.
  private var calls: [Call] = []

  init(path: String) throws {
    var unfinished: [Substring: Call] = [:]
    for line in try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n") {
      let process = line.prefix { $0 != " " }
      let text = line.dropFirst(process.count).drop { $0 == " " }
      if text.hasPrefix("<... ") {
        if let call = unfinished.removeValue(forKey: process), !Self.isAnswer(call) { calls.append(call) }
        continue
      }
      guard let open = text.firstIndex(of: "(") else { continue }
      let call = Call(name: String(text[..<open]), arguments: String(text[text.index(after: open)...]))
      if text.hasSuffix("<unfinished ...>") {
        unfinished[process] = call
        if !Self.isAnswer(call) { continue }
      }
      calls.append(call)
    }
  }

  private static func isAnswer(_ call: Call) -> Bool { call.arguments.contains("\"HTTP/1.1 ") }

  /// What happened to a file and its folder, and the answers; the same several times in a row once.
  func events(of folder: String, _ name: String) -> [Event] {
    var events: [Event] = []
    for call in calls {
      let event: Event?
      if Self.isAnswer(call) {
        event = .answer
      } else if call.arguments.contains("<\(folder)/\(name)>") {
        event = call.name.hasPrefix("pwrite") || call.name.hasPrefix("write") ? .write : .syncFile
      } else if call.name == "fsync", call.arguments.contains("<\(folder)>") {
        event = .syncFolder
      } else {
        event = nil
      }
      // An answer is one call; what is written in pieces is one write.
      if let event, event == .answer || events.last != event { events.append(event) }
    }
    return events
  }
}
