import Foundation
import TestSupport
import Testing

/// The samples, started as an administrator starts them: the unit's command, the file, the site in front.
@Suite struct SampleTests {
  /// The three samples with paths, ports and secret of a folder of the test's own.
  struct Installation {
    let folder: TemporaryFolder
    let port: UInt16
    /// The unit's `ExecStart`, as words.
    let command: [String]

    init() throws {
      folder = try TemporaryFolder()
      port = try WireServer.freePort()
      func replaced(_ text: String, _ pairs: [(String, String)]) throws -> String {
        try pairs.reduce(text) { text, pair in
          // A sample that no longer says it would be tested with something else.
          try #require(text.contains(pair.0), "the samples do not hold \(pair.0)")
          return text.replacingOccurrences(of: pair.0, with: pair.1)
        }
      }
      let socket = folder.path("slave.sock")
      try folder.write(
        "slave.ini",
        replaced(
          Repository.text("Samples/slave.ini"),
          [
            ("put-the-64-characters-of-your-node-here", RunningNode.secret), ("/run/nodelab/slave.sock", socket),
            ("/var/lib/nodelab/data", folder.path("state/data")),
          ]))
      try folder.write(
        "nodelab-slave.service",
        replaced(
          Repository.text("Samples/nodelab-slave.service"),
          [
            ("ExecStart=/usr/local/bin/nodelab", "ExecStart=\(NodeLab.path)"),
            ("/etc/nodelab/slave.ini\nWorking", "\(folder.path("slave.ini"))\nWorking"),
          ]))
      let site = try replaced(
        Repository.text("Samples/nginx-slave.conf"),
        [
          ("/run/nodelab/slave.sock", socket), ("listen 80;", "listen 127.0.0.1:\(port);"),
          ("    listen [::]:80;\n", ""),
        ])
      let kept = folder.path
      try folder.write(
        "nginx.conf",
        """
        daemon off; master_process off; pid \(kept)/nginx.pid; error_log stderr notice;
        events {}
        http {
          access_log off; client_body_temp_path \(kept)/body; proxy_temp_path \(kept)/proxy;
          fastcgi_temp_path \(kept)/fastcgi; uwsgi_temp_path \(kept)/uwsgi; scgi_temp_path \(kept)/scgi;
          \(site)
        }
        """)
      let unit = try Repository.text("Samples/nodelab-slave.service")
      let line = try #require(unit.split(separator: "\n").first { $0.hasPrefix("ExecStart=") })
      command = line.dropFirst("ExecStart=".count).split(separator: " ").map(String.init)
      try FileManager.default.createDirectory(atPath: folder.path("state"), withIntermediateDirectories: true)
    }

    /// Starts the node as the unit does, in its working folder.
    func startNode() async throws -> RunningNode {
      let words = command.dropFirst().map { $0 == "/etc/nodelab/slave.ini" ? folder.path("slave.ini") : $0 }
      return try await RunningNode(Array(words), folder: folder.path("state"))
    }

    /// Starts nginx in the foreground and waits until it takes connections.
    func startProxy() async throws -> Child {
      let proxy = try Child("nginx", ["-p", folder.path, "-c", folder.path("nginx.conf")])
      // Said when its sockets listen.
      _ = try await proxy.line(with: "using the")
      return proxy
    }
  }

  @Test func `systemd accepts the unit`() async throws {
    let installation = try Installation()
    let unit = installation.folder.path("nodelab-slave.service")
    let verified = try await Child.run("systemd-analyze", ["verify", "--man=no", unit])
    #expect(verified.lines == [])
    #expect(verified.code == 0)
    let rated = try await Child.run(
      "systemd-analyze", ["security", "--offline=yes", "--threshold=20", "--no-pager", unit])
    #expect(rated.code == 0, "the unit is more exposed than 2.0: \(rated.lines.last ?? "")")
  }

