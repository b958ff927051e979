import GoWire
import ReferenceNode
import Testing

@testable import LiveWorld

/// HDR-8: what is no HTTP/1.1 request.
@Suite struct ServerRefusalTests {
  struct Bad: CustomTestStringConvertible, Sendable {
    var name: String
    var request: String
    var text = "400 Bad Request"
    var status = 400
    var testDescription: String { name }
  }

  private static let head = "GET / HTTP/1.1\r\nHost: x\r\n"
  private static let post = "POST / HTTP/1.1\r\nHost: x\r\n"

  static let refused: [Bad] = [
    Bad(name: "two lengths", request: post + "Content-Length: 5\r\nContent-Length: 4\r\n\r\nhello"),
    Bad(name: "two equal lengths", request: post + "Content-Length: 5\r\ncontent-length: 5\r\n\r\nhello"),
    Bad(
      name: "length and chunks",
      request: post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"),
    Bad(
      name: "chunks and length",
      request: post + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n5\r\nhello\r\n0\r\n\r\n"),
    Bad(name: "chunks in HTTP 1.0", request: "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    Bad(name: "length no number", request: post + "Content-Length: abc\r\n\r\nhello"),
    Bad(name: "length negative", request: post + "Content-Length: -1\r\n\r\nhello"),
    Bad(name: "length with sign", request: post + "Content-Length: +5\r\n\r\nhello"),
    Bad(name: "length empty", request: post + "Content-Length:\r\n\r\nhello"),
    Bad(name: "length a list", request: post + "Content-Length: 5, 5\r\n\r\nhello"),
    Bad(name: "length beyond 64 bits", request: post + "Content-Length: 99999999999999999999\r\n\r\nhello"),
    Bad(name: "length beyond 63 bits", request: post + "Content-Length: 9223372036854775808\r\n\r\nhello"),
    Bad(name: "blank in a name", request: head + "A b: c\r\n\r\n", text: "400 Bad Request: invalid header name"),
    Bad(name: "blank before the colon", request: head + "A : c\r\n\r\n", text: "400 Bad Request: invalid header name"),
    Bad(name: "tab before the colon", request: head + "A\t: c\r\n\r\n"),
    Bad(name: "no token in a name", request: head + "A(b: c\r\n\r\n"),
    Bad(name: "no name", request: head + ": c\r\n\r\n"),
    Bad(name: "control byte in a value", request: head + "A: b\u{1}c\r\n\r\n"),
    Bad(name: "delete in a value", request: head + "A: b\u{7F}c\r\n\r\n"),
    Bad(name: "carriage return in a value", request: head + "A: b\rc\r\n\r\n"),
    Bad(name: "zero in a value", request: head + "A: b\0c\r\n\r\n"),
    Bad(name: "zeros in a value", request: head + "A: b\0\0C: d\r\n\r\n"),
    Bad(name: "a header between zeros", request: head + "A: b\0\0C\0 d\r\n\r\n"),
    Bad(name: "bare line feed after the first line", request: "GET / HTTP/1.1\nHost: x\r\n\r\n"),
    Bad(name: "bare line feed after a field", request: "GET / HTTP/1.1\r\nHost: x\nA: b\r\n\r\n"),
    Bad(name: "bare line feed after the last field", request: "GET / HTTP/1.1\r\nHost: x\n\r\n"),
    Bad(name: "bare line feed at the end", request: "GET / HTTP/1.1\r\nHost: x\r\n\n"),
    Bad(name: "bare line feeds throughout", request: "GET / HTTP/1.1\nHost: x\n\n"),
    Bad(name: "a folded field", request: head + "A: b\r\n c\r\n\r\n"),
    Bad(name: "a fold first", request: "GET / HTTP/1.1\r\n A: b\r\nHost: x\r\n\r\n"),
    Bad(name: "no Host", request: "GET / HTTP/1.1\r\n\r\n", text: "400 Bad Request: missing required Host header"),
    Bad(name: "two Hosts", request: head + "Host: x\r\n\r\n"),
    Bad(
      name: "Host with a slash", request: "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
      text: "400 Bad Request: malformed Host header"),
    Bad(name: "broken escape", request: "GET /a%zzb HTTP/1.1\r\nHost: x\r\n\r\n"),
    Bad(name: "cut escape", request: "GET /a%4 HTTP/1.1\r\nHost: x\r\n\r\n"),
    Bad(name: "blank in the target", request: "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n"),
    Bad(name: "two blanks before the target", request: "GET  / HTTP/1.1\r\nHost: x\r\n\r\n"),
    Bad(name: "control byte in the target", request: "GET /a\u{1} HTTP/1.1\r\nHost: x\r\n\r\n"),
    Bad(name: "relative target", request: "GET a HTTP/1.1\r\nHost: x\r\n\r\n"),
    Bad(name: "absolute target with a bad port", request: "GET http://y:bad/z HTTP/1.1\r\nHost: x\r\n\r\n"),
    Bad(name: "method no token", request: "G(T / HTTP/1.1\r\nHost: x\r\n\r\n"),
    Bad(
      name: "a length announced behind the chunks",
      request: post + "Transfer-Encoding: chunked\r\nTrailer: X, content-length\r\n\r\n0\r\n\r\n"),
    Bad(
      name: "blank before the colon of a length", request: post + "Content-Length : 5\r\n\r\nhello",
      text: "400 Bad Request: invalid header name"),
    Bad(name: "a folded encoding", request: post + "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n"),
    Bad(name: "a folded length", request: post + "Content-Length:\r\n\t5\r\n\r\nhello"),
    Bad(name: "no colon", request: head + "abc\r\n\r\n"),
    Bad(name: "no version", request: "GET /\r\nHost: x\r\n\r\n"),
    Bad(name: "version with a blank", request: "GET / HTTP/1.1 \r\nHost: x\r\n\r\n"),
    Bad(name: "version in small letters", request: "GET / http/1.1\r\nHost: x\r\n\r\n"),
    Bad(name: "many words", request: "a b c d e\r\n\r\n"),
    Bad(
      name: "version 2.0", request: "GET / HTTP/2.0\r\nHost: x\r\n\r\n",
      text: "505 HTTP Version Not Supported: unsupported protocol version", status: 505),
    Bad(
      name: "a field of 100,000 bytes", request: head + "A: " + String(repeating: "a", count: 100_000) + "\r\n\r\n",
      text: "431 Request Header Fields Too Large", status: 431),
    Bad(
      name: "1,000 fields",
      request: head + (0..<1000).map { "X-\($0): a rather long value\r\n" }.joined() + "\r\n",
      text: "431 Request Header Fields Too Large", status: 431),
    Bad(
      name: "a target of 100,000 bytes", request: "GET /\(String(repeating: "a", count: 100_000)) HTTP/1.1\r\n\r\n",
      text: "431 Request Header Fields Too Large", status: 431),
    Bad(
      name: "encoding unknown", request: post + "Transfer-Encoding: gzip\r\n\r\nhello",
      text: "Unsupported transfer encoding", status: 501),
    Bad(
      name: "encoding twice",
      request: post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      text: "Unsupported transfer encoding", status: 501),
    Bad(
      name: "encoding with a blank", request: post + "Transfer-Encoding: chunked \r\n\r\n0\r\n\r\n",
      text: "Unsupported transfer encoding", status: 501),
  ]

  @Test(arguments: refused) func `a head that is none is refused as Go refuses it, and never reaches the handler`(
    bad: Bad
  ) throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    let reached = Notes<HTTPRequest>()
    try trial.serve { request, _ in
      reached.add(request)
      return .text("reached")
    }
    // Also as the second request of a connection, and with a next one behind it.
    for first in ["", "GET /first HTTP/1.1\r\nHost: x\r\n\r\n"] {
      let socket = try trial.connect()
      let before = reached.all.count
      if !first.isEmpty { #expect(try socket.exchange(first).text == "reached") }
      try socket.send(bad.request)
      let answer = try socket.receiveMessage()
      try #require(answer.status == bad.status)
      #expect(answer.text == bad.text)
      #expect(answer.shown == ["Content-Type: text/plain; charset=utf-8"])
      #expect(answer["Connection"] == "close")
      #expect(try socket.receive() == nil)
      #expect(reached.all.count == before + (first.isEmpty ? 0 : 1))
    }
  }

  @Test func `who goes on sending after a refusal is not cut off before it has read the answer`() throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    var limits = ServerLimits()
    limits.lingering = .seconds(60)
    try trial.serve(limits: limits) { _, _ in .text("reached") }
    for head in ["Content-Length: 1000000\r\nContent-Length: 1\r\n\r\n", "Content-Length: x\r\n\r\n"] {
      let socket = try trial.connect()
      try socket.send(ServerRefusalTests.post + head)
      #expect(socket.hasNews(within: RawSocket.patience))
      for _ in 0..<20 { try socket.send([UInt8](repeating: 65, count: 50_000)) }
      try #require(try socket.receiveMessage().text == "400 Bad Request")
      #expect(try socket.receive() == nil)
    }
  }

  @Test(arguments: ["Content-Length: 1\r\nContent-Length: 1\r\n\r\n", "Content-Length: x\r\n\r\n", "A : b\r\n\r\n"])
  func `a head that comes byte by byte is refused too`(tail: String) throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    try trial.serve { _, _ in .text("reached") }
    let socket = try trial.connect()
    for byte in Array((ServerRefusalTests.post + tail).utf8) { try socket.send([byte]) }
    #expect(try socket.receiveMessage().text.hasPrefix("400 Bad Request"))
  }

  @Test(arguments: [
    "garbage\r\n\r\n", "SSH-2.0-OpenSSH_9\r\n", "\u{16}\u{3}\u{1}\0\u{2}\r\n\r\n", " GET / HTTP/1.1\r\n\r\n",
  ])
  func `what does not even begin like a request is refused, unless it comes behind one`(garbage: String) throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    try trial.serve { _, _ in .text("reached") }
    let socket = try trial.connect()
    let answer = try socket.exchange(garbage)
    #expect(answer.status == 400)
    #expect(answer.text == "400 Bad Request")
    #expect(answer.shown == ["Content-Type: text/plain; charset=utf-8"])
    #expect(try socket.receive() == nil)
    let used = try trial.connect()
    #expect(try used.exchange("GET / HTTP/1.1\r\nHost: x\r\n\r\n").text == "reached")
    try used.send(garbage)
    #expect(try used.receive() == nil)
  }

