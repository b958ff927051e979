import GoWire
import ReferenceNode

/// A request as it reached a slave's door, and what the slave answered: what checkers judge by, taken down outside of the node.
public struct WitnessedRequest: Sendable {
  public var number: Int
  public var node: String
  public var at: Uptime
  /// The receiver's wall clock at that time.
  public var clock: GoTime
  /// The same when the node took the last bytes of the body so far.
  public var bodyClock: GoTime?
  public var method: GoString
  public var target: GoString
  public var fields: HTTPFields
  /// What the node took of the body.
  public var body: [UInt8] = []
  public var status: Int?
  public var answerFields = HTTPFields()
  /// The answer's body when it was made of bytes; nil for a part of a file or a stream.
  public var answer: [UInt8]?
  public var endedAt: Uptime?
  /// Whether the node ended the connection instead of answering.
  public var isAborted = false

  public var path: GoString { GoString(target.bytes.prefix { $0 != UInt8(ascii: "?") }) }
}

/// Stands between a slave and the network and takes down what passes, unchanged.
///
/// Confined to the kernel's thread, which is the invariant behind `@unchecked Sendable`.
final class Witness: HTTPHandler, @unchecked Sendable {
  private let process: SimulatedProcess
  private let handler: any HTTPHandler
  private let stage: ScenarioStage
  private var node: SimulatedNode { process.node }

  init(_ process: SimulatedProcess, _ handler: any HTTPHandler, _ stage: ScenarioStage) {
    self.process = process
    self.handler = handler
    self.stage = stage
  }

  func respond(to request: HTTPRequest) async -> HTTPResponse {
    let number = stage.witness(
      WitnessedRequest(
        number: 0, node: node.name, at: node.clock.uptime, clock: node.clock.now, method: request.method,
        target: request.target, fields: request.fields))
    var changed = request
    changed.body = WitnessedBody(request.body) { [stage] in stage.took($0, number) }
    let response = await handler.respond(to: changed)
    // What a process that is gone would say reaches nobody.
    if process.isGone { return .aborted }
    stage.answered(number, response)
    return response
  }
}

private final class WitnessedBody: HTTPBody, @unchecked Sendable {  // confined to the kernel's thread
  private let source: any HTTPBody
  private let note: ([UInt8]) -> Void

  init(_ source: any HTTPBody, _ note: @escaping ([UInt8]) -> Void) {
    self.source = source
    self.note = note
  }

  func next() async throws(HTTPBodyError) -> [UInt8]? {
    let piece = try await source.next()
    if let piece { note(piece) }
    return piece
  }
}
