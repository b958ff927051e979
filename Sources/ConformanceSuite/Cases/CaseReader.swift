import GoWire
import ReferenceNode

/// Reads recorded files: `{program, role, secret, site, cases}`.
///
/// Errors are one line that names the file, the case and the key.
struct CaseReader {
  private let path: String
  private var place = ""

  private init(path: String) {
    self.path = path
  }

  /// The cases of a file; none when it holds no cases of a slave (a flow, a master's file, something else that is JSON).
  static func read(_ path: String) throws(SuiteError) -> [ConformanceCase] {
    var reader = CaseReader(path: path)
    let root = try JSONFile.read(path)
    guard root["cases"] != nil, root["role"]?.text == "slave" else { return [] }
    return try reader.file(root)
  }

  private mutating func file(_ root: JSONValue) throws(SuiteError) -> [ConformanceCase] {
    var origin = CaseOrigin(
      path: path, program: try text(root, "program"), secret: try string(root, "secret"), version: "",
      site: try string(root, "site"), folder: nil, entityTags: [], requests: [])
    var cases: [ConformanceCase] = []
    for (index, value) in try list(root, "cases").enumerated() {
      place = "case \(index + 1)"
      place = "case \(try text(value, "id"))"
      cases.append(try single(value, origin))
    }
    let calls = cases.flatMap(\.exchanges).compactMap { if case .call(let call) = $0 { call } else { nil } }
    origin.requests = calls.map(\.request)
    origin.entityTags = entityTags(calls)
    origin.version = version(calls) ?? GoString(origin.program.split(separator: " ").last.map(String.init) ?? "")
    origin.folder = RecordedFolder.find(in: calls)
    return cases.map {
      var single = $0
      single.origin = origin
      return single
    }
  }

  private func entityTags(_ calls: [CallExchange]) -> [GoString] {
    var tags: [GoString] = []
    for tag in calls.compactMap({ $0.fields.first("ETag") }) where !tags.contains(tag) { tags.append(tag) }
    return tags
  }

  /// The version that the slave's calls to its master show (HDR-1).
  private func version(_ calls: [CallExchange]) -> GoString? {
    for agent in calls.flatMap(\.outgoing).compactMap({ $0.request.fields.first("User-Agent") })
    where agent.hasPrefix("Cloudreve/") {
      return GoString(agent.bytes.dropFirst(10))
    }
    return nil
  }

  private mutating func single(_ value: JSONValue, _ origin: CaseOrigin) throws(SuiteError) -> ConformanceCase {
    var clauses: [String] = []
    for clause in try list(value, "clauses") {
      guard let id = clause.text else { throw wrong("clauses", "a list of texts") }
      clauses.append(id)
    }
    var files: [CaseFile] = []
    for file in try list(value, "files", orEmpty: true) { files.append(try caseFile(file)) }
    let outer = place
    var exchanges: [CaseExchange] = []
    for (index, exchange) in try list(value, "exchanges").enumerated() {
      place = "\(outer): exchange \(index + 1)"
      exchanges.append(try self.exchange(exchange))
    }
    place = outer
    guard !exchanges.isEmpty else { throw wrong("exchanges", "a list with one exchange at least") }
    return ConformanceCase(
      id: try text(value, "id"), clauses: clauses, note: value["note"]?.text, files: files, exchanges: exchanges,
      origin: origin)
  }

  private func caseFile(_ value: JSONValue) throws(SuiteError) -> CaseFile {
    let path = try text(value, "path")
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    guard !path.isEmpty, !parts.contains(".."), !parts.contains("") else {
      throw wrong("files.path", "a path inside the slave's working folder")
    }
    if value["folder"]?.bool == true { return CaseFile(path: path, bytes: nil) }
    guard case .bytes(let bytes) = try body(value, "files") else {
      throw wrong("files", "the bytes of each file as base64 or text")
    }
    return CaseFile(path: path, bytes: bytes)
  }

  private func exchange(_ value: JSONValue) throws(SuiteError) -> CaseExchange {
    if let pause = value["pause_seconds"] {
      guard let seconds = pause.double, seconds >= 0 else { throw wrong("pause_seconds", "a number of seconds") }
      return .pause(seconds)
    }
    var outgoing: [OutgoingCall] = []
    for call in try list(value, "outgoing", orEmpty: true) { outgoing.append(try self.outgoing(call)) }
    if value["raw_request"] != nil {
      return .raw(
        RawExchange(
          request: try latin1(value, "raw_request"), response: try latin1(value, "raw_response"), outgoing: outgoing))
    }
    guard let request = value["request"] else { throw wrong("request", "there, or raw_request or pause_seconds") }
    guard let response = value["response"] else { throw wrong("response", "there") }
    guard let status = response["status"]?.int else { throw wrong("response.status", "a number") }
    return .call(
      CallExchange(
        request: try self.request(request, "request"), status: status, fields: try fields(response, "response.headers"),
        body: try body(response["body"] ?? .null, "response.body"), gob: value["gob"], outgoing: outgoing,
        tookSeconds: value["took_seconds"]?.double))
  }