  @Test func `idle and used connections beside it do not get the answer to a malformed head`() throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    try trial.serve { _, _ in .text("reached") }
    let bystanders = try (0..<5).map { number in
      let socket = try trial.connect()
      if number > 0 { try socket.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n") }
      if number > 0 { #expect(try socket.receiveMessage().text == "reached") }
      if number > 2 { try socket.send("GET / HTTP/1.1\r\nHos") }
      return socket
    }
    let bad = try trial.connect()
    // Whichever words it gets: with several candidates they are the library's.
    #expect(try bad.exchange("GET / HTTP/1.1\r\nHost: x\r\nabc\r\n\r\n").status == 400)
    for (number, socket) in bystanders.enumerated() {
      try socket.send(number > 2 ? "t: x\r\n\r\n" : "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(try socket.receiveMessage().text == "reached")
    }
  }

  @Test(arguments: ["1.0", "1.1"]) func `an unknown expectation is refused`(version: String) throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    try trial.serve { _, _ in .text("reached") }
    let socket = try trial.connect()
    let answer = try socket.exchange(
      "POST / HTTP/\(version)\r\nHost: x\r\nExpect: foo\r\nContent-Length: 5\r\n\r\nhello")
    #expect(answer.status == 417)
    #expect(answer.shown == ["Content-Length: 0"])
    #expect(try socket.receive() == nil)
  }

  @Test(arguments: ["foo, 100-continue", "100-continue\r\nExpect: foo", ""])
  func `an expectation that names 100-continue is none to refuse, and neither is an empty one`(expectation: String)
    throws
  {
    let trial = try LiveTrial()
    defer { trial.end() }
    try trial.serve { request, _ in .text("\((try? await request.body.collect())?.count ?? -1)") }
    let socket = try trial.connect()
    try socket.send(ServerRefusalTests.post + "Expect: \(expectation)\r\nContent-Length: 5\r\n\r\nhello")
    var answer = try socket.receiveHead()
    if answer.status == 100 { answer = try socket.receiveHead() }
    #expect(answer.status == 200)
    #expect(try socket.receive(count: 1) == Array("5".utf8))
  }

  static let accepted = [
    "GET /a?x=%zz HTTP/1.1\r\nHost: x\r\n\r\n", "GET * HTTP/1.1\r\nHost: x\r\n\r\n",
    "GET http://y/z HTTP/1.1\r\nHost: x\r\n\r\n", "GET //z/y HTTP/1.1\r\nHost: x\r\n\r\n",
    "get /%00%2e HTTP/1.1\r\nHost: x\r\n\r\n", "GET / HTTP/1.2\r\nHost: x\r\n\r\n",
    "GET / HTTP/1.1\r\nHost:\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\nA: b\tc\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\n\r\n0\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: [::1]:80\r\nContent-Length: 000\r\n\r\n",
  ]

  @Test(arguments: accepted) func `what Go's server takes is taken`(request: String) throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    try trial.serve { request, _ in .text(request.target.text) }
    let socket = try trial.connect()
    let answer = try socket.exchange(request)
    #expect(answer.status == 200)
    #expect(answer.text == request.split(separator: " ")[1])
    #expect(try socket.exchange("GET /next HTTP/1.1\r\nHost: x\r\n\r\n").text == "/next")
  }

  /// RFC 9112, 2.2: Go skips it behind a POST only.
  @Test func `an empty line before a request is skipped`() throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    try trial.serve { request, _ in .text(request.target.text) }
    let socket = try trial.connect()
    for _ in 0..<2 { #expect(try socket.exchange("\r\nGET /x HTTP/1.1\r\nHost: x\r\n\r\n").text == "/x") }
  }

  @Test func `chunks that are none end the body`() throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    let ends = Notes<HTTPBodyError?>()
    try trial.serve { request, _ in
      do throws(HTTPBodyError) {
        _ = try await request.body.collect()
        ends.add(nil)
      } catch {
        ends.add(error)
      }
      return .text("reached")
    }
    let chunks = try trial.connect()
    try chunks.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhelloX\r\n0\r\n\r\n")
    _ = try? chunks.receiveAll()
    #expect(try ends.wait(for: 1) == [.endedEarly])
  }
}
