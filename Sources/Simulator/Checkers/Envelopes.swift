import GoWire
import NodeProtocol
import ReferenceNode

/// INV-21: every answer is an envelope of ENV-1, or the documented exception of its route; errors carry a request id, but for those of
/// binding.
struct Envelopes: Checker {
  let invariant = "INV-21"

  mutating func see(_ sight: Sight, in scene: any CheckedScene) -> [String] {
    guard case .response(let request) = sight, let status = request.status, !Self.isException(request, status) else {
      return []
    }
    let name = "\(request.node) answers \(request.method) \(request.path) with"
    guard let answer = request.answer, let envelope = try? Envelope(reading: answer, requiresCode: true),
      answer.starts(with: Array(#"{"code":"#.utf8)), answer.firstRange(of: Array(#""msg":"#.utf8)) != nil
    else {
      return [
        "\(name) HTTP \(status) and \(request.answer.map { $0.isEmpty ? "no body" : "what is no envelope" } ?? "a stream")"
      ]
    }
    guard envelope.code != .success, envelope.code != .parameterError, envelope.correlationID.isEmpty else { return [] }
    return ["\(name) code \(envelope.code.rawValue) and no request id"]
  }

  private static func isException(_ request: WitnessedRequest, _ status: Int) -> Bool {
    switch status {
    case 404, 301, 307, 204: return true
    case 304, 412, 416, 206: return isFile(request)
    case 400: return !request.isContent && request.code == nil
    case 403: return request.fields.first("Origin") != nil && request.answer?.isEmpty == true
    // A file, or a part of one; an empty file has no bytes to tell it by, only its ETag.
    case 200: return isFile(request) && (request.answer == nil || request.answerFields.first("ETag") != nil)
    default: return false
    }
  }

  private static func isFile(_ request: WitnessedRequest) -> Bool {
    request.isContent || request.target.hasPrefix("/api/v4/slave/file/thumb/")
  }
}
