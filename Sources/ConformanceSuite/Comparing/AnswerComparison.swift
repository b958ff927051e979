import GoWire
import ReferenceNode

/// What an answer is compared with: the recorded one, rewritten as its request was.
struct ExpectedAnswer {
  var status: Int
  var fields: HTTPFields
  var body: RecordedBody
  /// Whether the body is an envelope with a gob payload; if so, how texts inside the payload are rewritten.
  var gobRewrite: ((GoString) -> GoString)?
  /// The request it answers, as it was sent.
  var request: CaseRequest
}

/// Compares an answer with the recorded one: status, headers as a set, body as text, bytes, gob or picture.
struct AnswerComparison {
  let folder: GoString
  let knowsFolder: Bool
  private(set) var differences: [Difference] = []
  private var ids = IDPairs()

  /// Headers that are not compared: the connection's own, and those that an intermediary adds.
  private static let ignored: [GoString] = ["date", "connection", "keep-alive", "server", "via"]

  /// - Parameter ids: which ids of the run stand for which recorded ones, so far.
  static func differences(
    _ expected: ExpectedAnswer, _ seen: CaseAnswer, folder: GoString, knowsFolder: Bool, ids: inout IDPairs
  ) -> [Difference] {
    var comparison = AnswerComparison(folder: folder, knowsFolder: knowsFolder, ids: ids)
    comparison.compare(expected, seen)
    ids = comparison.ids
    return comparison.differences.map { $0.inside("answer") }
  }

  private init(folder: GoString, knowsFolder: Bool, ids: IDPairs) {
    self.folder = folder
    self.knowsFolder = knowsFolder
    self.ids = ids
  }

  private mutating func compare(_ expected: ExpectedAnswer, _ seen: CaseAnswer) {
    if expected.status != seen.status {
      differ("status", "\(expected.status)", "\(seen.status) with \(Latin1.text(of: seen.body.prefix(200)))")
    }
    let boundary = Self.boundary(of: seen.fields)
    compareFields(expected, seen, boundary)
    if Self.isCutShort(expected) {
      if !seen.body.isEmpty { differ("body", "none", "\(seen.body.count) bytes") }
      return
    }
    if !seen.isComplete { differ("body", "as long as announced", "cut off after \(seen.body.count) bytes") }
    compareBody(expected, seen, boundary)
  }

  // MARK: Headers

  private mutating func compareFields(_ expected: ExpectedAnswer, _ seen: CaseAnswer, _ boundary: GoString?) {
    let recorded = Self.values(of: expected.fields)
    let found = Self.values(of: seen.fields)
    for (name, values) in recorded {
      let place = "header \(name)"
      guard let others = found.first(where: { $0.name == name })?.values else {
        differ(place, values.map(\.text).joined(separator: ", "), "none")
        continue
      }
      switch name {
      case "content-length": compareLength(values, others, expected, seen)
      case "etag":
        if !(others.first.map { $0.hasPrefix("\"") && $0.hasSuffix("\"") && $0.count > 2 } ?? false) {
          differ(place, "a quoted, strong tag", others.map(\.text).joined(separator: ", "))
        }
      case "content-type" where boundary != nil && Self.boundary(of: expected.fields) != nil:
        break  // The boundary is compared in the body.
      default:
        if values != others {
          differ(place, values.map(\.text).joined(separator: ", "), others.map(\.text).joined(separator: ", "))
        }
      }
    }
    for (name, values) in found where !recorded.contains(where: { $0.name == name }) {
      differ("header \(name)", "none", values.map(\.text).joined(separator: ", "))
    }
  }

  /// A length is that of the body, whatever was recorded; where no body comes with it, it is the recorded one.
  private mutating func compareLength(
    _ recorded: [GoString], _ seen: [GoString], _ expected: ExpectedAnswer, _ answer: CaseAnswer
  ) {
    let place = "header content-length"
    if Self.isCutShort(expected) {
      if !(seen.first.flatMap { Int($0.text) }.map { $0 > 0 } ?? false) {
        differ(place, "a positive number", seen.map(\.text).joined(separator: ", "))
      }
      return
    }
    let hasBody = expected.request.method != "HEAD" && answer.status != 304
    let wanted = hasBody ? [GoString("\(answer.body.count)")] : recorded
    if seen != wanted, answer.isComplete {
      differ(place, wanted.map(\.text).joined(separator: ", "), seen.map(\.text).joined(separator: ", "))
    }
  }

  /// Whether fewer bytes were recorded than were announced: the content of a folder (QUIRK-14).
  private static func isCutShort(_ expected: ExpectedAnswer) -> Bool {
    guard expected.request.method != "HEAD", expected.body == .bytes([]),
      let announced = expected.fields.first("Content-Length").flatMap({ Int($0.text) })
    else { return false }
    return announced > 0
  }

  /// The headers that are compared, names in lower case, in byte order, the values of each sorted.
  private static func values(of fields: HTTPFields) -> [(name: GoString, values: [GoString])] {
    var result: [(name: GoString, values: [GoString])] = []
    for field in fields.fields {
      let name = field.name.asciiLowercased
      if ignored.contains(name) { continue }
      if let index = result.firstIndex(where: { $0.name == name }) {
        result[index].values.append(field.value)
        result[index].values.sort()
      } else {
        result.append((name, [field.value]))
      }
    }
    return result.sorted { $0.name < $1.name }
  }

