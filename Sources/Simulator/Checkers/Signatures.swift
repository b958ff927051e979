import CCrypto
import GoWire
import ReferenceNode

/// INV-13: a request is accepted if and only if its signature is right for the key and has not expired, judged by an implementation
/// of its own: SIGN-1…5 once more, from the text of the clauses.
struct Signatures: Checker {
  let invariant = "INV-13"

  mutating func see(_ sight: Sight, in scene: any CheckedScene) -> [String] {
    guard case .response(let request) = sight, let status = request.status, Self.isJudged(request, status) else {
      return []
    }
    let secret = scene.secret(of: request.node)
    let early = Self.isGood(request, secret, now: request.clock.unixSeconds)
    let late = Self.isGood(request, secret, now: scene.wallClock(of: request.node).unixSeconds)
    // The clock passed the expiry, or jumped, while the request was under way: either is right.
    let between = request.bodyClock.map { Self.isGood(request, secret, now: $0.unixSeconds) } ?? early
    guard early == late, early == between else { return [] }
    let isRefused = Self.isRefused(request)
    // Neither: refused for its length, before the signature was looked at.
    guard isRefused || request.answerFields.first("Cache-Control") != nil else { return [] }
    let isAccepted = !isRefused
    guard isAccepted != early else { return [] }
    return [
      "\(request.node) \(isAccepted ? "accepts" : "refuses") \(request.method) \(request.path), whose signature is "
        + (early ? "good" : "not good")
    ]
  }

  /// Whether the request got as far as the signature: it had a route, and no rule of CORS answered it.
  private static func isJudged(_ request: WitnessedRequest, _ status: Int) -> Bool {
    if status == 404 || status == 301 || status == 307 || request.method == "OPTIONS" { return false }
    if status == 400, request.code == nil, !request.isContent { return false }
    if status == 403, request.answer?.isEmpty == true { return false }
    return true
  }

  /// The answer to a refused signature has one of its codes, and none of the headers of an answer that passed (SIGN-7, HDR-6).
  private static func isRefused(_ request: WitnessedRequest) -> Bool {
    guard request.answerFields.first("Cache-Control") == nil, let code = request.code else { return false }
    return [403, 40005, 40071].contains(code)
  }

  static func isGood(_ request: WitnessedRequest, _ secret: GoString, now: Int64) -> Bool {
    let parts = request.target.bytes.split(separator: UInt8(ascii: "?"), maxSplits: 1, omittingEmptySubsequences: false)
    let path = unescaped(Array(parts.first ?? []), plusIsSpace: false)
    let content: [UInt8]
    let signature: [UInt8]
    if ["PUT", "POST", "PATCH"].contains(request.method.text) {
      guard let header = request.fields.first("Authorization") else { return false }
      let prefix = Array("Bearer Cr ".utf8)
      signature = header.bytes.starts(with: prefix) ? Array(header.bytes.dropFirst(prefix.count)) : header.bytes
      content = Self.content(request, path)
    } else {
      signature = parts.count > 1 ? query("sign", Array(parts[1])) ?? [] : []
      content = path
    }
    guard let colon = signature.lastIndex(of: UInt8(ascii: ":")) else { return false }
    guard let expires = Int64(String(decoding: signature[(colon + 1)...], as: UTF8.self)) else { return false }
    guard expires == 0 || expires >= now else { return false }
    return signature == mac(content + Array(":\(expires)".utf8), secret.bytes) + Array(":\(expires)".utf8)
  }

