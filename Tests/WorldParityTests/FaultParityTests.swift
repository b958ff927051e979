import GoWire
import LiveWorld
import ReferenceNode
import TestSupport
import Testing

@testable import NodeProtocol
@testable import Simulator

/// SCN-NET-1: the same exchange under the same fault, in the virtual network and on loopback behind a proxy, comes to the same.
@Suite struct FaultParityTests {
  /// An exchange, a fault on its way, and what is called.
  struct Trial: Sendable, CustomTestStringConvertible {
    var name: String
    var kind: ExchangeKind
    var fault: Fault?
    var calls: [Call]
    var timeout = Span.seconds(5)
    var testDescription: String { name }
  }

  struct Call: Sendable {
    var method: GoString
    var path: GoString
    var query: [GoQuery.Pair] = []
    var body: GoString = ""
    var isTLS = false
  }

  private static let ping = Call(method: "POST", path: "/api/v4/slave/ping", body: #"{"callback":"SITE"}"#)
  private static let list = Call(method: "GET", path: "/api/v4/slave/file/list", query: [.init("path", "folder")])
  private static let content = Call(
    method: "GET", path: "/api/v4/slave/file/content/0/" + Base64.url.encode(GoString("blob.bin").bytes) + "/0/f.bin")
  private static let chunk = Call(
    method: "POST", path: "/api/v4/slave/upload/up", query: [.init("chunk", "0")], body: "12345678")
  private static let session = Call(
    method: "PUT", path: "/api/v4/slave/upload",
    body:
      #"{"session":{"Policy":{"id":2,"settings":{"chunk_size":10},"edges":{"node":{"slave_key":"node key"}}},"Callback":"SITE/api/v4/callback/remote/up/key","Props":{"Size":8,"UploadSessionID":"up","SavePath":"up.bin","ExpireAt":"2036-01-01T00:00:00Z"}},"overwrite":false}"#
  )

  private static func fault(
    _ kind: FaultKind, _ phase: ExchangePhase, _ change: (inout FaultParameters) -> Void = { _ in }
  ) -> Fault {
    var parameters = FaultParameters()
    change(&parameters)
    return Fault(
      kind, on: .link(from: "*", to: "*"), match: Fault.Match(phase: phase, nth: 1, count: 1), parameters: parameters)
  }

  private static func trial(
    _ name: String, _ kind: ExchangeKind, _ fault: Fault?, _ calls: [Call], timeout: Span = .seconds(5)
  ) -> Trial {
    var fault = fault
    fault?.match.exchange = kind
    return Trial(name: name, kind: kind, fault: fault, calls: calls, timeout: timeout)
  }

  static let trials: [Trial] = [
    trial("no fault, twice on one connection", .ping, nil, [ping, ping]),
    trial("TLS at a plain port", .ping, nil, [Call(method: "GET", path: "/", isTLS: true)]),
    trial("refused", .ping, fault(.refuse, .connect), [ping]),
    trial("reset before the head", .ping, fault(.reset, .head), [ping, ping]),
    trial("closed inside the head", .ping, fault(.close, .head) { $0.bytes = 50 }, [ping, ping]),
    trial("reset inside the body", .sessionCreate, fault(.reset, .body) { $0.bytes = 20 }, [session, session]),
    trial("closed inside a chunk", .chunkFromNode, fault(.close, .body) { $0.bytes = 3 }, [session, chunk, chunk]),
    trial("reset before the answer", .ping, fault(.reset, .responseHead), [ping, ping]),
    trial("closed before the answer", .ping, fault(.close, .responseHead), [ping, ping]),
    trial("closed inside the answer's head", .list, fault(.close, .responseHead) { $0.bytes = 17 }, [list]),
    trial("closed inside the answer's body", .contentToNode, fault(.close, .responseBody) { $0.bytes = 10 }, [content]),
    trial("silence", .ping, fault(.stall, .head), [ping], timeout: .seconds(1)),
    trial("silence after the request", .list, fault(.stall, .responseHead), [list], timeout: .seconds(1)),
    trial(
      "silence inside the answer", .contentToNode, fault(.stall, .responseBody), [content], timeout: .seconds(1)),
    trial("held", .ping, fault(.hold, .head) { $0.span = .milliseconds(60) }, [ping, ping]),
    trial("late", .list, fault(.delay, .responseHead) { $0.mean = .milliseconds(60) }, [list, list]),
    trial("slow", .contentToNode, fault(.throttle, .responseBody) { $0.rate = 1_000 }, [content, content]),
    trial("a page before the slave", .ping, fault(.page, .head) { $0.status = 502 }, [ping, ping]),
    trial(
      "a page after the slave", .sessionCreate,
      fault(.page, .responseHead) {
        $0.status = 524
        $0.afterOrigin = true
      }, [session, session, chunk]),
    trial("a lost answer", .list, fault(.lostReply, .responseHead) { $0.variant = "close" }, [list, list]),
    trial(
      "an answer that never comes", .list, fault(.lostReply, .responseHead) { $0.variant = "stall" }, [list],
      timeout: .seconds(1)),
    trial("sent twice", .sessionCreate, fault(.duplicate, .body) { $0.variant = "first" }, [session, chunk]),
    trial("the query gone", .list, fault(.noQuery, .head), [list, list]),
    trial(
      "a header more", .ping,
      fault(.header, .head) {
        $0.variant = "add"
        $0.name = "X-Cr-Extra"
        $0.value = "1"
      }, [ping, ping]),
    trial(
      "no credentials", .ping,
      fault(.header, .head) {
        $0.variant = "drop"
        $0.name = "Authorization"
      }, [ping]),
    trial("a slash too many", .list, fault(.repath, .head), [list]),
    trial("no length", .chunkFromNode, fault(.unlength, .body), [session, chunk, chunk]),
    trial("a body too long", .chunkFromNode, fault(.bodyMax, .body) { $0.bytes = 3 }, [session, chunk, chunk]),
    trial("a cut answer", .contentToNode, fault(.bodyCut, .responseBody) { $0.bytes = 10 }, [content, content]),
    trial("a redirect", .list, fault(.redirect, .responseHead) { $0.status = 302 }, [list]),
    trial("flipped bits", .chunkFromNode, fault(.flip, .body), [session, chunk]),
    trial("a bad reply", .list, fault(.badReply, .responseHead) { $0.variant = "number" }, [list]),
    trial("closed while idle", .list, fault(.close, .idle), [list, list]),
    trial("the site refuses", .sitePing, fault(.refuse, .connect), [ping]),
    trial("the site closes", .sitePing, fault(.close, .responseHead), [ping, ping]),
    trial("the site resets", .sitePing, fault(.reset, .responseHead), [ping]),
    trial("a page before the site", .sitePing, fault(.page, .head) { $0.status = 403 }, [ping]),
    trial(
      "the site's answer is no ping's", .sitePing, fault(.badReply, .responseHead) { $0.variant = "array" }, [ping]),
    trial(
      "the callback's answer is lost", .callback, fault(.lostReply, .responseHead) { $0.variant = "close" },
      [session, chunk, chunk]),
    trial("a page before the callback", .callback, fault(.page, .head) { $0.status = 522 }, [session, chunk, chunk]),
  ]

  @Test(arguments: trials)
  func `an exchange under a fault comes to the same in both worlds`(_ trial: Trial) async throws {
    let virtual = try Self.simulated(trial)
    let real = try await onThread { Result { try Self.overSockets(trial) } }.get()
    #expect(real.seen == virtual.seen)
    #expect(real.slave == virtual.slave)
    #expect(real.master == virtual.master)
    if trial.fault != nil {
      #expect(virtual.hasFired)
      #expect(real.hasFired)
    }
  }

  // MARK: Both worlds

  /// What each side saw, in order.
  struct Sight: Sendable {
    var seen: [String] = []
    var slave: [String] = []
    var master: [String] = []
    var hasFired = false
  }

  /// Requests that a side received, with their connections by the order in which these came.
  private final class Side: HTTPHandler, @unchecked Sendable {  // confined to its world's thread
    private let inner: any HTTPHandler
    private var peers: [GoString] = []
    private(set) var lines: [String] = []
    /// Whether a request has not been answered, nor given up.
    var isBusy: Bool { lines.contains { !$0.contains(" - ") } }

    init(_ inner: any HTTPHandler) { self.inner = inner }

    func respond(to request: HTTPRequest) async -> HTTPResponse {
      if !peers.contains(request.peer) { peers.append(request.peer) }
      let number = peers.firstIndex(of: request.peer)! + 1
      let path = request.target.bytes.prefix { $0 != UInt8(ascii: "?") }
      let index = lines.count
      lines.append("connection \(number): \(request.method) \(GoString(path))")
      let response = await inner.respond(to: request)
      lines[index] += response.isAborted ? " - none" : " - \(response.status)"
      return response
    }
  }

  private struct Site: HTTPHandler {
    func respond(to request: HTTPRequest) async -> HTTPResponse {
      HTTPResponse(
        status: 200, fields: HTTPFields([.init("Content-Type", "application/json")]),
        body: .bytes(Array(#"{"code":0,"data":"4.14.0","msg":""}"#.utf8)))
    }
  }

  private static let blob = Array("the bytes of a blob, 40 of them, no more".utf8)
  private static let secret: GoString = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

  private static func slave(_ world: World) -> SlaveNode {
    SlaveNode(
      configuration: SlaveConfiguration(
        profile: .documented, version: "4.14.0", storageRoot: nil, isDebug: false, logLevel: .error,
        door: .plain(listen: ":5212"), gracePeriod: 0, proxyHeader: "", secret: secret, callbackTimeout: 20,
        signatureTTL: 600,
        cors: .init(allowOrigins: [], allowMethods: [], allowHeaders: [], allowCredentials: false, exposeHeaders: []),
        redis: .init(network: "", server: "", user: "", password: "", database: ""), settings: NodeSettings()),
      world: world)
  }

  private static func simulated(_ trial: Trial) throws -> Sight {
    var simulation = Simulation(seed: 1)
    if let fault = trial.fault { simulation.faults = [fault] }
    return try simulation.run { world in
      let node = world.node("S1")
      node.disk.plant("blob.bin", blob)
      node.disk.plant("folder/a.txt", [1, 2, 3])
      let (slave, master) = (Side(Self.slave(node.world)), Side(Site()))
      _ = try world.network.listen(node, 5212, slave)
      _ = try world.network.listen(world.node("M"), 80, master)
      var sight = Sight()
      for call in trial.calls {
        sight.seen.append(
          await Self.make(
            call, base: (call.isTLS ? "https" : "http") + "://S1:5212", site: "http://M", by: world.node("M").http,
            trial.timeout))
        await world.sleep(.milliseconds(50))
      }
      sight.slave = slave.lines
      sight.master = master.lines
      sight.hasFired = trial.fault != nil && world.faults.firings(of: 0) > 0
      return sight
    }
  }

  private static func overSockets(_ trial: Trial) throws -> Sight {
    let folder = try TemporaryFolder()
    let (there, here) = (
      LiveWorld(folder: GoString(folder.path)), LiveWorld(folder: GoString(folder.path))
    )
    there.start()
    here.start()
    var isOver = false
    func end() {
      guard !isOver else { return }
      isOver = true
      for world in [here, there] {
        // Requests at hand come to their end.
        world.stop()
        world.join()
      }
    }
    defer { end() }
    there.wait { world in
      try? await world.disk.makeFolders(DiskPath("folder")!)
      for (name, bytes) in [("blob.bin", blob), ("folder/a.txt", [1, 2, 3])] {
        guard
          let file = try? await world.disk.open(
            DiskPath(GoString(name))!, .create(truncate: true, exclusive: false))
        else { continue }
        try? await file.write(bytes, at: 0)
        await file.close()
      }
    }
    let (slave, master) = (there.wait { Side(Self.slave($0)) }, Side(Site()))
    let server = try there.serve(slave, on: .tcp("127.0.0.1:0"))
    let site = try here.serve(master, on: .tcp("127.0.0.1:0"))
    let isOfTheSlave = trial.kind == .sitePing || trial.kind == .callback
    let proxy = try FaultProxy(before: isOfTheSlave ? site.port : server.port, trial.fault, on: trial.kind)
    var sight = Sight()
    for call in trial.calls {
      let base =
        (call.isTLS ? "https" : "http") + "://127.0.0.1:\(isOfTheSlave || call.isTLS ? server.port : proxy.port)"
      let callback = "http://127.0.0.1:\(isOfTheSlave ? proxy.port : site.port)"
      sight.seen.append(here.wait { await Self.make(call, base: base, site: callback, by: $0.http, trial.timeout) })
      // What a proxy does to a connection after the answer has to have reached the client.
      if trial.fault?.match.phase == .idle {
        here.wait { try? await $0.clock.sleep(until: $0.clock.uptime + .milliseconds(50)) }
      }
    }
    proxy.stop()
    // A request that lost its connection is not waited for by the server's end.
    for (live, side) in [(there, slave), (here, master)] {
      live.wait { world in
        let limit = world.clock.uptime + .seconds(20)
        while side.isBusy, world.clock.uptime < limit {
          try? await world.clock.sleep(until: world.clock.uptime + .milliseconds(5))
        }
      }
    }
    end()
    sight.slave = slave.lines
    sight.master = master.lines
    sight.hasFired = proxy.hasFired || trial.fault?.kind == .refuse
    return sight
  }

  /// Makes a call and says what came of it, addresses aside.
  private static func make(
    _ call: Call, base: String, site: String, by http: any HTTPClient, _ timeout: Span
  ) async -> String {
    let headers = Caller.master(siteURL: "http://M", siteID: "site", nodeID: 2).headers(
      version: "4.14.0", correlationID: nil)
    let body = call.body.text.replacing("SITE", with: site)
    guard let url = try? GoURL(GoString(base)) else { return "no URL" }
    let made = CallBuilder(base: url, key: SigningKey(secret), profile: .documented)
      .call(call.method, call.path, query: call.query, headers: headers, body: Array(body.utf8), expires: 0)
    do {
      let endpoint = try made.endpoint()
      let reply = try await http.send(
        HTTPCall(
          method: made.method, isTLS: endpoint.isTLS, host: endpoint.host, port: endpoint.port,
          authority: endpoint.authority, target: endpoint.target,
          fields: HTTPFields(made.headersToSend.map { .init($0.name, $0.value) }),
          body: made.body.isEmpty ? .empty : .bytes(made.body), timeout: timeout))
      do {
        return masked("\(reply.status) " + String(decoding: try await reply.body.collect(), as: UTF8.self))
      } catch {
        return "\(reply.status), then \(error)"
      }
    } catch let error as TransportError {
      return masked(error.text.text)
    } catch {
      return "\(error)"
    }
  }

  private static func masked(_ text: String) -> String {
    text.replacing(/,"correlation_id":"[0-9a-f-]*"/, with: "").replacing(/(127|10)\.0\.0\.\d+:\d+/, with: "ADDRESS")
      .replacing(/http:\/\/(ADDRESS|M(:\d+)?)/, with: "SITE").replacing(
        /"data":"[^"]{80,}"/, with: "LIST")
  }
}
