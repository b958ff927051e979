import GoWire
import NodeProtocol
import ReferenceNode

/// What came of one request of a step, as its sender saw it.
public struct StepAnswer: Sendable {
  public var step: String
  public var actor: String
  public var target: String
  public var method: GoString
  /// The raw target as it was sent.
  public var requested: GoString
  public var began: Uptime
  public var ended: Uptime
  public var status: Int?
  public var fields = HTTPFields()
  public var body: [UInt8] = []
  /// Whether the body broke off before its announced end.
  public var isCut = false
  /// The transport's text when there was no answer.
  public var failure: GoString?
  /// What an administrator reads of a node test, in place of an envelope.
  public var told: (code: Int64, message: GoString)?

  init(step: String, actor: String, target: String, method: GoString, requested: GoString, began: Uptime) {
    self.step = step
    self.actor = actor
    self.target = target
    self.method = method
    self.requested = requested
    self.began = began
    ended = began
  }

  /// The envelope that the body is; nil when it is none.
  public var envelope: Envelope? {
    guard status != nil, body.first == UInt8(ascii: "{") else { return nil }
    return try? Envelope(reading: body, requiresCode: true)
  }

  public var code: Int64? { told?.code ?? envelope.map { Int64($0.code.rawValue) } }
  public var message: GoString? { told?.message ?? envelope?.message }

  /// Whether a sender takes it for success.
  public var isSuccess: Bool { !isCut && status == 200 && code == 0 }

  /// One line, for reports.
  public var line: String {
    var parts = ["\(SimulationFailure.Wait.seconds(ended)): \(step): \(method) \(requested.text.prefix(60))"]
    if let failure { parts.append("no answer: \(failure)") }
    if let status { parts.append("HTTP \(status)") }
    if let code { parts.append("code \(code) \"\(message ?? "")\"") }
    if status != nil, code == nil { parts.append("\(body.count) bytes") }
    if isCut { parts.append("cut") }
    return parts.joined(separator: ", ")
  }
}
