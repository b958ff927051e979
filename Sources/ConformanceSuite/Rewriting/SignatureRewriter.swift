import GoWire
import NodeProtocol
import ReferenceNode

/// Signs a recorded request again after it was changed.
///
/// A signature that was good stays good. One that was wrong stays wrong in the same way: what it was good for is found out (the
/// content without a header, with another request's body, an expiry that is over…) and it is made for that again. One that is
/// good for nothing that can be found was made with another key, and is again.
struct SignatureRewriter {
  /// What a code covers.
  private enum Coverage: Hashable {
    /// SIGN-5's content.
    case content
    /// The content with header texts as UTF-8 where Latin-1 was sent.
    case contentOfUTF8
    /// The content without one header, or without any.
    case contentWithout(GoString?)
    /// The content with the last of repeated headers, not the first.
    case contentOfLastHeaders
    /// The content with the body left out, or with it where SIGN-5 leaves it out.
    case contentOfOtherBodyRule
    /// The content with the body of another request of the file.
    case contentWithBody(of: Int)
    /// The content with the path of another request of the file.
    case contentWithPath(of: Int)
    /// The content of another request of the file.
    case contentOf(Int)
    /// SIGN-4's path.
    case path
    /// The path as it is written.
    case rawPath
    /// The whole target.
    case target
    /// The path of another request of the file.
    case pathOf(Int)
  }

  private let recordedKey: SigningKey
  private let newKey: SigningKey
  /// Another key than the slave's.
  private let foreignKey: SigningKey
  private let substitution: Substitution

  /// - Parameter substitution: what the requests were changed by.
  init(_ substitution: Substitution) {
    self.substitution = substitution
    recordedKey = SigningKey(substitution.origin.secret)
    newKey = SigningKey(substitution.secret)
    foreignKey = SigningKey(GoString(substitution.secret.bytes.reversed()) + "x")
  }

  /// A request of the file as it was recorded.
  private func recorded(_ index: Int) -> CaseRequest { substitution.origin.requests[index] }

  /// The same, changed as the request that is signed.
  private func rewritten(_ index: Int) -> CaseRequest {
    var changed = recorded(index)
    changed.target = substitution.target(changed.target)
    changed.body = substitution.bytes(changed.body)
    return changed
  }

  /// A text that holds a signature, for the changed request; as it is when it holds none.
  func sign(_ text: GoString, recorded: CaseRequest, changed: CaseRequest) -> GoString {
    guard let code = SignatureText(text) else { return text }
    let (coverage, expires) = explain(code, recorded)
    let isForeign = coverage == nil
    let covered = self.text(
      coverage ?? (RequestContent.isSignedInHeader(method: changed.method) ? .content : .path), changed, rewritten)
    let signature = (isForeign ? foreignKey : newKey).sign(covered, expires: expires)
    return code.replaced(bySignature: signature)
  }

  /// What the code of a recorded signature is good for with the recorded key; nil when that cannot be found out.
  private func explain(_ code: SignatureText, _ request: CaseRequest) -> (Coverage?, Int64) {
    for expires in code.possibleExpiries {
      for coverage in coverages(request) {
        let signature = recordedKey.sign(text(coverage, request, recorded), expires: expires)
        if code.isCode(ofSignature: signature) { return (coverage, expires) }
      }
    }
    return (nil, code.possibleExpiries[0])
  }

  private func coverages(_ request: CaseRequest) -> [Coverage] {
    let isInHeader = RequestContent.isSignedInHeader(method: request.method)
    let own: [Coverage] = isInHeader ? [.content, .path] : [.path, .content]
    let others = substitution.origin.requests.indices
    var names: [GoString] = []
    for field in request.fields.fields where !names.contains(field.name) { names.append(field.name) }
    return own + [
      .contentOfUTF8, .contentWithout(nil), .contentOfLastHeaders, .contentOfOtherBodyRule, .rawPath, .target,
    ]
      + names.map { .contentWithout($0) } + others.map { .contentWithBody(of: $0) }
      + others.map { .contentWithPath(of: $0) } + others.map { .contentOf($0) }
      + others.map { .pathOf($0) }
  }

