import Foundation
import TestSupport
import Testing

@Suite struct StartTests {
  static let conf = "[System]\nMode = slave\nListen = 127.0.0.1:0\n[Slave]\nSecret = \(RunningNode.secret)\n"

  @Test func `a start inside .build needs -w or absolute storage paths`() async throws {
    let folder = try TemporaryFolder()
    let build = folder.path(".build/debug")
    try FileManager.default.createDirectory(atPath: build, withIntermediateDirectories: true)
    let program = try folder.adopt(NodeLab.path, as: ".build/debug/nodelab")
    for root in ["", "[NodeLab]\nStorageRoot = data\n"] {
      let path = try folder.write("slave.ini", Self.conf + root)
      let refused = try await Child.run(program, ["slave", "-c", path], folder: folder.path)
      #expect(refused.code == 2)
      #expect(refused.lines.count == 1)
      #expect(refused.errors.contains("-w") && refused.errors.contains(build))
      #expect(!FileManager.default.fileExists(atPath: "\(build)/data"))
      let working = try await RunningNode(["slave", "-w", "-c", path], program: program, folder: folder.path)
      #expect(try await working.stop().code == 0)
    }
    let path = try folder.write("slave.ini", Self.conf + "[NodeLab]\nStorageRoot = \(folder.path("data"))\n")
    let absolute = try await RunningNode(["slave", "-c", path], program: program, folder: folder.path)
    #expect(try await absolute.isSlave())
    #expect(try await absolute.stop().code == 0)
  }

  @Test func `-c is relative to the working directory, storage paths start at the program's folder or with -w there`()
    async throws
  {
    let install = try TemporaryFolder()
    let program = try install.adopt(NodeLab.path)
    let folder = try TemporaryFolder()
    try folder.write("conf/slave.ini", Self.conf)
    try install.write("data/x.txt", "beside")
    try folder.write("data/x.txt", "working")
    let source = Data("data/x.txt".utf8).base64EncodedString()
    let target = try await Signed.target("GET", "/api/v4/slave/file/content/2/\(source)/0/x.txt")
    for (words, text) in [([], "beside"), (["-w"], "working"), (["--use-working-dir"], "working")] {
      let node = try await RunningNode(
        ["slave", "-c", "conf/slave.ini"] + words, program: program, folder: folder.path)
      #expect(try await WireClient.send("GET", target, to: try node.address).text == text)
      #expect(try await node.stop().code == 0)
    }
  }

  @Test func `a stale socket is replaced, a file in its place is not`() async throws {
    let folder = try TemporaryFolder()
    let socket = folder.path("node.sock")
    let conf = Self.conf + "[UnixSocket]\nListen = \(socket)\nPerm = 0600\n"
    let first = try await RunningNode.slave(conf, in: folder)
    #expect(first.place == "unix:\(socket)")
    _ = try await first.stop(SIGKILL)
    #expect(FileManager.default.fileExists(atPath: socket))
    let second = try await RunningNode.slave(conf, in: folder)
    #expect(try await second.isSlave())
    let mode = try FileManager.default.attributesOfItem(atPath: socket)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    #expect(try await second.stop().code == 0)
    #expect(!FileManager.default.fileExists(atPath: socket))

    try folder.write("node.sock", "precious")
    let refused = try await NodeLab.run("slave", "-w", "-c", folder.path("slave.ini"), folder: folder.path)
    #expect(refused.code == 2)
    #expect(refused.errors.contains("[UnixSocket]"))
    #expect(try String(contentsOfFile: socket, encoding: .utf8) == "precious")
  }

