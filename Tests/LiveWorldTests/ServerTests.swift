import GoWire
import ReferenceNode
import Testing

@testable import LiveWorld

@Suite struct ServerTests {
  private static let close = "Connection: close\r\n"

  @Test func `a connection is kept for many requests`() throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    try trial.serve { request, _ in .text("\(request.method) \(request.target)") }
    let socket = try trial.connect()
    for number in 0..<20 {
      let answer = try socket.exchange("GET /\(number) HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(answer.status == 200)
      #expect(answer.text == "GET /\(number)")
      #expect(answer["Connection"] == nil)
      #expect(answer["Date"]?.hasSuffix(" GMT") == true)
      #expect(answer.shown == ["Content-Length: \(answer.text.count)", "Content-Type: text/plain"])
    }
  }

  @Test func `pipelined requests are answered in order, also when the first takes longer`() throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    try trial.serve { request, world in
      if request.target == "/slow" { try? await world.clock.sleep(until: world.clock.uptime + .milliseconds(30)) }
      return .text(request.target.text)
    }
    let socket = try trial.connect()
    try socket.send(["/slow", "/b", "/c"].map { "GET \($0) HTTP/1.1\r\nHost: x\r\n\r\n" }.joined())
    for target in ["/slow", "/b", "/c"] { #expect(try socket.receiveMessage().text == target) }
  }

