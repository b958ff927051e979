import Foundation
import TestSupport
import Testing

/// A slave in a tree of its own: its folder is `a/work`, beside it lies what no request may touch.
final class HostileSlave: Sendable {
  static let secret = String(repeating: "h", count: 64)

  let folder: TemporaryFolder
  let child: Child
  let port: UInt16
  let master: WireServer
  var work: String { folder.path("a/work") }

  /// - Parameters:
  ///   - folder: where one stood before; a new one when not given.
  ///   - wrapper: a program and its arguments that starts the slave.
  init(profile: String, isConfined: Bool, folder: TemporaryFolder? = nil, wrapper: [String] = []) async throws {
    let folder = try folder ?? TemporaryFolder()
    self.folder = folder
    for name in ["a/work/conf/uploads", "a/outside/deep"] {
      try FileManager.default.createDirectory(atPath: folder.path(name), withIntermediateDirectories: true)
    }
    for name in ["a/outside/secret", "outside/secret"]
    where !FileManager.default.fileExists(atPath: folder.path(name)) {
      try folder.write(name, "the outside")
    }
    let root = isConfined ? "StorageRoot = \(folder.path("a/work/conf"))\n" : ""
    let conf = try folder.write(
      "slave.ini",
      """
      [System]
      Mode = slave
      Listen = 127.0.0.1:0
      LogLevel = error
      [Slave]
      Secret = \(Self.secret)
      CallbackTimeout = 2
      [CORS]
      AllowOrigins = *
      AllowMethods = OPTIONS,GET,POST
      AllowHeaders = *
      [NodeLab]
      Profile = \(profile)
      \(root)
      """)
    master = try WireServer { request in
      // An upload's callback is taken; what is asked otherwise gets one of several answers, good and bad.
      let bodies = [
        #"{"code":0,"msg":"","data":"4.14.0"}"#, #"{"code":0,"data":7}"#, "<html>", "", #"{"code":40011,"msg":"gone"}"#,
      ]
      return request.method == "POST"
        ? WireServer.answer("200 OK", #"{"code":0,"msg":""}"#)
        : WireServer.answer("200 OK", bodies[request.head.utf8.count % bodies.count])
    }
    let words = wrapper + [Repository.product("nodelab"), "slave", "-w", "-c", conf]
    child = try Child(words[0], Array(words.dropFirst()), folder: folder.path("a/work"))
    let line = try await child.line(with: " listens on ")
    port = try #require(line.split(separator: ":").last.flatMap { UInt16($0) })
  }

  var site: String { "http://127.0.0.1:\(master.port)" }

  /// All that lies in the tree but outside of `inside`, each with what can be seen of it.
  func surroundings(without inside: String) -> [String] {
    let skipped = folder.path(inside)
    var found: [String] = []
    let names = FileManager.default.enumerator(atPath: folder.path)
    while let name = names?.nextObject() as? String {
      let path = folder.path(name)
      if path == skipped {
        names?.skipDescendants()
        continue
      }
      var status = stat()
      guard lstat(path, &status) == 0 else { continue }
      let isFolder = status.st_mode & S_IFMT == S_IFDIR
      // The folder that holds the node's own changes when that one does.
      let times = isFolder ? "" : " \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
      found.append("\(name) \(status.st_mode) \(isFolder ? 0 : status.st_size) \(status.st_ino)\(times)")
    }
    return found.sorted()
  }

  /// How many descriptors it has open.
  var descriptors: Int { (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(child.pid)/fd").count) ?? 0 }

  /// Its resident memory in KiB.
  var residentKiB: Int {
    let text = (try? String(contentsOfFile: "/proc/\(child.pid)/status", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix("VmRSS:") } ?? ""
    return Int(line.filter(\.isNumber)) ?? 0
  }

  var isRunning: Bool { kill(child.pid, 0) == 0 && residentKiB > 0 }
}
