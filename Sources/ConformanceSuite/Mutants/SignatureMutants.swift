import GoWire
import NodeProtocol
import ReferenceNode

extension Mutant {
  /// Checks of the signature left out: the request is signed on its way in, so that the node has nothing to refuse.
  static let signatureMutants: [Mutant] = [
    Mutant(
      "bearer-signature-not-checked", "PUT and POST are accepted with any signature", groups: ["sign"],
      handler: { node, key in SigningHandler(node: node, key: key) { $0.isSignedInHeader } }),
    Mutant(
      "query-signature-not-checked", "GET is accepted with any signature", groups: ["sign"],
      handler: { node, key in SigningHandler(node: node, key: key) { $0.method == "GET" } }),
    Mutant(
      "unsigned-delete-accepted", "DELETE is accepted without a signature", groups: ["sign", "delete", "upload"],
      handler: { node, key in SigningHandler(node: node, key: key) { $0.method == "DELETE" } }),
    Mutant(
      "expiry-ignored", "signatures and sessions never expire", groups: ["sign"],
      world: { world in
        var changed = world
        changed.clock = ClockOfThePast(clock: world.clock)
        return changed
      }),
    Mutant(answers: "refusals-say-the-same", "an expired signature is called invalid", groups: ["sign"]) { _, answer in
      guard answer.code == 40005 else { return }
      let parts = answer.text.split(separator: #""signature expired""#, maxSplits: 1)
      if parts.count == 2 { answer.text = #"{"code":40071,"msg":"invalid sign""# + parts[1] }
    },
    Mutant(
      "filename-header-covered", "X-Cr-Filename is taken into the signature", groups: ["sign", "upload"],
      handler: { node, _ in
        MutatedHandler(
          node: node,
          request: { request in
            guard let value = request.fields.first("X-Cr-Filename") else { return request }
            var changed = request.without("X-Cr-Filename")
            changed.fields.add("X-Cr-Filename-Too", value)
            return changed
          })
      }),
  ]
}

extension HTTPRequest {
  fileprivate var isSignedInHeader: Bool { RequestContent.isSignedInHeader(method: method) }
}

/// Signs chosen requests anew with the node's own key before the node sees them.
private struct SigningHandler: HTTPHandler {
  let node: any HTTPHandler
  let key: SigningKey
  let chosen: @Sendable (HTTPRequest) -> Bool

  func respond(to request: HTTPRequest) async -> HTTPResponse {
    guard chosen(request), let target = RequestTarget(request.target) else { return await node.respond(to: request) }
    let check = SignatureCheck(key: key, profile: .documented)
    var changed = request
    if request.isSignedInHeader {
      var body: [UInt8] = []
      while let piece = try? await request.body.next() { body += piece }
      changed.body = BytesBody(body)
      changed.fields.set(
        "Authorization",
        check.authorization(
          method: request.method, path: target.path,
          headers: request.fields.fields.map { HeaderField($0.name, $0.value) }, body: body, expires: 0))
    } else {
      let signature = check.querySignature(path: target.path, expires: 0).queryEscaped
      let path = GoString(request.target.bytes.prefix { $0 != UInt8(ascii: "?") })
      changed.target = path + "?sign=" + signature + (target.rawQuery.map { "&" + $0 } ?? "")
    }
    return await node.respond(to: changed)
  }
}

/// A wall clock that stands still in 1970, so that nothing has expired yet.
private struct ClockOfThePast: NodeClock {
  let clock: any NodeClock
  var now: GoTime { GoTime(unixSeconds: 0) }
  var uptime: Uptime { clock.uptime }
  func sleep(until deadline: Uptime) async throws(CancellationError) { try await clock.sleep(until: deadline) }
}
