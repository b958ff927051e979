import GoWire
import NodeProtocol
import ReferenceNode
import Simulator

/// A slave as a program on a node, a master's half that is called back, and a sender, on the virtual network.
struct ProcessBench: Sendable {
  static let secret = NetworkBench.secret

  let world: SimulatedWorld
  let slave: SimulatedNode
  let sender: SimulatedNode
  /// What the master was asked.
  let master = Transcript()
  let calls: CallBuilder

  init(_ world: SimulatedWorld, nodeLab: GoString = "", environment: [EnvironmentVariable] = []) throws {
    self.world = world
    slave = world.node("S1")
    sender = world.node("U")
    slave.environment = environment
    slave.disk.plant(SlaveProgram.defaultFile, Self.configuration(nodeLab).bytes)
    calls = CallBuilder(base: try GoURL("http://S1:5212"), key: SigningKey(Self.secret), profile: .documented)
    let master = master
    _ = try world.network.listen(
      world.node("M"), 80,
      Handle { request in
        master.add("\(request.method) \(request.target)")
        return HTTPResponse(
          status: 200, fields: HTTPFields([.init("Content-Type", "application/json")]),
          body: .bytes(Array(#"{"code":0,"data":"4.14.0","msg":""}"#.utf8)))
      })
  }

  static func configuration(_ nodeLab: GoString = "") -> GoString {
    "[System]\nMode = slave\nListen = :5212\n\n[Slave]\nSecret = \(secret)\n\n[CORS]\nAllowOrigins = *\n\n[NodeLab]\n"
      + nodeLab + "\n"
  }

  func start() async -> SimulatedProcess {
    let process = slave.start(SlaveProgram())
    await world.settle()
    return process
  }

  /// Status and body, or why there is none.
  func call(
    _ method: GoString, _ path: GoString, query: [GoQuery.Pair] = [], _ body: [UInt8] = [], timeout: Span = .seconds(30)
  ) async -> String {
    let headers = Caller.master(siteURL: "http://M", siteID: "site", nodeID: 2).headers(
      version: "4.14.0", correlationID: nil)
    let call = calls.call(method, path, query: query, headers: headers, body: body, expires: 0)
    do {
      let endpoint = try call.endpoint()
      let reply = try await sender.client.send(
        HTTPCall(
          method: call.method, isTLS: endpoint.isTLS, host: endpoint.host, port: endpoint.port,
          authority: endpoint.authority, target: endpoint.target,
          fields: HTTPFields(call.headersToSend.map { .init($0.name, $0.value) }),
          body: call.body.isEmpty ? .empty : .bytes(call.body), timeout: timeout))
      let text = String(decoding: try await reply.body.collect(), as: UTF8.self)
      return "\(reply.status) " + text.replacing(/,"correlation_id":"[0-9a-f-]*"/, with: "")
    } catch let error as TransportError {
      return error.text.text
    } catch {
      return "\(error)"
    }
  }

  func ping() async -> String {
    await call("POST", "/api/v4/slave/ping", Array(#"{"callback":"http://M"}"#.utf8))
  }

  func open(_ id: GoString, size: Int, chunkSize: Int) async -> String {
    let policy = #"{"id":2,"settings":{"chunk_size":\#(chunkSize)},"edges":{"node":{"slave_key":"k"}}}"#
    let props =
      #"{"Size":\#(size),"UploadSessionID":"\#(id)","SavePath":"blobs/\#(id)","ExpireAt":"2036-01-01T00:00:00Z"}"#
    return await call(
      "PUT", "/api/v4/slave/upload",
      Array(#"{"session":{"Policy":\#(policy),"Callback":"http://M/callback/\#(id)","Props":\#(props)}}"#.utf8))
  }

  func send(chunk index: Int, of id: GoString, _ bytes: [UInt8]) async -> String {
    await call(
      "POST", "/api/v4/slave/upload/\(id)", query: [GoQuery.Pair("chunk", GoString(String(index)))], bytes)
  }

  static let success = #"200 {"code":0,"msg":""}"#
}