  // MARK: Body

  private mutating func compareBody(_ expected: ExpectedAnswer, _ seen: CaseAnswer, _ boundary: GoString?) {
    guard case .bytes(let recorded) = expected.body else {
      compareDigest(expected.body, seen.body)
      return
    }
    if recorded == seen.body, boundary == nil, expected.gobRewrite == nil { return }
    if let rewrite = expected.gobRewrite {
      compareGob(recorded, expected, seen, rewrite)
    } else if Self.isThumbnail(expected.request), let picture = Picture(recorded) {
      if Picture(seen.body) != picture {
        differ("body", "\(picture)", Picture(seen.body).map { "\($0)" } ?? "\(seen.body.count) bytes of something else")
      }
    } else if let boundary, let other = Self.boundary(of: expected.fields) {
      differ(bytes: Self.mask(other, in: recorded), Self.mask(boundary, in: seen.body))
    } else if Self.isText(expected.fields) {
      let mask = TextMask(given: TextMask.ids(givenBy: expected.request.fields))
      let (left, right) = (mask.apply(recorded), mask.apply(seen.body))
      differ(bytes: left.bytes, right.bytes)
      if left.bytes == right.bytes { differences += ids.match(left.ids, right.ids, "body") }
    } else {
      differ(bytes: recorded, seen.body)
    }
  }

  private mutating func compareGob(
    _ recorded: [UInt8], _ expected: ExpectedAnswer, _ seen: CaseAnswer, _ rewrite: @escaping (GoString) -> GoString
  ) {
    let mask = TextMask(given: TextMask.ids(givenBy: expected.request.fields))
    do throws(GobEnvelope.Unreadable) {
      let left = try GobEnvelope(recorded)
      let right: GobEnvelope
      do throws(GobEnvelope.Unreadable) {
        right = try GobEnvelope(seen.body)
      } catch {
        differ("body", "an envelope with \(GobText.of(left.message.value))", error.text)
        return
      }
      differ(bytes: mask.apply(left.around).bytes, mask.apply(right.around).bytes)
      if Self.createsTask(expected.request) {
        if (right.message.value.int ?? 0) <= 0 {
          differ("body: gob", "a task id from 1 on", GobText.of(right.message.value))
        }
        return
      }
      var comparison = GobComparison(mask: mask, folder: folder, knowsFolder: knowsFolder, rewrite: rewrite)
      comparison.compare(left.message.value, right.message.value, "body: gob")
      differences += comparison.differences
      differences += ids.match(comparison.ids.map(\.recorded), comparison.ids.map(\.seen), "body: gob")
    } catch {
      differ("body", "recorded gob that can be read", error.text)
    }
  }

  private mutating func compareDigest(_ body: RecordedBody, _ seen: [UInt8]) {
    guard case .digest(let length, let sha256) = body else { return }
    if seen.count != length {
      differ("body", "\(length) bytes", "\(seen.count) bytes")
    } else if SHA256.hex(of: seen) != sha256.lowercased() {
      differ("body", "SHA-256 \(sha256)", "SHA-256 \(SHA256.hex(of: seen))")
    }
  }

  /// The boundary of a multipart body, made anew for each answer.
  private static func boundary(of fields: HTTPFields) -> GoString? {
    guard let type = fields.first("Content-Type"), type.hasPrefix("multipart/byteranges; boundary=") else { return nil }
    let boundary = GoString(type.bytes.dropFirst(31))
    return boundary.isEmpty ? nil : boundary
  }

  private static func mask(_ boundary: GoString, in bytes: [UInt8]) -> [UInt8] {
    ByteSearch.replace(boundary.bytes, by: Array("<boundary>".utf8), in: bytes)
  }

  private static func isThumbnail(_ request: CaseRequest) -> Bool {
    ByteSearch.contains(Array("/slave/file/thumb/".utf8), in: request.target.bytes)
  }

  static func createsTask(_ request: CaseRequest) -> Bool {
    request.method == "PUT" && TargetText(request.target).path == "/api/v4/slave/task"
  }

  private static func isText(_ fields: HTTPFields) -> Bool {
    guard let type = fields.first("Content-Type") else { return true }
    return type.hasPrefix("application/json") || type.hasPrefix("text/html")
  }

  private mutating func differ(bytes expected: [UInt8], _ seen: [UInt8]) {
    guard expected != seen else { return }
    differ("body", Self.show(expected), Self.show(seen))
  }

  /// Bytes as text when they are text, else as hexadecimal digits.
  private static func show(_ bytes: [UInt8]) -> String {
    if bytes.isEmpty { return "nothing" }
    return String(validating: bytes, as: UTF8.self) ?? "bytes \(Hexadecimal.text(bytes.prefix(120)))"
  }

  private mutating func differ(_ place: String, _ expected: String, _ seen: String) {
    differences.append(Difference(place, expected: expected, seen: seen))
  }
}