  @Test func `a slave behind the site takes, hands out and deletes files`() async throws {
    let installation = try Installation()
    let node = try await installation.startNode()
    let proxy = try await installation.startProxy()
    let address = WireAddress.port(installation.port)
    let master = try WireServer { request in
      WireServer.answer("200 OK", #"{"code":0,"data":"4.14.0","msg":""}"#)
    }

    let ping = Array(#"{"callback":"http://127.0.0.1:\#(master.port)"}"#.utf8)
    let pingTarget = "/api/v4/slave/ping"
    let pong = try await WireClient.send(
      "POST", pingTarget, headers: [try await Signed.header("POST", pingTarget, body: ping)], body: ping, to: address)
    #expect(pong.text == #"{"code":0,"msg":""}"#)

    // More than nginx takes by itself.
    let content = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
    let session = Self.session(size: content.count, savePath: "data/uploads/1/a b.bin", callbackPort: master.port)
    let created = try await WireClient.send(
      "PUT", "/api/v4/slave/upload", headers: [try await Signed.header("PUT", "/api/v4/slave/upload", body: session)],
      body: session, to: address)
    #expect(created.text == #"{"code":0,"msg":""}"#)
    let chunkTarget = "/api/v4/slave/upload/5f0c1d9e-0000-4000-8000-000000000001"
    let stored = try await WireClient.send(
      "POST", chunkTarget + "?chunk=0", headers: [try await Signed.header("POST", chunkTarget)], body: content,
      to: address)
    #expect(stored.text == #"{"code":0,"msg":""}"#)
    let file = installation.folder.path("state/data/uploads/1/a b.bin")
    #expect(FileManager.default.contents(atPath: file).map { [UInt8]($0) } == content)

    let source = Data("data/uploads/1/a b.bin".utf8).base64EncodedString()
    let read = try await Signed.target("GET", "/api/v4/slave/file/content/2/\(source)/0/a%20b%2Bc.bin?download=1")
    let whole = try await WireClient.send("GET", read, to: address)
    #expect(whole.status == 200 && whole.body == content)
    #expect(whole.header("Content-Disposition")?.contains("a b+c.bin") == true)
    let part = try await WireClient.send("GET", read, headers: [("Range", "bytes=1000000-1000009")], to: address)
    #expect(part.status == 206 && part.body == Array(content[1_000_000..<1_000_010]))

    // Outside the storage root.
    let secret = Data("/etc/hostname".utf8).base64EncodedString()
    let outside = try await Signed.target("GET", "/api/v4/slave/file/content/2/\(secret)/0/a")
    #expect(try await WireClient.send("GET", outside, to: address).member("code") as? Int == 403)

    let deletion = Array(#"{"files":["data/uploads/1/a b.bin"]}"#.utf8)
    let delete = try await Signed.target("DELETE", "/api/v4/slave/file")
    let deleted = try await WireClient.send(
      "DELETE", delete, headers: [("Content-Type", "application/json")], body: deletion, to: address)
    #expect(deleted.text == #"{"code":0,"data":"","msg":""}"#)
    #expect(!FileManager.default.fileExists(atPath: file))

    proxy.signal(SIGTERM)
    _ = try await proxy.end()
    #expect(try await node.stop().code == 0)
    #expect(!FileManager.default.fileExists(atPath: installation.folder.path("slave.sock")))
  }

  @Test func `the site changes nothing of a request`() async throws {
    let installation = try Installation()
    let node = try await installation.startNode()
    let proxy = try await installation.startProxy()
    let targets = [
      "/api/v4/slave/task/1/", "/api/v4/slave/task/1?sign=a%3A0", "/api/v4/slave/task//1?sign=%2B+%2F&sign=b",
      "/api/v4/slave/%74ask/1?sign=%C3%A9:0;x", "/api/v4/slave/x/../task/1?sign=:0",
      "/api/v4/slave/file%2Flist?sign=:0",
      "/api/v4/slave/task/%2e%2e?sign=:0",
    ]
    for target in targets {
      let direct = try await WireClient.send("GET", target, to: try node.address)
      let proxied = try await WireClient.send("GET", target, to: .port(installation.port))
      #expect(direct.status == proxied.status, "\(target)")
      #expect(direct.header("Location") == proxied.header("Location"), "\(target)")
      // Each error has an id of its own.
      #expect(direct.text.prefix(40) == proxied.text.prefix(40), "\(target)")
    }
    proxy.signal(SIGTERM)
    _ = try await proxy.end()
    #expect(try await node.stop().code == 0)
  }

  private static func session(size: Int, savePath: String, callbackPort: UInt16) -> [UInt8] {
    Array(
      """
      {"session":{"UID":1,"Policy":{"id":2,"name":"remote","type":"remote","server":"http://127.0.0.1",\
      "settings":{"chunk_size":0},"node_id":2,"edges":{"node":{"id":2,"name":"n","type":"slave",\
      "slave_key":"\(RunningNode.secret)"}}},"FileID":1,"EntityID":1,\
      "Callback":"http://127.0.0.1:\(callbackPort)/api/v4/callback/remote/s/k","CallbackSecret":"k","UploadID":"",\
      "UploadURL":"","Credential":"","ChunkSize":0,"SentinelTaskID":0,"NewFileCreated":true,"Importing":false,\
      "LockToken":"","Props":{"Uri":{"uri":"cloudreve://my/a"},"Size":\(size),\
      "UploadSessionID":"5f0c1d9e-0000-4000-8000-000000000001","PreferredStoragePolicy":2,"SavePath":"\(savePath)",\
      "LastModified":null,"MimeType":"","Metadata":null,"PreviousVersion":"","EntityType":null,\
      "ExpireAt":"2099-01-01T00:00:00Z"}},"overwrite":false}
      """.utf8)
  }
}
