import GoWire
import ReferenceNode
import Simulator
import TestSupport

@testable import NodeProtocol

/// A recorded case, played to a slave in virtual time: a quick look for people who work on the slave. The judge is the
/// conformance suite, which compares more closely, rewrites and goes over sockets.
struct RecordedReplay {
  let profile: Profile
  let secret: GoString
  let site: GoString
  let value: JSONValue

  var id: String { value["id"]?.text ?? "?" }

  /// The cases of a recorded file, and the profile it is recorded under.
  static func cases(_ path: String, _ profile: Profile) throws -> [RecordedReplay] {
    let bytes = try Repository.bytes("Fixtures/recorded/\(path)")
    let file = try GoJSON.parse(bytes)
    return (file["cases"]?.array ?? []).map {
      RecordedReplay(
        profile: profile, secret: file["secret"]?.string ?? "", site: file["site"]?.string ?? "", value: $0)
    }
  }

  /// What differs; empty when all is as recorded.
  func play() throws -> [String] {
    try Simulation(seed: 1).run { world in
      let node = world.node("slave")
      node.disk.folder = "/srv/slave"
      for file in value["files"]?.array ?? [] { plant(file, on: node.disk) }
      let master = ReplayedMaster(version: profile.version)
      node.http.answer { await master.answer($0) }
      var types = MIMETypes()
      types.addTypes(Array("video/x-matroska mkv\n".utf8))
      let hostTypes = types
      let slave = SlaveNode(configuration: configuration, world: node.world, hostTypes: hostTypes)
      let server = node.serve(slave)
      var differences: [String] = []
      for (index, exchange) in (value["exchanges"]?.array ?? []).enumerated() {
        if let pause = exchange["pause_seconds"]?.double {
          await world.sleep(Span(nanoseconds: Int64(pause * 1e9)))
          continue
        }
        master.expect(exchange["outgoing"]?.array ?? [])
        let found: [String]
        if let raw = exchange["raw_request"]?.string {
          found = await playRaw(raw, exchange, on: server)
        } else {
          found = await play(exchange, on: server)
        }
        differences += (found + master.settle()).map { "\(index): \($0)" }
      }
      return differences
    }
  }

  private var configuration: SlaveConfiguration {
    SlaveConfiguration(
      profile: profile, version: profile.version, storageRoot: nil, isDebug: false, logLevel: .debug,
      door: .plain(listen: ":5212"), gracePeriod: 0, proxyHeader: "", secret: secret, callbackTimeout: 2,
      signatureTTL: 600,
      cors: .init(
        allowOrigins: ["*"], allowMethods: ["OPTIONS", "GET", "POST"], allowHeaders: ["*"], allowCredentials: false,
        exposeHeaders: []),
      redis: .init(network: "", server: "", user: "", password: "", database: ""), settings: NodeSettings())
  }

  private func plant(_ file: JSONValue, on disk: MemoryDisk) {
    guard let path = file["path"]?.string else { return }
    if file["folder"]?.bool == true { return disk.plantFolder(path) }
    disk.plant(path, (try? Base64.standard.decode(file["base64"]?.string ?? "")) ?? [])
  }

  private func play(_ exchange: JSONValue, on server: InMemoryServer) async -> [String] {
    guard let request = exchange["request"], let response = exchange["response"] else { return ["no request"] }
    var wire = WireRequest(
      request["method"]?.string ?? "", request["target"]?.string ?? "",
      fields: HTTPFields(Self.fields(request["headers"])), body: Self.body(request["body"]) ?? [])
    await putTag(in: &wire, on: server)
    guard let answer = await server.send(wire) else { return ["no answer"] }
    var differences: [String] = []
    if response["status"]?.int != answer.status { differences.append("status \(answer.status)") }
    let ignored: Set<GoString> = ["date", "connection", "keep-alive", "content-length"]
    func comparable(_ fields: [HTTPFields.Field]) -> Set<GoString> {
      Set(
        fields.compactMap { field in
          let name = field.name.asciiLowercased
          return ignored.contains(name) ? nil : name + ": " + (name == "etag" ? "*" : masked(field.value))
        })
    }
    let (expected, found) = (comparable(Self.fields(response["headers"])), comparable(answer.fields.fields))
    for missing in expected.subtracting(found).sorted() { differences.append("missing \(missing)") }
    for extra in found.subtracting(expected).sorted() { differences.append("extra \(extra)") }
    if exchange["gob"] == nil, let body = Self.body(response["body"]), !id.hasSuffix("directory") {
      let (expected, found) = (masked(GoString(body)), masked(GoString(answer.body)))
      if expected != found { differences.append("body \(found) instead of \(expected)") }
    }
    return differences
  }

