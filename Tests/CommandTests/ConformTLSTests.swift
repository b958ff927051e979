import Foundation
import TestSupport
import Testing

/// `nodelab conform slave --url https://…`
@Suite struct ConformTLSTests {
  private static let patterns = ["content/range*", "upload/three-chunks", "list/flat", "route", "ping/ok"]

  /// Runs the suite against the node at `url`; `authorities` is the file of those that are trusted.
  private func conform(
    _ url: String, _ words: [String] = [], authorities: String? = nil, folder: TemporaryFolder
  ) async throws -> Ended {
    let own = ["--url", url, "--secret", RunningNode.secret, "--dir", folder.path, "--profile", "cloudreve-4.14"]
    return try await Child.run(
      NodeLab.path, ["conform", "slave"] + own + Self.patterns.flatMap { ["--only", $0] } + words,
      environment: authorities.map { ["SSL_CERT_FILE": $0] } ?? [:], folder: Repository.root)
  }

  @Test func `a node behind TLS is held against its recordings, when its certificate is trusted or --insecure given`()
    async throws
  {
    let folder = try TemporaryFolder()
    let made = try await Child.run(
      "openssl",
      [
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
        "/CN=node", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", folder.path("key.pem"), "-out",
        folder.path("cert.pem"),
      ])
    #expect(made.code == 0, "\(made.errors)")
    let conf = """
      [System]
      Mode = slave
      Listen = 127.0.0.1:0
      [SSL]
      Listen = 127.0.0.1:0
      CertPath = cert.pem
      KeyPath = key.pem
      [Slave]
      Secret = \(RunningNode.secret)
      CallbackTimeout = 2
      [CORS]
      AllowOrigins = *
      AllowMethods = OPTIONS,GET,POST
      AllowHeaders = *

      """
    let node = try await RunningNode.slave(conf, profile: "cloudreve-4.14", in: folder)
    try #require(node.place.hasPrefix("https://127.0.0.1:"))
    let certificate = folder.path("cert.pem")

    for (words, authorities) in [([], certificate), (["--insecure"], nil)] as [([String], String?)] {
      let ended = try await conform(node.place, words, authorities: authorities, folder: folder)
      #expect(ended.code == 0, "\(ended.output)\(ended.errors)")
      let table = try #require(ended.lines.last { $0.hasPrefix("all ") })
      #expect(try #require(table.split(separator: " ").dropFirst().first.flatMap { Int($0) }) > 12)
    }
    #expect(folder.files == ["cert.pem", "key.pem", "slave.ini"])

    let elsewhere = node.place.replacingOccurrences(of: "127.0.0.1", with: "localhost")
    for (url, authorities, reason) in [
      (node.place, nil, "self-signed certificate"), (elsewhere, certificate, "hostname mismatch"),
    ] as [(String, String?, String)] {
      let refused = try await conform(url, authorities: authorities, folder: folder)
      #expect(refused.code == 3)
      #expect(refused.errors.contains(reason) && refused.errors.contains("--insecure"), "\(refused.errors)")
      #expect(refused.errors.split(separator: "\n").count == 1)
    }
    #expect(try await conform(elsewhere, ["--insecure"], folder: folder).code == 0)

    // The wrong scheme, either way round.
    let plainly = try await conform(node.place.replacingOccurrences(of: "https", with: "http"), folder: folder)
    #expect(plainly.code == 1)
    #expect(try await node.stop().code == 0)
    let plain = try await RunningNode.slave(StartTests.conf, in: folder)
    let sealed = try await conform(
      plain.place.replacingOccurrences(of: "http", with: "https"), ["--insecure"], folder: folder)
    #expect(sealed.code == 3)
    #expect(sealed.errors.split(separator: "\n").count == 1, "\(sealed.errors)")
    #expect(try await plain.stop().code == 0)
  }

  @Test(arguments: [["--insecure"], ["--insecure", "--url", "http://127.0.0.1:1", "--secret", "s", "--dir", "/tmp"]])
  func `--insecure without an https URL is a usage error`(words: [String]) async throws {
    let ended = try await Child.run(NodeLab.path, ["conform", "slave"] + words, folder: Repository.root)
    #expect(ended.code == 2)
    #expect(ended.errors.contains("--insecure goes with") && ended.errors.split(separator: "\n").count == 1)
  }
}