  private func request(_ value: JSONValue, _ key: String) throws(SuiteError) -> CaseRequest {
    guard case .bytes(let bytes) = try body(value["body"] ?? .null, "\(key).body") else {
      throw wrong("\(key).body", "text or base64: a digest cannot be sent")
    }
    return CaseRequest(
      method: try string(value, "method"), target: try string(value, "target"),
      fields: try fields(value, "\(key).headers"), body: bytes)
  }

  private func outgoing(_ value: JSONValue) throws(SuiteError) -> OutgoingCall {
    var call = try self.call(value)
    for file in try list(value, "on_disk", orEmpty: true) {
      guard case .bytes(let bytes) = try body(file["body"] ?? .null, "outgoing.on_disk.body") else {
        throw wrong("outgoing.on_disk.body", "text or base64")
      }
      call.onDisk.append(CaseFile(path: try text(file, "path"), bytes: bytes))
    }
    return call
  }

  private func call(_ value: JSONValue) throws(SuiteError) -> OutgoingCall {
    guard let answer = value["answer"] else { throw wrong("outgoing.answer", "there") }
    let after = answer["after_seconds"]?.double ?? 0
    if answer["closes"]?.bool == true {
      return OutgoingCall(
        request: try request(value, "outgoing"), answer: MasterAnswer(status: 0, closes: true, afterSeconds: after))
    }
    guard let status = answer["status"]?.int else { throw wrong("outgoing.answer.status", "a number") }
    guard let body = answer["body"]?.string else { throw wrong("outgoing.answer.body", "a text") }
    return OutgoingCall(
      request: try request(value, "outgoing"),
      answer: MasterAnswer(
        status: status, fields: try fields(answer, "outgoing.answer.headers"), body: body.bytes, afterSeconds: after))
  }

  private func fields(_ value: JSONValue, _ key: String) throws(SuiteError) -> HTTPFields {
    var fields = HTTPFields()
    for field in try list(value, "headers", orEmpty: true) {
      guard let name = field[0]?.string, let text = field[1]?.string, field.array?.count == 2 else {
        throw wrong(key, "a list of [name, value]")
      }
      fields.add(name, Latin1.bytes(of: text).map { GoString($0) } ?? text)
    }
    return fields
  }

  private func body(_ value: JSONValue, _ key: String) throws(SuiteError) -> RecordedBody {
    if value.isNull { return .bytes([]) }
    if let text = value["text"]?.string { return .bytes(text.bytes) }
    if let base64 = value["base64"]?.string {
      guard let bytes = try? Base64.standard.decode(base64) else { throw wrong("\(key).base64", "base64 with padding") }
      return .bytes(bytes)
    }
    if let length = value["length"]?.int, let sha256 = value["sha256"]?.text {
      return .digest(length: length, sha256: sha256)
    }
    throw wrong(key, "{text}, {base64} or {length, sha256}")
  }

  private func latin1(_ value: JSONValue, _ key: GoString) throws(SuiteError) -> [UInt8] {
    guard let bytes = Latin1.bytes(of: try string(value, key)) else { throw wrong(key.text, "bytes as Latin-1 text") }
    return bytes
  }

  private func text(_ value: JSONValue, _ key: GoString) throws(SuiteError) -> String { try string(value, key).text }

  private func string(_ value: JSONValue, _ key: GoString) throws(SuiteError) -> GoString {
    guard let string = value[key]?.string else { throw wrong(key.text, "a text") }
    return string
  }

  private func list(_ value: JSONValue, _ key: GoString, orEmpty: Bool = false) throws(SuiteError) -> [JSONValue] {
    if orEmpty, value[key] == nil || value[key] == .null { return [] }
    guard let list = value[key]?.array else { throw wrong(key.text, "a list") }
    return list
  }

  private func wrong(_ key: String, _ wanted: String) -> SuiteError {
    .usage("\(path): \(place.isEmpty ? "" : place + ": ")\(key) has to be \(wanted)")
  }
}
