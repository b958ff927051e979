import Glibc
import GoWire
import ReferenceNode
import Testing

@testable import LiveWorld

@Suite struct ServerStopTests {
  @Test func `stopping lets 200 requests in flight finish, suspended ones too, and loses none`() throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    let gate = Gate()
    let started = Notes<Bool>()
    try trial.serve { request, _ in
      if request.target == "/stream" {
        started.add(true)
        return HTTPResponse(status: 200, body: .stream(count: nil, GatedPiece(gate)))
      }
      let body = (try? await request.body.collect())?.count ?? -1
      started.add(true)
      await gate.pass()
      return .text("\(body)")
    }
    let idle = try trial.connect()
    #expect(idle.hasNews(within: 0) == false)
    var sockets: [(socket: RawSocket, kind: Int)] = []
    for number in 0..<200 {
      let socket = try trial.connect()
      switch number % 3 {
      case 0: try socket.send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n")
      case 1: try socket.send("POST /wait HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody")
      default: try socket.send("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n")
      }
      sockets.append((socket, number % 3))
    }
    try started.wait(for: 200)
    let server = try #require(trial.server)
    let port = trial.port
    let stopped = Notes<Bool>()
    trial.live.loop.deliver {
      Task {
        await server.stop(grace: .zero)
        stopped.add(true)
      }
    }
    // Idle connections end, new ones are not taken, those at work go on.
    #expect(try idle.receive() == nil)
    #expect(throws: RawSocket.Failure.self) { try RawSocket(port: port) }
    #expect(stopped.all.isEmpty)
    trial.node { _ in await gate.open() }
    for (socket, kind) in sockets {
      let answer = try socket.receiveMessage()
      #expect(answer.text == ["0", "4", "streamed"][kind])
      #expect(try socket.receive() == nil)
    }
    #expect(try stopped.wait(for: 1) == [true])
  }

  @Test func `after the grace period what is left is cancelled, and what does not heed it is left alone`() throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    let gate = Gate()
    let started = Notes<Bool>()
    let cancelled = Notes<Bool>()
    try trial.serve { request, world in
      started.add(true)
      switch request.target {
      case "/deaf":
        await gate.pass()
        return .text("nobody hears this")
      case "/stream":
        return HTTPResponse(status: 200, body: .stream(count: 10, GatedPiece(gate)))
      default:
        do throws(CancellationError) {
          try await world.clock.sleep(until: world.clock.uptime + .seconds(3600))
        } catch {
          cancelled.add(true)
        }
        return .text("cancelled", status: 503)
      }
    }
    let sockets = try ["/heeds", "/deaf", "/stream"].map { target in
      let socket = try trial.connect()
      try socket.send("GET \(target) HTTP/1.1\r\nHost: x\r\n\r\n")
      return socket
    }
    try started.wait(for: 3)
    let server = try #require(trial.server)
    trial.node { _ in await server.stop(grace: .milliseconds(50)) }
    #expect(cancelled.all == [true])
    #expect(try sockets[0].receiveMessage().status == 503)
    #expect(try sockets[1].receiveAll() == [])
    _ = try? sockets[2].receiveAll()
    trial.node { _ in await gate.open() }
  }

  @Test func `a stopped world leaves its port and its socket file to the next`() throws {
    let first = try LiveTrial()
    let path = GoString(first.folder + "/s")
    try first.serve(on: .unix(path, permissions: 0o660)) { _, _ in .text("first") }
    let address = try first.serve { _, _ in .text("tcp") }.address
    var status = stat()
    #expect(path.withCString { stat($0, &status) } == 0)
    #expect(status.st_mode & 0o777 == 0o660)
    #expect(try RawSocket(path: path.text).exchange("GET / HTTP/1.1\r\nHost: x\r\n\r\n").text == "first")
    first.live.stop()
    first.live.join()
    #expect(path.withCString { stat($0, &status) } != 0)
    let second = try LiveTrial()
    defer { second.end() }
    #expect(try second.serve(on: .tcp(address)) { _, _ in .text("second") }.address == address)
    #expect(try second.connect().exchange("GET / HTTP/1.1\r\nHost: x\r\n\r\n").text == "second")
  }

  @Test func `a stale socket file is replaced, anything else at its path refuses`() throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    let path = GoString(trial.folder + "/s")
    let stale = try ListeningSocket(.unix(path, permissions: nil))
    close(stale.descriptor)
    let peers = Notes<GoString>()
    try trial.serve(on: .unix(path, permissions: nil)) { request, _ in
      peers.add(request.peer)
      return .text("x")
    }
    #expect(try RawSocket(path: path.text).exchange("GET / HTTP/1.1\r\nHost: x\r\n\r\n").text == "x")
    #expect(peers.all == ["@"])
    let plain = GoString(trial.folder)
    #expect(throws: ListenError("listen unix \(plain): bind: address already in use")) {
      try ListeningSocket(.unix(plain, permissions: nil))
    }
  }
}

/// Holds up whoever passes until it is opened.
actor Gate {
  private var isOpen = false
  private var waiting: [CheckedContinuation<Void, Never>] = []

  func pass() async {
    if isOpen { return }
    await withCheckedContinuation { waiting.append($0) }
  }

  func open() {
    isOpen = true
    for continuation in waiting { continuation.resume() }
    waiting = []
  }
}

/// One piece, behind a gate.
private actor GatedPiece: HTTPBody {
  private let gate: Gate
  private var isDone = false

  init(_ gate: Gate) {
    self.gate = gate
  }

  func next() async throws(HTTPBodyError) -> [UInt8]? {
    if isDone { return nil }
    await gate.pass()
    isDone = true
    return Array("streamed".utf8)
  }
}