  @Test func `with a certificate it serves TLS`() async throws {
    let folder = try TemporaryFolder()
    let made = try await Child.run(
      "openssl",
      [
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
        "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", folder.path("key.pem"), "-out",
        folder.path("cert.pem"),
      ])
    #expect(made.code == 0, "\(made.errors)")
    let conf = Self.conf + "[SSL]\nListen = 127.0.0.1:0\nCertPath = cert.pem\nKeyPath = key.pem\n"
    let node = try await RunningNode.slave(conf, in: folder)
    #expect(node.place.hasPrefix("https://127.0.0.1:"))
    let answer = try await Child.run(
      "curl", ["-sS", "--cacert", folder.path("cert.pem"), "\(node.place)/api/v4/slave/task/1"])
    #expect(answer.output.contains("expire timestamp is missing"), "\(answer.errors)")
    #expect(try await node.stop().code == 0)
    for (key, place) in [("CertPath", "key.pem"), ("KeyPath", "cert.pem")] {
      try folder.write(
        "bad.ini",
        conf.replacingOccurrences(of: "\(key) = \(place == "key.pem" ? "cert" : "key").pem", with: "\(key) = \(place)"))
      let refused = try await NodeLab.run("slave", "-w", "-c", "bad.ini", folder: folder.path)
      #expect(refused.code == 2 && refused.errors.contains("[SSL]"), "\(refused.lines)")
    }
  }

  @Test func `the log is for people, or with --log-format json for machines, and each line of a request has its id`()
    async throws
  {
    let folder = try TemporaryFolder()
    let path = try folder.write("slave.ini", Self.conf)
    let id = "5f0c1d9e-1111-4222-8333-0123456789ab"
    for format in ["text", "json"] {
      let node = try await RunningNode(["slave", "-w", "-c", path, "--log-format", format], folder: folder.path)
      let target = try await Signed.target("GET", "/api/v4/slave/task/77")
      let answer = try await WireClient.send(
        "GET", target, headers: [("X-Cr-Correlation-Id", id)], to: try node.address)
      #expect(answer.member("correlation_id") as? String == id)
      let ended = try await node.stop()
      let lines = ended.errors.split(separator: "\n").map(String.init)
      let own = lines.filter { $0.contains(id) }
      #expect(!own.isEmpty, "\(lines)")
      let isJSON = lines.allSatisfy { line in
        (try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])?["message"] is String
      }
      #expect(isJSON == (format == "json"))
      #expect(!ended.errors.contains(RunningNode.secret) && !ended.output.contains(RunningNode.secret))
    }
  }

  @Test(arguments: [SIGTERM, SIGINT]) func `a stop with 200 requests under way ends cleanly, and none is lost`(
    signal: Int32
  ) async throws {
    let folder = try TemporaryFolder()
    try folder.write("data/slow.bin", [UInt8](repeating: 7, count: 3000))
    let source = Data("data/slow.bin".utf8).base64EncodedString()
    // 1,500 bytes a second after the first second's worth: one second, suspended most of it.
    let target = try await Signed.target("GET", "/api/v4/slave/file/content/2/\(source)/1500/a.bin")
    let node = try await RunningNode.slave(Self.conf, in: folder)
    var running: [WireConnection] = []
    for _ in 0..<200 { running.append(try await WireClient.begin("GET", target, to: try node.address)) }
    for connection in running { #expect(await connection.hasBegun()) }
    async let ended = node.stop(signal)
    for connection in running { #expect(try await connection.answer().body.count == 3000) }
    #expect(try await ended.code == 0)
  }

  @Test func `a stop lets a running request end, and GracePeriod bounds it`() async throws {
    let folder = try TemporaryFolder()
    try folder.write("data/five.bin", [UInt8](repeating: 7, count: 3000))
    let source = Data("data/five.bin".utf8).base64EncodedString()
    // 1,000 bytes a second after the first second's worth: two seconds.
    let target = try await Signed.target("GET", "/api/v4/slave/file/content/2/\(source)/1000/a.bin")
    let patient = try await RunningNode.slave(Self.conf, in: folder)
    let running = try await WireClient.begin("GET", target, to: try patient.address)
    #expect(await running.hasBegun())
    async let ended = patient.stop()
    let answer = try await running.answer()
    #expect(answer.body.count == 3000)
    #expect(try await ended.code == 0)

    // A hundred seconds, of which it gets one.
    let slow = try await Signed.target("GET", "/api/v4/slave/file/content/2/\(source)/20/a.bin")
    let hasty = try await RunningNode.slave(
      Self.conf.replacing("[Slave]", with: "GracePeriod = 1\n[Slave]"), in: folder)
    let cut = try await WireClient.begin("GET", slow, to: try hasty.address)
    #expect(await cut.hasBegun())
    #expect(try await hasty.stop().code == 0)
    #expect(try await cut.answer().body.count < 3000)
  }
}
