import Foundation
import TestSupport
import Testing

/// CONF-6: each recorded start runs or refuses as recorded.
@Suite struct ConfigurationTests {
  struct Observed: Decodable, Sendable, CustomTestStringConvertible {
    var id: String
    var args: [String]
    var conf: String?
    var env: [String: String]
    var runningAfter4S: Bool

    var testDescription: String { id }
  }

  struct Start: Sendable, CustomTestStringConvertible {
    var profile: String
    var observed: Observed

    var testDescription: String { "\(observed.id) under \(profile)" }
  }

  static let starts: [Start] = [("4.0.0", "cloudreve-4.0"), ("4.14.0", "cloudreve-4.14"), ("4.14.0", "documented")]
    .flatMap { version, profile in
      struct File: Decodable { var cases: [Observed] }
      let bytes = (try? Repository.bytes("Fixtures/observed/conf-cloudreve-\(version).json")) ?? []
      let decoder = JSONDecoder()
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      let file = try? decoder.decode(File.self, from: Data(bytes))
      return (file?.cases ?? []).map { Start(profile: profile, observed: $0) }
    }

  /// What the one line has to name, besides the file.
  static let named: [String: [String]] = [
    "short-secret": ["[Slave]", "Secret"], "no-secret": ["[Slave]", "Secret"], "unknown-mode": ["[System]", "Mode"],
    "lowercase-mode-case": ["[System]", "Mode"], "bad-loglevel": ["[System]", "LogLevel"],
    "bad-listen": ["[System]", "Listen", "nonsense"], "port-in-use": ["[System]", "Listen", "address already in use"],
    "not-ini": ["this is not an ini file"], "bad-bool": ["[System]", "Debug", "maybe"],
    "bad-int": ["[Slave]", "SignatureTTL", "soon"], "ssl-missing-cert": ["[SSL]", "CertPath", "none.crt"],
    "empty": ["Mode"], "missing-file-given": ["new.ini"], "env-override": ["CR_CONF_Slave.Secret"],
    "env-override-double-underscore": ["CR_CONF_Slave__Secret"],
  ]

  @Test func `there are recorded starts`() {
    #expect(Self.starts.count >= 60)
  }

  @Test(arguments: starts) func `a start runs or refuses as recorded`(_ start: Start) async throws {
    let observed = start.observed
    let folder = try TemporaryFolder()
    let program = try folder.adopt(NodeLab.path)
    let busy = try WireServer { _ in [] }
    if let conf = observed.conf {
      try folder.write(
        "s.ini",
        conf.replacingOccurrences(of: "127.0.0.1:5870", with: "127.0.0.1:0")
          .replacingOccurrences(of: "127.0.0.1:5869", with: "127.0.0.1:\(busy.port)"))
    }
    let environment = observed.env.merging(["CR_CONF_NodeLab.Profile": start.profile]) { $1 }
    // Its default port may be taken on this machine, so it gets a network of its own where the system allows that.
    let isolates = observed.id == "no-listen" ? try await Child.run("unshare", ["-rn", "true"]).code == 0 : false
    let (command, words) = isolates ? ("unshare", ["-rn", program] + observed.args) : (program, observed.args)

    guard Self.runs(start) else {
      let ended = try await Child.run(command, words, environment: environment, folder: folder.path)
      if observed.id == "help" {
        #expect(ended.code == 0)
        return
      }
      #expect(ended.code == 2)
      #expect(ended.lines.count == 1, "\(ended.lines)")
      if observed.id == "unknown-flag" { return }
      let names = try #require(Self.named[observed.id])
      let file = observed.env.isEmpty ? [observed.args[1]] : []
      for name in names + file { #expect(ended.errors.contains(name), "\(ended.errors)") }
      #expect(folder.files == (observed.conf == nil ? ["nodelab"] : ["nodelab", "s.ini"]))
      return
    }

    let node = try await RunningNode(words, program: command, environment: environment, folder: folder.path)
    if observed.id == "no-listen" {
      #expect(node.place.hasSuffix(":5212"))
    } else {
      #expect(try await node.isSlave())
    }
    if observed.id == "unix" {
      let mode = try FileManager.default.attributesOfItem(atPath: folder.path("node.sock"))[.posixPermissions]
      #expect(mode as? Int == 0o666)
    }
    let ended = try await node.stop()
    #expect(ended.code == 0)
    if observed.id == "unknown-key" {
      #expect(ended.errors.contains("Foo") && ended.errors.contains("Nope"))
    }
    #expect(folder.files == ["nodelab", "s.ini"])
  }

  /// As recorded, but for what CONF-6 and the absence of a master change.
  private static func runs(_ start: Start) -> Bool {
    switch start.observed.id {
    case "bad-bool", "bad-int": start.profile != "documented"
    case "empty", "missing-file-given", "help", "unknown-flag": false
    default: start.observed.runningAfter4S
    }
  }

  @Test(arguments: ["documented", "cloudreve-4.0", "cloudreve-4.14"])
  func `there is no master yet`(_ profile: String) async throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("conf.ini", "[System]\nMode = master\n[NodeLab]\nProfile = \(profile)\n")
    let ended = try await NodeLab.run("-c", path, "server")
    #expect(ended.code == 2)
    #expect(ended.lines.count == 1)
    for name in [path, "[System]", "Mode", "master"] { #expect(ended.errors.contains(name)) }
    #expect(folder.files == ["conf.ini"])
  }

  @Test func `without -c the file is data/conf.ini beside the program, with -w of the working directory`() async throws
  {
    let folder = try TemporaryFolder()
    let program = try folder.adopt(NodeLab.path)
    let empty = try TemporaryFolder()
    let missing = try await Child.run(program, [], folder: empty.path)
    #expect(missing.code == 2)
    #expect(missing.errors.contains("\(folder.path)/data/conf.ini"))
    #expect(try await Child.run(program, ["-w"], folder: empty.path).errors.contains("data/conf.ini"))
    #expect(empty.files == [])

    let conf = "[System]\nMode = slave\nListen = 127.0.0.1:0\n[Slave]\nSecret = \(RunningNode.secret)\n"
    try folder.write("data/conf.ini", conf)
    let beside = try await RunningNode([], program: program, folder: empty.path)
    #expect(try await beside.isSlave())
    #expect(try await beside.stop().code == 0)
    try empty.write("data/conf.ini", conf)
    let working = try await RunningNode(["-w", "server"], program: program, folder: empty.path)
    #expect(try await working.stop(SIGINT).code == 0)
  }
}
