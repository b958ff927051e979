import GoWire
import ReferenceNode

/// Rewrites the exchanges of a case for another site, secret, folder and other ids, and signs them again.
struct CaseRewriter {
  /// What stands in the case, and what is put there. Task ids are added as the slave gives them.
  var substitution: Substitution
  private let signatures: SignatureRewriter

  init(_ substitution: Substitution) {
    self.substitution = substitution
    signatures = SignatureRewriter(substitution)
  }

  /// A request, signed again when something a signature covers has changed.
  func request(_ recorded: CaseRequest) -> CaseRequest {
    var changed = CaseRequest(
      method: recorded.method, target: substitution.target(recorded.target), fields: recorded.fields,
      body: substitution.bytes(recorded.body))
    changed.fields.fields = recorded.fields.fields.map { field in
      field.name.equalsIgnoringASCIICase("Authorization")
        ? field : .init(field.name, substitution.text(field.value))
    }
    guard changed != recorded || substitution.secret != substitution.origin.secret else { return recorded }
    let unsigned = changed
    changed.fields.fields = changed.fields.fields.map { field in
      field.name.equalsIgnoringASCIICase("Authorization")
        ? .init(field.name, signatures.sign(field.value, recorded: recorded, changed: unsigned)) : field
    }
    changed.target = signed(unsigned.target, recorded, unsigned)
    return changed
  }

  private func signed(_ target: GoString, _ recorded: CaseRequest, _ changed: CaseRequest) -> GoString {
    var parts = TargetText(target)
    parts.pairs = parts.pairs?.map { pair in
      let (name, value) = TargetText.split(pair: pair)
      guard name == "sign" else { return pair }
      let units = TargetText.units(of: value, plusIsBlank: true)
      let old = GoString(units.map(\.byte))
      let new = signatures.sign(old, recorded: recorded, changed: changed)
      guard new != old, new.count == old.count else { return pair }
      // Only the code differs, byte for byte: what else was escaped stays so.
      let written = zip(units, new.bytes).flatMap { $0.byte == $1 ? $0.written : [$1] }
      return GoString(pair.bytes.prefix { $0 != UInt8(ascii: "=") }) + "=" + GoString(written)
    }
    return parts.text
  }

  /// Raw bytes; those of each request in them that can be read are rewritten like any other request.
  func raw(_ bytes: [UInt8]) -> [UInt8] {
    guard let head = RawRequest(bytes) else { return substitution.bytes(bytes) }
    let end = head.bodyEnd(in: bytes)
    let written = Array(bytes[head.bodyStart..<end])
    let recorded = CaseRequest(
      method: head.method, target: head.target, fields: head.fields,
      body: head.isChunked ? WireReader.unchunked(written) ?? written : written)
    let changed = request(recorded)
    let rest = end < bytes.count ? raw(Array(bytes[end...])) : []
    if changed == recorded { return Array(bytes[..<end]) + rest }
    let isSame = changed.body == recorded.body
    let body = isSame ? written : head.isChunked ? WireReader.chunked(changed.body) : changed.body
    return head.bytes(changed, body: body, grownBy: changed.body.count - recorded.body.count) + rest
  }

  /// What an answer to a rewritten request has to be: the recorded one, with what the request was changed by.
  func expectation(_ text: [UInt8], recorded: CaseRequest, sent: CaseRequest) -> [UInt8] {
    var result = substitution.bytes(text)
    let (old, new) = (TargetText(recorded.target), TargetText(sent.target))
    if old.rawPath != new.rawPath, old.rawPath.count > 1 {
      result = ByteSearch.replace(old.rawPath.bytes, by: new.rawPath.bytes, in: result)
      let short = GoString(old.rawPath.bytes.dropLast())
      if old.rawPath.hasSuffix("/") {
        result = ByteSearch.replace(short.bytes, by: Array(new.rawPath.bytes.dropLast()), in: result)
      }
    }
    for (oldPair, newPair) in zip(old.pairs ?? [], new.pairs ?? []) where oldPair != newPair {
      result = ByteSearch.replace(oldPair.bytes, by: newPair.bytes, in: result)
    }
    return result
  }

