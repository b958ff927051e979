import GoWire
import NodeProtocol
import ReferenceNode

@testable import ConformanceSuite

/// A slave that answers exactly what was recorded, and asks its master exactly what was recorded, one exchange after the other.
final class RecordedTarget: Target {
  /// A change to the answer of an exchange, by its index among those that have an answer.
  typealias Change = (inout CaseAnswer, Int) -> Void

  private let single: ConformanceCase
  private let rewriter: CaseRewriter
  private let master: RecordedMaster
  private let change: Change
  private let asks: ([OutgoingCall], Int) -> [OutgoingCall]
  private var index = 0
  /// What its calls are signed with, and for how many seconds.
  var callSecret: GoString
  var callLifetime: Int64 = 600
  private(set) var sent: [CaseRequest] = []

  init(
    _ single: ConformanceCase, _ substitution: Substitution, master: RecordedMaster,
    asking asks: @escaping ([OutgoingCall], Int) -> [OutgoingCall] = { calls, _ in calls },
    change: @escaping Change = { _, _ in }
  ) {
    self.single = single
    rewriter = CaseRewriter(substitution)
    callSecret = substitution.secret
    self.master = master
    self.asks = asks
    self.change = change
  }

  var authority: String { "127.0.0.1:5213" }
  var secret: GoString { rewriter.substitution.secret }
  var folder: GoString { rewriter.substitution.folder }
  var knowsFolder: Bool { false }
  var unixSeconds: Int64 { 1_800_000_000 }
  private(set) var uptime = 0.0

  private var exchanges: [CaseExchange] { single.exchanges.filter { if case .pause = $0 { false } else { true } } }

  func send(_ request: CaseRequest, patience: Double) async throws(ConnectionFailure) -> CaseAnswer? {
    guard index < exchanges.count, case .call(let call) = exchanges[index] else { throw .reset }
    let hasCondition = call.request.fields.fields.contains {
      $0.name.hasPrefix("If-") && $0.name != "If-Modified-Since"
    }
    if hasCondition, !request.fields.fields.contains(where: { $0.name.hasPrefix("If-") }) {
      return CaseAnswer(status: 200, fields: HTTPFields([.init("Etag", "\"today\"")]), body: [])
    }
    sent.append(request)
    uptime += call.tookSeconds ?? 0.001
    ask(call.outgoing)
    var body: [UInt8] = []
    if case .bytes(let bytes) = call.body {
      // A payload stays as recorded: its texts are compared with the folder put in.
      body = rewriter.expectation(bytes, recorded: call.request, sent: request)
    }
    var fields = HTTPFields(
      call.fields.fields.map {
        .init($0.name, GoString(rewriter.expectation($0.value.bytes, recorded: call.request, sent: request)))
      })
    if request.method != "HEAD", !body.isEmpty, fields.first("Content-Length") != nil {
      fields.set("Content-Length", GoString("\(body.count)"))
    }
    var answer = CaseAnswer(status: call.status, fields: fields, body: body)
    change(&answer, index)
    index += 1
    return answer
  }

  func sendRaw(
    _ bytes: [UInt8], method: GoString, answers: Int, patience: Double
  ) async throws(ConnectionFailure) -> [UInt8] {
    guard index < exchanges.count, case .raw(let raw) = exchanges[index] else { throw .reset }
    defer { index += 1 }
    guard var answer = WireReader.answers(in: raw.response, method: method)?.first else { return raw.response }
    change(&answer, index)
    return MasterAnswer(status: answer.status, fields: answer.fields, body: answer.body).bytes()
  }

  func place(_ files: [CaseFile]) {}
  func pause(seconds: Double) async { uptime += seconds }
  func wait(seconds: Double, until isDone: () -> Bool) async {}

  private func ask(_ recorded: [OutgoingCall]) {
    for call in asks(recorded, index) {
      var request = rewriter.outgoing(call).request
      if let value = request.fields.first("Authorization"), value.hasPrefix("Bearer Cr ") {
        let content = RequestContent.build(
          method: request.method, path: TargetText(request.target).path,
          headers: request.fields.fields.map { HeaderField($0.name, $0.value) }, body: request.body, emptyPath: .slash)
        request.fields.set(
          "Authorization", "Bearer Cr " + SigningKey(callSecret).sign(content, expires: unixSeconds + callLifetime))
      }
      _ = master.answer(request, unixSeconds: unixSeconds)
    }
  }
}
