import Foundation
import GoWire
import NodeProtocol
import Synchronization
import TestSupport
import Testing

/// ST-16, QUIRK-15: with a storage root nothing outside of it is touched, however a path is put.
@Suite struct PathTests {
  /// Paths as a hostile master would send them, `TREE` for the folder of the test; the storage root is `TREE/a/work/conf`, the
  /// slave works in `TREE/a/work`.
  static let paths: [String] = [
    "", ".", "./", "..", "../", "/", "//", "conf", "conf/", "conf/.", "conf/..", "conf/../", "../outside",
    "../outside/secret",
    "conf/../../outside/secret", "conf/sub/../../../outside/secret", "./../outside/secret", "..//outside///secret",
    "TREE/a/outside/secret", "TREE/a/outside", "TREE/a/work/conf/../../outside/secret", "TREE/a/work/confusing",
    "conf/link", "conf/link/", "conf/link/secret", "conf/link/deep", "conf/link/../outside/secret", "conf/filelink",
    "conf/filelink/", "conf/filelink/x", "conf/relative/secret", "conf/up/outside/secret", "conf/dangling",
    "conf/dangling/x",
    "conf/loop", "conf/loop/x", "conf/f.txt/", "conf/f.txt/x", "conf/x\0y", "\0", "conf\\..\\..\\outside\\secret",
    "conf/%2e%2e/%2e%2e/outside/secret", "%2e%2e/outside/secret", "conf/" + String(repeating: "n", count: 5000),
    String(repeating: "conf/", count: 1000) + "x", String(repeating: "../", count: 1666),
    String(repeating: "/", count: 5000),
    "conf/" + String(repeating: "../conf/", count: 600) + "../../outside/secret", "~/x", "conf/\u{FFFD}", "C:\\x",
    "\\\\host\\x",
    "-rf", "conf/new\nline", "conf/ space ", "/proc/self/cwd/../outside/secret", "/dev/fd/0",
    "/proc/self/root/etc/hostname",
  ]

