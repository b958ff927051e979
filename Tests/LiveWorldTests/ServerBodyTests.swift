import GoWire
import ReferenceNode
import Testing

@testable import LiveWorld

@Suite struct ServerBodyTests {
  @Test(arguments: [true, false]) func `a body of 64 MB arrives byte for byte, in pieces that stay small`(
    hasLength: Bool
  ) throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    let largest = Notes<Int>()
    let lengths = Notes<Int64?>()
    try trial.serve { request, _ in
      lengths.add(request.contentLength)
      var offset = 0
      var most = 0
      do throws(HTTPBodyError) {
        while let piece = try await request.body.next() {
          guard piece == PatternBody.bytes(offset..<(offset + piece.count)) else {
            return .text("differs at \(offset)")
          }
          offset += piece.count
          most = max(most, piece.count)
        }
      } catch {
        return .text("\(error)")
      }
      largest.add(most)
      return .text("\(offset)")
    }
    let count = 64 << 20
    let socket = try trial.connect()
    try socket.send(
      "POST / HTTP/1.1\r\nHost: x\r\n"
        + (hasLength ? "Content-Length: \(count)\r\n\r\n" : "Transfer-Encoding: chunked\r\n\r\n"))
    var offset = 0
    while offset < count {
      let end = min(offset + 300_007, count)
      if !hasLength { try socket.send(String(end - offset, radix: 16) + "\r\n") }
      try socket.send(PatternBody.bytes(offset..<end))
      if !hasLength { try socket.send("\r\n") }
      offset = end
    }
    if !hasLength { try socket.send("0\r\n\r\n") }
    #expect(try socket.receiveMessage().text == "\(count)")
    #expect(lengths.all == [hasLength ? Int64(count) : nil])
    #expect(largest.all[0] <= ServerLimits().readAhead + ServerLimits().connectionMemory)
    // The connection is good for another.
    #expect(try socket.exchange("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n").text == "0")
  }

  @Test(arguments: [true, false]) func `a sender waits for a handler that does not read`(hasLength: Bool) throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    let gate = GatedBody()
    let started = Notes<Bool>()
    try trial.serve { request, _ in
      started.add(true)
      _ = try? await gate.next()
      let count = (try? await request.body.collect())?.count
      return .text("\(count ?? -1)")
    }
    let socket = try trial.connect()
    let count = 40_000_000
    try socket.send(
      "POST / HTTP/1.1\r\nHost: x\r\n"
        + (hasLength
          ? "Content-Length: \(count)\r\n\r\n" : "Transfer-Encoding: chunked\r\n\r\n\(String(count, radix: 16))\r\n"))
    try started.wait(for: 1)
    let piece = [UInt8](repeating: 7, count: 100_000)
    let sent = socket.sendUntilStuck(piece, most: count, stuckAfter: 300)
    // What fits into the sockets' buffers and the read-ahead, and no more.
    #expect(sent < 20_000_000)
    trial.node { _ in await gate.give([1]) }
    try socket.send([UInt8](repeating: 7, count: count - sent))
    if !hasLength { try socket.send("\r\n0\r\n\r\n") }
    #expect(try socket.receiveMessage().text == "\(count)")
  }

  @Test func `many small chunks and pieces of chunks arrive whole while the handler is slow`() throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    try trial.serve(
      limits: {
        var limits = ServerLimits(); limits.readAhead = 1000; return limits
      }()
    ) { request, world in
      var all: [UInt8] = []
      while let piece = try? await request.body.next() {
        all += piece
        try? await world.clock.sleep(until: world.clock.uptime + .milliseconds(1))
      }
      return HTTPResponse(status: 200, body: .bytes(all))
    }
    let content = PatternBody.bytes(0..<60_000)
    var wire: [UInt8] = []
    var offset = 0
    var size = 1
    while offset < content.count {
      let end = min(offset + size, content.count)
      wire += Array((String(end - offset, radix: 16) + ";ext=1\r\n").utf8) + content[offset..<end] + [13, 10]
      offset = end
      size = size % 977 + 13
    }
    wire += Array("0\r\nTrailer: x\r\n\r\n".utf8)
    let socket = try trial.connect()
    try socket.send("PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
    for start in stride(from: 0, to: wire.count, by: 701) {
      try socket.send(Array(wire[start..<min(start + 701, wire.count)]))
    }
    #expect(try socket.receiveMessage().body == content)
    try socket.send("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc")
    #expect(try socket.receiveMessage().text == "abc")
  }

  @Test(arguments: [0, 1, 300_000, 5_000_000])
  func `an answer before the body is read comes after the body was drained`(size: Int) throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    try trial.serve { _, _ in .text("refused") }
    let socket = try trial.connect()
    for _ in 0..<2 {
      try socket.send("POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: \(size)\r\n\r\n")
      try socket.send([UInt8](repeating: 1, count: size))
      let answer = try socket.receiveMessage()
      #expect(answer.text == "refused")
      #expect(answer["Connection"] == nil)
    }
    try socket.send("POST /upload HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")
    #expect(try socket.receiveMessage().text == "refused")
    #expect(try socket.exchange("GET / HTTP/1.1\r\nHost: x\r\n\r\n").text == "refused")
  }

  @Test func `of a body beyond the bound only the answer comes, and the connection ends`() throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    try trial.serve(
      limits: {
        var limits = ServerLimits(); limits.unreadBody = 100_000; return limits
      }()
    ) { _, _ in .text("refused") }
    let socket = try trial.connect()
    try socket.send("POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n")
    try socket.send([UInt8](repeating: 1, count: 1_000_000))
    let answer = try socket.receiveMessage()
    #expect(answer.text == "refused")
    #expect(answer["Connection"] == "close")
    #expect(try socket.receive() == nil)
  }

  @Test func `a handler that answers in the middle of the body leaves the connection in order`() throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    try trial.serve { request, _ in
      let first = try? await request.body.next()
      return .text("\(first?.first ?? 0)")
    }
    let socket = try trial.connect()
    for round in UInt8(1)...3 {
      try socket.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000\r\n\r\n")
      try socket.send([UInt8](repeating: round, count: 2_000_000))
      #expect(try socket.receiveMessage().text == "\(round)")
    }
  }

  @Test func `100 Continue is sent when the handler asks for the body, and not when it refuses`() throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    try trial.serve { request, world in
      if request.target == "/slow" { try? await world.clock.sleep(until: world.clock.uptime + .milliseconds(10)) }
      if request.target == "/refuse" { return .text("no", status: 413) }
      let count = (try? await request.body.collect())?.count
      return .text("\(count ?? -1)")
    }
    for target in ["/quick", "/slow"] {
      let socket = try trial.connect()
      try socket.send("POST \(target) HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
      #expect(String(decoding: try socket.receive(until: "\r\n\r\n"), as: UTF8.self) == "HTTP/1.1 100 Continue\r\n\r\n")
      try socket.send("hello")
      #expect(try socket.receiveMessage().text == "5")
    }
    let socket = try trial.connect()
    let answer = try socket.exchange(
      "POST /refuse HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
    #expect(answer.status == 413)
    #expect(answer.text == "no")
    #expect(try socket.receive() == nil)
  }

  @Test func `a body that ends early gives what came, then says so, and cancels the task`() throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    let came = Notes<[UInt8]>()
    let ends = Notes<HTTPBodyError?>()
    let cancelled = Notes<Bool>()
    try trial.serve { request, _ in
      var all: [UInt8] = []
      do throws(HTTPBodyError) {
        while let piece = try await request.body.next() {
          all += piece
          came.add(all)
        }
        ends.add(nil)
      } catch {
        ends.add(error)
      }
      cancelled.add(Task.isCancelled)
      return .aborted
    }
    for request in ["Content-Length: 10\r\n\r\nhello", "Transfer-Encoding: chunked\r\n\r\na\r\nhello"] {
      let before = ends.all.count
      let socket = try trial.connect()
      try socket.send("POST / HTTP/1.1\r\nHost: x\r\n" + request)
      #expect(try came.wait(for: before + 1)[before] == Array("hello".utf8))
      socket.close()
      #expect(try ends.wait(for: before + 1)[before] == .endedEarly)
      #expect(try cancelled.wait(for: before + 1)[before])
    }
  }

  @Test(arguments: [false, true]) func `a peer that goes while the handler works cancels its task`(resets: Bool) throws
  {
    let trial = try LiveTrial()
    defer { trial.end() }
    let started = Notes<Bool>()
    let ended = Notes<Bool>()
    try trial.serve { request, world in
      if request.target == "/ok" { return .text("ok") }
      started.add(true)
      do throws(CancellationError) {
        try await world.clock.sleep(until: world.clock.uptime + .seconds(3600))
        ended.add(false)
      } catch {
        ended.add(true)
      }
      return .text("too late")
    }
    for (number, request) in [
      "GET /wait HTTP/1.1\r\nHost: x\r\n\r\n", "POST /wait HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc",
    ].enumerated() {
      let socket = try trial.connect()
      try socket.send(request)
      try started.wait(for: number + 1)
      if resets { socket.reset() } else { socket.close() }
      #expect(try ended.wait(for: number + 1)[number])
    }
    #expect(try trial.connect().exchange("GET /ok HTTP/1.1\r\nHost: x\r\n\r\n").text == "ok")
  }

  @Test func `a peer that goes while a stream waits for its source ends the stream`() throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    let ended = Notes<Bool>()
    try trial.serve { _, world in
      HTTPResponse(status: 200, body: .stream(count: nil, EndlessBody(world: world, ended: ended)))
    }
    let socket = try trial.connect()
    try socket.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    #expect(try socket.receiveHead().status == 200)
    socket.close()
    #expect(try ended.wait(for: 1) == [true])
  }

  @Test func `a peer that reads slowly slows the source down`() throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    let pulled = Notes<Int>()
    try trial.serve { _, _ in HTTPResponse(status: 200, body: .stream(count: 200_000_000, CountedBody(pulled))) }
    let socket = try RawSocket(port: trial.port, receiveBuffer: 65536)
    try socket.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    #expect(try socket.receiveHead().status == 200)
    // Nobody reads: the source is pulled until the buffers are full.
    var last = -1
    while pulled.all.count != last {
      last = pulled.all.count
      _ = socket.hasNews(within: 0)
      trial.node { world in try? await world.clock.sleep(until: world.clock.uptime + .milliseconds(100)) }
    }
    #expect(last < 200)
    _ = try socket.receive(count: 30_000_000)
    #expect(pulled.all.count > last)
  }

  @Test func `a body dripped below the least speed ends, and so does a head that never comes whole`() throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    let ends = Notes<HTTPBodyError?>()
    var limits = ServerLimits()
    limits.head = .milliseconds(150)
    limits.bodyPatience = .milliseconds(150)
    limits.bodyBytesPerSecond = 1_000_000_000
    limits.sweep = .milliseconds(20)
    try trial.serve(limits: limits) { request, _ in
      do throws(HTTPBodyError) {
        _ = try await request.body.collect()
        ends.add(nil)
      } catch {
        ends.add(error)
      }
      return .text("x")
    }
    let dripping = try trial.connect()
    try dripping.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\nabc")
    #expect(try dripping.receiveAll() == [])
    #expect(try ends.wait(for: 1) == [.endedEarly])
    for beginning in ["", "GET / HT", "GET / HTTP/1.1\r\nHos"] {
      let socket = try trial.connect()
      try socket.send(beginning)
      #expect(try socket.receiveAll() == [])
    }
  }
}

/// Waits for ever, and notes its cancellation.
private actor EndlessBody: HTTPBody {
  private let world: World
  private let ended: Notes<Bool>
  private var hasGiven = false

  init(world: World, ended: Notes<Bool>) {
    self.world = world
    self.ended = ended
  }

  func next() async throws(HTTPBodyError) -> [UInt8]? {
    if !hasGiven {
      hasGiven = true
      return [1]
    }
    do throws(CancellationError) {
      try await world.clock.sleep(until: world.clock.uptime + .seconds(3600))
    } catch {
      ended.add(true)
      throw .cancelled
    }
    return [1]
  }
}

/// Gives 100,000 bytes a time, and notes each.
private actor CountedBody: HTTPBody {
  private let pulled: Notes<Int>
  private static let piece = [UInt8](repeating: 1, count: 100_000)

  init(_ pulled: Notes<Int>) {
    self.pulled = pulled
  }

  func next() async throws(HTTPBodyError) -> [UInt8]? {
    pulled.add(1)
    return CountedBody.piece
  }
}
