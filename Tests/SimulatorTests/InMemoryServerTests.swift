import GoWire
import ReferenceNode
import Simulator
import Testing

/// A handler made of a closure.
struct Handle: HTTPHandler {
  let body: @Sendable (HTTPRequest) async -> HTTPResponse

  init(_ body: @escaping @Sendable (HTTPRequest) async -> HTTPResponse) { self.body = body }

  func respond(to request: HTTPRequest) async -> HTTPResponse { await body(request) }
}

/// Pieces with pauses between them, then an end or a failure.
private actor Pieces: HTTPBody {
  private var rest: [[UInt8]]
  private let failure: HTTPBodyError?
  private let pause: @Sendable () async -> Void

  init(_ rest: [[UInt8]], failure: HTTPBodyError? = nil, pause: @escaping @Sendable () async -> Void = {}) {
    self.rest = rest
    self.failure = failure
    self.pause = pause
  }

  func next() async throws(HTTPBodyError) -> [UInt8]? {
    await pause()
    if !rest.isEmpty { return rest.removeFirst() }
    if let failure { throw failure }
    return nil
  }
}

@Suite struct InMemoryServerTests {
  private static func serve<Value: Sendable>(
    _ handler: @escaping @Sendable (HTTPRequest) async -> HTTPResponse,
    _ body: @escaping @Sendable (SimulatedWorld, InMemoryServer) async throws -> Value
  ) throws -> Value {
    try Simulation(seed: 1).run { world in try await body(world, world.node("slave").serve(Handle(handler))) }
  }

  private static let echo: @Sendable (HTTPRequest) async -> HTTPResponse = { request in
    do {
      return HTTPResponse(status: 200, body: .bytes(try await request.body.collect()))
    } catch {
      return .aborted
    }
  }

  @Test func `the node sees method, raw target, fields, length and peer`() throws {
    try Self.serve { request in
      #expect(request.method == "PUT")
      #expect(request.target == "/a%2Fb//?x=%zz")
      #expect(request.fields.fields.map(\.name) == ["Host", "X-b", "Content-Length"])
      #expect(request.contentLength == 5)
      #expect(request.peer == "10.0.0.9:1")
      return HTTPResponse(status: 204)
    } _: { _, server in
      server.peer = "10.0.0.9:1"
      var request = WireRequest("PUT", "/a%2Fb//?x=%zz", body: Array("hello".utf8))
      request.fields.add("X-b", "1")
      #expect(await server.send(request)?.status == 204)
    }
  }

  @Test func `a body comes in pieces, as they are asked for`() throws {
    let transcript = Transcript()
    try Self.serve { request in
      do {
        while let piece = try await request.body.next() { transcript.add("\(piece.count)") }
      } catch {
        return .aborted
      }
      return HTTPResponse(status: 200)
    } _: { _, server in
      server.pieceSize = 4
      #expect(await server.send(WireRequest("POST", "/", body: Array("0123456789".utf8)))?.status == 200)
    }
    #expect(transcript.lines == ["4", "4", "2"])
  }

  @Test func `a client that is not asked keeps the rest to itself`() throws {
    let transcript = Transcript()
    try Self.serve { request in
      let first = (try? await request.body.next())??.count ?? 0
      transcript.add("\(first)")
      return await Self.echo(request)
    } _: { world, server in
      var request = WireRequest("POST", "/")
      request.body = [
        .bytes([UInt8](repeating: 1, count: 65_536)), .bytes([UInt8](repeating: 2, count: 300_000)),
        .pause(.seconds(3)), .bytes([3]),
      ]
      let answer = await server.send(request)
      let first = try #require(transcript.lines.first.flatMap { Int($0) })
      #expect(first > 0 && first <= 65_536)
      #expect(answer?.body.count == 365_537 - first)
      #expect(answer?.endedAt == Uptime(nanoseconds: 3_000_000_000))
    }
  }

  @Test func `chunked bodies have no length and arrive whole`() throws {
    try Self.serve { request in
      #expect(request.contentLength == nil)
      return await Self.echo(request)
    } _: { _, server in
      var request = WireRequest("POST", "/", framing: .chunked)
      request.body = [.bytes(Array("hello, ".utf8)), .bytes(Array("world".utf8))]
      #expect(await server.send(request)?.body == Array("hello, world".utf8))
    }
  }