  /// Puts the tag that the slave gives in the place of the recorded one.
  private func putTag(in wire: inout WireRequest, on server: InMemoryServer) async {
    let conditions: [GoString] = ["If-Match", "If-None-Match", "If-Range"]
    guard conditions.contains(where: { wire.fields.first($0)?.text.contains(Self.recordedTag) == true }) else { return }
    var plain = wire
    for name in conditions + ["Range"] { plain.fields.remove(name) }
    guard let tag = await server.send(plain)?.fields.first("Etag") else { return }
    for index in wire.fields.fields.indices where conditions.contains(wire.fields.fields[index].name) {
      let value = wire.fields.fields[index].value.text
      wire.fields.fields[index].value = GoString(value.replacing(Self.recordedTag, with: tag.text))
    }
  }

  private static var recordedTag: Regex<Substring> { /"[0-9A-Za-z]{4}"/ }

  private func playRaw(_ raw: GoString, _ exchange: JSONValue, on server: InMemoryServer) async -> [String] {
    let transcript = await server.send(raw: Self.latin1(raw).bytes, closingAfter: .seconds(2))
    func comparable(_ text: GoString) -> [GoString] {
      let lines = text.text.split(separator: "\r\n", omittingEmptySubsequences: true).map {
        masked(GoString(String($0)))
      }
      return lines.filter { !$0.hasPrefix("Date:") }.sorted()
    }
    let expected = comparable(exchange["raw_response"]?.string ?? "")
    let found = comparable(GoString(transcript.bytes))
    return expected == found ? [] : ["raw \(found) instead of \(expected)"]
  }

  /// The text with every UUID and boundary made equal, but those that the request brought.
  private func masked(_ text: GoString) -> GoString {
    GoString(
      text.text.replacing(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/) {
        $0.output == "5f0c1d9e-1111-4222-8333-0123456789ab" ? String($0.output) : "UUID"
      }.replacing(/[0-9a-f]{60}/) { _ in "BOUNDARY" })
  }

  static func fields(_ value: JSONValue?) -> [HTTPFields.Field] {
    (value?.array ?? []).map { HTTPFields.Field($0[0]?.string ?? "", latin1($0[1]?.string ?? "")) }
  }

  /// The bytes of a text recorded as Latin-1, one character a byte.
  static func latin1(_ text: GoString) -> GoString {
    GoString(text.text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) })
  }

  static func body(_ value: JSONValue?) -> [UInt8]? {
    if let text = value?.string { return text.bytes }
    if let text = value?["text"]?.string { return text.bytes }
    return value?["base64"]?.string.flatMap { try? Base64.standard.decode($0) }
  }
}

/// The master of a case: gives the recorded answers, in order, and says what was asked otherwise.
final class ReplayedMaster: @unchecked Sendable {  // confined to the simulation's thread
  private let version: GoString
  private var expected: [JSONValue] = []
  private var differences: [String] = []

  init(version: GoString) {
    self.version = version
  }

  func expect(_ outgoing: [JSONValue]) {
    // A GET whose kept connection was closed is sent once more: the door's business, so it counts once.
    expected = outgoing.enumerated().filter { index, entry in
      index == 0 || outgoing[index - 1]["answer"]?["closes"] == nil || entry["method"]?.string != "GET"
    }.map(\.element)
  }

  func settle() -> [String] {
    defer { differences = [] }
    return differences + expected.map { "not asked: \($0["target"]?.text ?? "?")" }
  }

  func answer(_ call: HTTPCall) async -> ScriptedAnswer {
    guard call.port != 1 else { return ScriptedAnswer(.refuse) }
    guard !expected.isEmpty else {
      if call.target == "/api/v4/site/ping" { return .json(#"{"code":0,"data":"\#(version)","msg":""}"#) }
      differences.append("asked too much: \(call.method) \(call.target)")
      return .json(#"{"code":0,"msg":""}"#)
    }
    let entry = expected.removeFirst()
    if entry["method"]?.string != call.method || entry["target"]?.string != call.target {
      differences.append("asked \(call.method) \(call.target)")
    }
    let masked: Set<GoString> = ["host", "accept-encoding", "connection"]
    func comparable(_ fields: [HTTPFields.Field]) -> Set<GoString> {
      Set(
        fields.compactMap { field in
          let name = field.name.asciiLowercased
          if masked.contains(name) { return nil }
          let isOwn =
            name == "x-cr-correlation-id" && field.value != "5f0c1d9e-1111-4222-8333-0123456789ab"
            || name == "authorization" && field.value.hasPrefix("Bearer Cr ")
          return name + ": " + (isOwn ? "*" : field.value)
        })
    }
    let (wanted, found) = (comparable(RecordedReplay.fields(entry["headers"])), comparable(call.wireFields.fields))
    if wanted != found { differences.append("asked with \(found.sorted()) instead of \(wanted.sorted())") }
    guard let answer = entry["answer"], answer["closes"] == nil else { return ScriptedAnswer(.close) }
    return ScriptedAnswer(
      .reply(
        status: answer["status"]?.int ?? 200, fields: HTTPFields(RecordedReplay.fields(answer["headers"])),
        body: RecordedReplay.body(answer["body"]) ?? []),
      after: Span(nanoseconds: Int64((answer["after_seconds"]?.double ?? 0) * 1e9)))
  }
}