  /// A call the slave is to make of its master, and the answer it gets.
  ///
  /// Where the slave advertises another version than the recorded one, it says so itself and its master has the same.
  func outgoing(_ recorded: OutgoingCall) -> OutgoingCall {
    var call = recorded
    let (old, new) = (substitution.origin.version, substitution.version)
    if old != new, !old.isEmpty {
      call.request.fields.fields = call.request.fields.fields.map { field in
        .init(field.name, field.value == "Cloudreve/" + old ? "Cloudreve/" + new : field.value)
      }
      call.answer.body = ByteSearch.replace(
        ("\"data\":\"" + old).bytes, by: ("\"data\":\"" + new).bytes, in: call.answer.body)
    }
    call.request.target = substitution.target(recorded.request.target)
    call.request.fields = fields(call.request.fields)
    call.request.body = substitution.bytes(recorded.request.body)
    call.answer.fields = fields(recorded.answer.fields)
    call.answer.body = substitution.bytes(call.answer.body)
    return call
  }

  private func fields(_ fields: HTTPFields) -> HTTPFields {
    HTTPFields(fields.fields.map { .init($0.name, substitution.text($0.value)) })
  }
}

/// A request in raw bytes, every byte of which is kept where it is not changed on purpose.
private struct RawRequest {
  var method: GoString
  var target: GoString
  var fields: HTTPFields
  /// Where the body begins.
  var bodyStart: Int
  private let bytes: [UInt8]
  private let targetPlace: Range<Int>
  /// Where the text of each header stands.
  private let valuePlaces: [Range<Int>]

  /// Fails for what does not look like the head of a request.
  init?(_ bytes: [UInt8]) {
    guard let headEnd = ByteSearch.ranges(of: Array("\r\n\r\n".utf8), in: bytes).first else { return nil }
    self.bytes = bytes
    bodyStart = headEnd.upperBound
    fields = HTTPFields()
    var places: [Range<Int>] = []
    var start = 0
    var first: Range<Int>?
    while start < headEnd.lowerBound + 2 {
      guard let end = ByteSearch.ranges(of: [13, 10], in: Array(bytes[start...])).first.map({ start + $0.lowerBound })
      else { return nil }
      if first == nil {
        first = start..<end
      } else {
        guard let colon = bytes[start..<end].firstIndex(of: UInt8(ascii: ":")) else { return nil }
        var valueStart = colon + 1
        var valueEnd = end
        while valueStart < valueEnd, [9, 32].contains(bytes[valueStart]) { valueStart += 1 }
        while valueEnd > valueStart, [9, 32].contains(bytes[valueEnd - 1]) { valueEnd -= 1 }
        fields.add(GoString(bytes[start..<colon]), GoString(bytes[valueStart..<valueEnd]))
        places.append(valueStart..<valueEnd)
      }
      start = end + 2
    }
    guard let first else { return nil }
    let words = bytes[first].split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
    guard words.count == 3, words[2].starts(with: "HTTP/".utf8) else { return nil }
    method = GoString(words[0])
    target = GoString(words[1])
    targetPlace = words[1].startIndex..<words[1].endIndex
    valuePlaces = places
  }

  var isChunked: Bool { fields.first("Transfer-Encoding")?.asciiLowercased == "chunked" }

  /// Where the body ends: after the announced length, or where the bytes end.
  func bodyEnd(in bytes: [UInt8]) -> Int {
    guard let announced = fields.first("Content-Length"), let count = Int(announced.text), count >= 0,
      fields.first("Transfer-Encoding") == nil
    else { return bytes.count }
    return min(bytes.count, bodyStart.addingReportingOverflow(count).overflow ? bytes.count : bodyStart + count)
  }

  /// The bytes with another target, other header texts and another body; the announced length follows the body's.
  func bytes(_ changed: CaseRequest, body: [UInt8], grownBy growth: Int) -> [UInt8] {
    var result = Array(bytes[..<targetPlace.lowerBound]) + changed.target.bytes
    var end = targetPlace.upperBound
    for (place, field) in zip(valuePlaces, changed.fields.fields) {
      result += bytes[end..<place.lowerBound]
      if growth != 0, field.name.equalsIgnoringASCIICase("Content-Length"), let count = Int(field.value.text) {
        result += Array("\(count + growth)".utf8)
      } else {
        result += field.value.bytes
      }
      end = place.upperBound
    }
    return result + bytes[end..<bodyStart] + body
  }
}