  private func text(_ coverage: Coverage, _ request: CaseRequest, _ others: (Int) -> CaseRequest) -> GoString {
    let target = TargetText(request.target)
    var fields = request.fields.fields
    switch coverage {
    case .content: break
    case .contentOfUTF8:
      fields = fields.map { .init($0.name, GoString(Latin1.text(of: $0.value.bytes))) }
    case .contentWithout(let name):
      fields = fields.filter { field in name.map { !field.name.equalsIgnoringASCIICase($0) } ?? false }
    case .contentOfLastHeaders: fields.reverse()
    case .contentOfOtherBodyRule:
      let isData = RequestContent.isUploadData(method: request.method, path: target.path)
      return build(isData ? ("PUT" as GoString) : request.method, target.path, fields, isData ? request.body : [])
    case .contentWithBody(let other): return build(request.method, target.path, fields, others(other).body)
    case .contentWithPath(let other):
      return build(request.method, TargetText(others(other).target).path, fields, request.body)
    case .contentOf(let other):
      let request = others(other)
      return build(request.method, TargetText(request.target).path, request.fields.fields, request.body)
    case .path: return target.path
    case .rawPath: return target.rawPath
    case .target: return request.target
    case .pathOf(let other): return TargetText(others(other).target).path
    }
    return build(request.method, target.path, fields, request.body)
  }

  private func build(_ method: GoString, _ path: GoString, _ fields: [HTTPFields.Field], _ body: [UInt8]) -> GoString {
    RequestContent.build(
      method: method, path: path, headers: fields.map { HeaderField($0.name, $0.value) }, body: body, emptyPath: .slash)
  }
}

/// A text that holds a code of 32 bytes in base64 and perhaps an expiry after its last colon.
private struct SignatureText {
  private let text: GoString
  /// Where the code stands, padding included.
  private let place: Range<Int>
  private let code: [UInt8]

  /// Fails when there is no code.
  init?(_ text: GoString) {
    self.text = text
    let bytes = text.bytes
    var index = 0
    while index < bytes.count {
      let run = bytes[index...].prefix {
        Substitution.isNameByte($0) || $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "/")
      }
      if run.count == 43 {
        let padded = run.endIndex < bytes.count && bytes[run.endIndex] == UInt8(ascii: "=")
        let url = run.map {
          $0 == UInt8(ascii: "+") ? UInt8(ascii: "-") : $0 == UInt8(ascii: "/") ? UInt8(ascii: "_") : $0
        }
        if let code = try? Base64.url.decode(GoString(url + [UInt8(ascii: "=")])) {
          place = run.startIndex..<(padded ? run.endIndex + 1 : run.endIndex)
          self.code = code
          return
        }
      }
      index = run.endIndex + 1
    }
    return nil
  }

  /// What the expiry may have been when the code was made: the number after the last colon, then 0.
  var possibleExpiries: [Int64] {
    let tail = text.bytes.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false).last ?? []
    guard let expires = Int64(String(decoding: tail, as: UTF8.self)), expires != 0 else { return [0] }
    return [expires, 0]
  }

  /// Whether a whole signature has this code.
  func isCode(ofSignature signature: GoString) -> Bool {
    (try? Base64.url.decode(GoString(signature.bytes.prefix(44)))) == code
  }

  /// The text with the code of another signature, written as the old one was.
  func replaced(bySignature signature: GoString) -> GoString {
    let old = text.bytes[place]
    let isStandard = old.contains(UInt8(ascii: "+")) || old.contains(UInt8(ascii: "/"))
    var new = Array(signature.bytes.prefix(old.count))
    if isStandard {
      new = new.map { $0 == UInt8(ascii: "-") ? UInt8(ascii: "+") : $0 == UInt8(ascii: "_") ? UInt8(ascii: "/") : $0 }
    }
    var bytes = text.bytes
    bytes.replaceSubrange(place, with: new)
    return GoString(bytes)
  }
}
