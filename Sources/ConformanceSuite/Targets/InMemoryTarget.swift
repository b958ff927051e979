import GoWire
import ReferenceNode
import Simulator

/// A slave in a virtual world: its handler is called without a socket, its files lie in memory, its time is virtual, and its calls
/// to the master come straight here.
final class InMemoryTarget: Target {
  let secret: GoString
  private let world: SimulatedWorld
  private let node: SimulatedNode
  private let server: InMemoryServer

  /// - Parameters:
  ///   - node: the slave's process; `site` is where it finds its master, anything else refuses the connection.
  ///   - handler: the slave.
  init(
    world: SimulatedWorld, node: SimulatedNode, handler: any HTTPHandler, secret: GoString, site: GoString,
    answer: @escaping @Sendable (CaseRequest, Int64) -> MasterAnswer
  ) {
    self.world = world
    self.node = node
    self.secret = secret
    server = node.serve(handler)
    let clock = node.clock
    let authority = Substitution.authority(of: site)
    node.http.answer { call in
      guard call.host + ":" + GoString("\(call.port)") == authority, !call.isTLS else { return ScriptedAnswer(.refuse) }
      let body = (try? await call.collectBody()) ?? []
      let request = CaseRequest(method: call.method, target: call.target, fields: call.wireFields, body: body)
      let answer = answer(request, clock.now.unixSeconds)
      let delay = Span(nanoseconds: Int64(answer.afterSeconds * 1_000_000_000))
      if answer.closes { return ScriptedAnswer(.close, after: delay) }
      return ScriptedAnswer(.reply(status: answer.status, fields: answer.fields, body: answer.body), after: delay)
    }
  }

  var authority: String { "127.0.0.1" }
  var folder: GoString { node.disk.folder }
  var knowsFolder: Bool { true }
  var unixSeconds: Int64 { node.clock.now.unixSeconds }
  var uptime: Double { Double(world.kernel.uptime.nanoseconds) / 1_000_000_000 }

  func send(_ request: CaseRequest, patience: Double) async throws(ConnectionFailure) -> CaseAnswer? {
    let transcript = await converse(request.bytes(authority: authority), leavingAfter: patience)
    guard let answers = WireReader.answers(in: transcript.bytes, method: request.method) else {
      throw .malformed(Latin1.text(of: transcript.bytes.prefix(200)))
    }
    if answers.isEmpty, !transcript.isClosedByServer { throw .timedOut }
    return answers.first
  }

  func sendRaw(
    _ bytes: [UInt8], method: GoString, answers: Int, patience: Double
  ) async throws(ConnectionFailure) -> [UInt8] {
    await converse(bytes, leavingAfter: answers == 0 ? 0.5 : patience).bytes
  }

  private func converse(_ bytes: [UInt8], leavingAfter seconds: Double) async -> WireTranscript {
    await server.converse([.bytes(bytes)], leavingAfter: InMemoryTarget.span(seconds))
  }

  func place(_ files: [CaseFile]) {
    for file in files {
      if let bytes = file.bytes {
        node.disk.plant(GoString(file.path), bytes)
      } else {
        node.disk.plantFolder(GoString(file.path))
      }
    }
  }

  func pause(seconds: Double) async { await world.sleep(InMemoryTarget.span(seconds)) }

  func wait(seconds: Double, until isDone: () -> Bool) async { await world.settle() }

  private static func span(_ seconds: Double) -> Span { Span(nanoseconds: Int64(seconds * 1_000_000_000)) }
}