  @Test func `every route with a path stays inside of the storage root`() async throws {
    let slave = try await HostileSlave(profile: "documented", isConfined: true)
    try plant(in: slave)
    let before = slave.surroundings(without: "a/work/conf")
    let requests = SignedRequests()
    var codes: Set<String> = []
    for (index, text) in Self.paths.enumerated() {
      let path = GoString(text.replacingOccurrences(of: "TREE", with: slave.folder.path))
      let source = Base64.url.encode(path.bytes)
      var sent = [
        requests.createSession("s\(index)", path, size: 3), requests.chunk("s\(index)", 0, [1, 2, 3]),
        requests.createSession("o\(index)", path, size: 3, overwrites: true),
        requests.chunk("o\(index)", 0, [1, 2, 3]),
        requests.bytes("DELETE", "/api/v4/slave/upload/o\(GoString("\(index)"))"), requests.list(path),
        requests.delete([path]), requests.delete(["conf/none", path]),
      ]
      for target in ["content/1/\(source)/0/x.bin", "thumb/\(source)/png", "meta/\(source)/png"] as [GoString] {
        sent.append(requests.bytes("GET", "/api/v4/slave/file/" + target))
      }
      // What can remove a tree is asked last, and the tree put back.
      sent.append(requests.cleanUp(path))
      for bytes in sent {
        let outcome = HostileWire.ask(bytes, port: slave.port)
        let complaint =
          outcome.hangs ? "hangs" : AnswerRule.complaint(outcome.bytes, isWhole: outcome.isWhole, allowsEmpty500: false)
        #expect(
          complaint == nil, "\(text.prefix(80)): \(AnswerRule.readable(bytes)) \(AnswerRule.readable(outcome.bytes))")
        let came = String(decoding: outcome.bytes, as: UTF8.self)
        #expect(!came.contains("the outside"), "\(text.prefix(80)) was read")
        if let code = came.firstMatch(of: /"code":(-?[0-9]+)/) { codes.insert(String(code.1)) }
      }
      #expect(slave.surroundings(without: "a/work/conf") == before, "\(text.prefix(80))")
      try plant(in: slave)
    }
    #expect(codes.isSuperset(of: ["0", "403", "40016", "50006"]), "\(codes)")
    slave.child.signal(SIGTERM)
    #expect(try await slave.child.end().code == 0)
  }

  private func plant(in slave: HostileSlave) throws {
    try slave.folder.write("a/work/conf/f.txt", "inside")
    try slave.folder.write("a/work/conf/sub/g.txt", "inside")
    try FileManager.default.createDirectory(
      atPath: slave.folder.path("a/work/conf/uploads"), withIntermediateDirectories: true)
    for (name, target) in [
      ("link", slave.folder.path("a/outside")), ("filelink", slave.folder.path("a/outside/secret")),
      ("relative", "../../outside"), ("up", "../.."), ("dangling", "../../outside/nothing"), ("loop", "loop"),
    ] {
      symlink(target, slave.folder.path("a/work/conf/\(name)"))
    }
  }

  @Test func `a folder that is swapped for a link outside meanwhile lets nothing through`() async throws {
    let slave = try await HostileSlave(profile: "documented", isConfined: true)
    let root = slave.folder.path("a/work/conf")
    try slave.folder.write("a/work/conf/real/secret", "the inside")
    try slave.folder.write("a/work/conf/real/deep/x", "the inside")
    try slave.folder.write("a/outside/deep/x", "the outside")
    try slave.folder.write("a/outside/secret", "the outside")
    let before = slave.surroundings(without: "a/work/conf")
    let stop = Flag()
    let outside = slave.folder.path("a/outside")
    async let swaps: Int = onThread {
      var count = 0
      // `conf/swap` is by turns a folder, nothing, and a link that leads outside.
      while !stop.isSet {
        rename(root + "/real", root + "/swap")
        if count % 3 == 0 { usleep(200) }
        rename(root + "/swap", root + "/real")
        symlink(outside, root + "/swap")
        if count % 3 == 1 { usleep(200) }
        unlink(root + "/swap")
        count += 1
      }
      return count
    }
    let requests = SignedRequests()
    let seen = Findings()
    let port = slave.port
    await withTaskGroup(of: Void.self) { group in
      for lane in 0..<4 {
        group.addTask {
          await onThread {
            for round in 0..<150 {
              let id = "\(lane)-\(round)"
              let inside = Base64.url.encode(Array("conf/swap/secret".utf8))
              for (name, bytes) in [
                ("create", requests.createSession(id, "conf/swap/n\(GoString(id))", size: 3, overwrites: true)),
                ("chunk", requests.chunk(id, 0, [1, 2, 3])),
                ("made", requests.createSession("m" + id, "conf/swap/a/b/\(GoString(id))", size: 3)),
                ("end", requests.bytes("DELETE", "/api/v4/slave/upload/m\(GoString(id))")),
                ("content", requests.bytes("GET", "/api/v4/slave/file/content/1/\(inside)/0/x")),
                ("list", requests.list("conf")), ("list", requests.list("conf/swap")),
                ("delete", requests.delete(["conf/swap/deep/x", "conf/swap/n\(GoString(id))"])),
                ("clean", requests.cleanUp("conf/swap/a")),
              ] {
                let came = HostileWire.ask(bytes, port: port).bytes
                let text = String(decoding: came, as: UTF8.self)
                if text.contains("the outside") { seen.complain("\(name) read what lies outside") }
                let code =
                  text.firstMatch(of: /"code":(-?[0-9]+)/).map { String($0.1) } ?? String(text.prefix(12).suffix(3))
                seen.count("\(name) \(code)")
              }
            }
          }
        }
      }
    }
    stop.set()
    #expect(await swaps > 100)
    #expect(seen.complaints == [])
    // Both sides of the race were met.
    for kind in ["create 0", "create 403", "content 200", "content 403", "chunk 0"] {
      #expect(seen.kinds[kind] ?? 0 > 0, "\(kind): \(seen.kinds.sorted { $0.key < $1.key })")
    }
    #expect(slave.surroundings(without: "a/work/conf") == before)
    slave.child.signal(SIGTERM)
    #expect(try await slave.child.end().code == 0)
  }
}

/// Tells a thread to end.
private final class Flag: Sendable {
  private let value = Atomic(false)
  var isSet: Bool { value.load(ordering: .relaxed) }
  func set() { value.store(true, ordering: .relaxed) }
}
