import GoWire
import NodeProtocol
import ReferenceNode

/// A request as a step sends it.
struct StepRequest {
  var step: String
  var actor: String
  /// The node that is asked, by its host name.
  var target: String
  var method: GoString
  /// The raw target.
  var requested: GoString
  var headers: [HeaderField] = []
  var body: [UInt8] = []
  /// Shown in reports in place of the raw target, when set.
  var port = ScenarioStage.slavePort
  var patience: Span? = .seconds(60)
  /// The reader goes away after so many bytes of the answer's body.
  var leavesAfter: Int64?
  /// The reader takes no more after so many bytes.
  var stallsAfter: Int64?
}

extension ScenarioStage {
  /// Plays one step to its end.
  func play(_ step: ScenarioStep, _ index: Int) async {
    world.trace.record(.step("\(step.name) begins"), node: step.actor ?? step.defaultActor)
    let actor = step.actor ?? step.defaultActor
    switch step.action {
    case .session(let action): await makeSession(action, step, actor)
    case .chunk(let action): _ = await bring(action, step.name, actor)
    case .upload(let action): await upload(action, step, actor)
    case .nodeTest(let action): await test(action, step, actor)
    case .call(let action): await call(action, step, actor)
    case .content(let action): await read(action, step, actor)
    case .raw(let action): await converse(action, step, actor)
    case .fuzz(let action): await fuzz(action, step, actor)
    case .hand(let action): await touch(action, step)
    case .start(let action): start(action.node)
    }
    world.trace.record(.step("\(step.name) ends"), node: actor)
  }

  // MARK: Requests

  /// Sends a request and notes what came of it.
  @discardableResult
  func send(_ request: StepRequest) async -> StepAnswer {
    let node = world.node(request.actor)
    var answer = begin(
      StepAnswer(
        step: request.step, actor: request.actor, target: request.target, method: request.method,
        requested: request.requested, began: world.kernel.uptime))
    let call = HTTPCall(
      method: request.method, isTLS: false, host: GoString(request.target), port: request.port,
      authority: GoString("\(request.target):\(request.port)"), target: request.requested,
      fields: HTTPFields(request.headers.map { .init($0.name, $0.value) }),
      body: request.body.isEmpty ? .empty : .bytes(request.body), timeout: request.patience)
    do throws(TransportError) {
      let reply = try await node.client.send(call)
      answer.status = reply.status
      answer.fields = reply.fields
      await receive(reply.body, of: request, into: &answer)
    } catch {
      answer.failure = error.text
    }
    answer.ended = world.kernel.uptime
    end(answer)
    return answer
  }

  private func receive(_ body: any HTTPBody, of request: StepRequest, into answer: inout StepAnswer) async {
    do throws(HTTPBodyError) {
      while true {
        if let most = request.leavesAfter, Int64(answer.body.count) >= most { return }
        if let most = request.stallsAfter, Int64(answer.body.count) >= most {
          await world.sleep(request.patience ?? .seconds(3_600))
          return
        }
        guard let piece = try await body.next() else { return }
        answer.body += piece
      }
    } catch {
      answer.isCut = true
    }
  }

  // MARK: Uploads

  func makeSession(_ action: SessionAction, _ step: ScenarioStep, _ actor: String) async {
    _ = await makeSession(action, name: step.name, step: step.name, node: step.target, actor)
  }