  @Test func `a malformed chunk ends the body early`() throws {
    try Self.serve { request in
      do throws(HTTPBodyError) {
        _ = try await request.body.collect()
        return HTTPResponse(status: 200)
      } catch {
        return HTTPResponse(status: error == .endedEarly ? 400 : 500)
      }
    } _: { _, server in
      let head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
      let transcript = await server.send(raw: Array((head + "5\r\nhello\n0\r\n\r\n").utf8))
      #expect(transcript.answers.map(\.status) == [400])
      #expect(transcript.isClosedByServer)
    }
  }

  @Test(
    arguments: [
      (200, "GET", HTTPResponseBody.bytes([1, 2, 3]), "3", 3), (200, "HEAD", .bytes([1, 2, 3]), "3", 0),
      (200, "GET", .empty, "0", 0),
      (204, "GET", .bytes([1]), nil, 0), (304, "GET", .bytes([1]), nil, 0), (412, "GET", .empty, "0", 0),
      (200, "GET", .stream(count: 2, BytesBody([1, 2])), "2", 2),
      (200, "HEAD", .stream(count: 2, BytesBody([1, 2])), "2", 0),
    ] as [(Int, GoString, HTTPResponseBody, GoString?, Int)])
  func `length and body follow status and method`(
    _ status: Int, _ method: GoString, _ body: HTTPResponseBody, _ length: GoString?, _ count: Int
  ) throws {
    let answer = try Self.serve { _ in
      HTTPResponse(status: status, body: body)
    } _: { _, server in
      await server.send(WireRequest(method, "/"))
    }
    #expect(answer?.fields.first("Content-Length") == length)
    #expect(answer?.body.count == count)
    #expect(answer?.isComplete == true)
    #expect(answer?.closes == false)
    #expect(answer?.fields.first("Transfer-Encoding") == nil)
  }

  @Test func `framing is the door's alone`() throws {
    let answer = try Self.serve { _ in
      let fields = HTTPFields([
        HTTPFields.Field("content-length", "99"), HTTPFields.Field("Transfer-Encoding", "x"),
        HTTPFields.Field("A", "b"),
      ])
      return HTTPResponse(status: 200, fields: fields, body: .bytes([1]))
    } _: { _, server in
      await server.send(WireRequest("GET", "/"))
    }
    #expect(answer?.fields.fields.map(\.name) == ["A", "Content-Length", "Date"])
    #expect(answer?.fields.first("Content-Length") == "1")
  }