  @Test func `the target, the method and the header fields come byte for byte and in order`() throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    let seen = Notes<HTTPRequest>()
    try trial.serve { request, _ in
      seen.add(request)
      return .text("ok")
    }
    let target = "/a%2Fb//c/../%41?q=%2F&&z=+&%zz=;&="
    let socket = try trial.connect()
    try socket.send(
      Array("PATCH \(target) HTTP/1.1\r\nhost: x\r\nX-Two:  spaced out \t\r\nx-two:2\r\nX-Empty:\r\nX-Bytes: ".utf8)
        + [0xFF, 0xC3, 0x28] + Array("\r\n\r\n".utf8))
    _ = try socket.receiveMessage()
    let request = try #require(seen.all.first)
    #expect(request.method == "PATCH")
    #expect(request.target == GoString(target))
    #expect(
      request.fields.fields == [
        .init("host", "x"), .init("X-Two", "spaced out"), .init("x-two", "2"), .init("X-Empty", ""),
        .init("X-Bytes", GoString([0xFF, 0xC3, 0x28])),
      ])
    #expect(request.contentLength == nil)
    #expect(request.peer.hasPrefix("127.0.0.1:"))
  }

  @Test func `HTTP 1.0 and Connection close end the connection after the answer`() throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    try trial.serve { request, _ in
      var response = HTTPResponse.text("x")
      response.closes = request.target == "/closes"
      return response
    }
    for request in [
      "GET / HTTP/1.0\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
      "GET /closes HTTP/1.1\r\nHost: x\r\n\r\n",
    ] {
      let socket = try trial.connect()
      let answer = try socket.exchange(request)
      #expect(answer.text == "x")
      #expect(answer["Connection"] == "close")
      #expect(try socket.receive() == nil)
    }
  }

  @Test func `lengths are exact, and absent where they have to be`() throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    try trial.serve { request, _ in
      let status = Int(request.target.text.dropFirst()) ?? 0
      var response = HTTPResponse(
        status: status, fields: HTTPFields([.init("ETag", "\"a\""), .init("Content-Length", "77")]))
      if status == 200 { response.body = .bytes(Array("hello".utf8)) }
      return response
    }
    let socket = try trial.connect()
    func ask(_ method: String, _ status: Int) throws -> RawSocket.Message {
      try socket.exchange("\(method) /\(status) HTTP/1.1\r\nHost: x\r\n\r\n", toHead: method == "HEAD")
    }
    #expect(try ask("GET", 200).shown == ["Content-Length: 5", "ETag: \"a\""])
    #expect(try ask("HEAD", 200).shown == ["Content-Length: 5", "ETag: \"a\""])
    #expect(try ask("GET", 204).shown == ["ETag: \"a\""])
    #expect(try ask("GET", 412).shown == ["Content-Length: 0", "ETag: \"a\""])
    #expect(try ask("GET", 500).shown == ["Content-Length: 0", "ETag: \"a\""])
    #expect(try ask("GET", 304).shown == ["ETag: \"a\""])
  }

  @Test func `part of a file is sent as it is, and to HEAD only its length`() throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    let content = PatternBody.bytes(0..<3_000_000)
    trial.node { world in
      let file = try! await world.disk.open(DiskPath("f")!, .create(truncate: true, exclusive: false))
      try! await file.write(content, at: 0)
      await file.close()
    }
    try trial.serve { _, world in
      let file = try! await world.disk.open(DiskPath("f")!, .read)
      return HTTPResponse(status: 206, body: .file(file, offset: 1000, count: 2_500_000))
    }
    let socket = try trial.connect()
    for _ in 0..<3 {
      let head = try socket.exchange("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n", toHead: true)
      #expect(head["Content-Length"] == "2500000")
      let answer = try socket.exchange("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(answer.body == Array(content[1000..<2_501_000]))
    }
  }

  @Test func `a file that is shorter than promised ends the connection early`() throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    trial.node { world in
      let file = try! await world.disk.open(DiskPath("f")!, .create(truncate: true, exclusive: false))
      try! await file.write([1, 2, 3], at: 0)
      await file.close()
    }
    try trial.serve { _, world in
      let file = try! await world.disk.open(DiskPath("f")!, .read)
      return HTTPResponse(status: 200, body: .file(file, offset: 0, count: 10))
    }
    let socket = try trial.connect()
    try socket.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    #expect(try socket.receiveHead()["Content-Length"] == "10")
    #expect(try socket.receiveAll() == [1, 2, 3])
  }

  @Test(arguments: [true, false]) func `a stream arrives whole, with its length or in chunks`(hasLength: Bool) throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    let count = 5_000_000
    try trial.serve { _, _ in
      HTTPResponse(status: 200, body: .stream(count: hasLength ? Int64(count) : nil, PatternBody(count)))
    }
    let socket = try trial.connect()
    for _ in 0..<2 {
      let answer = try socket.exchange("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(answer["Content-Length"] == (hasLength ? "\(count)" : nil))
      #expect(answer["Transfer-Encoding"] == (hasLength ? nil : "chunked"))
      #expect(answer.body == PatternBody.bytes(0..<count))
    }
    let head = try socket.exchange("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n", toHead: true)
    #expect(head["Content-Length"] == (hasLength ? "\(count)" : nil))
    // Nothing follows the head, be it another answer or the end.
    if hasLength {
      #expect(try socket.exchange("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n", toHead: true).status == 200)
    } else {
      #expect(try socket.receiveAll() == [])
    }
  }

  @Test func `a stream that waits for its source holds up nobody`() throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    let sources = Notes<GatedBody>()
    try trial.serve { request, _ in
      if request.target == "/quick" { return .text("quick") }
      let source = GatedBody()
      sources.add(source)
      return HTTPResponse(status: 200, body: .stream(count: 4, source))
    }
    let slow = try trial.connect()
    try slow.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
    let source = try sources.wait(for: 1)[0]
    #expect(try trial.connect().exchange("GET /quick HTTP/1.1\r\nHost: x\r\n\r\n").text == "quick")
    trial.node { _ in await source.give(Array("ab".utf8)) }
    #expect(try slow.receiveHead().status == 200)
    #expect(try slow.receive(count: 2) == Array("ab".utf8))
    trial.node { _ in await source.give(Array("cd".utf8)) }
    #expect(try slow.receive(count: 2) == Array("cd".utf8))
    #expect(try slow.exchange("GET /quick HTTP/1.1\r\nHost: x\r\n\r\n").text == "quick")
  }

  @Test(arguments: [true, false]) func `a stream that fails ends the connection before its end`(hasLength: Bool) throws
  {
    let trial = try LiveTrial()
    defer { trial.end() }
    try trial.serve { _, _ in
      let body = PatternBody(300_000, piece: 50_000, failsAt: 100_000)
      return HTTPResponse(status: 200, body: .stream(count: hasLength ? 300_000 : nil, body))
    }
    let socket = try trial.connect()
    try socket.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    #expect(try socket.receiveHead().status == 200)
    let rest = try socket.receiveAll()
    if hasLength { #expect(rest == PatternBody.bytes(0..<100_000)) }
    #expect(rest.count < 110_000)
    #expect(!rest.suffix(5).elementsEqual(Array("0\r\n\r\n".utf8)))
  }

  @Test func `a stream that ends before its length ends the connection, one that is longer is cut`() throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    try trial.serve { request, _ in
      HTTPResponse(status: 200, body: .stream(count: request.target == "/short" ? 10 : 3, BytesBody([1, 2, 3, 4])))
    }
    let socket = try trial.connect()
    #expect(try socket.exchange("GET /long HTTP/1.1\r\nHost: x\r\n\r\n").body == [1, 2, 3])
    try socket.send("GET /short HTTP/1.1\r\nHost: x\r\n\r\n")
    #expect(try socket.receiveHead()["Content-Length"] == "10")
    #expect(try socket.receiveAll() == [1, 2, 3, 4])
  }

  @Test func `an aborted answer closes the connection without a byte`() throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    try trial.serve { request, world in
      if request.target == "/later" { try? await world.clock.sleep(until: world.clock.uptime + .milliseconds(5)) }
      return .aborted
    }
    for request in [
      "GET /now HTTP/1.1\r\nHost: x\r\n\r\n", "GET /later HTTP/1.1\r\nHost: x\r\n\r\n",
      "POST /now HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello",
    ] {
      let socket = try trial.connect()
      try socket.send(request)
      #expect(try socket.receiveAll() == [])
    }
  }

  @Test func `an answer in many header fields keeps their order and their repeats`() throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    try trial.serve { _, _ in
      HTTPResponse(
        status: 200,
        fields: HTTPFields([.init("X-B", "1"), .init("X-A", "2"), .init("x-b", "3"), .init("Vary", "Origin")]))
    }
    let answer = try trial.connect().exchange("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    #expect(
      answer.fields.filter { $0.name.lowercased().hasPrefix("x-") }.map { "\($0.name)=\($0.value)" } == [
        "X-B=1", "X-A=2", "x-b=3",
      ])
    #expect(answer.all("Content-Length") == ["0"])
  }

  @Test func `one world's servers and several worlds run beside each other`() throws {
    let trials = try (0..<3).map { _ in try LiveTrial() }
    for (number, trial) in trials.enumerated() { try trial.serve { _, _ in .text("world \(number)") } }
    let sockets = try trials.map { try $0.connect() }
    for _ in 0..<50 {
      for socket in sockets { try socket.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n") }
      for (number, socket) in sockets.enumerated() { #expect(try socket.receiveMessage().text == "world \(number)") }
    }
    for trial in trials { trial.end() }
  }

  @Test func `a target of 5,000 characters and an answer that repeats it fit`() throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    let target = "/" + String(repeating: "a", count: 5000)
    try trial.serve { request, _ in
      HTTPResponse(status: 301, fields: HTTPFields([.init("Location", request.target)]))
    }
    let answer = try trial.connect().exchange("GET \(target) HTTP/1.1\r\nHost: x\r\n\r\n")
    #expect(answer["Location"] == target)
  }
}

/// A source that gives what it is told to give, when it is told.
actor GatedBody: HTTPBody {
  private var pieces: [[UInt8]] = []
  private var reader: CheckedContinuation<Void, Never>?

  func give(_ bytes: [UInt8]) {
    pieces.append(bytes)
    reader?.resume()
    reader = nil
  }

  func next() async throws(HTTPBodyError) -> [UInt8]? {
    while pieces.isEmpty { await withCheckedContinuation { reader = $0 } }
    return pieces.removeFirst()
  }
}
