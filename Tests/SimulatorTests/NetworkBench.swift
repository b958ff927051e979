import GoWire
import ReferenceNode
import Simulator

@testable import NodeProtocol

/// A master's half and a slave on the virtual network, and what a call of the master comes to in words.
struct NetworkBench: Sendable {
  static let secret: GoString = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

  let world: SimulatedWorld
  let master: SimulatedNode
  let slave: SimulatedNode
  let calls: CallBuilder
  let lines = Transcript()

  /// - Parameter base: how the master finds the slave.
  init(_ world: SimulatedWorld, base: GoString = "http://S1:5212", profile: Profile = .documented) throws {
    self.world = world
    master = world.node("M")
    slave = world.node("S1")
    calls = CallBuilder(base: try GoURL(base), key: SigningKey(Self.secret), profile: profile)
    let lines = lines
    let version = profile.version
    _ = try world.network.listen(
      master, 80,
      Handle { request in
        lines.add("M: \(request.method) \(request.target)")
        let text: GoString = #"{"code":0,"data":"\#(version)","msg":""}"#
        return HTTPResponse(
          status: 200, fields: HTTPFields([.init("Content-Type", "application/json")]), body: .bytes(text.bytes))
      })
    let node = SlaveNode(configuration: .network(profile), world: slave.world)
    _ = try world.network.listen(
      slave, 5212,
      Handle { request in
        lines.add("S1: \(request.method) \(request.target)")
        return await node.respond(to: request)
      })
  }

  func ping(callback: GoString = "http://M", timeout: Span? = .seconds(10)) async -> String {
    await call("POST", "/api/v4/slave/ping", body: #"{"callback":"\#(callback)"}"#, timeout: timeout)
  }

  /// Makes a signed call of the master; status and body, or the reason.
  func call(_ method: GoString, _ path: GoString, body: GoString = "", timeout: Span? = .seconds(10)) async -> String {
    let headers = Caller.master(siteURL: "http://M", siteID: "site", nodeID: 2).headers(
      version: "4.14.0", correlationID: nil)
    let call = calls.call(method, path, headers: headers, body: body.bytes, expires: 0)
    return await send(call, timeout: timeout)
  }

  func send(_ call: NodeCall, timeout: Span?, from node: SimulatedNode? = nil) async -> String {
    do {
      let endpoint = try call.endpoint()
      let reply = try await (node ?? master).http.send(
        HTTPCall(
          method: call.method, isTLS: endpoint.isTLS, host: endpoint.host, port: endpoint.port,
          authority: endpoint.authority, target: endpoint.target,
          fields: HTTPFields(call.headersToSend.map { .init($0.name, $0.value) }),
          body: call.body.isEmpty ? .empty : .bytes(call.body), timeout: timeout))
      do {
        let text = String(decoding: try await reply.body.collect(), as: UTF8.self)
        return "\(reply.status) " + text.replacing(/,"correlation_id":"[0-9a-f-]*"/, with: "")
      } catch {
        return "\(reply.status), then \(error)"
      }
    } catch let error as TransportError {
      return error.text.text
    } catch {
      return "\(error)"
    }
  }
}

extension SlaveConfiguration {
  static func network(_ profile: Profile) -> SlaveConfiguration {
    SlaveConfiguration(
      profile: profile, version: profile.version, storageRoot: nil, isDebug: false, logLevel: .debug,
      door: .plain(listen: ":5212"), gracePeriod: 0, proxyHeader: "", secret: NetworkBench.secret, callbackTimeout: 20,
      signatureTTL: 600,
      cors: .init(allowOrigins: [], allowMethods: [], allowHeaders: [], allowCredentials: false, exposeHeaders: []),
      redis: .init(network: "", server: "", user: "", password: "", database: ""), settings: NodeSettings())
  }
}
