import GoWire
import ReferenceNode

/// Runs one case against one target, with the recorded master at its side.
struct CaseRunner {
  private let single: ConformanceCase
  private let target: any Target
  private let master: RecordedMaster
  private var rewriter: CaseRewriter
  /// Of the exchange that runs: a node makes other ids for each request.
  private var ids = IDPairs()
  /// Keys of the nodes that the sessions made so far name, by session id as it is sent.
  private var keys: [GoString: GoString] = [:]
  private var differences: [Difference] = []

  /// - Parameter substitution: what the case is rewritten by before it is sent.
  init(_ single: ConformanceCase, target: any Target, master: RecordedMaster, substitution: Substitution) {
    self.single = single
    self.target = target
    self.master = master
    rewriter = CaseRewriter(substitution)
  }

  /// The differences between what was recorded and what came.
  mutating func run() async throws(SuiteError) -> [Difference] {
    try target.place(single.files)
    var pending: (call: [OutgoingCall], given: [GoString], toleratesPings: Bool, place: String)?
    for (index, exchange) in single.exchanges.enumerated() {
      let place = "exchange \(index + 1)"
      if case .pause(let seconds) = exchange {
        await target.pause(seconds: seconds)
        continue
      }
      if let pending { await settle(pending.call, pending.given, pending.toleratesPings, pending.place) }
      ids = IDPairs()
      switch exchange {
      case .call(let call):
        let outgoing = call.outgoing.map(rewriter.outgoing)
        await run(call, outgoing, place)
        pending = (outgoing, TextMask.ids(givenBy: call.request.fields), false, place)
      case .raw(let raw):
        let outgoing = raw.outgoing.map(rewriter.outgoing)
        await run(raw, outgoing, place)
        pending = (outgoing, [], raw.outgoing.isEmpty, place)
      case .pause: break
      }
    }
    if let pending { await settle(pending.call, pending.given, pending.toleratesPings, pending.place, isLast: true) }
    return differences
  }

  // MARK: A request and its answer

  private mutating func run(_ call: CallExchange, _ outgoing: [OutgoingCall], _ place: String) async {
    var request = rewriter.request(call.request)
    master.expect(outgoing)
    noteKeys(request)
    do throws(ConnectionFailure) {
      if let tag = conditionalTag(in: request) { request = try await substituteTag(tag, in: request, place) }
      let start = target.uptime
      guard let answer = try await target.send(request, patience: patience(call, outgoing)) else {
        differences.append(
          Difference("\(place): answer", expected: "status \(call.status)", seen: "the connection closed"))
        return
      }
      compareTime(target.uptime - start, call, outgoing, place)
      compare(answer, call, request, place)
    } catch {
      differences.append(Difference("\(place): answer", expected: "status \(call.status)", seen: error.text))
    }
  }

  private mutating func compare(_ answer: CaseAnswer, _ call: CallExchange, _ sent: CaseRequest, _ place: String) {
    noteTask(answer, call)
    let substitution = rewriter.substitution
    var expected = ExpectedAnswer(
      status: call.status, fields: call.fields, body: call.body,
      gobRewrite: call.gob == nil ? nil : { substitution.text($0) }, request: sent)
    expected.fields.fields = call.fields.fields.map {
      .init($0.name, GoString(rewriter.expectation($0.value.bytes, recorded: call.request, sent: sent)))
    }
    if case .bytes(let bytes) = call.body {
      expected.body = .bytes(rewriter.expectation(bytes, recorded: call.request, sent: sent))
    }
    differences += AnswerComparison.differences(
      expected, answer, folder: target.folder, knowsFolder: target.knowsFolder, ids: &ids
    ).map { $0.inside(place) }
  }

  /// How long an answer may take at most: ten times what it took, ten seconds at least.
  private func patience(_ call: CallExchange, _ outgoing: [OutgoingCall]) -> Double {
    let took = max(call.tookSeconds ?? 0, outgoing.map(\.answer.afterSeconds).max() ?? 0)
    return max(10, took * 10)
  }

  /// Time that the protocol itself makes pass (a speed limit, a master that is slow) has to pass here too; other answers may come
  /// sooner than the recorded program gave them.
  private mutating func compareTime(
    _ seconds: Double, _ call: CallExchange, _ outgoing: [OutgoingCall], _ place: String
  ) {
    guard let took = call.tookSeconds else { return }
    let isLimited = ByteSearch.contains(Array("/slave/file/content/".utf8), in: call.request.target.bytes)
    guard isLimited || outgoing.contains(where: { $0.answer.afterSeconds > 0 }) else { return }
    if seconds < took * 0.95 - 0.05 {
      differences.append(
        Difference("\(place): time", expected: "\(took) s", seen: "\((seconds * 100).rounded() / 100) s"))
    }
  }

