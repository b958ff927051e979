import GoWire
import NodeProtocol
import ReferenceNode

/// An answer with its body at hand, so that any byte of it can be changed.
struct OpenedResponse: Sendable {
  var status: Int
  var fields: HTTPFields
  var bytes: [UInt8]
  /// What the answer announced, when that is more than what came (QUIRK-14), or nil.
  var announced: Int64?
  var closes: Bool

  /// The body as text, for the small JSON answers.
  var text: String {
    get { GoString(bytes).text }
    set { bytes = Array(newValue.utf8) }
  }

  /// Whether the answer is an envelope (ENV-1).
  var isEnvelope: Bool { bytes.starts(with: Array(#"{"code":"#.utf8)) }

  /// The envelope's code, when it is one.
  var code: Int? {
    guard isEnvelope else { return nil }
    let digits = bytes.dropFirst(8).prefix { $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "}") }
    return Int(GoString(Array(digits)).text)
  }
}

/// Passes requests on to a correct node and changes what goes in, what comes out, or both.
struct MutatedHandler: HTTPHandler {
  let node: any HTTPHandler
  var request: @Sendable (HTTPRequest) -> HTTPRequest = { $0 }
  var response: @Sendable (HTTPRequest, inout OpenedResponse) async -> Void = { _, _ in }

  func respond(to original: HTTPRequest) async -> HTTPResponse {
    let answer = await node.respond(to: request(original))
    guard !answer.isAborted, var opened = await MutatedHandler.open(answer) else { return answer }
    await response(original, &opened)
    return MutatedHandler.close(opened)
  }

  /// Reads an answer's body to its end; nil when its source fails, which is the answer's own meaning then.
  private static func open(_ answer: HTTPResponse) async -> OpenedResponse? {
    var opened = OpenedResponse(
      status: answer.status, fields: answer.fields, bytes: [], announced: nil, closes: answer.closes)
    switch answer.body {
    case .empty: break
    case .bytes(let bytes): opened.bytes = bytes
    case .file(let file, let offset, let count):
      guard let length = Int(exactly: count), let bytes = try? await file.read(at: offset, count: length) else {
        return nil
      }
      await file.close()
      opened.bytes = bytes
    case .stream(let count, let source):
      do {
        while let piece = try await source.next() { opened.bytes += piece }
      } catch {
        return nil
      }
      opened.announced = count.flatMap { $0 == Int64(opened.bytes.count) ? nil : $0 }
    }
    return opened
  }

  private static func close(_ opened: OpenedResponse) -> HTTPResponse {
    HTTPResponse(
      status: opened.status, fields: opened.fields,
      body: opened.announced.map { .stream(count: $0, BytesBody(opened.bytes)) }
        ?? (opened.bytes.isEmpty ? .empty : .bytes(opened.bytes)),
      closes: opened.closes)
  }
}

extension HTTPRequest {
  /// The target up to its query.
  var pathText: String { String(target.text.prefix { $0 != "?" }) }
  var isChunk: Bool { method == "POST" && pathText.hasPrefix("/api/v4/slave/upload/") }
  var isContent: Bool { pathText.hasPrefix("/api/v4/slave/file/content/") }
}

extension Mutant {
  /// A change to answers only.
  init(
    answers name: String, _ summary: String, groups: [String],
    _ change: @escaping @Sendable (HTTPRequest, inout OpenedResponse) -> Void
  ) {
    self.init(
      name, summary, groups: groups,
      handler: { node, _ in MutatedHandler(node: node, response: { change($0, &$1) }) })
  }
}
