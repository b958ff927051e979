import GoWire

/// Ranges and conditions of what is served (ST-10).
struct ContentSubject: Subject {
  let name = "content"

  private static let ranges: [GoString] = [
    "0", "1", "5", "9", "10", "99", "100", "199", "255", "-", "-", ",", " ", "\t", "x", "+1", "9223372036854775807",
    "9223372036854775808", "=", "00", "-5",
  ]
  private static let tags: [GoString] = [
    "\"e\"", "W/\"e\"", "\"f\"", "*", ",", " ", "e", "\"", "w/\"e\"", "\"\u{1}\"", "\"é\"", "\t",
  ]

  func question(_ choices: inout Choices) -> Question? {
    let method: GoString = choices.pick(["GET", "GET", "GET", "HEAD", "POST"])
    let size = choices.pick([10, 0, 1, 100, 255, 300])
    let etag: GoString = choices.pick(["\"e\"", "", "W/\"e\"", "\"f\""])
    var fields: [ContentPlan.Field] = []
    if choices.next(5) < 4 { fields.append(ContentPlan.Field("Range", range(&choices))) }
    for name in ["If-Match", "If-None-Match", "If-Range"] as [GoString] where choices.once(in: 4) {
      fields.append(ContentPlan.Field(name, choices.text(of: ContentSubject.tags, usual: 4, most: 8)))
    }

    var request = RequestWriter("R")
    request.string(method)
    request.uint32(UInt32(size))
    request.uint32(etag.isEmpty ? 0 : 1)
    if !etag.isEmpty {
      request.string("Etag")
      request.string(etag)
    }
    request.uint32(UInt32(fields.count))
    for field in fields {
      request.string(field.name)
      request.string(field.value)
    }
    let plan = { (boundary: GoString) in
      ContentPlan(
        method: method,
        conditions: ContentConditions { name in fields.first { $0.name == name }?.value }, size: Int64(size),
        etag: etag,
        contentType: "image/gif", boundary: { boundary })
    }
    let expected = Served(plan("boundary"), method: method)
    let agrees = { (answer: Question.Answer) in
      guard case .result(let bytes) = answer, let served = Served(bytes) else { return false }
      return served.agrees(with: Served(plan(served.boundary), method: method), method: method)
    }
    return Question(request, .result(expected.bytes), agrees: agrees) {
      "\(method) of \(size) bytes, ETag \(etag), with \(fields.map { "\($0.name): \($0.value.quoted)" })"
    }
  }

  private func range(_ choices: inout Choices) -> GoString {
    if choices.once(in: 8) { return choices.text(of: ContentSubject.ranges + ["bytes", "bytes="], usual: 6) }
    var text: GoString = "bytes="
    for index in 0..<(1 + choices.length(usual: 3, most: 12)) {
      if index > 0 { text += choices.pick([",", ", ", " ,", ",,"]) }
      switch choices.next(6) {
      case 0: text += GoString("-\(choices.next(120))")
      case 1: text += GoString("\(choices.next(120))-")
      case 2: text += choices.text(of: ContentSubject.ranges, usual: 4, most: 6)
      default:
        let start = choices.next(60)
        text += GoString("\(start)-\(start + choices.next(60) - (choices.once(in: 10) ? 30 : 0))")
      }
    }
    return text
  }
}

/// An answer: status, header and body.
private struct Served {
  var status: UInt32
  var fields: [GoString: GoString]
  var body: [UInt8]

  /// What a plan comes to.
  init(_ plan: ContentPlan, method: GoString) {
    status = UInt32(plan.status)
    fields = Dictionary(plan.fields.map { ($0.name, $0.value) }) { first, _ in first }
    if let length = plan.length { fields["Content-Length"] = GoString("\(length)") }
    body = []
    guard method != "HEAD" else { return }
    for part in plan.parts {
      switch part {
      case .bytes(let bytes): body += bytes
      case .file(let range):
        body += (range.start..<(range.start + range.count)).map { UInt8(truncatingIfNeeded: $0) }
      }
    }
  }

  /// Go's answer.
  init?(_ bytes: [UInt8]) {
    var rest = bytes[...]
    func number() -> Int? {
      guard rest.count >= 4 else { return nil }
      defer { rest = rest.dropFirst(4) }
      return rest.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
    }
    func text() -> GoString? {
      guard let count = number(), rest.count >= count else { return nil }
      defer { rest = rest.dropFirst(count) }
      return GoString(rest.prefix(count))
    }
    guard let code = number(), let count = number() else { return nil }
    status = UInt32(code)
    fields = [:]
    for _ in 0..<count {
      guard let name = text(), let value = text() else { return nil }
      fields[name] = value
    }
    guard let body = text() else { return nil }
    self.body = body.bytes
  }

  /// The boundary between the parts, which Go makes by chance.
  var boundary: GoString {
    guard let type = fields["Content-Type"]?.text, let range = type.firstRange(of: "boundary=") else { return "" }
    return GoString(String(type[range.upperBound...]))
  }

  /// Whether this answer of Go's is ours. Its server adds the lengths of bodies that are short and the length of none.
  func agrees(with ours: Served, method: GoString) -> Bool {
    var expected = ours.fields
    if fields["Content-Length"] == nil { expected["Content-Length"] = nil }
    return status == ours.status && fields == expected && (method == "HEAD" || body == ours.body)
  }

  var bytes: [UInt8] {
    var written = RequestWriter()
    written.uint32(status)
    written.uint32(UInt32(fields.count))
    for (name, value) in fields.sorted(by: { $0.key < $1.key }) {
      written.string(name)
      written.string(value)
    }
    written.string(body)
    return written.bytes
  }
}
