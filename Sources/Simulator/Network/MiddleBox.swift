import GoWire
import ReferenceNode

/// What stands between a client and a server and meddles: a proxy, a CDN, a firewall, or a peer that lies (scenarios.md 2.2).
///
/// It takes requests and answers apart by the ordinary parsers and puts them together again, so that what it hands on is what a
/// proxy would. Confined to the kernel's thread, which is the invariant behind `@unchecked Sendable`.
final class MiddleBox: @unchecked Sendable {
  /// Whether faults of this kind are the work of a middle box.
  static func isMade(for kind: FaultKind) -> Bool {
    switch kind {
    case .page, .lostReply, .duplicate, .noQuery, .header, .repath, .bodyCut, .bodyMax, .unlength, .redirect, .cache,
      .flip, .badReply, .endless, .fuzz:
      true
    default: false
    }
  }

  static func stand(in network: SimulatedNetwork, _ stream: NetworkStream, to server: NetworkHost, port: UInt16) {
    let box = MiddleBox(network, stream, to: server, port: port)
    Task(name: "a middle box before \(server.name)") { await box.run() }
  }

  let network: SimulatedNetwork
  private let server: NetworkHost
  private let port: UInt16
  let client: BoxReader
  private var origin: BoxReader?
  private var faults: (any NetworkFaults)? { network.faults }

  private init(_ network: SimulatedNetwork, _ stream: NetworkStream, to server: NetworkHost, port: UInt16) {
    self.network = network
    self.server = server
    self.port = port
    client = BoxReader(stream)
  }

  func run() async {
    reading: while true {
      switch await client.request() {
      case .end: break reading
      case .other(let bytes):
        await tunnel(bytes)
        break reading
      case .head(let head):
        guard await exchange(head) else { break reading }
      }
    }
    close()
  }

  /// Ends both sides; what the client still sends is heard out for a while, so that it can read what it was told.
  private func close() {
    origin?.stream.close()
    let stream = client.stream
    stream.finish()
    let drop: () -> Void = {
      while stream.input.take(.max) != nil {}
      if stream.input.ending != nil { stream.close() }
    }
    stream.input.onArrival = drop
    drop()
    if !stream.isClosed { _ = network.kernel.at(network.kernel.uptime + .milliseconds(500)) { stream.close() } }
  }

  // MARK: Choosing

  /// A request on its way through the box.
  struct Passage {
    var method: GoString
    var target: GoString
    var fields: HTTPFields
    var framing: AnswerParser.Framing
    var tag: ExchangeTag
    var isHead: Bool { method == "HEAD" }
    var length: Int64? { if case .length(let count) = framing { count } else { nil } }
  }

  private func moment(_ passage: Passage, _ phase: ExchangePhase) -> NetworkMoment {
    let connection = client.stream.connection
    return NetworkMoment(
      client: connection.client.name, server: connection.server.name, phase: phase, kind: passage.tag.kind,
      path: passage.tag.path, exchange: passage.tag.number)
  }

  private func choose(
    _ passage: Passage, _ phase: ExchangePhase, _ kinds: [FaultKind], where apply: (Fault) -> Bool = { _ in true }
  ) -> ChosenFault? {
    faults?.choose(at: moment(passage, phase)) { kinds.contains($0.kind) && apply($0) }.first
  }

  private func fired(_ chosen: ChosenFault, _ passage: Passage, _ phase: ExchangePhase, _ detail: String) {
    faults?.fired(chosen, at: moment(passage, phase), detail: detail)
  }

  // MARK: One exchange