  // MARK: Raw bytes

  private mutating func run(_ raw: RawExchange, _ outgoing: [OutgoingCall], _ place: String) async {
    let bytes = rewriter.raw(raw.request)
    let method = GoString(raw.request.prefix { $0 != UInt8(ascii: " ") })
    let recorded = WireReader.answers(in: raw.response, method: method) ?? []
    master.expect(outgoing)
    let seen: [UInt8]
    do throws(ConnectionFailure) {
      seen = try await target.sendRaw(bytes, method: method, answers: recorded.count, patience: 10)
    } catch {
      differences.append(Difference("\(place): answer", expected: GoString(raw.response).text, seen: error.text))
      return
    }
    guard let answers = WireReader.answers(in: seen, method: method), answers.count == recorded.count else {
      differences.append(
        Difference("\(place): answer", expected: GoString(raw.response).text, seen: GoString(seen).text))
      return
    }
    for (answer, found) in zip(recorded, answers) {
      let request = CaseRequest(method: method, target: "", fields: HTTPFields())
      let body = rewriter.substitution.bytes(answer.body)
      let fields = HTTPFields(answer.fields.fields.map { .init($0.name, rewriter.substitution.text($0.value)) })
      differences += AnswerComparison.differences(
        ExpectedAnswer(
          status: answer.status, fields: fields, body: .bytes(body), gobRewrite: nil, request: request),
        found, folder: target.folder, knowsFolder: target.knowsFolder, ids: &ids
      ).map { $0.inside(place) }
    }
  }

  // MARK: Calls to the master

  /// Compares what came to the master since the last request. What is missing may still come for a moment, and what is too much
  /// may be on its way when the case ends.
  private mutating func settle(
    _ expected: [OutgoingCall], _ given: [GoString], _ toleratesPings: Bool, _ place: String, isLast: Bool = false
  ) async {
    let count = RecordedMaster.collapsed(expected).count
    await target.wait(seconds: 2) { master.arrivalCount >= count }
    if isLast, !keys.isEmpty || !expected.isEmpty {
      await target.wait(seconds: 0.05) { master.arrivalCount > count }
    }
    let comparison = OutgoingComparison(
      keys: keys, secret: rewriter.substitution.secret, given: given, toleratesPings: toleratesPings)
    differences += comparison.differences(expected, master.takeArrivals(), ids: &ids).map { $0.inside(place) }
  }

  /// Remembers which key the slave has to sign the callback of a new session with: that of the node in its policy (CB-1).
  private mutating func noteKeys(_ request: CaseRequest) {
    guard request.method == "PUT", !SessionScan.values(in: request.body).isEmpty,
      let session = (try? GoJSON.parseFirst(request.body))?["session"],
      let id = session["Props"]?["UploadSessionID"]?.string,
      let key = session["Policy"]?["edges"]?["node"]?["slave_key"]?.string
    else { return }
    keys[id] = key
  }

  // MARK: What only the run knows

  /// A task that was made has an id of the run's.
  private mutating func noteTask(_ answer: CaseAnswer, _ call: CallExchange) {
    guard AnswerComparison.createsTask(call.request), case .bytes(let body) = call.body,
      let recorded = (try? GobEnvelope(body))?.message.value.int,
      let given = (try? GobEnvelope(answer.body))?.message.value.int
    else { return }
    rewriter.substitution.tasks[recorded] = given
  }

  /// The recording's constant tag that a condition of the request names.
  private func conditionalTag(in request: CaseRequest) -> GoString? {
    let conditions = request.fields.fields.filter { CaseRunner.isCondition($0.name) }
    return single.origin.entityTags.first { tag in
      conditions.contains { ByteSearch.contains(tag.bytes, in: $0.value.bytes) }
    }
  }

  /// Puts the tag that the target gives today in the place of the recorded one.
  private mutating func substituteTag(
    _ recorded: GoString, in request: CaseRequest, _ place: String
  ) async throws(ConnectionFailure) -> CaseRequest {
    var plain = request
    plain.fields.fields.removeAll { CaseRunner.isCondition($0.name) || $0.name.equalsIgnoringASCIICase("Range") }
    guard let answer = try await target.send(plain, patience: 10), let tag = answer.fields.first("ETag") else {
      differences.append(
        Difference("\(place): the plain answer before it: header etag", expected: "a tag", seen: "none"))
      return request
    }
    var changed = request
    changed.fields.fields = request.fields.fields.map { field in
      guard CaseRunner.isCondition(field.name) else { return field }
      return .init(field.name, GoString(ByteSearch.replace(recorded.bytes, by: tag.bytes, in: field.value.bytes)))
    }
    return changed
  }

  private static func isCondition(_ name: GoString) -> Bool {
    ["if-match", "if-none-match", "if-range"].contains(name.asciiLowercased)
  }
}
