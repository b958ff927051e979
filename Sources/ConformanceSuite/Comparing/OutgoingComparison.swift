import GoWire
import NodeProtocol
import ReferenceNode

/// Compares what the slave asked of its master with what was recorded: no more, no less, in the same order.
struct OutgoingComparison {
  /// Keys of the nodes that the case's sessions name, by session id.
  let keys: [GoString: GoString]
  /// The slave's own secret.
  let secret: GoString
  /// The request meanwhile: ids that it gave have to go on.
  let given: [GoString]
  /// Whether a ping of the master's that was not recorded is fine: what raw bytes made the slave ask was not recorded.
  let toleratesPings: Bool

  /// Seconds by which an expiry may be off.
  private static let tolerance: Int64 = 30
  /// Headers whose values are masked.
  private static let ignored: [GoString] = ["host", "accept-encoding", "connection"]

  func differences(
    _ recorded: [OutgoingCall], _ arrivals: [RecordedMaster.Arrival], ids: inout IDPairs
  ) -> [Difference] {
    let expected = RecordedMaster.collapsed(recorded)
    var seen = arrivals
    if toleratesPings {
      let isExpected = expected.contains { $0.request.target == "/api/v4/site/ping" }
      if !isExpected { seen.removeAll { $0.request.target == "/api/v4/site/ping" } }
    }
    var differences: [Difference] = []
    for index in 0..<max(expected.count, seen.count) {
      let place = "call \(index + 1) to the master"
      if index >= seen.count {
        differences.append(Difference(place, expected: Self.name(expected[index].request), seen: "none"))
      } else if index >= expected.count {
        differences.append(Difference(place, expected: "none", seen: Self.name(seen[index].request)))
      } else {
        differences += compare(expected[index].request, seen[index], ids: &ids).map { $0.inside(place) }
      }
    }
    return differences
  }

  private func compare(
    _ expected: CaseRequest, _ arrival: RecordedMaster.Arrival, ids: inout IDPairs
  ) -> [Difference] {
    let seen = arrival.request
    guard Self.key(of: expected) == Self.key(of: seen) else {
      return [Difference("request", expected: Self.name(expected), seen: Self.name(seen))]
    }
    var differences = arrival.missing
    if let recorded = Self.signature(in: expected.target), let sign = Self.signature(in: seen.target), !recorded.isEmpty
    {
      differences += check(sign, of: TargetText(seen.target).path, arrival, "query sign")
    }
    differences += compareFields(expected, arrival, ids: &ids)
    let mask = TextMask(given: given)
    let (left, right) = (mask.apply(expected.body), mask.apply(seen.body))
    if left.bytes != right.bytes {
      differences.append(
        Difference("body", expected: GoString(expected.body).text, seen: GoString(seen.body).text))
    }
    return differences
  }

  private func compareFields(
    _ expected: CaseRequest, _ arrival: RecordedMaster.Arrival, ids: inout IDPairs
  ) -> [Difference] {
    let seen = arrival.request
    var differences: [Difference] = []
    var names: [GoString] = []
    for field in expected.fields.fields + seen.fields.fields {
      let name = field.name.asciiLowercased
      if !names.contains(name), !Self.ignored.contains(name) { names.append(name) }
    }
    for name in names.sorted() {
      let place = "header \(name)"
      guard let recorded = expected.fields.first(name) else {
        differences.append(Difference(place, expected: "none", seen: seen.fields.first(name)!.text))
        continue
      }
      guard let found = seen.fields.first(name) else {
        differences.append(Difference(place, expected: recorded.text, seen: "none"))
        continue
      }
      if name == "authorization", recorded.hasPrefix(HeaderValue.signaturePrefix) {
        differences += checkHeader(found, arrival)
      } else if name == "x-cr-correlation-id" {
        differences += compareID(recorded, found, place, ids: &ids)
      } else if recorded != found {
        differences.append(Difference(place, expected: recorded.text, seen: found.text))
      }
    }
    return differences
  }

  /// A given id goes on; where the slave made one, it is one like those it makes and the same as in its answer.
  private func compareID(
    _ recorded: GoString, _ seen: GoString, _ place: String, ids: inout IDPairs
  ) -> [Difference] {
    if let id = given.first {
      return seen == id ? [] : [Difference(place, expected: "the given \(id)", seen: seen.text)]
    }
    guard TextMask.isMade(recorded) else {
      return recorded == seen ? [] : [Difference(place, expected: recorded.text, seen: seen.text)]
    }
    guard TextMask.isMade(seen) else {
      return [Difference(place, expected: "a version 4 UUID in lower case", seen: seen.text)]
    }
    return ids.match([recorded], [seen], place)
  }

  // MARK: Signatures

  private func checkHeader(_ value: GoString, _ arrival: RecordedMaster.Arrival) -> [Difference] {
    let seen = arrival.request
    guard value.hasPrefix(HeaderValue.signaturePrefix) else {
      return [Difference("header authorization", expected: "Bearer Cr <signature>", seen: value.text)]
    }
    let content = RequestContent.build(
      method: seen.method, path: TargetText(seen.target).path,
      headers: seen.fields.fields.map { HeaderField($0.name, $0.value) }, body: seen.body, emptyPath: .slash)
    return check(
      GoString(value.bytes.dropFirst(HeaderValue.signaturePrefix.count)), of: content, arrival, "header authorization")
  }

  private func check(
    _ signature: GoString, of content: GoString, _ arrival: RecordedMaster.Arrival, _ place: String
  ) -> [Difference] {
    let key = MasterHub.session(in: arrival.request.target).flatMap { keys[$0] } ?? secret
    let tail = signature.bytes.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false).last ?? []
    guard let expires = Int64(String(decoding: tail, as: UTF8.self)) else {
      return [Difference(place, expected: "a signature with its expiry", seen: signature.text)]
    }
    guard SigningKey(key).sign(content, expires: expires) == signature else {
      return [Difference(place, expected: "a signature with the node's key over \(content)", seen: signature.text)]
    }
    let lifetime = Self.lifetime(arrival.request)
    let left = expires - arrival.unixSeconds
    guard abs(left - lifetime) <= Self.tolerance else {
      return [Difference(place, expected: "an expiry \(lifetime) s from now", seen: "\(left) s from now")]
    }
    return []
  }

  /// SIGN-6: calls of the node itself live for the default SignatureTTL, those of the storage client for 60 s.
  private static func lifetime(_ request: CaseRequest) -> Int64 {
    let path = TargetText(request.target).path
    return path.hasPrefix("/api/v4/slave/file/") || path.hasPrefix("/api/v4/slave/upload") ? 60 : 600
  }

  private static func signature(in target: GoString) -> GoString? {
    TargetText(target).pairs?.map { TargetText.split(pair: $0) }.first { $0.name == "sign" }
      .map { TargetText.decode($0.value, plusIsBlank: true) }
  }

  /// What tells a call from others: its method and its target without the signature and the ids a node makes.
  static func key(of request: CaseRequest) -> GoString {
    var target = TargetText(request.target)
    target.pairs = target.pairs?.filter { TargetText.split(pair: $0).name != "sign" }
    return request.method + " " + GoString(TextMask(given: []).apply(target.text.bytes).bytes)
  }

  private static func name(_ request: CaseRequest) -> String { "\(request.method) \(request.target)" }
}
