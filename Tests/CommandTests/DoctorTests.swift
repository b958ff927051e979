import Foundation
import GoWire
import LiveWorld
import NodeProtocol
import ReferenceNode
import TestSupport
import Testing

@testable import ConformanceSuite

/// PING-6, PING-7: every row of the recorded node tests, reproduced on loopback, is led to its cause.
@Suite struct DoctorTests {
  /// What each row is, whatever the versions.
  static let causes: [String: DoctorCause?] = [
    "ok": nil, "refused": .connectionRefused, "bad-url": .urlUnreadable, "empty-url": .urlWithoutScheme,
    "unknown-host": .unknownHost, "https-to-http": .plainThere, "itself-a-master": .isMaster,
    "wrong-secret": .wrongSecret, "web-server-404": .notASlave, "web-server-502": .gateway,
    "web-server-301": .redirect, "web-server-204": .notASlave, "web-server-200-json-array": .notAnEnvelope,
    "envelope-version": .versionsDiffer, "connection-reset": .closedWithoutAnswer, "silent-server": .silentServer,
    "sub-path": nil, "site-url-html": .sitePage, "site-url-silent": .siteTimedOut,
    "site-url-unknown-host": .siteUnknownHost, "two-site-urls-first-good": nil,
    "two-site-urls-first-bad": .siteRefused,
  ]

  /// What every reproduction has beside the slave: a master, and servers that are neither.
  private final class Town: Sendable {
    let slave: LiveSlave
    let master: WireServer
    let html: WireServer
    let silent: WireServer
    private let end = DispatchSemaphore(value: 0)

    init(_ pair: NodeTestTests.Pair) throws {
      let profile: Profile = pair.slaveVersion == "4.0.0" ? .cloudreve40 : .cloudreve414
      slave = try LiveSlave(profile: profile, version: pair.slaveVersion)
      master = try DoctorTests.master(pair.masterVersion)
      html = try WireServer { _ in
        WireServer.answer("200 OK", type: "text/html", "<!doctype html>\n<title>a page</title>\n")
      }
      let end = end
      // Whoever waits here is let go when the town ends.
      silent = try WireServer { _ in
        end.wait()
        end.signal()
        return []
      }
    }

    func stop() {
      end.signal()
      slave.stop()
    }
  }