  /// The master makes a session and tells the slave.
  func makeSession(
    _ action: SessionAction, name: String, step: String, node: String, _ actor: String
  ) async -> (session: MadeSession, answer: StepAnswer) {
    let id = action.id ?? GoString(name)
    let clock = master.node.clock
    let content = action.file.flatMap { contents[$0] } ?? []
    let now = clock.now
    let expiresAt = GoTime(
      unixSeconds: now.unixSeconds + action.lifetime.nanoseconds / 1_000_000_000, nanosecond: now.nanosecond,
      offsetSeconds: now.offsetSeconds, isUTC: now.isUTC)
    let callbackSecret: GoString = "callback-secret-" + id
    let check = SignatureCheck(key: SigningKey(secret(of: node)), profile: profile)
    let session = MadeSession(
      id: id, nodeID: nodeID(of: node), node: node, savePath: action.savePath ?? "uploads/" + id,
      size: action.size ?? Int64(content.count), chunkSize: action.chunkSize, content: content,
      callback: action.callback ?? master.siteURL + "/api/v4/callback/remote/" + id + "/" + callbackSecret,
      callbackSecret: callbackSecret, expiresAt: expiresAt,
      credential: check.authorization(
        method: "POST", path: "/api/v4/slave/upload/" + id, headers: [], body: [], expires: expiresAt.unixSeconds))
    sessions[name] = session
    sessionsByID[id] = session
    master.remember(session)
    let message = action.message(session, slaveKey: secret(of: node), slaveURL: url(of: node))
    let answer = await masterCall(
      step, actor, node, "PUT", "/api/v4/slave/upload", body: GoJSON.encode(message.value, as: CreateUploadSession.type)
    )
    return (session, answer)
  }

  /// Brings a chunk, and brings it again as long as it fails and patience lasts.
  func bring(_ action: ChunkAction, _ step: String, _ actor: String) async -> StepAnswer? {
    guard let session = sessions[action.session] else {
      note(failure: "\(step): \(action.session) has made no session yet")
      return nil
    }
    var last: StepAnswer?
    for pause in [Span.zero] + action.repeats {
      if pause > .zero { await world.sleep(pause) }
      if Task.isCancelled { return last }
      let answer = await chunk(action, of: session, step, actor)
      last = answer
      if answer.isSuccess { break }
    }
    return last
  }

  private func chunk(
    _ action: ChunkAction, of session: MadeSession, _ step: String, _ actor: String
  ) async -> StepAnswer {
    var request = StepRequest(
      step: step, actor: actor, target: session.node, method: "POST",
      requested: GoString("/api/v4/slave/upload/\(session.id)?chunk=\(action.index)"))
    request.headers = [HeaderField("User-Agent", "Mozilla/5.0")]
    switch action.signature {
    case .credential: request.headers.append(HeaderField(HeaderName.authorization, session.credential))
    case .fresh:
      let check = SignatureCheck(key: SigningKey(secret(of: session.node)), profile: profile)
      request.headers.append(
        HeaderField(
          HeaderName.authorization,
          check.authorization(
            method: "POST", path: "/api/v4/slave/upload/" + session.id, headers: [], body: [],
            expires: world.node(actor).clock.now.unixSeconds + 60)))
    case .none: break
    }
    request.headers += action.headers.map { HeaderField(GoString($0.name), $0.value) }
    request.body = action.text.map { Array($0.utf8) } ?? session.bytes(of: action.index)
    request.patience = action.patience
    return await send(request)
  }

  /// A browser: a session by the master, then chunk by chunk.
  func upload(_ action: UploadAction, _ step: ScenarioStep, _ actor: String) async {
    for attempt in 0...action.restarts {
      let name = attempt == 0 ? step.name : "\(step.name)-\(attempt + 1)"
      var session = action.session
      if attempt > 0 {
        session.id = session.id.map { $0 + GoString("-\(attempt + 1)") }
        session.savePath = session.savePath.map { $0 + GoString("-\(attempt + 1)") }
      }
      let made = await makeSession(session, name: name, step: step.name, node: step.target, "M")
      guard made.answer.isSuccess else {
        await world.sleep(.seconds(1))
        continue
      }
      if action.pause > .zero { await world.sleep(action.pause) }
      var isWhole = true
      for index in 0..<made.session.chunkCount {
        var chunk = ChunkAction()
        chunk.session = name
        chunk.index = index
        chunk.repeats = action.repeats
        chunk.patience = .seconds(60)
        let answer = await bring(chunk, step.name, actor)
        guard answer?.isSuccess == true else {
          isWhole = false
          break
        }
      }
      if isWhole { return }
      if Task.isCancelled { return }
    }
  }

  // MARK: The master's calls