  @Test func `an answer of unknown length is chunked, or ends with the connection in HTTP/1_0`() throws {
    try Self.serve { _ in
      HTTPResponse(status: 200, body: .stream(count: nil, Pieces([[0x61, 0x62], [0x63]])))
    } _: { _, server in
      let modern = await server.send(raw: Array("GET / HTTP/1.1\r\nHost: x\r\n\r\n".utf8))
      #expect(
        String(decoding: modern.bytes, as: UTF8.self)
          == "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nDate: Sat, 21 Nov 2026 00:00:00 GMT\r\n\r\n"
          + "2\r\nab\r\n1\r\nc\r\n0\r\n\r\n")
      #expect(modern.answers[0].body == Array("abc".utf8))
      #expect(!modern.isClosedByServer)
      let old = await server.send(raw: Array("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n".utf8))
      #expect(
        String(decoding: old.bytes, as: UTF8.self)
          == "HTTP/1.0 200 OK\r\nDate: Sat, 21 Nov 2026 00:00:00 GMT\r\nConnection: close\r\n\r\nabc")
      #expect(old.isClosedByServer)
    }
  }

  @Test(arguments: [
    HTTPResponseBody.stream(count: 5, Pieces([[1, 2]], failure: .sourceFailed)), .stream(count: 5, Pieces([[1, 2]])),
    .stream(count: nil, Pieces([[1], [2]], failure: .sourceFailed)),
  ])
  func `a source that fails cuts the answer and ends the connection`(_ body: HTTPResponseBody) throws {
    let answer = try Self.serve { _ in
      HTTPResponse(status: 200, body: body)
    } _: { _, server in
      await server.send(WireRequest("GET", "/"))
    }
    #expect(answer?.status == 200)
    #expect(answer?.body == [1, 2])
    #expect(answer?.isComplete == false)
    #expect(answer?.closes == true)
  }

  @Test func `part of a file is sent, and the file closed`() throws {
    try Simulation(seed: 1).run { world in
      let node = world.node("slave")
      node.disk.plant("f", Array(0..<100))
      let server = node.serve(
        Handle { _ in
          guard let file = try? await node.disk.open(DiskPath(sure: "f"), .read) else {
            return HTTPResponse(status: 500)
          }
          return HTTPResponse(status: 206, body: .file(file, offset: 10, count: 5))
        })
      #expect(await server.send(WireRequest("GET", "/"))?.body == [10, 11, 12, 13, 14])
      #expect(await server.send(WireRequest("HEAD", "/"))?.fields.first("Content-Length") == "5")
      let closes = world.journal.filter { if case .close = $0.action { true } else { false } }
      #expect(closes.count == 2)
    }
  }

  @Test func `a file that became shorter cuts the answer`() throws {
    try Simulation(seed: 1).run { world in
      let node = world.node("slave")
      node.disk.plant("f", [1, 2, 3])
      let server = node.serve(
        Handle { _ in
          guard let file = try? await node.disk.open(DiskPath(sure: "f"), .read) else {
            return HTTPResponse(status: 500)
          }
          return HTTPResponse(status: 200, body: .file(file, offset: 0, count: 10))
        })
      let answer = await server.send(WireRequest("GET", "/"))
      #expect(answer?.body == [1, 2, 3])
      #expect(answer?.isComplete == false)
    }
  }

  @Test func `no answer at all is possible`() throws {
    let answer = try Self.serve { _ in
      .aborted
    } _: { _, server in
      await server.send(WireRequest("GET", "/"))
    }
    #expect(answer == nil)
  }

  @Test func `after an early answer the rest of the request is thrown away, and the connection serves on`() throws {
    try Self.serve { _ in
      HTTPResponse(status: 403)
    } _: { _, server in
      let body = String(repeating: "x", count: 200_000)
      let post = "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n\(body)"
      let get = "GET /b HTTP/1.1\r\nHost: x\r\n\r\n"
      let transcript = await server.converse([.bytes(Array((post + get + post).utf8))])
      #expect(transcript.answers.map(\.status) == [403, 403, 403])
      #expect(transcript.answers.map(\.drained) == [200_000, 0, 200_000])
      #expect(!transcript.isClosedByServer)
    }
  }

  @Test func `an early answer before a body that never comes ends the connection`() throws {
    let answer = try Self.serve { _ in
      HTTPResponse(status: 403)
    } _: { _, server in
      var request = WireRequest("POST", "/", framing: .asGiven)
      request.fields.add("Content-Length", "10")
      request.body = [.bytes([1, 2])]
      return await server.send(request)
    }
    #expect(answer?.isComplete == true)
    #expect(answer?.drained == 2)
    #expect(answer?.closes == true)
  }

  @Test func `a client that leaves inside its body ends the body and the task, and gets no answer`() throws {
    let transcript = Transcript()
    let answer = try Self.serve { request in
      do throws(HTTPBodyError) {
        while let piece = try await request.body.next() { transcript.add("\(piece.count) bytes") }
      } catch {
        transcript.add("\(error), cancelled: \(Task.isCancelled)")
      }
      return HTTPResponse(status: 200)
    } _: { _, server in
      var request = WireRequest("POST", "/", framing: .asGiven)
      request.fields.add("Content-Length", "10")
      request.body = [.bytes([1, 2, 3])]
      request.leavesAfter = .seconds(1)
      return await server.send(request)
    }
    #expect(transcript.lines == ["3 bytes", "endedEarly, cancelled: true"])
    #expect(answer == nil)
  }

  @Test func `what was on its way when the client left still arrives`() throws {
    let transcript = Transcript()
    try Self.serve { request in
      do throws(HTTPBodyError) {
        while let piece = try await request.body.next() { transcript.add("\(piece.count)") }
      } catch {
        transcript.add("\(error)")
      }
      return HTTPResponse(status: 200)
    } _: { _, server in
      let head = Array("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n".utf8)
      let transcript = await server.converse([.bytes(head + [1, 2, 3]), .bytes([4, 5]), .close])
      #expect(transcript.answers.isEmpty)
    }
    #expect(transcript.lines.last == "endedEarly")
    #expect(transcript.lines.dropLast().compactMap { Int($0) }.reduce(0, +) == 5)
  }

  @Test func `a client that leaves while its handler waits cancels the handler`() throws {
    let (answer, at) = try Simulation(seed: 1).run { world in
      let node = world.node("slave")
      let transcript = Transcript()
      let server = node.serve(
        Handle { _ in
          do {
            try await node.clock.sleep(until: node.clock.uptime + .seconds(60))
          } catch {
            transcript.add("cancelled at \(node.clock.uptime.nanoseconds)")
          }
          return HTTPResponse(status: 200)
        })
      let request = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
      let answers = await server.converse([.bytes(Array(request.utf8)), .pause(.seconds(2)), .close]).answers
      return (answers.count, transcript.lines)
    }
    #expect(answer == 0)
    #expect(at == ["cancelled at 2000000000"])
  }

  @Test func `a client that leaves inside the answer stops it`() throws {
    let answer = try Simulation(seed: 1).run { world in
      let source = Pieces(Array(repeating: [1, 2, 3, 4], count: 100)) { await world.sleep(.seconds(1)) }
      var request = WireRequest("GET", "/")
      request.leavesAfterReceiving = 10
      let handler = Handle { _ in HTTPResponse(status: 200, body: .stream(count: 400, source)) }
      return await world.node("slave").serve(handler).send(request)
    }
    #expect(answer?.body.count == 10)
    #expect(answer?.isComplete == false)
    #expect(answer?.endedAt == Uptime(nanoseconds: 3_000_000_000))
  }

  @Test func `a request that is none is refused and the connection ended, after those before it`() throws {
    try Self.serve(Self.echo) { _, server in
      let transcript = await server.send(
        raw: Array("GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nA : b\r\nHost: x\r\n\r\n".utf8))
      #expect(transcript.answers.map(\.status) == [200, 400])
      #expect(transcript.answers[1].body == Array("400 Bad Request: invalid header name".utf8))
      #expect(transcript.isClosedByServer)
      #expect(await server.send(raw: Array("GET /".utf8)).answers.map(\.status) == [400])
      #expect(await server.send(raw: []).answers.isEmpty)
    }
  }

  @Test func `a body is asked for by 100 Continue, and only when the node wants it`() throws {
    try Self.serve { request in
      request.target == "/read" ? await Self.echo(request) : HTTPResponse(status: 401)
    } _: { _, server in
      func put(_ target: GoString, _ expectation: GoString) async -> WireAnswer? {
        var request = WireRequest("PUT", target, body: [1, 2])
        request.fields.add("Expect", expectation)
        return await server.send(request)
      }
      let read = await put("/read", "100-continue")
      #expect(read?.status == 200 && read?.wasContinued == true && read?.closes == false)
      let refused = await put("/", "100-continue")
      #expect(refused?.status == 401 && refused?.wasContinued == false && refused?.closes == true)
      #expect(await put("/read", "tea")?.status == 417)
    }
  }

  @Test func `a connection ends when either side says so`() throws {
    try Self.serve {
      HTTPResponse(status: 200, closes: $0.target == "/last")
    } _: { _, server in
      let get = "GET /x HTTP/1.1\r\nHost: x\r\n\r\n"
      let last = "GET /last HTTP/1.1\r\nHost: x\r\n\r\n"
      let close = "GET /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
      #expect(await server.send(raw: Array((get + last + get).utf8)).answers.map(\.closes) == [false, true])
      #expect(await server.send(raw: Array((get + close + get).utf8)).answers.map(\.closes) == [false, true])
      #expect(await server.send(WireRequest("GET", "/last"))?.fields.first("Connection") == "close")
    }
  }

  @Test func `connections run side by side`() throws {
    let at = try Simulation(seed: 1).run { world in
      let server = world.node("slave").serve(
        Handle { _ in
          await world.sleep(.seconds(1))
          return HTTPResponse(status: 200)
        })
      await withTaskGroup { group in
        for _ in 0..<10 { group.addTask { _ = await server.send(WireRequest("GET", "/")) } }
      }
      return world.kernel.uptime
    }
    #expect(at == Uptime(nanoseconds: 1_000_000_000))
  }
}