  fileprivate static func master(_ version: String) throws -> WireServer {
    try WireServer { request in
      guard request.method == "GET", request.target == "/api/v4/site/ping" else {
        return WireServer.answer("404 Not Found", type: "text/plain", "404 page not found")
      }
      return WireServer.answer("200 OK", #"{"code":0,"data":"\#(version)","msg":""}"#)
    }
  }

  fileprivate static func diagnose(
    _ url: String, secret: String = LiveSlave.secret, site: String? = nil, authorities: String? = nil,
    fromMasterClock: Bool = false
  ) async throws -> DoctorDiagnosis {
    var options = DoctorOptions(url: GoString(url), secret: GoString(secret))
    options.site = site.map { GoString($0) }
    options.patience = 4
    options.names = .table(["localhost": "127.0.0.1"])
    options.authorities = authorities.map { GoString($0) }
    options.usesMasterClock = fromMasterClock
    let given = options
    return DoctorDiagnosis(try await onThread { Result { try DoctorVisit.observe(given) } }.get())
  }

  @Test(arguments: NodeTestTests.pairs) func `every recorded row leads to its cause and to the recorded words`(
    _ pair: NodeTestTests.Pair
  ) async throws {
    #expect(Set(pair.cases.map { String($0.id.dropFirst("node-test/".count)) }) == Set(Self.causes.keys))
    let town = try Town(pair)
    defer { town.stop() }
    for row in pair.cases {
      let name = String(row.id.dropFirst("node-test/".count))
      let diagnosis = try await reproduce(name, town)
      var expected = try #require(Self.causes[name])
      if row.answer.msg.contains("Master: ") { expected = .versionsDiffer }
      #expect(diagnosis.findings.map(\.cause) == (expected.map { [$0] } ?? []), "\(row.id)")
      #expect(Self.masked(diagnosis.masterSays) == Self.masked(row.answer.msg), "\(row.id)")
      #expect(diagnosis.isHealthy == (row.answer.code == 0), "\(row.id)")
      for step in diagnosis.steps where step.state == .failed {
        #expect(step.step == expected?.step, "\(row.id)")
      }
    }
  }

  private func reproduce(_ name: String, _ town: Town) async throws -> DoctorDiagnosis {
    let slave = "http://127.0.0.1:\(town.slave.port)"
    let site = "http://127.0.0.1:\(town.master.port)"
    func web(_ status: String, _ body: String = "", type: String = "text/html", _ head: String = "") async throws
      -> DoctorDiagnosis
    {
      let server = try WireServer { _ in
        Array("HTTP/1.1 \(status)\r\nContent-Type: \(type)\r\n\(head)Connection: close\r\n\r\n\(body)".utf8)
      }
      return try await Self.diagnose("http://127.0.0.1:\(server.port)", site: site)
    }
    switch name {
    case "ok", "two-site-urls-first-good": return try await Self.diagnose(slave, site: site)
    case "refused": return try await Self.diagnose("http://127.0.0.1:1", site: site)
    case "bad-url": return try await Self.diagnose("http://a b", site: site)
    case "empty-url": return try await Self.diagnose("", site: site)
    case "unknown-host": return try await Self.diagnose("http://nowhere.invalid:5212", site: site)
    case "https-to-http":
      // As Go's server refuses what is no HTTP. One that resets the connection instead is found out too, in other words.
      let plain = try WireServer(refusal: Array("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n".utf8)) { _ in []
      }
      return try await Self.diagnose("https://127.0.0.1:\(plain.port)", site: site)
    case "itself-a-master": return try await Self.diagnose(site, site: site)
    case "wrong-secret":
      return try await Self.diagnose(slave, secret: String(repeating: "w", count: 64), site: site)
    case "web-server-404": return try await web("404 Not Found", "<h1>Not Found</h1>")
    case "web-server-502": return try await web("502 Bad Gateway", "<h1>Bad Gateway</h1>")
    case "web-server-301": return try await web("301 Moved Permanently", "", "Location: /elsewhere\r\n")
    case "web-server-204": return try await web("204 No Content")
    case "web-server-200-json-array": return try await web("200 OK", "[]", type: "application/json")
    case "envelope-version":
      return try await web(
        "200 OK", #"{"code":40061,"msg":"Master: 4.0.0, Slave: 3.9.9"}"#, type: "application/json")
    case "connection-reset": return try await reset(site)
    case "silent-server": return try await Self.diagnose("http://127.0.0.1:\(town.silent.port)", site: site)
    case "sub-path": return try await Self.diagnose("\(slave)/sub/", site: site)
    case "site-url-html": return try await Self.diagnose(slave, site: "http://127.0.0.1:\(town.html.port)")
    case "site-url-silent": return try await Self.diagnose(slave, site: "http://127.0.0.1:\(town.silent.port)")
    case "site-url-unknown-host": return try await Self.diagnose(slave, site: "http://nowhere.invalid")
    case "two-site-urls-first-bad": return try await Self.diagnose(slave, site: "http://127.0.0.1:1")
    default: throw Child.Trouble(description: "nobody knows the row \(name)")
    }
  }

  /// A server that resets each connection once a request has come.
  private func reset(_ site: String) async throws -> DoctorDiagnosis {
    let server = try WireServer(resetting: true) { _ in [] }
    return try await Self.diagnose("http://127.0.0.1:\(server.port)", site: site)
  }

  /// Ports, and the name server of the machine that asked, are their own affair.
  private static func masked(_ text: String) -> String {
    text.replacing(#/127\.0\.0\.1:\d+/#, with: "ADDRESS").replacing(#/ on \S+:53: /#, with: " on SERVER: ")
  }
}

/// What the recordings do not have: clocks, certificates, proxies and secrets.
@Suite struct DoctorSituationTests {
  private static func slave(skew: Int64 = 0, tls: TLSIdentity? = nil) throws -> LiveSlave {
    try LiveSlave(profile: .documented, version: "4.14.0", skew: skew, tls: tls)
  }

  private static func url(_ slave: LiveSlave) -> String { "http://127.0.0.1:\(slave.port)" }

  /// SIGN-2, SIGN-6: found without the key, within the seconds that the way takes.
  @Test(arguments: [0, 45, 90, -90, 7200, -100_000, 400_000_000])
  func `the clock's difference is found in both directions`(_ skew: Int64) async throws {
    let slave = try Self.slave(skew: skew)
    defer { slave.stop() }
    let diagnosis = try await DoctorTests.diagnose(Self.url(slave))
    let found = try #require(diagnosis.clockDifference)
    #expect(abs(found - skew) <= 3, "\(found)")
    let expected: [DoctorCause] = abs(skew) <= 60 ? [] : [skew > 0 ? .slaveAhead : .slaveBehind]
    #expect(diagnosis.findings.map(\.cause) == expected)
    // Secret, version and way back are judged all the same.
    for step in [DoctorStep.signature, .pingBack] {
      #expect(diagnosis.steps.first { $0.step == step }?.state == .ok, "\(step)")
    }
    #expect(diagnosis.slaveVersion == "4.14.0")
    let expired = "Successfully connected to slave node, but slave returns: signature expired"
    #expect(diagnosis.masterSays == (skew > 60 ? expired : ""))
    #expect(diagnosis.notes.isEmpty == (skew != 45))
  }

  @Test func `with a wrong secret the clock is judged too`() async throws {
    let slave = try Self.slave(skew: 500)
    defer { slave.stop() }
    let diagnosis = try await DoctorTests.diagnose(Self.url(slave), secret: "short")
    #expect(diagnosis.findings.map(\.cause) == [.wrongSecret, .slaveAhead])
    #expect(diagnosis.findings[0].line.contains("it has 5 characters"))
  }

  @Test func `the master's clock is taken from the site's answers`() async throws {
    // Both clocks are wrong in the same way: only this machine's is right.
    let slave = try Self.slave(skew: 31_536_000)
    defer { slave.stop() }
    let format = DateFormatter()
    format.locale = Locale(identifier: "en_US_POSIX")
    format.timeZone = TimeZone(identifier: "GMT")
    format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
    let text = format.string(from: Date(timeIntervalSinceNow: 31_536_000))
    let body = #"{"code":0,"data":"4.14.0","msg":""}"#
    let master = try WireServer { _ in
      Array(
        "HTTP/1.1 200 OK\r\nDate: \(text)\r\nContent-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)"
          .utf8)
    }
    let site = "http://127.0.0.1:\(master.port)"
    let right = try await DoctorTests.diagnose(Self.url(slave), site: site, fromMasterClock: true)
    #expect(right.isHealthy, "\(DoctorReport.lines(right))")
    #expect(abs(try #require(right.clockDifference)) <= 4)
    let wrong = try await DoctorTests.diagnose(Self.url(slave), site: site)
    #expect(wrong.findings.map(\.cause) == [.slaveAhead])
    let dateless = try DoctorTests.master("4.14.0")
    await #expect(throws: SuiteError.self) {
      try await DoctorTests.diagnose(
        Self.url(slave), site: "http://127.0.0.1:\(dateless.port)", fromMasterClock: true)
    }
  }

  @Test(arguments: [" \(LiveSlave.secret)", "\(LiveSlave.secret)\n", "\"\(LiveSlave.secret)\""])
  func `blanks and quotation marks around a secret are told`(_ secret: String) async throws {
    let slave = try Self.slave()
    defer { slave.stop() }
    let diagnosis = try await DoctorTests.diagnose(Self.url(slave), secret: secret)
    #expect(diagnosis.findings.map(\.cause) == [.secretSurrounded])
  }

  @Test func `a URL without a scheme is told, whatever else it is`() async throws {
    for url in ["127.0.0.1:5212", "slave.example:5212", "slave.example", "localhost:5212/sub"] {
      let diagnosis = try await DoctorTests.diagnose(url)
      #expect(diagnosis.findings.map(\.cause) == [.urlWithoutScheme], "\(url)")
    }
    #expect(try await DoctorTests.diagnose("http://").findings.map(\.cause) == [.urlWithoutHost])
    #expect(try await DoctorTests.diagnose("ftp://a").findings.map(\.cause) == [.urlUnreadable])
  }

  /// A proxy that changes requests, and what it is found out as.
  struct Proxy: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var cause: DoctorCause?
    /// Changes the head as it came, line by line.
    var change: @Sendable (_ lines: [String]) -> [String]
    var body: @Sendable (_ body: [UInt8]) -> [UInt8] = { $0 }
  }

  static let proxies = [
    Proxy(testDescription: "changes nothing", cause: nil) { $0 },
    Proxy(testDescription: "adds headers of its own", cause: nil) { $0 + ["X-Forwarded-For: 1.2.3.4", "Via: 1.1 p"] },
    Proxy(testDescription: "drops Authorization", cause: .authorizationDropped) { lines in
      lines.filter { !$0.lowercased().hasPrefix("authorization:") }
    },
    Proxy(testDescription: "empties Authorization", cause: .authorizationEmptied) { lines in
      lines.map { $0.lowercased().hasPrefix("authorization:") ? "Authorization: " : $0 }
    },
    Proxy(testDescription: "strips X-Cr- headers", cause: .headersChanged) { lines in
      lines.filter { !$0.lowercased().hasPrefix("x-cr-") }
    },
    Proxy(testDescription: "changes an X-Cr- header", cause: .headersChanged) { lines in
      lines.map { $0.lowercased().hasPrefix("x-cr-site-id:") ? "X-Cr-Site-Id: other" : $0 }
    },
    Proxy(testDescription: "strips the query", cause: .queryDropped) { lines in
      let words = lines[0].split(separator: " ")
      return ["\(words[0]) \(words[1].prefix { $0 != "?" }) \(words[2])"] + lines.dropFirst()
    },
    Proxy(testDescription: "puts its own query there", cause: .queryChanged) { lines in
      let words = lines[0].split(separator: " ")
      let path = words[1].prefix { $0 != "?" }
      return ["\(words[0]) \(path)?sign=other:0 \(words[2])"] + lines.dropFirst()
    },
    Proxy(testDescription: "writes bodies anew", cause: .requestChanged) {
      $0
    } body: { body in
      body.isEmpty
        ? body : Array(String(decoding: body, as: UTF8.self).replacing("\"callback\"", with: "\"Callback\"").utf8)
    },
  ]

  @Test(arguments: proxies) func `a proxy that changes requests is found out`(_ proxy: Proxy) async throws {
    let slave = try Self.slave()
    defer { slave.stop() }
    let port = slave.port
    let server = try WireServer { request in
      let lines = proxy.change(request.head.components(separatedBy: "\r\n"))
        .filter { !$0.lowercased().hasPrefix("connection:") }
      let head = (lines + ["Connection: close", "", ""]).joined(separator: "\r\n")
      return WireServer.forward(Array(head.utf8) + proxy.body(request.body), to: port)
    }
    let diagnosis = try await DoctorTests.diagnose("http://127.0.0.1:\(server.port)")
    #expect(diagnosis.findings.map(\.cause) == (proxy.cause.map { [$0] } ?? []), "\(DoctorReport.lines(diagnosis))")
  }

  @Test func `plain HTTP behind an https URL is told however the handshake ends`() async throws {
    let slave = try Self.slave()
    defer { slave.stop() }
    let own = try await DoctorTests.diagnose("https://127.0.0.1:\(slave.port)")
    #expect(own.findings.map(\.cause) == [.plainThere])
    var seen = DoctorObservations()
    seen.isTLS = true
    seen.addresses = ["192.0.2.1"]
    seen.connection = .connected(peer: "192.0.2.1:5212", own: "192.0.2.2")
    seen.ping = DoctorObservations.Exchange(.failure(TransportError(.endOfFile, "EOF")))
    #expect(DoctorDiagnosis(seen).findings.map(\.cause) == [.closedWithoutAnswer])
    seen.speaksPlain = true
    #expect(DoctorDiagnosis(seen).findings.map(\.cause) == [.plainThere])
  }

  /// An answer of something in front of the slave, and what it is.
  static let answers: [(String, String, DoctorCause)] = [
    ("403 Forbidden", "<html>blocked</html>", .firewall), ("401 Unauthorized", "", .accessControl),
    ("502 Bad Gateway", "<html>nginx</html>", .gateway), ("522 Origin Down", "<html>CDN</html>", .gateway),
    ("200 OK", "<!doctype html><title>Welcome</title>", .page), ("200 OK", #"{"hello":1}"#, .notAnEnvelope),
    ("302 Found\r\nLocation: https://portal.example/login?next=x", "", .redirectToLogin),
    ("301 Moved Permanently\r\nLocation: https://slave.example/api/v4/slave/ping", "", .redirectToTLS),
    ("400 Bad Request", "Client sent an HTTP request to an HTTPS server.\n", .tlsThere),
    ("200 OK", #"{"code":50001,"msg":"Database operation failed"}"#, .slaveError),
  ]

  @Test func `pages, portals and gateways before a slave are told apart`() async throws {
    for (head, body, cause) in Self.answers {
      let server = try WireServer { _ in
        Array("HTTP/1.1 \(head)\r\nContent-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)".utf8)
      }
      let diagnosis = try await DoctorTests.diagnose("http://127.0.0.1:\(server.port)")
      #expect(diagnosis.findings.map(\.cause) == [cause], "\(head): \(DoctorReport.lines(diagnosis))")
    }
    let nonsense = try WireServer { _ in Array("SSH-2.0-OpenSSH_9.2\r\n".utf8) }
    #expect(try await DoctorTests.diagnose("http://127.0.0.1:\(nonsense.port)").findings.map(\.cause) == [.noHTTP])
  }

  /// QUIRK-11: upstream's slave crashes over a site that tells no version; ours, documented, says so.
  @Test func `a site that is no master is told, whatever the slave makes of it`() async throws {
    let site = try WireServer { _ in WireServer.answer("200 OK", #"{"code":0,"msg":""}"#) }
    for profile in [Profile.documented, .cloudreve414] {
      let slave = try LiveSlave(profile: profile, version: "4.14.0")
      defer { slave.stop() }
      let diagnosis = try await DoctorTests.diagnose(Self.url(slave), site: "http://127.0.0.1:\(site.port)")
      #expect(diagnosis.findings.map(\.cause) == [.siteNoVersion], "\(DoctorReport.lines(diagnosis))")
    }
    let slave = try Self.slave()
    defer { slave.stop() }
    for (url, cause) in [
      ("127.0.0.1:5212", DoctorCause.siteWithoutScheme), ("/site", .siteWithoutScheme),
      ("https://127.0.0.1:\(slave.port)", .sitePlain),
    ] {
      let diagnosis = try await DoctorTests.diagnose(Self.url(slave), site: url)
      #expect(diagnosis.findings.map(\.cause) == [cause], "\(url): \(DoctorReport.lines(diagnosis))")
    }
  }

  @Test func `certificates are judged`() async throws {
    let folder = try TemporaryFolder()
    func identity(_ name: String, _ subject: String) async throws -> TLSIdentity {
      let made = try await Child.run(
        "openssl",
        [
          "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=test",
          "-addext", "subjectAltName=\(subject)", "-keyout", folder.path("\(name).key"), "-out",
          folder.path("\(name).pem"),
          "-days", "2",
        ])
      #expect(made.code == 0, "\(made.errors)")
      return try TLSIdentity(
        certificateFile: GoString(folder.path("\(name).pem")), keyFile: GoString(folder.path("\(name).key")))
    }
    func causes(_ slave: LiveSlave, _ authorities: String?, scheme: String = "https") async throws -> [DoctorCause] {
      try await DoctorTests.diagnose(
        "\(scheme)://127.0.0.1:\(slave.port)", authorities: authorities.map { folder.path("\($0).pem") }
      ).findings.map(\.cause)
    }
    let good = try Self.slave(tls: try await identity("good", "IP:127.0.0.1"))
    defer { good.stop() }
    #expect(try await causes(good, "good") == [])
    #expect(try await causes(good, nil) == [.certificateUntrusted])
    // The other way round: http to a port of https.
    #expect(try await causes(good, "good", scheme: "http") == [.tlsThere])
    let other = try Self.slave(tls: try await identity("other", "DNS:other.example"))
    defer { other.stop() }
    #expect(try await causes(other, "other") == [.certificateOfOtherHost])
    let expired = try Self.slave(tls: try await Self.expiredIdentity(folder))
    defer { expired.stop() }
    #expect(try await causes(expired, "expired") == [.certificateExpired])
  }

  /// One of the year 2020: only `openssl ca` makes them.
  private static func expiredIdentity(_ folder: TemporaryFolder) async throws -> TLSIdentity {
    try folder.write(
      "ca.cnf",
      """
      [ca]
      default_ca = d
      [d]
      database = index.txt
      new_certs_dir = .
      serial = serial
      default_md = sha256
      policy = p
      x509_extensions = e
      [p]
      commonName = supplied
      [e]
      subjectAltName = IP:127.0.0.1

      """)
    try folder.write("index.txt", "")
    try folder.write("serial", "01\n")
    let request =
      "req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=test -keyout expired.key -out r"
    let making =
      "ca -batch -config ca.cnf -selfsign -keyfile expired.key -in r -out expired.pem -notext"
      + " -startdate 20200101000000Z -enddate 20200102000000Z"
    for words in [request, making] {
      let made = try await Child.run("openssl", words.split(separator: " ").map(String.init), folder: folder.path)
      #expect(made.code == 0, "\(made.errors)")
    }
    return try TLSIdentity(
      certificateFile: GoString(folder.path("expired.pem")), keyFile: GoString(folder.path("expired.key")))
  }
}

/// The table itself, and the program as a user runs it.
@Suite struct DoctorCommandTests {
  @Test func `every cause is one line that says what is wrong and what to do`() {
    for cause in DoctorCause.allCases {
      let line = DoctorDiagnosis.Finding(cause: cause, detail: "").line
      #expect(!line.contains("\n") && line.hasPrefix("\(cause.step.rawValue) failed: "), "\(cause)")
      #expect(cause.text.count > 10 && cause.change.count > 10, "\(cause)")
    }
    #expect(Set(DoctorCause.allCases.map(\.text)).count == DoctorCause.allCases.count)
  }

  @Test func `what no loopback shows is told from what was observed`() {
    func causes(_ change: (inout DoctorObservations) -> Void) -> [DoctorCause] {
      var seen = DoctorObservations()
      seen.addresses = ["192.0.2.1"]
      seen.connection = .connected(peer: "192.0.2.1:5212", own: "192.0.2.2")
      change(&seen)
      return DoctorDiagnosis(seen).findings.map(\.cause)
    }
    #expect(causes { $0.connection = .timedOut("192.0.2.1:5212") } == [.connectionTimedOut])
    #expect(causes { $0.connection = .failed("no route to host") } == [.unreachable])
    let fromSlave: [(String, DoctorCause)] = [
      ("dial tcp 192.0.2.1:80: i/o timeout", .siteTimedOut),
      ("context deadline exceeded (Client.Timeout exceeded while awaiting headers)", .siteTimedOut),
      ("tls: failed to verify certificate: x509: certificate has expired or is not yet valid", .siteCertificate),
      ("stopped after 10 redirects", .siteRedirects), ("EOF", .siteUnreachable),
      ("unexpected end of JSON input", .siteEmpty), ("dial tcp: connect: no route to host", .siteUnreachable),
      ("json: cannot unmarshal array into Go value of type serializer.Response", .siteOther),
    ]
    for (text, cause) in fromSlave {
      let ping = DoctorObservations.Exchange.answer(200, #"{"code":40060,"msg":"Get \"http://site/x\": \#(text)"}"#)
      #expect(causes { $0.ping = ping } == [cause], "\(text)")
    }
    let failures: [(TransportError, DoctorCause)] = [
      (TransportError(.tls, "remote error: tls: handshake failure"), .tlsFailed),
      (TransportError(.tls, "tls: first record does not look like a TLS handshake"), .noTLS),
      (TransportError(.endOfFile, "EOF"), .closedWithoutAnswer),
    ]
    for (error, cause) in failures {
      #expect(causes { $0.ping = DoctorObservations.Exchange(.failure(error)) } == [cause], "\(error)")
    }
    // An expired signature, and nothing more to be learned of the clock.
    let expired = DoctorObservations.Exchange.answer(200, #"{"code":40005,"msg":"signature expired"}"#)
    #expect(causes { $0.ping = expired } == [.slaveAhead])
  }

  @Test func `the program prints every step, the cause in one line, and JSON`() async throws {
    let slave = try LiveSlave(profile: .documented, version: "4.14.0")
    defer { slave.stop() }
    let url = "http://127.0.0.1:\(slave.port)"
    let healthy = try await NodeLab.run("doctor", "--url", url, "--secret", LiveSlave.secret)
    #expect(healthy.code == 0, "\(healthy.lines)")
    for step in DoctorStep.allCases { #expect(healthy.output.contains("\n\(step.rawValue) ") || step == .url) }
    #expect(healthy.output.contains("Healthy") && healthy.output.contains("the slave is 4.14.0"))
    // Port 0: the doctor is called back there.
    let own = try await NodeLab.run(
      "doctor", "--url", url, "--secret", LiveSlave.secret, "--site", "http://127.0.0.1:0")
    #expect(own.code == 0, "\(own.lines)")

    let wrong = try await NodeLab.run("doctor", "--url", url, "--secret", "wrong", "--json")
    #expect(wrong.code == 1)
    let json = try #require(try JSONSerialization.jsonObject(with: Data(wrong.output.utf8)) as? [String: Any])
    let causes = try #require(json["causes"] as? [[String: Any]])
    #expect(causes.map { $0["id"] as? String } == ["wrong-secret"] && json["healthy"] as? Bool == false)
    #expect(causes[0]["faq"] as? String == "invalid sign")
    #expect((json["steps"] as? [[String: String]])?.map { $0["step"] ?? "" } == DoctorStep.allCases.map(\.rawValue))
    let text = try await NodeLab.run("doctor", "--url", url, "--secret", "wrong")
    #expect(text.lines.count { $0.hasPrefix("signature failed: ") && $0.contains("`invalid sign`") } == 1)
    #expect(!wrong.output.contains("\"wrong\"") && !text.output.contains(" wrong "))
  }

  @Test func `what cannot be tried ends with its exit code`() async throws {
    let usage = [["--url", "http://a"], ["--secret", "s"], ["--url", "http://a", "--secret", ""]]
    for words in usage + [["--url", "http://a", "--secret", "s", "--from-master-clock"]] {
      let ended = try await Child.run(NodeLab.path, ["doctor"] + words)
      #expect(ended.code == 2 && ended.lines.count == 1, "\(words): \(ended.lines)")
    }
    let clockless = try await NodeLab.run(
      "doctor", "--url", "http://127.0.0.1:1", "--secret", "s", "--site", "http://127.0.0.1:1", "--from-master-clock")
    #expect(clockless.code == 3 && clockless.errors.contains("the site shows no clock"), "\(clockless.lines)")
  }
}
