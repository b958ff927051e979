import GoWire
import Simulator
import Testing

@testable import ReferenceNode

@Suite struct HTTPRequestParserTests {
  /// Heads that Go's server refuses too, with its answer, or that are refused here because they let two parties disagree.
  private static let refused: [(name: String, head: String, status: Int, explanation: String)] = [
    ("two different lengths", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", 400, ""),
    ("the same length twice", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n", 400, ""),
    (
      "a length with chunked", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n",
      400, ""
    ),
    (
      "chunked twice", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
      501, ""
    ),
    ("another coding", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501, ""),
    ("a coding in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400, ""),
    (
      "a trailer that frames",
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTrailer: a, content-length\r\n\r\n", 400, ""
    ),
    ("a bare LF after the request line", "GET / HTTP/1.1\nHost: x\r\n\r\n", 400, ""),
    ("a bare LF after a field", "GET / HTTP/1.1\r\nHost: x\nA: b\r\n\r\n", 400, ""),
    ("a bare LF as the end", "GET / HTTP/1.1\r\nHost: x\r\n\n", 400, ""),
    ("a bare CR in a value", "GET / HTTP/1.1\r\nHost: x\r\nA: b\rc\r\n\r\n", 400, ""),
    ("a blank in a name", "GET / HTTP/1.1\r\nHost: x\r\nA b: c\r\n\r\n", 400, "invalid header name"),
    ("a blank before the colon", "GET / HTTP/1.1\r\nHost: x\r\nA : c\r\n\r\n", 400, "invalid header name"),
    ("a tab in a name", "GET / HTTP/1.1\r\nHost: x\r\nA\t: c\r\n\r\n", 400, ""),
    ("a name that is no token", "GET / HTTP/1.1\r\nHost: x\r\nA(b): c\r\n\r\n", 400, ""),
    ("a name beyond ASCII", "GET / HTTP/1.1\r\nHost: x\r\nÄ: c\r\n\r\n", 400, ""),
    ("an empty name", "GET / HTTP/1.1\r\nHost: x\r\n: c\r\n\r\n", 400, ""),
    ("no colon", "GET / HTTP/1.1\r\nHost: x\r\nabc\r\n\r\n", 400, ""),
    ("a first field that is folded", "GET / HTTP/1.1\r\n Host: x\r\n\r\n", 400, ""),
    ("a folded line", "GET / HTTP/1.1\r\nHost: x\r\nA: one\r\n two\r\n\r\n", 400, ""),
    ("a line of blanks", "GET / HTTP/1.1\r\nHost: x\r\n \t\r\n\r\n", 400, ""),
    ("a control character in a value", "GET / HTTP/1.1\r\nHost: x\r\nA: \u{1}\r\n\r\n", 400, ""),
    ("a NUL in a value", "GET / HTTP/1.1\r\nHost: x\r\nA: b\0\r\n\r\n", 400, ""),
    ("a DEL in a value", "GET / HTTP/1.1\r\nHost: x\r\nA: \u{7F}\r\n\r\n", 400, ""),
    ("no Host", "GET / HTTP/1.1\r\nA: b\r\n\r\n", 400, "missing required Host header"),
    ("no field at all", "GET / HTTP/1.1\r\n\r\n", 400, "missing required Host header"),
    ("two Hosts", "GET / HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n", 400, ""),
    ("a Host with a slash", "GET / HTTP/1.1\r\nHost: x/y\r\n\r\n", 400, "malformed Host header"),
    ("a Host with a blank", "GET / HTTP/1.1\r\nHost: x y\r\n\r\n", 400, "malformed Host header"),
    ("an empty length", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length:\r\n\r\n", 400, ""),
    ("a signed length", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +5\r\n\r\n", 400, ""),
    ("a length beyond 63 bits", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9223372036854775808\r\n\r\n", 400, ""),
    ("a list as length", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5, 5\r\n\r\n", 400, ""),
    ("two parts in the request line", "GET /\r\nHost: x\r\n\r\n", 400, ""),
    ("four parts in the request line", "GET / x HTTP/1.1\r\nHost: x\r\n\r\n", 400, ""),
    ("two blanks in the request line", "GET  / HTTP/1.1\r\nHost: x\r\n\r\n", 400, ""),
    ("a method that is no token", "G:T / HTTP/1.1\r\nHost: x\r\n\r\n", 400, ""),
    ("a lower-case protocol", "GET / http/1.1\r\nHost: x\r\n\r\n", 400, ""),
    ("a long version", "GET / HTTP/1.10\r\nHost: x\r\n\r\n", 400, ""),
    ("HTTP/2.0", "GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505, "unsupported protocol version"),
    ("HTTP/0.9", "GET / HTTP/0.9\r\nHost: x\r\n\r\n", 505, "unsupported protocol version"),
    ("a broken escape in the path", "GET /a%2 HTTP/1.1\r\nHost: x\r\n\r\n", 400, ""),
    ("a target that is no path", "GET a/b HTTP/1.1\r\nHost: x\r\n\r\n", 400, ""),
    ("a control character in the target", "GET /a\u{1} HTTP/1.1\r\nHost: x\r\n\r\n", 400, ""),
    ("a port of letters in the target", "GET http://h:a/ HTTP/1.1\r\nHost: x\r\n\r\n", 400, ""),
    ("an empty line first", "\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n", 400, ""),
  ]

  @Test(arguments: refused.indices)
  func `what is no request is refused as Go's server does`(_ index: Int) throws {
    let row = Self.refused[index]
    guard case .refused(let refusal) = HTTPRequestParser.parse(Array(row.head.utf8)) else {
      Issue.record("\(row.name) is taken for a request")
      return
    }
    #expect(refusal.status == row.status, "\(row.name): \(refusal.cause)")
    #expect(refusal.explanation == row.explanation, "\(row.name): \(refusal.cause)")
  }

  @Test func `a refusal is the answer of Go's server, byte for byte`() {
    func answer(_ head: String) -> String? {
      guard case .refused(let refusal) = HTTPRequestParser.parse(Array(head.utf8)) else { return nil }
      return String(decoding: refusal.answer, as: UTF8.self)
    }
    #expect(
      answer("GET /% HTTP/1.1\r\n")
        == "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n400 Bad Request"
    )
    #expect(
      answer("GET / HTTP/1.1\r\n\r\n")
        == "HTTP/1.1 400 Bad Request: missing required Host header\r\nContent-Type: text/plain; charset=utf-8\r\n"
        + "Connection: close\r\n\r\n400 Bad Request: missing required Host header")
    #expect(
      answer("GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: br\r\n\r\n")
        == "HTTP/1.1 501 Not Implemented\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n"
        + "Unsupported transfer encoding")
  }

  private static func head(_ text: String) -> HTTPRequestHead? {
    guard case .head(let head, let length) = HTTPRequestParser.parse(Array(text.utf8)) else { return nil }
    #expect(length == text.utf8.count)
    return head
  }

  @Test func `a request keeps its raw target, its names and their order`() throws {
    let head = try #require(
      Self.head("GET /a%2Fb//c/../%41?q=%2F&&z=%zz HTTP/1.1\r\nhost: x\r\nX-b: 1\r\nX-A:\t 2 \t\r\nX-b:\r\n\r\n"))
    #expect(head.method == "GET")
    #expect(head.target == "/a%2Fb//c/../%41?q=%2F&&z=%zz")
    #expect(head.fields.fields.map(\.name) == ["host", "X-b", "X-A", "X-b"])
    #expect(head.fields.fields.map(\.value) == ["x", "1", "2", ""])
    #expect(head.framing == .none)
    #expect(head.contentLength == nil)
    #expect(head.keepsAlive)
    #expect(head.minorVersion == 1)
  }

  @Test(arguments: [
    ("HTTP/1.1", "", true), ("HTTP/1.1", "close", false), ("HTTP/1.1", "x, Close", false),
    ("HTTP/1.1", "keep-alive", true),
    ("HTTP/1.0", "", false), ("HTTP/1.0", "Keep-Alive", true), ("HTTP/1.0", "keep-alive, close", false),
  ])
  func `the connection is kept as version and header say`(_ version: String, _ value: String, _ keeps: Bool) throws {
    let field = value.isEmpty ? "" : "Connection: \(value)\r\n"
    #expect(try #require(Self.head("GET / \(version)\r\nHost: x\r\n\(field)\r\n")).keepsAlive == keeps)
  }

  @Test(arguments: [
    "/", "*", "/a#b", "//h/p", "/%C3%A9?%", "http://h/p", "HTTP://h:80?x", "http://[::1]:80/",
    "http://[fe80::1%25en0]/", "x:y",
    "/\u{E9}",
  ])
  func `every form of a target is understood`(_ target: String) throws {
    #expect(try #require(Self.head("GET \(target) HTTP/1.1\r\nHost: x\r\n\r\n")).target == GoString(target))
  }

  @Test func `an expectation is told apart`() throws {
    func expectation(_ value: String) -> HTTPRequestHead.Expectation? {
      Self.head("PUT / HTTP/1.1\r\nHost: x\r\nExpect: \(value)\r\n\r\n")?.expectation
    }
    #expect(expectation("100-Continue") == .continue)
    #expect(expectation("200-ok") == .unknown)
    #expect(expectation("") == HTTPRequestHead.Expectation.none)
  }

  @Test func `a head that is too long is refused before it ends`() {
    var parser = HTTPRequestParser(limit: 100)
    #expect(parser.read(Array("GET / HTTP/1.1\r\nHost: x\r\nA: ".utf8)) == .incomplete)
    guard case .refused(let refusal) = parser.read([UInt8](repeating: 0x61, count: 80)) else {
      Issue.record("a head of any length is read")
      return
    }
    #expect(refusal.status == 431)
  }

  @Test func `the end of the connection is a refusal only inside a head`() {
    var parser = HTTPRequestParser()
    #expect(parser.end() == nil)
    #expect(parser.read(Array("GET".utf8)) == .incomplete)
    #expect(parser.end()?.status == 400)
  }

  @Test func `what follows a head is the body's`() {
    var parser = HTTPRequestParser(skipsEmptyLines: true)
    guard case .head = parser.read(Array("\r\n\r\nPOST / HTTP/1.1\r\nHost: x\r\n\r\nrest".utf8)) else {
      Issue.record("no head")
      return
    }
    #expect(Array(parser.rest) == Array("rest".utf8))
  }

  @Test(arguments: 0..<40 as Range<UInt64>)
  func `no bytes trap it, and pieces tell the same as the whole`(_ seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<200 {
      let bytes = Self.mutated(&generator)
      let whole = HTTPRequestParser.parse(bytes)
      var parser = HTTPRequestParser()
      var outcome = HTTPRequestParser.Outcome.incomplete
      for byte in bytes { outcome = parser.read(CollectionOfOne(byte)) }
      #expect(outcome == whole, "\(bytes)")
    }
  }

  private static func mutated(_ generator: inout SeededGenerator) -> [UInt8] {
    let bases = refused.map(\.head) + ["POST /a%2Fb?c HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"]
    var bytes = Array(bases[generator.below(bases.count)].utf8)
    if generator.chance(1, of: 8) { bytes = generator.bytes(generator.below(200)) }
    for _ in 0..<generator.below(4) where !bytes.isEmpty {
      let place = generator.below(bytes.count)
      switch generator.below(3) {
      case 0: bytes.remove(at: place)
      case 1: bytes.insert(contentsOf: generator.bytes(1), at: place)
      default: bytes[place] = Array("\r\n :%\t/".utf8)[generator.below(7)]
      }
    }
    return bytes
  }
}

@Suite struct HTTPChunkedDecoderTests {
  private static func decode(_ text: String, piece: Int = .max) throws -> (data: String, rest: String, isComplete: Bool)
  {
    var decoder = HTTPChunkedDecoder()
    var rest = Array(text.utf8)[...]
    var data: [UInt8] = []
    while !rest.isEmpty, !decoder.isComplete {
      let (more, taken) = try decoder.read(rest.prefix(piece))
      data += more
      rest = rest.dropFirst(taken)
    }
    return (String(decoding: data, as: UTF8.self), String(decoding: rest, as: UTF8.self), decoder.isComplete)
  }

  @Test(arguments: [1, 2, 3, 7, Int.max])
  func `chunks are put together, extensions and trailers left out`(_ piece: Int) throws {
    let result = try Self.decode(
      "5\r\nhello\r\n1;a=b \r\n,\r\n00A \r\n0123456789\r\n0\r\nX-Sum: 1\r\n\r\nGET", piece: piece)
    #expect(result == ("hello,0123456789", "GET", true))
  }

  @Test func `an unfinished body is not complete`() throws {
    #expect(try Self.decode("5\r\nhel") == ("hel", "", false))
    #expect(try Self.decode("0\r\n") == ("", "", false))
  }

  @Test(arguments: [
    ("\r\n", "empty hex number for chunk length"), (";x\r\n", "empty hex number for chunk length"),
    ("g\r\n", "invalid byte in chunk length"), ("0x5\r\n", "invalid byte in chunk length"),
    (" 5\r\n", "invalid byte in chunk length"), ("-1\r\n", "invalid byte in chunk length"),
    ("00000000000000005\r\n", "http chunk length too large"), ("5\nhello", "chunked line ends with bare LF"),
    ("5\r;\r\n", "invalid CR in chunked line"), ("1\r\nab\r\n", "malformed chunked encoding"),
    ("1\r\na\n", "malformed chunked encoding"), ("0\r\nno colon\r\n\r\n", "malformed trailer"),
    ("0\r\n\n", "chunked line ends with bare LF"),
  ])
  func `what Go's reader refuses is refused`(_ coded: String, _ reason: String) {
    #expect(throws: HTTPChunkedDecoder.Malformed(text: reason)) { try Self.decode(coded) }
  }

  @Test func `a sender that wraps little in much is refused`() {
    let line = "1;" + String(repeating: "x", count: 1_000) + "\r\na\r\n"
    #expect(throws: HTTPChunkedDecoder.Malformed(text: "chunked encoding contains too much non-data")) {
      try Self.decode(String(repeating: line, count: 20))
    }
    #expect(throws: HTTPChunkedDecoder.Malformed.self) { try Self.decode("1;" + String(repeating: "x", count: 5_000)) }
    #expect(throws: Never.self) { try Self.decode(String(repeating: "1\r\na\r\n", count: 10_000) + "0\r\n\r\n") }
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func `no bytes trap it, and pieces tell the same as the whole`(_ seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<300 {
      var text = ""
      for _ in 0..<generator.below(12) {
        text +=
          ["5\r\nhello\r\n", "0\r\n\r\n", "\r\n", "\n", "a;b", "F\r\n", "ffffffffffffffff\r\n", ":", "x", " "][
            generator.below(10)]
      }
      let whole = try? Self.decode(text)
      let pieces = try? Self.decode(text, piece: 1)
      #expect(whole?.data == pieces?.data)
      #expect(whole?.isComplete == pieces?.isComplete)
    }
  }
}