  /// A signed call of the master's (HDR-3, SIGN-6).
  @discardableResult
  func masterCall(
    _ step: String, _ actor: String, _ node: String, _ method: GoString, _ path: GoString, body: [UInt8],
    patience: Span = .seconds(60)
  ) async -> StepAnswer {
    let caller = Caller.master(siteURL: master.siteURL, siteID: "site", nodeID: nodeID(of: node))
    let headers = caller.headers(version: profile.version, correlationID: nextCorrelationID())
    let check = SignatureCheck(key: SigningKey(secret(of: node)), profile: profile)
    let authorization = check.authorization(
      method: method, path: path, headers: headers, body: body,
      expires: world.node(actor).clock.now.unixSeconds + 60)
    var request = StepRequest(
      step: step, actor: actor, target: node, method: method, requested: path,
      headers: headers + [HeaderField(HeaderName.authorization, authorization)], body: body)
    request.patience = patience
    return await send(request)
  }

  private func nextCorrelationID() -> CorrelationID {
    CorrelationID(adopting: nil) { [self] in world.node("M").entropy.bytes($0) }
  }

  /// The administrator's node test (PING-1, PING-6).
  func test(_ action: NodeTestAction, _ step: ScenarioStep, _ actor: String) async {
    let body = #"{"callback":"\#(action.callback ?? master.siteURL)"}"#
    let base: GoURL
    do {
      base = try GoURL(action.url ?? url(of: step.target))
    } catch {
      return note(failure: "\(step.name): \(action.url ?? "") is no URL: \(error.text)")
    }
    var node = step.target
    if !base.hostname.isEmpty { node = base.hostname.text }
    let builder = CallBuilder(base: base, key: SigningKey(secret(of: step.target)), profile: profile)
    let caller = Caller.master(siteURL: master.siteURL, siteID: "site", nodeID: nodeID(of: step.target))
    let call = builder.call(
      "POST", "/api/v4/slave/ping",
      headers: caller.headers(version: profile.version, correlationID: nextCorrelationID()), body: Array(body.utf8),
      expires: world.node(actor).clock.now.unixSeconds + 60)
    var request = StepRequest(
      step: step.name, actor: actor, target: node, method: "POST", requested: call.url.requestTarget,
      headers: call.headers, body: call.body)
    request.patience = .seconds(10)
    if let port = UInt16(base.port.text) { request.port = port }
    let host = world.node(actor)
    var answer = begin(
      StepAnswer(
        step: step.name, actor: actor, target: node, method: "POST", requested: request.requested,
        began: world.kernel.uptime))
    do throws(TransportError) {
      let reply = try await host.client.send(
        HTTPCall(
          method: "POST", isTLS: base.scheme == "https", host: base.hostname, port: request.port,
          authority: base.host, target: request.requested,
          fields: HTTPFields(request.headers.map { .init($0.name, $0.value) }), body: .bytes(request.body),
          timeout: request.patience))
      answer.status = reply.status
      answer.fields = reply.fields
      await receive(reply.body, of: request, into: &answer)
    } catch {
      answer.failure = call.failure(error.text).text
    }
    answer.told = told(answer)
    answer.failure = nil
    answer.ended = world.kernel.uptime
    end(answer)
  }

  /// What the administrator reads (PING-6).
  private func told(_ answer: StepAnswer) -> (code: Int64, message: GoString) {
    guard let status = answer.status else { return (40001, "Failed to connect to node: " + (answer.failure ?? "")) }
    do throws(CallFailure) {
      _ = try Envelope.ofSuccess(status: status, body: answer.body, requiresCode: profile.requiresEnvelopeCode)
      return (0, "")
    } catch {
      switch error {
      case .refused(let envelope):
        return (40001, "Successfully connected to slave node, but slave returns: " + envelope.message)
      case .transport, .status, .unreadable:
        return (40001, "Failed to connect to node: " + error.text)
      }
    }
  }
}

extension ScenarioStep {
  /// Who does it when the step does not say.
  var defaultActor: String {
    switch action {
    case .session, .nodeTest, .call: "M"
    case .chunk, .upload, .content, .raw, .fuzz: "browser"
    case .hand(_), .start: target
    }
  }
}
