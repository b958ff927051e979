import Foundation
import GoWire
import ReferenceNode
import Testing

@testable import LiveWorld

@Suite struct ListenTests {
  /// What Go 1.26 says, by its own `net.Listen`.
  static let refused: [(address: String, text: String)] = [
    ("nonsense", "listen tcp: address nonsense: missing port in address"),
    ("1:2:3", "listen tcp: address 1:2:3: too many colons in address"),
    ("[::1", "listen tcp: address [::1: missing ']' in address"),
    ("::1", "listen tcp: address ::1: too many colons in address"),
    (":99999", "listen tcp: address 99999: invalid port"),
    (":65536", "listen tcp: address 65536: invalid port"),
    (":-1", "listen tcp: address -1: invalid port"),
    (":foo", "listen tcp: lookup tcp/foo: unknown port"),
    (":1x", "listen tcp: lookup tcp/1x: unknown port"),
    ("127.0.0.1", "listen tcp: address 127.0.0.1: missing port in address"),
    ("[::1]x:0", "listen tcp: address [::1]x:0: missing port in address"),
    ("a]b:0", "listen tcp: address a]b:0: unexpected ']' in address"),
    ("192.0.2.1:80", "listen tcp 192.0.2.1:80: bind: cannot assign requested address"),
  ]

  @Test(arguments: refused) func `an address that cannot be listened on is refused in Go's words`(
    address: String, text: String
  ) {
    #expect(throws: ListenError(text)) { try ListeningSocket(.tcp(GoString(address))) }
  }

  @Test func `an address in use is refused in Go's words`() throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    let address = try trial.serve { _, _ in .text("x") }.address
    #expect(throws: ListenError("listen tcp \(address): bind: address already in use")) {
      try trial.live.serve(ClosureHandler(world: trial.live.world) { _, _ in .text("y") }, on: .tcp(address))
    }
  }

  @Test func `a port alone is every interface, and a free port is reported`() throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    let server = try trial.serve(on: .tcp(":0")) { request, _ in .text(request.peer.text) }
    #expect(server.port != 0)
    #expect(server.address == GoString("[::]:\(server.port)"))
    // An IPv4 peer is shown as one.
    #expect(try trial.connect().exchange("GET / HTTP/1.1\r\nHost: x\r\n\r\n").text.hasPrefix("127.0.0.1:"))
  }

  @Test func `TLS is served, with every kind of body, and spoken by the client`() throws {
    let certificates = try Certificates()
    let trial = try LiveTrial(authorities: certificates.certificate)
    defer { trial.end() }
    let tls = try TLSIdentity(
      certificateFile: GoString(certificates.certificate), keyFile: GoString(certificates.key))
    trial.node { world in
      let file = try! await world.disk.open(DiskPath("f")!, .create(truncate: true, exclusive: false))
      try! await file.write(PatternBody.bytes(0..<500_000), at: 0)
      await file.close()
    }
    try trial.serve(tls: tls) { request, world in
      #expect(request.isTLS)
      switch request.target {
      case "/file":
        let file = try! await world.disk.open(DiskPath("f")!, .read)
        return HTTPResponse(status: 200, body: .file(file, offset: 0, count: 500_000))
      case "/stream": return HTTPResponse(status: 200, body: .stream(count: nil, PatternBody(500_000)))
      default:
        let body = (try? await request.body.collect()) ?? []
        return HTTPResponse(status: 200, body: .bytes(body))
      }
    }
    let port = trial.port
    for (method, target, body) in [("GET", "/file", 0), ("GET", "/stream", 0), ("POST", "/echo", 500_000)] {
      let outcome = trial.fetch(
        LiveTrial.call(
          method, port: port, target, isTLS: true, body: body == 0 ? .empty : .bytes(PatternBody.bytes(0..<body))))
      #expect(
        outcome.error == nil && outcome.body == PatternBody.bytes(0..<500_000),
        "\(outcome.status) \(outcome.body.count)")
    }
    // A plain request to the TLS port ends, and does not end the server.
    let plain = try trial.connect()
    try plain.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    _ = try? plain.receiveAll()
  }

  @Test func `a certificate that cannot be used is refused in Go's words`() throws {
    let certificates = try Certificates()
    let other = try Certificates()
    let none = GoString(certificates.folder + "/none.crt")
    #expect(throws: ListenError("open \(none): no such file or directory")) {
      try TLSIdentity(certificateFile: none, keyFile: none)
    }
    let key = GoString(certificates.key)
    let certificate = GoString(certificates.certificate)
    #expect(throws: ListenError("tls: failed to find any PEM data in certificate input")) {
      try TLSIdentity(certificateFile: key, keyFile: key)
    }
    #expect(throws: ListenError("tls: failed to find any PEM data in key input")) {
      try TLSIdentity(certificateFile: certificate, keyFile: certificate)
    }
    #expect(throws: ListenError("tls: private key does not match public key")) {
      try TLSIdentity(certificateFile: certificate, keyFile: GoString(other.key))
    }
  }
}

/// A self-signed certificate for 127.0.0.1 and its key, made by openssl.
final class Certificates {
  let folder: String
  var certificate: String { folder + "/c.pem" }
  var key: String { folder + "/k.pem" }

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "nodelab-tls-\(UUID())").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let openssl = Process()
    openssl.executableURL = URL(filePath: "/usr/bin/env")
    openssl.arguments = [
      "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
      "-subj", "/CN=node", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate,
    ]
    openssl.standardError = FileHandle.nullDevice
    try openssl.run()
    openssl.waitUntilExit()
    guard openssl.terminationStatus == 0 else { throw RawSocket.Failure("openssl") }
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }
}
