import GoWire
import ReferenceNode
import Testing

@testable import LiveWorld

@Suite struct ClientTests {
  /// Reads one request and answers it as told.
  private static func answering(_ answer: String, then end: @escaping @Sendable (RawSocket) -> Void = { _ in }) throws
    -> RawServer
  {
    try RawServer { connection, _ in
      _ = try connection.receiveMessage()
      try connection.send(answer)
      end(connection)
    }
  }

  @Test func `a request has the headers it was given and those of Go's client, and no others`() throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    let requests = Notes<[String]>()
    let server = try RawServer { connection, _ in
      while true {
        let request = try connection.receiveMessage()
        requests.add([request.line] + request.fields.map { "\($0.name): \($0.value)" }.sorted() + [request.text])
        try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
      }
    }
    let host = "Host: 127.0.0.1:\(server.port)"
    let gzip = "Accept-Encoding: gzip"
    for (call, expected) in [
      (
        LiveTrial.call(
          "GET", port: server.port, "/a%2Fb//c/../%41?q=%2F&&z=+", fields: [("X-A", "b"), ("x-empty", "")]),
        ["GET /a%2Fb//c/../%41?q=%2F&&z=+ HTTP/1.1", gzip, host, "X-A: b", "x-empty: ", ""]
      ),
      (LiveTrial.call("POST", port: server.port), ["POST /x HTTP/1.1", gzip, "Content-Length: 0", host, ""]),
      (LiveTrial.call("PUT", port: server.port), ["PUT /x HTTP/1.1", gzip, "Content-Length: 0", host, ""]),
      (LiveTrial.call("DELETE", port: server.port), ["DELETE /x HTTP/1.1", gzip, host, ""]),
      (LiveTrial.call("HEAD", port: server.port), ["HEAD /x HTTP/1.1", host, ""]),
      (
        LiveTrial.call("GET", port: server.port, fields: [("Range", "bytes=0-1")]),
        ["GET /x HTTP/1.1", host, "Range: bytes=0-1", ""]
      ),
      (
        LiveTrial.call("POST", port: server.port, body: .bytes(Array("hello".utf8))),
        ["POST /x HTTP/1.1", gzip, "Content-Length: 5", host, "hello"]
      ),
      (
        LiveTrial.call(
          "PUT", port: server.port, fields: [("Content-Type", "a/b"), ("User-Agent", "u")],
          body: .bytes(Array("hi".utf8))),
        ["PUT /x HTTP/1.1", gzip, "Content-Length: 2", "Content-Type: a/b", host, "User-Agent: u", "hi"]
      ),
      (
        LiveTrial.call("DELETE", port: server.port, body: .bytes(Array("{}".utf8))),
        ["DELETE /x HTTP/1.1", gzip, "Content-Length: 2", host, "{}"]
      ),
      (
        LiveTrial.call("POST", port: server.port, body: .stream(count: 5, BytesBody(Array("hello".utf8)))),
        ["POST /x HTTP/1.1", gzip, "Content-Length: 5", host, "hello"]
      ),
      (
        LiveTrial.call("PUT", port: server.port, body: .stream(count: 0, EmptyBody.shared)),
        ["PUT /x HTTP/1.1", gzip, "Content-Length: 0", host, ""]
      ),
    ] {
      let outcome = trial.fetch(call)
      #expect(outcome.status == 200, "\(outcome)")
      #expect(requests.all.last == expected)
    }
  }

  @Test func `the answer comes with its header fields in order, redirects are not followed`() throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    let server = try ClientTests.answering(
      "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 301 Moved\r\nLocation: /next\r\nX-B:  two  \r\nx-b: 3\r\nContent-Length: 5\r\n\r\nhello"
    )
    let outcome = trial.fetch(LiveTrial.call("GET", port: server.port))
    #expect(outcome.status == 301)
    #expect(
      outcome.fields.fields == [
        .init("Location", "/next"), .init("X-B", "two"), .init("x-b", "3"), .init("Content-Length", "5"),
      ])
    #expect(outcome.text == "hello")
  }

  @Test func `a gzip answer is decoded, and says so no more`() throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    // "hello hello hello" by gzip.
    let zipped: [UInt8] = [
      0x1f, 0x8b, 0x08, 0, 0, 0, 0, 0, 0x02, 0x03, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x57, 0xc8, 0x40, 0x90, 0x00, 0x80,
      0x88, 0xf9,
      0xe5, 0x11, 0, 0, 0,
    ]
    let server = try RawServer { connection, _ in
      _ = try connection.receiveMessage()
      try connection.send(
        Array("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: \(zipped.count)\r\n\r\n".utf8) + zipped)
    }
    let outcome = trial.fetch(LiveTrial.call("GET", port: server.port))
    #expect(outcome.text == "hello hello hello")
    #expect(outcome.fields.fields.isEmpty)
    // Asked for by the caller, it stays as it came.
    let raw = trial.fetch(LiveTrial.call("GET", port: server.port, fields: [("Accept-Encoding", "gzip")]))
    #expect(raw.body == zipped)
    #expect(raw.fields.first("Content-Encoding") == "gzip")
  }

  struct Broken: CustomTestStringConvertible, Sendable {
    var name: String
    var answer: String
    var text: String
    var testDescription: String { name }
  }

  private static let brokenPrefix = "net/http: HTTP/1.x transport connection broken: "

  /// What Go 1.26 says, by its own client.
  static let broken: [Broken] = [
    Broken(name: "nothing", answer: "", text: "EOF"),
    Broken(name: "half a status line", answer: "HTTP/1.1 20", text: brokenPrefix + "malformed HTTP status code \"20\""),
    Broken(
      name: "half a head", answer: "HTTP/1.1 200 OK\r\nContent-Le",
      text: brokenPrefix + "malformed MIME header: missing colon: \"Content-Le\""),
    Broken(name: "garbage", answer: "garbage\r\n\r\n", text: brokenPrefix + "malformed HTTP response \"garbage\""),
    Broken(
      name: "garbage without an end", answer: "garbage", text: brokenPrefix + "malformed HTTP response \"garbage\""),
    Broken(
      name: "a web page", answer: "<html>hello</html>\r\n",
      text: brokenPrefix + "malformed HTTP response \"<html>hello</html>\""),
    Broken(
      name: "a code that is no number", answer: "HTTP/1.1 abc OK\r\n\r\n",
      text: brokenPrefix + "malformed HTTP status code \"abc\""),
    Broken(
      name: "a short code", answer: "HTTP/1.1 20 OK\r\n\r\n", text: brokenPrefix + "malformed HTTP status code \"20\""),
    Broken(
      name: "a long code", answer: "HTTP/1.1 2000 OK\r\n\r\n",
      text: brokenPrefix + "malformed HTTP status code \"2000\""),
    Broken(
      name: "a negative code", answer: "HTTP/1.1 -20 OK\r\n\r\n",
      text: brokenPrefix + "malformed HTTP status code \"-20\""),
    Broken(
      name: "a wrong protocol", answer: "HTTX/1.1 200 OK\r\n\r\n",
      text: brokenPrefix + "malformed HTTP version \"HTTX/1.1\""),
    Broken(
      name: "a wrong version", answer: "HTTP/abc 200 OK\r\n\r\n",
      text: brokenPrefix + "malformed HTTP version \"HTTP/abc\""),
    Broken(
      name: "a length that is no number", answer: "HTTP/1.1 200 OK\r\nContent-Length: abc\r\n\r\n",
      text: brokenPrefix + "bad Content-Length \"abc\""),
    Broken(
      name: "a field without colon", answer: "HTTP/1.1 200 OK\r\nfoo\r\n\r\n",
      text: brokenPrefix + "malformed MIME header: missing colon: \"foo\""),
  ]

  @Test(arguments: broken) func `an answer that is none fails in Go's words`(broken: Broken) throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    let server = try ClientTests.answering(broken.answer)
    let outcome = trial.fetch(LiveTrial.call("GET", port: server.port))
    #expect(outcome.error?.text.text == broken.text, "\(outcome)")
  }

  @Test func `a refused connection fails in Go's words`() throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    let outcome = trial.fetch(LiveTrial.call("GET", port: 1))
    #expect(outcome.error == TransportError(.refused, "dial tcp 127.0.0.1:1: connect: connection refused"))
    let six = trial.fetch(LiveTrial.call("GET", port: 1, host: "::1"))
    #expect(
      six.error?.text == "dial tcp [::1]:1: connect: connection refused"
        || six.error?.text == "dial tcp [::1]:1: connect: cannot assign requested address")
  }

  @Test(arguments: ["GET", "POST"]) func `a reset fails in Go's words, with both ends`(method: String) throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    let server = try ClientTests.answering("") { $0.reset() }
    let error = try #require(
      trial.fetch(LiveTrial.call(method, port: server.port, body: method == "POST" ? .bytes([1]) : .empty)).error)
    #expect(error.kind == .reset)
    #expect(
      error.text.text.wholeMatch(of: /read tcp 127\.0\.0\.1:\d+->127\.0\.0\.1:(\d+): read: connection reset by peer/)?.1
        == "\(server.port)")
  }

  @Test func `a silent server fails at the call's deadline, a body that stops in its middle too`() throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    let server = try RawServer { connection, _ in
      let request = try connection.receiveMessage()
      if request.line.hasPrefix("GET /body") {
        try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")
      }
      _ = try connection.receiveAll()
    }
    let silent = trial.fetch(LiveTrial.call("GET", port: server.port, timeout: .milliseconds(100)))
    #expect(
      silent.error
        == TransportError(.timedOut, "context deadline exceeded (Client.Timeout exceeded while awaiting headers)"))
    let body = trial.fetch(LiveTrial.call("GET", port: server.port, "/body", timeout: .milliseconds(200)))
    #expect(body.status == 200)
    #expect(body.text == "hello")
    #expect(body.bodyError == .timedOut)
  }

  @Test func `a body that ends early says so`() throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    for answer in [
      "Content-Length: 10\r\n\r\nhello", "Transfer-Encoding: chunked\r\n\r\na\r\nhello",
      "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    ] {
      let server = try ClientTests.answering("HTTP/1.1 200 OK\r\n" + answer)
      let outcome = trial.fetch(LiveTrial.call("GET", port: server.port))
      #expect(outcome.status == 200)
      #expect(outcome.bodyError == .endedEarly)
    }
    let server = try ClientTests.answering("HTTP/1.1 200 OK\r\n\r\nuntil the end")
    #expect(trial.fetch(LiveTrial.call("GET", port: server.port)).text == "until the end")
  }

  @Test func `names come from the table, and nothing else is asked`() throws {
    let trial = try LiveTrial(names: .table(["node.example": "127.0.0.1"]))
    defer { trial.end() }
    let server = try ClientTests.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    #expect(trial.fetch(LiveTrial.call("GET", port: server.port, host: "node.example")).status == 200)
    let error = try #require(trial.fetch(LiveTrial.call("GET", port: server.port, host: "nowhere.invalid")).error)
    #expect(
      error
        == TransportError(
          .nameNotFound, GoString("dial tcp: lookup nowhere.invalid on \(NameServer.first()): no such host")))
    #expect(NameServer.parse("# x\nsearch a b\nnameserver 192.0.2.53\nnameserver 192.0.2.54\n") == "192.0.2.53:53")
    #expect(NameServer.parse("nameserver ::1\n") == "[::1]:53")
    #expect(NameServer.parse("") == "127.0.0.1:53")
  }

  @Test func `a server that speaks no TLS, or one nobody vouches for, fails in Go's words`() throws {
    let certificates = try Certificates()
    let trial = try LiveTrial()
    defer { trial.end() }
    for (answer, text) in [
      ("HTTP/1.1 400 Bad Request\r\n\r\n", "http: server gave HTTP response to HTTPS client"),
      ("garbage12345", "tls: first record does not look like a TLS handshake"), ("", "EOF"),
    ] {
      let server = try RawServer { connection, _ in
        _ = try connection.receive()
        try connection.send(answer)
      }
      #expect(
        trial.fetch(LiveTrial.call("GET", port: server.port, isTLS: true)).error
          == TransportError(answer.isEmpty ? .endOfFile : .tls, GoString(text)))
    }
    let tls = try TLSIdentity(certificateFile: GoString(certificates.certificate), keyFile: GoString(certificates.key))
    try trial.serve(tls: tls) { _, _ in .text("x") }
    let error = trial.fetch(LiveTrial.call("GET", port: trial.port, isTLS: true)).error
    #expect(
      error == TransportError(.tls, "tls: failed to verify certificate: x509: certificate signed by unknown authority"))
  }

  @Test func `a kept connection is used again, and one that was closed before any answer costs a GET a second try`()
    throws
  {
    let trial = try LiveTrial()
    defer { trial.end() }
    let seen = Notes<String>()
    // The first connection answers once, and closes when the second request is there.
    let server = try RawServer { connection, number in
      var count = 0
      while true {
        let request = try connection.receiveMessage()
        seen.add("\(number) \(request.line.split(separator: " ")[0])")
        count += 1
        if number % 2 == 0 && count == 2 { return }
        try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
      }
    }
    #expect(trial.fetch(LiveTrial.call("GET", port: server.port)).status == 200)
    #expect(trial.fetch(LiveTrial.call("GET", port: server.port)).status == 200)
    #expect(seen.all == ["0 GET", "0 GET", "1 GET"])
    #expect(trial.fetch(LiveTrial.call("GET", port: server.port)).status == 200)
    #expect(seen.all.last == "1 GET")
  }

  @Test(arguments: [HTTPCall.Body.empty, .bytes([1, 2, 3]), .stream(count: 3, BytesBody([1, 2, 3]))])
  func `a POST on a kept connection that is closed before any answer is not sent again`(body: HTTPCall.Body) throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    let seen = Notes<String>()
    let server = try RawServer { connection, number in
      let first = try connection.receiveMessage()
      seen.add(first.line)
      try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
      let second = try connection.receiveMessage()
      seen.add(second.line)
    }
    #expect(trial.fetch(LiveTrial.call("GET", port: server.port)).status == 200)
    #expect(
      trial.fetch(LiveTrial.call("POST", port: server.port, body: body)).error == TransportError(.endOfFile, "EOF"))
    #expect(seen.all == ["GET /x HTTP/1.1", "POST /x HTTP/1.1"])
  }

  @Test func `big bodies go both ways, byte for byte`() throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    let count = 20_000_000
    let bytes = PatternBody.bytes(0..<count)
    try trial.serve { request, _ in
      if request.method == "GET" { return HTTPResponse(status: 200, body: .stream(count: nil, PatternBody(count))) }
      let body = (try? await request.body.collect()) ?? []
      return .text(body == PatternBody.bytes(0..<body.count) ? "\(body.count)" : "differs")
    }
    #expect(trial.fetch(LiveTrial.call("GET", port: trial.port)).body == bytes)
    let stream = HTTPCall.Body.stream(count: Int64(count), PatternBody(count, piece: 77_777))
    #expect(trial.fetch(LiveTrial.call("PUT", port: trial.port, body: stream)).text == "\(count)")
    #expect(trial.fetch(LiveTrial.call("PUT", port: trial.port, body: .bytes(bytes))).text == "\(count)")
  }

  @Test func `a server waits for a reader that is slow`() throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    let sent = Notes<Int>()
    let server = try RawServer { connection, _ in
      _ = try connection.receiveMessage()
      try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 40000000\r\n\r\n")
      sent.add(connection.sendUntilStuck([UInt8](repeating: 1, count: 100_000), most: 40_000_000, stuckAfter: 300))
    }
    let call = LiveTrial.call("GET", port: server.port)
    let count = trial.node { world -> Int in
      guard let reply = try? await world.http.send(call) else { return -1 }
      // Nobody reads until the server is stuck.
      while sent.all.isEmpty { try? await world.clock.sleep(until: world.clock.uptime + .milliseconds(20)) }
      var count = 0
      while let piece = try? await reply.body.next() { count += piece.count }
      return count
    }
    #expect(sent.all[0] < 20_000_000)
    #expect(count == sent.all[0])
  }

  @Test func `a cancelled call ends its exchange, before the head and in the body`() throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    let arrived = Notes<Bool>()
    let closed = Notes<Bool>()
    let server = try RawServer { connection, _ in
      let request = try connection.receiveMessage()
      if request.line.contains("/body") { try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello") }
      arrived.add(true)
      closed.add(((try? connection.receiveAll()) ?? []).isEmpty)
    }
    for (number, target) in ["/head", "/body"].enumerated() {
      let call = LiveTrial.call("GET", port: server.port, target, timeout: nil)
      let task = trial.node { world in Task { await world.fetch(call) } }
      try arrived.wait(for: number + 1)
      if target == "/body" {
        // The head has come too, before the task is cancelled.
        trial.node { world in try? await world.clock.sleep(until: world.clock.uptime + .milliseconds(50)) }
      }
      trial.live.loop.deliver { task.cancel() }
      let outcome = trial.node { _ in await task.value }
      if target == "/head" {
        #expect(outcome.error == TransportError(.cancelled, "context canceled"))
      } else {
        #expect(outcome.text == "hello")
        #expect(outcome.bodyError == .cancelled)
      }
      #expect(try closed.wait(for: number + 1)[number])
    }
  }

  @Test func `a body nobody reads ends with its last owner`() throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    let closed = Notes<Bool>()
    let server = try RawServer { connection, _ in
      _ = try connection.receiveMessage()
      try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")
      closed.add(((try? connection.receiveAll()) ?? []).isEmpty)
    }
    let call = LiveTrial.call("GET", port: server.port, timeout: nil)
    #expect(trial.node { world in (try? await world.http.send(call).status) } == 200)
    #expect(try closed.wait(for: 1) == [true])
  }

  @Test func `a source that fails or ends early ends the call`() throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    let server = try RawServer { connection, _ in _ = try connection.receiveAll() }
    for source in [PatternBody(100, failsAt: 0), PatternBody(50)] {
      let outcome = trial.fetch(LiveTrial.call("PUT", port: server.port, body: .stream(count: 100, source)))
      #expect(outcome.error?.kind == .other)
    }
  }

  @Test func `what cannot be sent is refused before anything is`() throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    for (call, text) in [
      (LiveTrial.call("GET", port: 1, "/a b"), "net/url: invalid control character in URL"),
      (LiveTrial.call("GET", port: 1, "/a\r\nX: y"), "net/url: invalid control character in URL"),
      (LiveTrial.call("GET", port: 1, host: ""), "http: no Host in request URL"),
      (LiveTrial.call("GET", port: 1, fields: [("a b", "c")]), "net/http: invalid header field name \"a b\""),
      (LiveTrial.call("GET", port: 1, fields: [("a", "b\r\nc: d")]), "net/http: invalid header field value for \"a\""),
      (LiveTrial.call("G T", port: 1), "net/http: invalid method \"G T\""),
    ] {
      #expect(trial.fetch(call).error?.text.text == text)
    }
  }

  @Test func `many calls at once share the loop`() throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    try trial.serve { request, world in
      try? await world.clock.sleep(until: world.clock.uptime + .milliseconds(5))
      return .text(request.target.text)
    }
    let port = trial.port
    let wrong = trial.node { world in
      await withTaskGroup(of: Bool.self) { group in
        for number in 0..<200 {
          group.addTask { await world.fetch(LiveTrial.call("GET", port: port, "/\(number)")).text == "/\(number)" }
        }
        var wrong = 0
        for await isRight in group where !isRight { wrong += 1 }
        return wrong
      }
    }
    #expect(wrong == 0)
  }
}
