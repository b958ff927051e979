import GoWire

/// What stands in a case, and what is to stand there instead: the site, the secret, the slave's folder, session and task ids.
struct Substitution: Sendable {
  let origin: CaseOrigin
  /// Where the master is: `http://127.0.0.1:7701`.
  var site: GoString
  var secret: GoString
  /// The slave's working folder.
  var folder: GoString
  /// The version the slave advertises.
  var version: GoString
  /// Recorded session ids and those that stand for them; only ids of letters, digits, `-` and `_`.
  var sessions: [GoString: GoString]
  /// Recorded task ids and those the slave gave instead.
  var tasks: [Int64: Int64] = [:]

  /// Bytes of a body, a header or an expectation.
  func bytes(_ bytes: [UInt8]) -> [UInt8] {
    var result = bytes
    if let recorded = origin.folder, recorded != folder {
      result = ByteSearch.replace(recorded.bytes, by: folder.bytes, in: result) { place in
        let next = place.upperBound < result.count ? result[place.upperBound] : 0
        return !Substitution.isNameByte(next)
      }
    }
    if secret != origin.secret, !origin.secret.isEmpty {
      result = ByteSearch.replace(origin.secret.bytes, by: secret.bytes, in: result)
    }
    for (recorded, new) in tasks.sorted(by: { $0.key < $1.key }) where recorded != new {
      result = Substitution.replace("fm_workflows/", GoString("\(recorded)"), by: GoString("\(new)"), in: result)
    }
    for (recorded, new) in sessions.sorted(by: { $0.key < $1.key }) {
      result = replace(session: recorded, by: new, in: result)
    }
    return self.site(in: result)
  }

  /// A text, in the same way.
  func text(_ text: GoString) -> GoString { GoString(bytes(text.bytes)) }

  /// A raw request target: session and task ids in the path, paths in the query and in base64.
  func target(_ target: GoString) -> GoString {
    var parts = TargetText(target)
    for index in parts.segments.indices { parts.segments[index] = segment(at: index, of: parts.segments) }
    parts.pairs = parts.pairs?.map { pair in
      let (name, value) = TargetText.split(pair: pair)
      let decoded = TargetText.decode(value, plusIsBlank: true)
      guard name != "sign" else { return pair }
      let new = text(decoded)
      return new == decoded ? pair : TargetText.escape(name) + "=" + TargetText.escape(new)
    }
    return parts.text
  }

  private func segment(at index: Int, of segments: [GoString]) -> GoString {
    let written = segments[index]
    let decoded = TargetText.decode(written, plusIsBlank: false)
    let before = index > 0 ? segments[index - 1] : ""
    if before == "upload" || before == "remote", let new = sessions[decoded] {
      return written == decoded ? new : GoString(new.bytes.flatMap { Array("%\(Hexadecimal.text([$0]))".utf8) })
    }
    if before == "task", let id = Int64(decoded.text), let new = tasks[id], new != id { return GoString("\(new)") }
    let isSource = before == "thumb" || before == "meta" || (index > 1 && segments[index - 2] == "content")
    if isSource, let path = try? Base64.url.decode(decoded) {
      let new = bytes(path)
      return new == path ? written : Base64.url.encode(new)
    }
    return written
  }

  private func site(in bytes: [UInt8]) -> [UInt8] {
    guard site != origin.site else { return bytes }
    let (recorded, new) = (Substitution.authority(of: origin.site), Substitution.authority(of: site))
    func isDigit(_ byte: UInt8) -> Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte }
    var result = bytes
    for (old, replacement) in [(recorded, new), (TargetText.escape(recorded), TargetText.escape(new))] {
      result = ByteSearch.replace(old.bytes, by: replacement.bytes, in: result) { place in
        let next = place.upperBound < result.count ? result[place.upperBound] : 0
        return !isDigit(next)
      }
    }
    // The same port under another name of this machine: `localhost:7701`.
    guard let oldPort = Substitution.port(of: recorded), let newPort = Substitution.port(of: new) else { return result }
    return ByteSearch.replace(oldPort, by: newPort, in: result) { place in
      let next = place.upperBound < result.count ? result[place.upperBound] : 0
      let last = place.lowerBound > 0 ? result[place.lowerBound - 1] : 0
      return !isDigit(next) && (Substitution.isNameByte(last) || last == UInt8(ascii: "]"))
    }
  }

  private func replace(session: GoString, by new: GoString, in bytes: [UInt8]) -> [UInt8] {
    var result = bytes
    for prefix in ["/callback/remote/", "/slave/upload/"] as [GoString] {
      result = Substitution.replace(prefix, session, by: new, in: result)
    }
    for range in SessionScan.values(in: result).reversed() where result[range].elementsEqual(session.bytes) {
      result.replaceSubrange(range, with: new.bytes)
    }
    return result
  }

  /// Replaces a word after a prefix, where the word ends there.
  private static func replace(_ prefix: GoString, _ word: GoString, by new: GoString, in bytes: [UInt8]) -> [UInt8] {
    ByteSearch.replace((prefix + word).bytes, by: (prefix + new).bytes, in: bytes) { place in
      let next = place.upperBound < bytes.count ? bytes[place.upperBound] : 0
      return !isNameByte(next)
    }
  }

  static func authority(of site: GoString) -> GoString {
    guard let start = ByteSearch.ranges(of: Array("://".utf8), in: site.bytes).first?.upperBound else { return site }
    return GoString(site.bytes[start...].prefix { $0 != UInt8(ascii: "/") })
  }

  private static func port(of authority: GoString) -> [UInt8]? {
    authority.bytes.lastIndex(of: UInt8(ascii: ":")).map { Array(authority.bytes[$0...]) }
  }

  /// Letters, digits, `-`, `_`: what goes on in a name.
  static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}

/// Finds upload sessions in bodies: the values of `UploadSessionID`, whatever the case of its letters.
enum SessionScan {
  /// The session ids of a case that other ids can stand for: those of letters, digits, `-` and `_`.
  static func sessions(of single: ConformanceCase) -> [GoString] {
    var found: [GoString] = []
    for exchange in single.exchanges {
      let body: [UInt8]
      switch exchange {
      case .call(let call): body = call.request.body
      case .raw(let raw): body = raw.request
      case .pause: continue
      }
      for range in values(in: body) {
        let id = GoString(body[range])
        if !id.isEmpty, id.bytes.allSatisfy(Substitution.isNameByte), !found.contains(id) { found.append(id) }
      }
    }
    return found
  }

  /// Where the texts of `"UploadSessionID":"…"` stand.
  static func values(in bytes: [UInt8]) -> [Range<Int>] {
    let key: GoString = "\"uploadsessionid\""
    var ranges: [Range<Int>] = []
    for place in ByteSearch.ranges(of: key.bytes, in: GoString(bytes).asciiLowercased.bytes) {
      var index = place.upperBound
      func skipBlanks() { while index < bytes.count, [9, 10, 13, 32].contains(bytes[index]) { index += 1 } }
      skipBlanks()
      guard index < bytes.count, bytes[index] == UInt8(ascii: ":") else { continue }
      index += 1
      skipBlanks()
      guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else { continue }
      let start = index + 1
      guard let end = bytes[start...].firstIndex(of: UInt8(ascii: "\"")) else { continue }
      ranges.append(start..<end)
    }
    return ranges
  }
}