  private static func content(_ request: WitnessedRequest, _ path: [UInt8]) -> [UInt8] {
    var headers: [(name: String, value: [UInt8])] = []
    for field in request.fields.fields {
      let name = canonical(field.name.text)
      guard name.hasPrefix("X-Cr-"), name != "X-Cr-Filename", !headers.contains(where: { $0.name == name }) else {
        continue
      }
      headers.append((name, field.value.bytes))
    }
    let lines = headers.map { Array($0.name.utf8) + [UInt8(ascii: "=")] + $0.value }
      .sorted { $0.lexicographicallyPrecedes($1) }
    let isData = request.method != "PUT" && String(decoding: path, as: UTF8.self).contains("/api/v4/slave/upload/")
    var text = Array(#"{"Path":"#.utf8) + json(path)
    text += Array(#","Header":"#.utf8) + json(Array(lines.joined(separator: [UInt8(ascii: "&")])))
    text += Array(#","Body":"#.utf8) + json(isData ? [] : request.body) + Array("}".utf8)
    return text
  }

  private static func canonical(_ name: String) -> String {
    name.split(separator: "-", omittingEmptySubsequences: false).map {
      $0.prefix(1).uppercased() + $0.dropFirst().lowercased()
    }
    .joined(separator: "-")
  }

  /// A JSON string as Go writes it (SIGN-5).
  private static func json(_ bytes: [UInt8]) -> [UInt8] {
    var text: [UInt8] = [UInt8(ascii: "\"")]
    var rest = bytes[...]
    while let first = rest.first {
      if first < 0x80 {
        rest = rest.dropFirst()
        switch first {
        case UInt8(ascii: "\""): text += #"\""#.utf8
        case UInt8(ascii: "\\"): text += #"\\"#.utf8
        case 0x0A: text += #"\n"#.utf8
        case 0x0D: text += #"\r"#.utf8
        case 0x09: text += #"\t"#.utf8
        case 0x08: text += #"\b"#.utf8
        case 0x0C: text += #"\f"#.utf8
        case 0..<0x20, UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"):
          let digits = Array("0123456789abcdef".utf8)
          text += #"\u00"#.utf8
          text += [digits[Int(first >> 4)], digits[Int(first & 15)]]
        default: text.append(first)
        }
        continue
      }
      // A whole scalar, or a byte that is none.
      var decoder = UTF8()
      var iterator = rest.makeIterator()
      if case .scalarValue(let scalar) = decoder.decode(&iterator) {
        let encoded = Array(String(scalar).utf8)
        if scalar.value == 0x2028 || scalar.value == 0x2029 {
          text += (scalar.value == 0x2028 ? #"\u2028"# : #"\u2029"#).utf8
        } else {
          text += encoded
        }
        rest = rest.dropFirst(encoded.count)
      } else {
        text += #"\ufffd"#.utf8
        rest = rest.dropFirst()
      }
    }
    return text + [UInt8(ascii: "\"")]
  }

  private static func unescaped(_ bytes: [UInt8], plusIsSpace: Bool) -> [UInt8] {
    var result: [UInt8] = []
    var index = 0
    while index < bytes.count {
      if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
        let value = UInt8(String(decoding: bytes[(index + 1)...(index + 2)], as: UTF8.self), radix: 16)
      {
        result.append(value)
        index += 3
      } else {
        result.append(plusIsSpace && bytes[index] == UInt8(ascii: "+") ? 0x20 : bytes[index])
        index += 1
      }
    }
    return result
  }

  /// The first value of a name (SIGN-9).
  private static func query(_ name: String, _ bytes: [UInt8]) -> [UInt8]? {
    for pair in bytes.split(separator: UInt8(ascii: "&")) where !pair.contains(UInt8(ascii: ";")) {
      let halves = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      guard unescaped(Array(halves[0]), plusIsSpace: true).elementsEqual(name.utf8) else { continue }
      return halves.count > 1 ? unescaped(Array(halves[1]), plusIsSpace: true) : []
    }
    return nil
  }

  /// HMAC-SHA256 in base64url with padding (SIGN-1).
  private static func mac(_ content: [UInt8], _ secret: [UInt8]) -> [UInt8] {
    var count = 0
    let digest = [UInt8](unsafeUninitializedCapacity: 32) { buffer, filled in
      EVP_Q_mac(
        nil, "HMAC", nil, "SHA256", nil, secret, secret.count, content, content.count, buffer.baseAddress, buffer.count,
        &count)
      filled = count
    }
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    var text: [UInt8] = []
    for begin in stride(from: 0, to: digest.count, by: 3) {
      let group = digest[begin..<min(begin + 3, digest.count)]
      var word: UInt32 = 0
      for byte in group { word = word << 8 | UInt32(byte) }
      word <<= 8 * UInt32(3 - group.count)
      for place in 0..<4 {
        text.append(place <= group.count ? letters[Int(word >> (18 - 6 * UInt32(place)) & 63)] : UInt8(ascii: "="))
      }
    }
    return text
  }
}
