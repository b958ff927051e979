import GoWire
import TestSupport

@testable import NodeProtocol

/// Makes hostile requests, each from the seed and its own number alone.
struct HostileGenerator: Sendable {
  /// A recorded request.
  private struct Model: Sendable {
    var method: GoString
    var target: GoString
    var headers: [HeaderField]
    var body: [UInt8]
  }

  let seed: UInt64
  let place: HostilePlace
  private let check: SignatureCheck
  private let models: [Model]

  init(seed: UInt64, place: HostilePlace, secret: GoString, profile: Profile) throws {
    self.seed = seed
    self.place = place
    check = SignatureCheck(key: SigningKey(secret), profile: profile)
    var models: [Model] = []
    for path in Repository.files(below: "Fixtures/recorded", suffix: ".json") where path.contains("/slave/") {
      let file = try GoJSON.parse(try Repository.bytes(path))
      for exchange in (file["cases"]?.array ?? []).flatMap({ $0["exchanges"]?.array ?? [] }) {
        guard let request = exchange["request"] else { continue }
        let headers = (request["headers"]?.array ?? []).map {
          HeaderField($0[0]?.string ?? "", GoString(Self.latin1($0[1]?.string ?? "")))
        }
        models.append(
          Model(
            method: request["method"]?.string ?? "", target: request["target"]?.string ?? "", headers: headers,
            body: Self.placed(Self.body(request["body"]), file["site"]?.string ?? "", place.site)))
      }
    }
    guard models.count > 400 else { throw Child.Trouble(description: "only \(models.count) recorded requests") }
    self.models = models
  }

  private static func latin1(_ text: GoString) -> [UInt8] {
    text.text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
  }

  private static func body(_ value: JSONValue?) -> [UInt8] {
    if let text = value?["text"]?.string { return text.bytes }
    return value?["base64"]?.string.flatMap { try? Base64.standard.decode($0) } ?? []
  }

  /// The body with the recorded master replaced by ours, and the recorded slave's folder by none.
  private static func placed(_ body: [UInt8], _ site: GoString, _ own: GoString) -> [UInt8] {
    guard let text = String(validating: body, as: UTF8.self) else { return body }
    return Array(text.replacing(site.text, with: own.text).replacing("\"/cloudreve/", with: "\"conf/cloudreve/").utf8)
  }

  /// The bytes of a request, and whether its sender says no more after them.
  func request(_ index: Int) -> [UInt8] {
    var choices = Choices(seed: seed, index: index)
    if choices.once(in: 12) { return garbage(&choices) }
    let model = choices.pick(models)
    var request = HostileRequest(
      method: model.method, target: model.target, headers: model.headers.map { ($0.name, $0.value) }, body: model.body)
    request.set("Host", "127.0.0.1")
    if choices.once(in: 2), let text = String(validating: request.body, as: UTF8.self) {
      request.body = Array(text.replacing("\"overwrite\":false", with: "\"overwrite\":true").utf8)
    }
    for _ in 0..<choices.next(4) { change(&request, &choices) }
    if choices.once(in: 10) { request.body = HostileTexts.body(&choices) }
    if request.header("Transfer-Encoding") == nil, request.header("Content-Length") != nil || !request.body.isEmpty {
      request.set("Content-Length", GoString("\(request.body.count)"))
    }
    // What could do harm where a defence fails is not signed: with a wrong signature it gets no further.
    if place.isHarmless(request) {
      if !choices.once(in: 6) { request.sign(with: check) }
    } else {
      request.set("Authorization", "Bearer Cr AAAA:0")
      request.target = GoString(request.target.text.replacing("sign=", with: "other="))
    }
    if choices.once(in: 8) { changeFraming(&request, &choices) }
    return choices.once(in: 40) ? HostileTexts.flipped(request.bytes, &choices) : request.bytes
  }

  private func garbage(_ choices: inout Choices) -> [UInt8] {
    switch choices.next(4) {
    case 0: return choices.bytes(choices.next(600)) + Array("\r\n\r\n".utf8)
    case 1:
      return Array(HostileTexts.flipped(Array("GET /api/v4/slave/task/1 HTTP/1.1\r\nHost: x\r\n\r\n".utf8), &choices))
    case 2:
      let line =
        "\(choices.pick(["GET", "POST", "PRI", "get", "G T"])) \(choices.pick(["*", "/", "", "x:y", "//", "/%"]))"
      return Array("\(line) HTTP/\(choices.pick(["1.1", "1.0", "2.0", "9.9", "x"]))\r\nHost: x\r\n\r\n".utf8)
    default:
      let header = GoString(choices.bytes(choices.next(40)))
      return Array("GET / HTTP/1.1\r\nHost: x\r\n".utf8) + header.bytes + Array("\r\n\r\n".utf8)
    }
  }

  private func change(_ request: inout HostileRequest, _ choices: inout Choices) {
    switch choices.next(9) {
    case 0: request.target = GoString(HostileTexts.flipped(request.target.bytes, &choices).filter { $0 > 0x20 })
    case 1: request.target = HostileTexts.inserting(HostileTexts.targetPiece(&choices), into: request.target, &choices)
    case 2: request.target = HostileTexts.replacingSegment(of: request.target, &choices)
    case 3:
      request.method = choices.pick([
        "GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "X", "CONNECT",
      ])
    case 4: request.body = HostileTexts.flipped(request.body, &choices)
    case 5, 6: request.body = HostileTexts.changedJSON(request.body, &choices)
    case 7: request.headers.append((HostileTexts.headerName(&choices), HostileTexts.headerValue(&choices)))
    default:
      if !request.headers.isEmpty { request.headers.remove(at: choices.next(request.headers.count)) }
    }
  }

  private func changeFraming(_ request: inout HostileRequest, _ choices: inout Choices) {
    switch choices.next(6) {
    case 0: request.headers.append(("Content-Length", "\(choices.pick([0, 1, -1, 5, 99, Int.max]))"))
    case 1: request.set("Content-Length", GoString("\(request.body.count + choices.next(50))"))
    case 2: request.headers.append(("Transfer-Encoding", choices.pick(["chunked", "gzip", "chunked, chunked", "x"])))
    case 3:
      request.set("Content-Length", nil)
      request.set("Transfer-Encoding", "chunked")
      request.body =
        Array(String(request.body.count, radix: 16).utf8) + Array("\r\n".utf8) + request.body
        + Array(choices.pick(["\r\n0\r\n\r\n", "\r\n", "0\r\n\r\n", "\r\nffffffffffffffffff\r\n"]).utf8)
    case 4: request.headers.append(("Expect", choices.pick(["100-continue", "x"])))
    default: request.headers.append(("Host", "again"))
    }
  }
}
