import GoWire
import NodeProtocol
import ReferenceNode

/// Arbitrary requests to each route, signed and not (FLT-FUZZ, SCN-HOSTILE-7).
extension ScenarioStage {
  func fuzz(_ action: FuzzAction, _ step: ScenarioStep, _ actor: String) async {
    var chance = world.generator("fuzz \(step.name)")
    let node = world.node(actor)
    for _ in 0..<action.count {
      if Task.isCancelled { return }
      if chance.chance(1, of: 4) {
        await sendBytes(Self.arbitraryBytes(&chance), step, node)
      } else {
        let request = arbitraryRequest(&chance, step, actor)
        await send(request)
      }
    }
  }

  private static let routes: [(method: GoString, path: GoString)] = [
    ("POST", "/api/v4/slave/ping"), ("PUT", "/api/v4/slave/upload"), ("POST", "/api/v4/slave/upload/fuzz?chunk=0"),
    ("DELETE", "/api/v4/slave/upload/fuzz"), ("GET", "/api/v4/slave/file/content/2/{b64:uploads/x}/0/x.bin"),
    ("HEAD", "/api/v4/slave/file/content/2/{b64:uploads/x}/0/x.bin"),
    ("GET", "/api/v4/slave/file/thumb/{b64:uploads/x}/png"),
    ("GET", "/api/v4/slave/file/meta/{b64:uploads/x}/mp3"), ("DELETE", "/api/v4/slave/file"),
    ("GET", "/api/v4/slave/file/list?path=uploads&recursive=true"), ("PUT", "/api/v4/slave/task"),
    ("GET", "/api/v4/slave/task/1"), ("POST", "/api/v4/slave/task/cleanup"), ("POST", "/api/v4/slave/download/task"),
    ("POST", "/api/v4/slave/download/status"), ("POST", "/api/v4/slave/download/select"),
    ("POST", "/api/v4/slave/download/cancel"), ("POST", "/api/v4/slave/download/test"), ("GET", "/api/v4/site/ping"),
    ("GET", "/"),
  ]

  /// What bodies are made of: pieces of what routes take, and of what they do not.
  private static let bodies: [GoString] = [
    "", "{}", "null", "[]", "{", #"{"callback":"http://M:5212"}"#, #"{"callback":4}"#, #"{"callback":""}"#,
    #"{"files":[]}"#, #"{"files":["uploads/none"]}"#, #"{"files":"x"}"#, #"{"path":[]}"#, #"{"path":["temp/x"]}"#,
    #"{"type":"slave_upload","state":"not json"}"#, #"{"type":null}"#, #"{"type":7,"state":{}}"#,
    #"{"session":null,"overwrite":true}"#, #"{"session":{"Policy":null}}"#,
    #"{"session":{"Policy":{"settings":{"chunk_size":5}},"Props":{"Size":5,"SavePath":"","UploadSessionID":"fuzz"}}}"#,
    #"{"session":{"Props":{"ExpireAt":"yesterday"}}}"#, "\u{FEFF}{}",
    #"{"node_setting":{},"node_setting_hash":"x","url":"http://x"}"#,
    #"{"node_setting":{"provider":"aria2"},"node_setting_hash":"x","handle":{"id":"1"},"args":[]}"#,
  ]

  private func arbitraryRequest(
    _ chance: inout SeededGenerator, _ step: ScenarioStep, _ actor: String
  ) -> StepRequest {
    let route = Self.routes[chance.below(Self.routes.count)]
    var path = Self.expanded(route.path).bytes
    var method = route.method
    if chance.chance(1, of: 8) {
      method = ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"][chance.below(7)]
    }
    var body = Self.bodies[chance.below(Self.bodies.count)].bytes
    for _ in 0..<chance.below(4) where !body.isEmpty {
      let index = chance.below(body.count)
      switch chance.below(3) {
      case 0: body[index] = UInt8(truncatingIfNeeded: chance.next())
      case 1: body.remove(at: index)
      default: body.insert(contentsOf: chance.bytes(3), at: index)
      }
    }
    if chance.chance(1, of: 4), path.count > 2 {
      let index = 1 + chance.below(path.count - 1)
      let pieces: [[UInt8]] = [
        Array("%2e%2e/".utf8), Array("//".utf8), Array("%00".utf8), Array("%2F".utf8), Array("x".utf8),
      ]
      path.replaceSubrange(index..<(index + 1), with: pieces[chance.below(pieces.count)])
    }
    var call = CallAction()
    call.method = method
    let parts = path.split(separator: UInt8(ascii: "?"), maxSplits: 1)
    call.path = GoString(parts.first ?? [])
    call.query = parts.count > 1 ? GoString(parts[1]) : ""
    let signature = chance.below(4)
    call.signature = signature == 0 ? .none : signature == 1 ? .otherKey : .key
    call.lifetime = .seconds(Int64(chance.below(5)) * 30 - 30)
    if chance.chance(1, of: 3) {
      call.headers.append(ScenarioPair("X-Cr-Correlation-Id", GoString(chance.bytes(8).map { 0x20 + $0 % 0x5E })))
    }
    if chance.chance(1, of: 3) {
      call.headers.append(ScenarioPair("Range", GoString("bytes=\(chance.below(9))-\(chance.below(9))")))
    }
    if chance.chance(1, of: 5) { call.headers.append(ScenarioPair("Origin", "http://elsewhere")) }
    call.body = method == "GET" || method == "HEAD" ? nil : GoString(body)
    return request(for: call, step, actor)
  }

  private static func arbitraryBytes(_ chance: inout SeededGenerator) -> [UInt8] {
    let route = routes[chance.below(routes.count)]
    var bytes = route.method.bytes + [0x20] + expanded(route.path).bytes
    bytes +=
      Array(" HTTP/1.1\r\nHost: S1\r\nContent-Length: \(chance.below(20))\r\n\r\n".utf8)
      + chance.bytes(chance.below(20))
    for _ in 0..<(1 + chance.below(6)) {
      let index = chance.below(bytes.count)
      if chance.chance(1, of: 2) {
        bytes[index] = UInt8(truncatingIfNeeded: chance.next())
      } else {
        bytes.replaceSubrange(index..<(index + 1), with: chance.bytes(chance.below(4)))
      }
      if bytes.isEmpty { return [0] }
    }
    return bytes
  }

  private func sendBytes(_ bytes: [UInt8], _ step: ScenarioStep, _ node: SimulatedNode) async {
    var answer = begin(
      StepAnswer(
        step: step.name, actor: node.name, target: step.target, method: "raw", requested: "",
        began: world.kernel.uptime))
    do throws(TransportError) {
      let stream = try await world.network.connect(
        from: node, to: GoString(step.target), port: Self.slavePort, timeout: .seconds(10))
      _ = await stream.send(bytes)
      stream.finish()
      answer.body = await stream.receiveAll()
      stream.close()
    } catch {
      answer.failure = error.text
    }
    answer.ended = world.kernel.uptime
    end(answer)
  }
}
