import GoWire
import NodeProtocol
import ReferenceNode

/// Requests of a step's own, signed and spoilt as it says.
extension ScenarioStage {
  func call(_ action: CallAction, _ step: ScenarioStep, _ actor: String) async {
    for _ in 0..<action.times {
      let request = request(for: action, step, actor)
      guard let spoilt = action.spoils else {
        await send(request)
        continue
      }
      for changed in spoils(request, spoilt) { await send(changed) }
    }
  }

  func request(for action: CallAction, _ step: ScenarioStep, _ actor: String) -> StepRequest {
    let body = (action.body ?? "").bytes
    let path = Self.expanded(action.path)
    var headers = [HeaderField("User-Agent", HeaderValue.userAgent(version: profile.version))]
    headers += action.headers.map { HeaderField(GoString($0.name), $0.value) }
    var query = action.query
    if action.signature != .none, let target = RequestTarget(path) {
      let key = action.signature == .key ? secret(of: step.target) : secret(of: step.target) + "!"
      let check = SignatureCheck(key: SigningKey(key), profile: profile)
      let clock = world.node(actor).clock
      var now = clock.now.unixSeconds
      if let signedAt = action.signedAt { now += (signedAt.nanoseconds - clock.uptime.nanoseconds) / 1_000_000_000 }
      let expires = action.isForEver ? 0 : now + action.lifetime.nanoseconds / 1_000_000_000
      if RequestContent.isSignedInHeader(method: action.method) {
        headers.append(
          HeaderField(
            HeaderName.authorization,
            check.authorization(
              method: action.method, path: target.path, headers: headers, body: body, expires: expires)))
      } else {
        query +=
          (query.isEmpty ? "" : "&") + "sign=" + check.querySignature(path: target.path, expires: expires).queryEscaped
      }
    }
    var request = StepRequest(
      step: step.name, actor: actor, target: step.target, method: action.method,
      requested: path + (query.isEmpty ? "" : "?" + query), headers: headers, body: body)
    request.patience = action.patience
    return request
  }

  /// A path as it is sent: `{b64:TEXT}` becomes the base64url of the text.
  static func expanded(_ path: GoString) -> GoString {
    let parts = path.text.split(separator: "{b64:", omittingEmptySubsequences: false)
    var result = String(parts[0])
    for part in parts.dropFirst() {
      let halves = part.split(separator: "}", maxSplits: 1, omittingEmptySubsequences: false)
      result += Base64.url.encode(Array(halves[0].utf8)).text + (halves.count > 1 ? String(halves[1]) : "")
    }
    return GoString(result)
  }

  /// The request once for each byte of the part, with that byte changed.
  private func spoils(_ request: StepRequest, _ part: CallAction.Spoilt) -> [StepRequest] {
    func each(_ bytes: [UInt8], _ change: (inout StepRequest, [UInt8]) -> Void) -> [StepRequest] {
      bytes.indices.map { index in
        var changed = bytes
        changed[index] ^= 1
        var copy = request
        change(&copy, changed)
        return copy
      }
    }
    func header(_ name: GoString, _ split: ([UInt8]) -> (before: [UInt8], part: [UInt8], after: [UInt8]))
      -> [StepRequest]
    {
      guard let index = request.headers.firstIndex(where: { $0.name.canonicalHeaderName.hasPrefix(name) }) else {
        return []
      }
      let pieces = split(request.headers[index].value.bytes)
      return each(pieces.part) { copy, bytes in
        copy.headers[index].value = GoString(pieces.before + bytes + pieces.after)
      }
    }
    let colon = UInt8(ascii: ":")
    switch part {
    case .path:
      let path = Array(request.requested.bytes.prefix { $0 != UInt8(ascii: "?") })
      let rest = Array(request.requested.bytes.dropFirst(path.count))
      guard let slash = path.lastIndex(of: UInt8(ascii: "/")) else { return [] }
      return each(Array(path[(slash + 1)...])) { copy, bytes in
        copy.requested = GoString(path[...slash] + bytes + rest)
      }
    case .body: return each(request.body) { $0.body = $1 }
    case .header: return header("X-Cr-") { ([], $0, []) }
    case .mac:
      return header("Authorization") { bytes in
        let begin = HeaderValue.signaturePrefix.count
        let end = bytes.lastIndex(of: colon) ?? bytes.count
        return (Array(bytes[..<begin]), Array(bytes[begin..<end]), Array(bytes[end...]))
      }
    case .expiry:
      return header("Authorization") { bytes in
        let end = (bytes.lastIndex(of: colon) ?? bytes.count - 1) + 1
        return (Array(bytes[..<end]), Array(bytes[end...]), [])
      }
    }
  }