  /// Whether the client's connection can carry another.
  private func exchange(_ head: HTTPRequestHead) async -> Bool {
    var tag = client.stream.connection.tag
    if tag.number == 0 {
      let isNode = head.fields.first("User-Agent")?.hasPrefix("Cloudreve/") ?? false
      tag.kind = ExchangeKind(method: head.method, target: head.target, isNode: isNode)
      tag.target = head.target
    }
    let framing: AnswerParser.Framing =
      switch head.framing {
      case .none: .none
      case .length(let count): count == 0 ? .none : .length(count)
      case .chunked: .chunked
      }
    var passage = Passage(
      method: head.method, target: head.target, fields: head.fields, framing: framing, tag: tag)
    if head.expectation == .continue {
      passage.fields.remove("Expect")
      await client.stream.send(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))
    }
    // What is said without the origin.
    if let page = choose(passage, .head, [.page], where: { $0.parameters.afterOrigin != true }) {
      let status = page.fault.parameters.status ?? 502
      fired(page, passage, .head, "a page, \(status)")
      return await say(status, passage) && head.keepsAlive
    }
    if framing != .none {
      let max = choose(passage, .body, [.bodyMax]) { ($0.parameters.bytes ?? 0) < passage.length ?? .max }
      if let max {
        fired(max, passage, .body, "a body that is too long")
        _ = await say(413, passage, reads: false)
        return false
      }
      if let page = choose(passage, .body, [.page], where: { $0.match.phase == .body }) {
        _ = await client.body(framing) { _ in true }
        fired(page, passage, .body, "a page after the body")
        return await say(page.fault.parameters.status ?? 502, passage, reads: false) && head.keepsAlive
      }
    }
    if let redirect = choose(passage, .responseHead, [.redirect]) {
      let status = redirect.fault.parameters.status ?? 302
      fired(redirect, passage, .responseHead, "a redirect, \(status)")
      return await say(
        status, passage, fields: [.init("Location", redirect.fault.parameters.value ?? passage.target)])
    }
    if let cache = choose(passage, .responseHead, [.cache], where: { _ in passage.method == "GET" }),
      let old = network.cached(passage.target, of: server, for: cache.fault.parameters.span ?? .seconds(60))
    {
      fired(cache, passage, .responseHead, "an earlier answer")
      begin(.responseHead, Int64(old.count))
      return await client.stream.send(old) && head.keepsAlive
    }
    for change in faults?.choose(at: moment(passage, .head), where: { [.noQuery, .repath, .header].contains($0.kind) })
      ?? []
    {
      let before = passage
      switch change.fault.kind {
      case .noQuery: passage.target = GoString(passage.target.bytes.prefix { $0 != UInt8(ascii: "?") })
      case .repath: passage.target = MiddleBoxTexts.cleaned(passage.target, change.fault.parameters)
      default:
        if change.fault.match.phase == .head || change.fault.match.phase == nil {
          passage.fields = MiddleBoxTexts.changed(passage.fields, change.fault.parameters)
        }
      }
      if passage.target != before.target || passage.fields != before.fields { fired(change, passage, .head, "changed") }
    }
    guard let origin = await reach() else { return await say(502, passage) && head.keepsAlive }
    return await forward(passage, to: origin) && head.keepsAlive
  }

  /// The connection to the server, kept as long as the client's.
  private func reach() async -> BoxReader? {
    if let origin, !origin.stream.isClosed, origin.stream.input.ending == nil { return origin }
    origin?.stream.close()
    origin = network.inside(server, port: port, for: client.stream.connection).map { BoxReader($0) }
    return origin
  }

  // MARK: Requests

  private func forward(_ passage: Passage, to origin: BoxReader) async -> Bool {
    var passage = passage
    origin.stream.connection.tag = passage.tag
    if let odd = choose(passage, .head, [.fuzz, .flip, .endless], where: Self.isOfTheHead) {
      return await sendOddly(odd, passage, to: origin)
    }
    guard passage.framing != .none else {
      if let twice = choose(passage, .head, [.duplicate]) {
        fired(twice, passage, .head, "sent twice")
        return await sendTwice(twice, passage, body: [], to: origin)
      }
      await origin.stream.send(head(passage))
      return await answer(passage, from: origin)
    }
    if let twice = choose(passage, .head, [.duplicate], where: { $0.match.phase == .head })
      ?? choose(passage, .body, [.duplicate])
    {
      var body: [UInt8] = []
      let isWhole = await client.body(passage.framing) {
        body += $0
        return true
      }
      guard isWhole else { return false }
      fired(twice, passage, twice.fault.match.phase == .head ? .head : .body, "sent twice")
      passage.framing = .length(Int64(body.count))
      return await sendTwice(twice, passage, body: body, to: origin)
    }
    let change = choose(passage, .body, [.bodyCut, .unlength, .flip, .endless, .fuzz]) { fault in
      if fault.kind == .bodyCut { return (fault.parameters.bytes ?? 0) < passage.length ?? .max }
      if fault.kind == .unlength { return passage.length != nil }
      return fault.kind != .endless || fault.match.phase == .body || fault.parameters.variant == "body"
    }
    let incoming = passage.framing
    var editor = BodyEditor(change?.fault, network.link(client.stream.connection.client.name, server.name))
    if let change {
      fired(change, passage, .body, "a changed body")
      passage.framing = editor.framing(passage.framing)
    }
    await origin.stream.send(head(passage))
    let outgoing = passage.framing
    let progress = Progress()
    let pump = Task(name: "a middle box: a request body") { [client, network] in
      let isWhole = await client.body(incoming) { await editor.send($0, outgoing, origin.stream) }
      if editor.isEndless {
        await editor.endless(origin.stream, network)
      } else if editor.isCut {
        if outgoing == incoming { origin.stream.finish() }
      } else if isWhole {
        if outgoing == .chunked { await origin.stream.send(Array("0\r\n\r\n".utf8)) }
        progress.isWhole = true
      } else {
        // The client is gone, or says no more: so is the request.
        origin.stream.close()
      }
    }
    defer { pump.cancel() }
    let keeps = await answer(passage, from: origin)
    // A server that answers early may leave bytes of the request behind.
    return keeps && progress.isWhole
  }

  /// How far a request's body has come. Confined to the kernel's thread.
  private final class Progress: @unchecked Sendable {
    var isWhole = false
  }

  private static func isOfTheHead(_ fault: Fault) -> Bool {
    switch fault.kind {
    case .flip: fault.match.phase == .head
    case .endless: fault.match.phase == .head || fault.match.phase == nil && fault.parameters.variant == "head"
    default: fault.match.phase != .body
    }
  }

  private func head(_ passage: Passage) -> [UInt8] {
    var bytes = passage.method.bytes + [0x20] + passage.target.bytes + Array(" HTTP/1.1\r\n".utf8)
    for field in passage.fields.fields where !Self.isFraming(field.name) { MiddleBoxTexts.append(field, to: &bytes) }
    switch passage.framing {
    case .length(let count): bytes += Array("Content-Length: \(count)\r\n".utf8)
    case .chunked: bytes += Array("Transfer-Encoding: chunked\r\n".utf8)
    case .none, .untilEnd:
      if passage.method == "POST" || passage.method == "PUT" { bytes += Array("Content-Length: 0\r\n".utf8) }
    }
    return bytes + [0x0D, 0x0A]
  }

  static func isFraming(_ name: GoString) -> Bool {
    name.equalsIgnoringASCIICase("Content-Length") || name.equalsIgnoringASCIICase("Transfer-Encoding")
  }

  private func sendTwice(
    _ twice: ChosenFault, _ passage: Passage, body: [UInt8], to origin: BoxReader
  ) async -> Bool {
    let bytes = head(passage) + body
    let wait = twice.fault.parameters.span ?? .zero
    let other = network.inside(server, port: port, for: client.stream.connection).map { BoxReader($0) }
    let second = Task(name: "a middle box: the second request") { [self] in
      if wait > .zero, await !network.kernel.sleep(until: network.kernel.uptime + wait) { return }
      other?.stream.connection.tag = passage.tag
      await other?.stream.send(bytes)
    }
    await origin.stream.send(bytes)
    if twice.fault.parameters.variant == "second", let other {
      drain(origin, passage)
      await Self.finish(second)
      let keeps = await answer(passage, from: other)
      other.stream.close()
      return keeps
    }
    let keeps = await answer(passage, from: origin)
    await Self.finish(second)
    if let other { drain(other, passage) }
    return keeps
  }

  private static func finish(_ task: Task<Void, Never>) async { await task.value }

  /// Hears an answer out that nobody gets.
  private func drain(_ reader: BoxReader, _ passage: Passage) {
    let isKept = reader === origin
    if isKept { origin = nil }
    Task(name: "a middle box: an answer for nobody") {
      if case .head(let head) = await reader.answer(to: passage.method) {
        _ = await reader.body(head.framing) { _ in true }
      }
      reader.stream.close()
    }
  }

  /// A head that is no longer the client's: what follows is handed on as it is, both ways.
  private func sendOddly(_ odd: ChosenFault, _ passage: Passage, to origin: BoxReader) async -> Bool {
    var editor = BodyEditor(odd.fault, network.link(client.stream.connection.client.name, server.name))
    var bytes = head(passage)
    fired(odd, passage, .head, "an odd head")
    if odd.fault.kind == .endless {
      bytes.removeLast(2)
      await origin.stream.send(bytes)
      let endless = Task(name: "a middle box: an endless head") { [network] in
        await editor.endlessFields(origin.stream, network)
      }
      await copy(origin, to: client.stream)
      endless.cancel()
      return false
    }
    bytes = editor.edited(bytes[...])
    await tunnel(bytes)
    return false
  }

  /// Hands bytes on as they are until one side ends.
  private func tunnel(_ bytes: [UInt8]) async {
    guard let origin = await reach() else { return }
    await origin.stream.send(bytes)
    let back = Task(name: "a middle box: a way back") { [self] in
      await copy(origin, to: client.stream)
      client.stream.finish()
      client.stream.input.breakOff(.end)
    }
    await copy(client, to: origin.stream)
    origin.stream.finish()
    await Self.finish(back)
  }

  private func copy(_ reader: BoxReader, to stream: NetworkStream) async {
    while let bytes = await reader.bytes(), await stream.send(bytes) {}
  }

  // MARK: Answers

  private func begin(_ phase: ExchangePhase, _ length: Int64?) { client.stream.connection.begin(phase, length: length) }

  /// Says something in the server's place; reads the request to its end first.
  private func say(
    _ status: Int, _ passage: Passage, fields: [HTTPFields.Field] = [], body: [UInt8]? = nil, reads: Bool = true
  ) async -> Bool {
    if reads, await !client.body(passage.framing, { _ in true }) { return false }
    let body = body ?? MiddleBoxTexts.page(status)
    let bytes = MiddleBoxTexts.answer(
      status, fields + [.init("Content-Type", "text/html")], body, isHead: passage.isHead)
    begin(.responseHead, Int64(bytes.count - (passage.isHead ? 0 : body.count)))
    await client.stream.send(bytes)
    return true
  }

  private func answer(_ passage: Passage, from origin: BoxReader) async -> Bool {
    guard case .head(var head) = await origin.answer(to: passage.method) else {
      // The origin said nothing, or nonsense: so does the box.
      return false
    }
    let instead = choose(passage, .responseHead, [.page, .lostReply, .badReply, .endless]) { fault in
      switch fault.kind {
      case .page: fault.parameters.afterOrigin == true
      case .endless:
        fault.match.phase == .responseHead
          || fault.match.phase == nil && ["1xx", "headers"].contains(fault.parameters.variant)
      case .badReply: fault.match.phase != .responseBody
      default: true
      }
    }
    if let instead {
      guard await origin.body(head.framing, { _ in true }) else { return false }
      return await answer(instead, passage)
    }
    for change in faults?.choose(
      at: moment(passage, .responseHead),
      where: {
        [.header, .flip].contains($0.kind) && $0.match.phase == .responseHead
      }) ?? []
    {
      let before = head.fields
      if change.fault.kind == .header {
        head.fields = MiddleBoxTexts.changed(head.fields, change.fault.parameters)
      } else if let first = head.fields.fields.indices.first(where: { !head.fields.fields[$0].value.isEmpty }) {
        head.fields.fields[first].value.bytes[0] ^= 1
      }
      if head.fields != before { fired(change, passage, .responseHead, "a changed head") }
    }
    return await hand(head, passage, from: origin)
  }

  private func answer(_ instead: ChosenFault, _ passage: Passage) async -> Bool {
    let parameters = instead.fault.parameters
    switch instead.fault.kind {
    case .page:
      let status = parameters.status ?? 502
      fired(instead, passage, .responseHead, "a page after the answer, \(status)")
      return await say(status, passage, reads: false)
    case .badReply:
      fired(instead, passage, .responseHead, "a bad reply")
      return await say(
        200, passage, fields: [], body: MiddleBoxTexts.badReply(parameters.variant), reads: false)
    case .lostReply:
      fired(instead, passage, .responseHead, "a lost reply")
      switch parameters.variant {
      case "stall":
        client.stream.connection.forget(nil)
        _ = await client.stream.receiveAll()
        return false
      case "524":
        if let span = parameters.span { _ = await network.kernel.sleep(until: network.kernel.uptime + span) }
        return await say(524, passage, reads: false)
      default:
        return false
      }
    default:
      fired(instead, passage, .responseHead, "an endless answer")
      var editor = BodyEditor(instead.fault, network.link(server.name, client.stream.connection.client.name))
      begin(.responseHead, nil)
      if parameters.variant == "1xx" {
        await editor.endlessInterims(client.stream, network)
      } else {
        await client.stream.send(Array("HTTP/1.1 200 OK\r\n".utf8))
        await editor.endlessFields(client.stream, network)
      }
      return false
    }
  }

  /// Hands an answer of the origin on.
  private func hand(_ head: AnswerParser.Head, _ passage: Passage, from origin: BoxReader) async -> Bool {
    var framing = head.framing
    let hasBody = framing != .none
    let change =
      !hasBody
      ? nil
      : choose(passage, .responseBody, [.bodyCut, .unlength, .flip, .badReply, .endless]) { fault in
        let length: Int64? = if case .length(let count) = framing { count } else { nil }
        switch fault.kind {
        case .bodyCut: return (fault.parameters.bytes ?? 0) < length ?? .max
        case .unlength: return length != nil
        case .badReply: return fault.match.phase == .responseBody
        case .endless:
          return fault.match.phase == .responseBody || fault.parameters.variant == "body" && fault.match.phase == nil
        default: return true
        }
      }
    var editor = BodyEditor(change?.fault, network.link(server.name, client.stream.connection.client.name))
    var replacement: [UInt8]?
    if let change {
      fired(change, passage, .responseBody, "a changed body")
      if change.fault.kind == .badReply {
        replacement = MiddleBoxTexts.badReply(change.fault.parameters.variant)
        framing = .length(Int64(replacement?.count ?? 0))
      } else {
        framing = editor.framing(framing)
      }
    }
    var bytes = Array("HTTP/1.1 \(head.status) \(MiddleBoxTexts.reason(head.status))\r\n".utf8)
    for field in head.fields.fields where !hasBody || !Self.isFraming(field.name) {
      MiddleBoxTexts.append(field, to: &bytes)
    }
    switch framing {
    case .length(let count): bytes += Array("Content-Length: \(count)\r\n".utf8)
    case .chunked: bytes += Array("Transfer-Encoding: chunked\r\n".utf8)
    case .none, .untilEnd: break
    }
    bytes += [0x0D, 0x0A]
    begin(.responseHead, Int64(bytes.count))
    guard await client.stream.send(bytes) else { return false }
    guard hasBody else { return head.keepsAlive }
    if case .length(let count) = framing { begin(.responseBody, count) } else { begin(.responseBody, nil) }
    var kept = bytes
    let keepsCopy = change == nil && passage.method == "GET" && head.status == 200 && network.caches
    let isWhole = await origin.body(head.framing) { piece in
      if replacement != nil { return true }
      if keepsCopy { kept += piece }
      return await editor.send(piece, framing, self.client.stream)
    }
    if let replacement { await client.stream.send(replacement) }
    if editor.isEndless {
      await editor.endless(client.stream, network)
      return false
    }
    guard isWhole, !editor.isCut || framing != head.framing else { return false }
    if framing == .chunked { await client.stream.send(Array("0\r\n\r\n".utf8)) }
    if keepsCopy, case .length = framing { network.keep(kept, for: passage.target, of: server) }
    return head.keepsAlive && framing != .untilEnd
  }
}
