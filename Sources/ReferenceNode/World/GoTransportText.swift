import GoWire

/// Go's words for what a server may do wrong before its answer has a head (PING-4, PING-6).
public enum GoTransportText {
  /// The caller's deadline passed before the head of the answer was there.
  public static let timeout: GoString = "context deadline exceeded (Client.Timeout exceeded while awaiting headers)"

  /// What Go's transport says of an answer that is none, by its first bytes; nil when they are a sound beginning.
  /// - Parameter hasEnded: the connection was closed after these bytes.
  public static func broken(_ bytes: [UInt8], hasEnded: Bool) -> GoString? {
    malformation(bytes, hasEnded: hasEnded).map { "net/http: HTTP/1.x transport connection broken: " + $0 }
  }

  private static func malformation(_ bytes: [UInt8], hasEnded: Bool) -> GoString? {
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { line in
      GoString(line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
    }
    guard let status = lines.first else { return nil }
    if let text = statusLine(status) { return text }
    // After the last line feed is the beginning of a line that never came whole.
    let rest = lines.removeLast()
    for line in lines.dropFirst() {
      if line.isEmpty { return nil }
      if let text = headerLine(line) { return text }
    }
    guard hasEnded else { return nil }
    return rest.isEmpty ? "unexpected EOF" : headerLine(rest) ?? "unexpected EOF"
  }

  private static func statusLine(_ line: GoString) -> GoString? {
    guard let blank = line.bytes.firstIndex(of: 0x20) else { return "malformed HTTP response " + quoted(line) }
    let code = line.bytes[(blank + 1)...].drop { $0 == 0x20 }.prefix { $0 != 0x20 }
    guard code.count == 3, code.allSatisfy({ 0x30...0x39 ~= $0 }) else {
      return "malformed HTTP status code " + quoted(GoString(code))
    }
    let version = line.bytes[..<blank]
    let isVersion =
      version.count == 8 && version.starts(with: "HTTP/".utf8) && 0x30...0x39 ~= version[5]
      && version[6] == UInt8(ascii: ".") && 0x30...0x39 ~= version[7]
    return isVersion ? nil : "malformed HTTP version " + quoted(GoString(version))
  }

  private static func headerLine(_ line: GoString) -> GoString? {
    guard let colon = line.bytes.firstIndex(of: UInt8(ascii: ":")) else {
      return "malformed MIME header: missing colon: " + quoted(line)
    }
    let name = line.bytes[..<colon]
    guard !name.isEmpty, name.allSatisfy({ HTTPRequestParser.isTokenByte($0) || $0 == 0x20 }) else {
      return "malformed MIME header line: " + quoted(line)
    }
    guard GoString(name).equalsIgnoringASCIICase("Content-Length") else { return nil }
    let value = line.bytes[(colon + 1)...].drop(while: HTTPRequestParser.isBlank)
    return value.allSatisfy { 0x30...0x39 ~= $0 } && !value.isEmpty
      ? nil : "bad Content-Length " + quoted(GoString(value))
  }

  /// Go's `%q`.
  public static func quoted(_ text: GoString) -> GoString {
    var out: [UInt8] = [UInt8(ascii: "\"")]
    let hex = Array("0123456789abcdef".utf8)
    let isText = String(validating: text.bytes, as: UTF8.self) != nil
    for byte in text.bytes {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): out += [UInt8(ascii: "\\"), byte]
      case UInt8(ascii: "\n"): out += Array("\\n".utf8)
      case UInt8(ascii: "\r"): out += Array("\\r".utf8)
      case UInt8(ascii: "\t"): out += Array("\\t".utf8)
      case 0x07: out += Array("\\a".utf8)
      case 0x08: out += Array("\\b".utf8)
      case 0x0B: out += Array("\\v".utf8)
      case 0x0C: out += Array("\\f".utf8)
      case 0x00..<0x20, 0x7F: out += Array("\\x".utf8) + [hex[Int(byte >> 4)], hex[Int(byte & 15)]]
      case 0x80... where !isText: out += Array("\\x".utf8) + [hex[Int(byte >> 4)], hex[Int(byte & 15)]]
      default: out.append(byte)
      }
    }
    return GoString(out + [UInt8(ascii: "\"")])
  }
}