  /// A file by its link (ST-9).
  func read(_ action: ContentAction, _ step: ScenarioStep, _ actor: String) async {
    let source = Base64.url.encode(action.path.bytes)
    let path: GoString = GoString(
      "/api/v4/slave/file/content/\(nodeID(of: step.target))/\(source)/\(action.speed)/\(action.displayName)")
    let clock = master.node.clock
    var now = clock.now.unixSeconds
    if let signedAt = action.signedAt { now += (signedAt.nanoseconds - clock.uptime.nanoseconds) / 1_000_000_000 }
    let expires = now + action.lifetime.nanoseconds / 1_000_000_000
    let check = SignatureCheck(key: SigningKey(secret(of: step.target)), profile: profile)
    var request = StepRequest(
      step: step.name, actor: actor, target: step.target, method: action.method,
      requested: path + "?sign=" + check.querySignature(path: path, expires: expires).queryEscaped)
    request.headers = [HeaderField("User-Agent", "Mozilla/5.0")]
    if let range = action.range { request.headers.append(HeaderField("Range", range)) }
    if let other = action.ifRangeOf, let etag = answers.last(where: { $0.step == other })?.fields.first("ETag") {
      request.headers.append(HeaderField("If-Range", etag))
    }
    request.leavesAfter = action.leavesAfter
    request.stallsAfter = action.stallsAfter
    request.patience = action.patience
    await send(request)
  }

  /// Another program's hand on a disk.
  func touch(_ action: HandAction, _ step: ScenarioStep) async {
    let disk = world.node(step.target).disk
    switch action.deed {
    case .write: disk.plant(action.path, action.file.flatMap { contents[$0] } ?? [])
    case .remove: disk.uproot(action.path)
    case .listen:
      guard let port = UInt16(action.path.text.dropFirst()) else {
        return note(failure: "\(step.name): \(action.path) is no port")
      }
      do {
        _ = try world.network.listen(world.node(step.target), port, master)
      } catch {
        note(failure: "\(step.name): \(error)")
      }
    case .truncate:
      do {
        guard let path = DiskPath(action.path) else { return }
        let file = try await disk.open(path, .write)
        try await file.truncate(to: action.size)
        await file.close()
      } catch {
        note(failure: "\(step.name): \(error)")
      }
    }
  }

  /// Bytes as they are, on connections of their own.
  func converse(_ action: RawAction, _ step: ScenarioStep, _ actor: String) async {
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<action.connections {
        group.addTask(name: "\(actor): raw") { [self] in await converse(once: action, step, actor) }
      }
    }
  }

  private func converse(once action: RawAction, _ step: ScenarioStep, _ actor: String) async {
    let node = world.node(actor)
    var answer = begin(
      StepAnswer(
        step: step.name, actor: actor, target: step.target, method: "raw", requested: "", began: world.kernel.uptime))
    do throws(TransportError) {
      let stream = try await world.network.connect(
        from: node, to: GoString(step.target), port: Self.slavePort, timeout: action.patience)
      let deadline = world.kernel.uptime + action.patience
      let sender = Task(name: "\(actor): sends") { [world] in
        guard await stream.send(action.text.bytes) else { return }
        var sent = 0
        while !action.again.isEmpty, sent < action.times ?? .max, !Task.isCancelled, world.kernel.uptime < deadline {
          if action.every > .zero { await world.sleep(action.every) }
          guard await stream.send(action.again.bytes) else { return }
          sent += 1
        }
      }
      let watch = Task(name: "\(actor): leaves") { [world] in
        await world.sleep(action.patience)
        if !Task.isCancelled { stream.close() }
      }
      while let bytes = await stream.receive() { answer.body += bytes }
      answer.isCut = stream.ending == .reset
      sender.cancel()
      watch.cancel()
      stream.close()
    } catch {
      answer.failure = error.text
    }
    if let status = Self.status(of: answer.body) { answer.status = status }
    answer.ended = world.kernel.uptime
    end(answer)
  }

  private static func status(of bytes: [UInt8]) -> Int? {
    guard bytes.starts(with: "HTTP/1.".utf8) else { return nil }
    return Int(String(decoding: bytes.dropFirst(9).prefix(3), as: UTF8.self))
  }
}
