import GoWire

@testable import NodeProtocol

/// A request of a stranger, sound or not.
struct HostileRequest {
  var method: GoString
  var target: GoString
  var headers: [(name: GoString, value: GoString)]
  var body: [UInt8]

  /// The bytes that are sent.
  var bytes: [UInt8] {
    var bytes = method.bytes + [0x20] + target.bytes + Array(" HTTP/1.1\r\n".utf8)
    for (name, value) in headers { bytes += name.bytes + Array(": ".utf8) + value.bytes + Array("\r\n".utf8) }
    return bytes + Array("\r\n".utf8) + body
  }

  func header(_ name: GoString) -> GoString? { headers.first { $0.name.equalsIgnoringASCIICase(name) }?.value }

  mutating func set(_ name: GoString, _ value: GoString?) {
    headers.removeAll { $0.name.equalsIgnoringASCIICase(name) }
    if let value { headers.append((name, value)) }
  }

  /// Signs it as its master would; what has no path cannot be signed.
  mutating func sign(with check: SignatureCheck) {
    if RequestContent.isSignedInHeader(method: method) {
      set(HeaderName.authorization, nil)
      guard let parsed = RequestTarget(target) else { return }
      let fields = headers.map { HeaderField($0.name, $0.value) }
      set(
        HeaderName.authorization,
        check.authorization(method: method, path: parsed.path, headers: fields, body: body, expires: 0))
      return
    }
    guard let parsed = RequestTarget(target) else { return }
    let sign = "sign=" + check.querySignature(path: parsed.path, expires: 0).queryEscaped
    let mark = target.bytes.firstIndex(of: UInt8(ascii: "?"))
    let path = GoString(mark.map { Array(target.bytes[..<$0]) } ?? target.bytes)
    let rest = mark.map { GoString(target.bytes[($0 + 1)...]) } ?? ""
    // The first of two counts (SIGN-9).
    target = path + "?" + sign + (rest.isEmpty ? "" : "&" + rest)
  }

  /// The texts by which a signed request could name a place: query values, an encoded path, all strings of a JSON body. Nil when
  /// the request binds to nothing.
  var texts: [GoString] {
    var texts = RequestTarget(target)?.query.pairs.filter { $0.name != "sign" }.map(\.value) ?? []
    for segment in (RequestTarget(target)?.path.text ?? "").split(separator: "/") {
      if let decoded = try? Base64.url.decode(GoString(String(segment))) { texts.append(GoString(decoded)) }
    }
    if let value = try? GoJSON.parseFirst(body) { HostileRequest.collect(value, &texts) }
    return texts
  }

  private static func collect(_ value: JSONValue, _ texts: inout [GoString]) {
    switch value {
    case .string(let text): texts.append(text)
    case .array(let elements): for element in elements { collect(element, &texts) }
    case .object(let members): for member in members { collect(member.value, &texts) }
    case .null, .bool, .number: break
    }
  }

  /// Whether it would reserve a file that could fill a disk.
  var reservesMuch: Bool {
    guard let value = try? GoJSON.parseFirst(body) else { return false }
    var reserves = false
    var isGreat = false
    func look(_ value: JSONValue) {
      switch value {
      case .number(let literal): isGreat = isGreat || (Double(literal.text) ?? .infinity) > 1_000_000
      case .array(let elements): elements.forEach(look)
      case .object(let members):
        for member in members {
          if member.name.asciiLowercased == "pre_allocate", member.value == .bool(true) { reserves = true }
          look(member.value)
        }
      case .null, .bool, .string: break
      }
    }
    look(value)
    return reserves && isGreat
  }
}

/// Where the slave under attack stands: what a signed request may name without harm to the machine, should a defence fail.
struct HostilePlace: Sendable {
  /// The folder that everything happens in; the slave's own folder lies two levels deeper.
  var tree: GoString
  var isConfined: Bool
  /// The only server that may be called.
  var site: GoString

  func isHarmless(_ request: HostileRequest) -> Bool {
    !request.reservesMuch && request.texts.allSatisfy(isHarmless)
  }

  private func isHarmless(_ text: GoString) -> Bool {
    if text.text.contains("://") { return text == site || text.hasPrefix(site + "/") }
    let climbs = text.bytes.split(separator: UInt8(ascii: "/")).count { Array($0) == Array("..".utf8) }
    guard isConfined else { return climbs == 0 && !text.hasPrefix("/") }
    return text.hasPrefix("/") ? climbs == 0 && text.hasPrefix(tree + "/") : climbs <= 2
  }
}
