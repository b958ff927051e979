import Glibc
import GoWire
import ReferenceNode
import Testing

@testable import LiveWorld

/// Peers that send or read a little at a time, or not at all.
@Suite struct ServerPatienceTests {
  struct Drip: CustomTestStringConvertible, Sendable {
    var name: String
    /// Sent at once.
    var beginning: String
    /// Sent a byte at a time, again and again.
    var piece: String
    var testDescription: String { name }
  }

  private static let post = "POST / HTTP/1.1\r\nHost: x\r\n"

  static let drips = [
    Drip(name: "a first line", beginning: "GET /", piece: "a"),
    Drip(name: "a head", beginning: "GET / HTTP/1.1\r\nHost: x\r\n", piece: "A: b\r\n"),
    Drip(name: "a body with a length", beginning: post + "Content-Length: 1000000\r\n\r\n", piece: "a"),
    Drip(name: "a body in chunks", beginning: post + "Transfer-Encoding: chunked\r\n\r\n", piece: "1\r\na\r\n"),
    Drip(name: "a chunk's size", beginning: post + "Transfer-Encoding: chunked\r\n\r\n5;", piece: "a"),
  ]

  @Test(arguments: drips) func `what is dripped a byte at a time ends by its deadline and holds up nobody`(
    drip: Drip
  ) throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    let ends = Notes<HTTPBodyError?>()
    var limits = ServerLimits()
    limits.head = .milliseconds(300)
    limits.bodyPatience = .milliseconds(300)
    limits.bodyBytesPerSecond = 1_000_000
    limits.sweep = .milliseconds(20)
    try trial.serve(limits: limits) { request, _ in
      if request.method == "GET" { return .text("quick") }
      do throws(HTTPBodyError) {
        while try await request.body.next() != nil {}
        ends.add(nil)
      } catch {
        ends.add(error)
      }
      return .text("slow")
    }
    let slow = try trial.connect()
    try slow.send(drip.beginning)
    let piece = Array(drip.piece.utf8)
    var number = 0
    var served = 0
    // The deadline is told by nothing but the end of the connection: bytes never cease to come.
    while !slow.hasNews(within: 4) {
      guard (try? slow.send([piece[number % piece.count]])) != nil else { break }
      number += 1
      if number % 10 == 0 {
        #expect(try trial.connect().exchange("GET / HTTP/1.1\r\nHost: x\r\n\r\n").text == "quick")
        served += 1
      }
      if number > 7_000 { break }
    }
    #expect(number > 10 && number < 7_000)
    #expect(served > 0)
    #expect(((try? slow.receiveAll()) ?? []).isEmpty)
    if drip.beginning.hasPrefix("POST") { #expect(try ends.wait(for: 1) == [.endedEarly]) }
    #expect(try trial.connect().exchange("GET / HTTP/1.1\r\nHost: x\r\n\r\n").text == "quick")
  }

  @Test func `a peer that reads nothing of its answer loses it, and its source is let go`() throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    let freed = Notes<Bool>()
    var limits = ServerLimits()
    limits.idle = .seconds(1)
    try trial.serve(limits: limits) { request, _ in
      request.target == "/quick"
        ? .text("quick") : HTTPResponse(status: 200, body: .stream(count: nil, EndlessZeros(freed)))
    }
    let socket = try RawSocket(port: trial.port, receiveBuffer: 65536)
    try socket.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    #expect(try socket.receiveHead().status == 200)
    #expect(try trial.connect().exchange("GET /quick HTTP/1.1\r\nHost: x\r\n\r\n").text == "quick")
    try freed.wait(for: 1)
  }

  @Test(arguments: ["/now", "/later", "/file", "/stream"])
  func `a peer that ends its side after the request still gets the answer`(target: String) throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    trial.node { world in
      let file = try! await world.disk.open(DiskPath("f")!, .create(truncate: true, exclusive: false))
      try! await file.write(PatternBody.bytes(0..<2_000_000), at: 0)
      await file.close()
    }
    var limits = ServerLimits()
    limits.sweep = .milliseconds(20)
    try trial.serve(limits: limits) { request, world in
      switch request.target {
      case "/later":
        // Cut short, for the peer may be gone.
        try? await world.clock.sleep(until: world.clock.uptime + .seconds(3600))
        return .text("\(Task.isCancelled)")
      case "/file":
        let file = try! await world.disk.open(DiskPath("f")!, .read)
        return HTTPResponse(status: 200, body: .file(file, offset: 0, count: 2_000_000))
      case "/stream": return HTTPResponse(status: 200, body: .stream(count: 2_000_000, PatternBody(2_000_000)))
      default: return .text("true")
      }
    }
    // The end comes with the request or after it, as chance has it.
    for _ in 0..<20 {
      let socket = try trial.connect()
      try socket.send("GET \(target) HTTP/1.1\r\nHost: x\r\n\r\n")
      socket.endWriting()
      let answer = try socket.receiveMessage()
      #expect(answer.status == 200)
      if target == "/file" || target == "/stream" {
        #expect(answer.body == PatternBody.bytes(0..<2_000_000))
      } else {
        #expect(answer.text == "true")
      }
      #expect(try socket.receive() == nil)
    }
    for beginning in [
      "GET / HT", "GET / HTTP/1.1\r\nHos", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhel",
    ] {
      let socket = try trial.connect()
      try socket.send(beginning)
      socket.endWriting()
      #expect((try? socket.receiveAll())?.starts(with: "HTTP/1.1 2".utf8) != true)
    }
  }

  @Test func `a connection is good for another request after any status`() throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    try trial.serve { request, _ in .text("x", status: Int(request.target.text.dropFirst()) ?? 0) }
    let socket = try trial.connect()
    for status in [400, 401, 403, 404, 405, 409, 412, 413, 416, 429, 500, 503] {
      let answer = try socket.exchange("POST /\(status) HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello")
      #expect(answer.status == status)
      #expect(answer["Connection"] == nil)
    }
  }

  @Test func `a first line of 9 KiB and 150 fields come whole`() throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    try trial.serve { request, _ in .text("\(request.target.count) \(request.fields.fields.count)") }
    let socket = try trial.connect()
    let target = "/" + String(repeating: "a", count: 9215)
    #expect(try socket.exchange("GET \(target) HTTP/1.1\r\nHost: x\r\n\r\n").text == "9216 1")
    let fields = (0..<150).map { "X-\($0): \($0)\r\n" }.joined()
    #expect(try socket.exchange("GET / HTTP/1.1\r\nHost: x\r\n\(fields)\r\n").text == "1 151")
  }
}

/// Gives bytes for ever, and notes when nobody holds it any more.
private actor EndlessZeros: HTTPBody {
  private let freed: Notes<Bool>

  init(_ freed: Notes<Bool>) {
    self.freed = freed
  }

  deinit { freed.add(true) }

  func next() async throws(HTTPBodyError) -> [UInt8]? { [UInt8](repeating: 0, count: 65536) }
}
