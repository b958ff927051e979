import GoWire
import ReferenceNode
import Testing

@testable import ConformanceSuite

@Suite struct MasterTests {
  private static func call(_ method: GoString, _ target: GoString, _ answer: MasterAnswer) -> OutgoingCall {
    OutgoingCall(request: CaseRequest(method: method, target: target), answer: answer)
  }

  private static let closing = MasterAnswer(status: 0, closes: true)

  @Test func `a GET that is sent again after a closed connection counts once`() {
    let recorded = [
      Self.call("GET", "/a", Self.closing), Self.call("GET", "/a", Self.closing), Self.call("POST", "/b", .json("{}")),
    ]
    for repeats in 1...3 {
      let master = RecordedMaster(version: "1")
      master.expect(recorded)
      for _ in 0..<repeats {
        #expect(master.answer(recorded[0].request, unixSeconds: 0) == Self.closing)
      }
      #expect(master.answer(recorded[2].request, unixSeconds: 0) == .json("{}"))
      #expect(master.takeArrivals().map(\.request.target) == ["/a", "/b"])
    }
  }

  @Test func `a POST that is sent again counts again`() {
    let master = RecordedMaster(version: "1")
    let call = Self.call("POST", "/a", Self.closing)
    master.expect([call])
    _ = master.answer(call.request, unixSeconds: 0)
    _ = master.answer(call.request, unixSeconds: 0)
    #expect(master.takeArrivals().count == 2)
  }

  @Test func `what was not recorded is answered so that the slave goes on`() {
    let master = RecordedMaster(version: "4.14.0")
    let ping = CaseRequest(method: "GET", target: "/api/v4/site/ping")
    #expect(master.answer(ping, unixSeconds: 0) == .json(#"{"code":0,"data":"4.14.0","msg":""}"#))
    #expect(master.answer(CaseRequest(method: "POST", target: "/x"), unixSeconds: 0) == .json(#"{"code":0,"msg":""}"#))
    #expect(master.arrivalCount == 2)
  }

  @Test func `requests at one address go to the cases they belong to`() {
    let hub = MasterHub()
    let (upload, other, ping) = (
      RecordedMaster(version: "1"), RecordedMaster(version: "1"), RecordedMaster(version: "1")
    )
    func ask(_ target: GoString) -> Int {
      hub.answer(CaseRequest(method: "POST", target: target), unixSeconds: 0).status
    }
    hub.seat(upload, sessions: ["s1"], isSole: false) {
      hub.seat(other, sessions: ["s10"], isSole: false) {
        #expect(ask("/api/v4/callback/remote/s1/k") == 200)
        #expect(ask("/api/v4/callback/remote/s10/k") == 200)
        #expect(ask("/api/v4/site/ping") == 404)
        hub.seat(ping, sessions: [], isSole: true) {
          #expect(ask("/api/v4/site/ping") == 200)
          #expect(ask("/api/v4/callback/remote/s1/k") == 200)
        }
      }
    }
    #expect(ask("/api/v4/callback/remote/s1/k") == 404)
    #expect([upload, other, ping].map(\.arrivalCount) == [2, 1, 1])
    #expect(hub.takeStrays().count == 2)
  }

  /// The master over a socket, asked by the target's own client.
  private func exchange(
    _ request: CaseRequest, patience: Double = 5, _ play: @escaping MasterServer.Play
  ) async throws -> Result<CaseAnswer?, ConnectionFailure> {
    let server = try MasterServer(ports: [0], play: play)
    defer { server.stop() }
    let target = URLTarget(
      address: .tcp(host: "127.0.0.1", port: server.port), secret: "", folder: "/", knowsFolder: true)
    do throws(ConnectionFailure) {
      return .success(try await target.send(request, patience: patience))
    } catch {
      return .failure(error)
    }
  }

  @Test func `a request and an answer cross a socket byte for byte`() async throws {
    let body = (0...255).map { UInt8($0) }
    let request = CaseRequest(
      method: "PUT", target: "/a%2Fb//c?x=%zz&y", fields: HTTPFields([.init("x-ODD", "é\u{1}")]), body: body)
    let answer = try await exchange(request) { seen, _ in
      MasterAnswer(
        status: seen.target == request.target && seen.body == body && seen.fields.first("X-Odd") == "é\u{1}"
          ? 201 : 500,
        fields: HTTPFields([.init("X-Twice", "1"), .init("X-Twice", "2")]), body: body)
    }.get()
    #expect(answer?.status == 201 && answer?.body == body && answer?.isComplete == true)
    #expect(answer?.fields.fields.filter { $0.name == "X-Twice" }.map(\.value) == ["1", "2"])
  }

  @Test func `a closed connection, a late answer and a cut one are told apart`() async throws {
    let request = CaseRequest(method: "GET", target: "/")
    #expect(try await exchange(request) { _, _ in Self.closing } == .success(nil))
    let late = MasterAnswer(status: 200, afterSeconds: 5)
    #expect(try await exchange(request, patience: 0.05) { _, _ in late } == .failure(.timedOut))
    let cut = MasterAnswer(
      status: 200, fields: HTTPFields([.init("Content-Length", "9"), .init("Connection", "close")]), body: [1, 2])
    let closing = CaseRequest(method: "GET", target: "/", fields: HTTPFields([.init("Connection", "close")]))
    let answer = try await exchange(closing) { _, _ in cut }.get()
    #expect(answer?.isComplete == false && answer?.body == [1, 2])
  }

  @Test func `a slave that speaks TLS to a plain master is told so`() async throws {
    let server = try MasterServer(ports: [0]) { _, _ in .json("{}") }
    defer { server.stop() }
    let target = URLTarget(
      address: .tcp(host: "127.0.0.1", port: server.port), secret: "", folder: "/", knowsFolder: true)
    let answer = try await target.sendRaw([0x16, 3, 1, 2, 0, 1], method: "GET", answers: 1, patience: 5)
    #expect(answer.starts(with: "HTTP/1.1 400 ".utf8))
  }

  @Test func `chunks are put together, and interim answers left out`() {
    let bytes = Array(
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x\r\nde\r\n0\r\n\r\nHTTP/1.1 204 No\r\n\r\n"
        .utf8)
    let answers = WireReader.answers(in: bytes, method: "GET")
    #expect(answers?.map(\.status) == [200, 204])
    #expect(answers?[0].body == Array("abcde".utf8))
    #expect(WireReader.answers(in: Array("no http".utf8), method: "GET") == nil)
  }

  @Test(arguments: [
    ("http://127.0.0.1:5212", "127.0.0.1:5212"), ("http://[::1]:80/", "[::1]:80"), ("http://host", "host:80"),
    ("unix:/run/x.sock", "unix:/run/x.sock"), ("https://host", "https://host:443"),
    ("https://[::1]:5212/", "https://[::1]:5212"),
  ])
  func `an address is read`(_ url: String, _ address: String) throws {
    #expect(try SocketAddress(url: url).description == address)
  }

  @Test(arguments: ["https://x/y", "https://", "x", "http://x/y", "http://x:port", "unix:x", "http://"])
  func `what is no address is refused with its text`(_ url: String) {
    let error = #expect(throws: SuiteError.self) { try SocketAddress(url: url) }
    #expect(error?.text.hasPrefix("\(url): ") == true)
  }
}
