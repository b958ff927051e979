import GoWire
import NodeProtocol
import ReferenceNode

/// INV-22: no secret, callback secret or signature in any line of a log or text of an error.
struct Secrets: Checker {
  let invariant = "INV-22"

  private var callbackSecrets: [GoString] = []

  mutating func see(_ sight: Sight, in scene: any CheckedScene) -> [String] {
    switch sight {
    case .request(let request):
      if let id = request.chunkSession, let session = scene.session(id),
        !callbackSecrets.contains(session.callbackSecret)
      {
        callbackSecrets.append(session.callbackSecret)
      }
    case .event(let event):
      guard case .log(let line) = event.kind, scene.slaves.contains(event.node) else { break }
      for text in [GoString(line.message)] + line.details.map(\.value) {
        if let what = secret(in: text, scene) { return ["\(event.node) logs \(what): \(line.message)"] }
      }
    case .response(let request):
      guard let answer = request.answer, let code = request.code, code != 0,
        let envelope = try? Envelope(reading: answer, requiresCode: true)
      else { break }
      if let what = secret(in: envelope.message, scene) ?? secret(in: envelope.error, scene) {
        return ["\(request.node) answers \(request.method) \(request.path) with \(what) in its error"]
      }
    case .took, .answered, .masterReceived:
      break
    }
    return []
  }

  private func secret(in text: GoString, _ scene: any CheckedScene) -> String? {
    func holds(_ part: GoString) -> Bool {
      !part.isEmpty && text.bytes.count >= part.count && text.bytes.firstRange(of: part.bytes) != nil
    }
    for node in scene.slaves where holds(scene.secret(of: node)) { return "the secret of \(node)" }
    for secret in callbackSecrets where holds(secret) { return "a callback's secret" }
    return holds("sign=") || holds("Bearer Cr ") ? "a signature" : nil
  }
}
