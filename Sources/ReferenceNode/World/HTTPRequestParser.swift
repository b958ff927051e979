import GoWire

/// Reads request heads as strictly as RFC 9112 asks, with the answers of Go's server (HDR-8): pure, no input can trap it.
///
/// It refuses what lets two parties see different requests in the same bytes: a line that ends in a bare LF, two
/// lengths, a length together with chunked, a blank in or after a header name, a folded line, a control character, a missing or
/// second `Host`.
public struct HTTPRequestParser: Sendable {
  public enum Outcome: Hashable, Sendable {
    /// The head is not complete; nothing is wrong so far.
    case incomplete
    /// The head, and how many bytes it took, the empty line at its end included.
    case head(HTTPRequestHead, length: Int)
    case refused(HTTPRefusal)
  }

  /// Longest head, in bytes, that is read when no other limit is given.
  public static let longestHead = 1 << 20 + 4_096

  private let limit: Int
  private let skipsEmptyLines: Bool
  private var bytes: [UInt8] = []
  private var lineStart = 0
  private var scanned = 0
  private var lines: [Range<Int>] = []
  private var outcome = Outcome.incomplete

  /// - Parameters:
  ///   - limit: longest head in bytes; a longer one is refused with 431.
  ///   - skipsEmptyLines: whether empty lines before the request line are ignored, as between requests of one connection.
  public init(limit: Int = longestHead, skipsEmptyLines: Bool = false) {
    self.limit = limit
    self.skipsEmptyLines = skipsEmptyLines
  }

  /// Reads a head that lies in memory from its first byte on.
  public static func parse(_ bytes: [UInt8], limit: Int = longestHead) -> Outcome {
    var parser = HTTPRequestParser(limit: limit)
    return parser.read(bytes)
  }

  /// Takes the next bytes of the connection and tells what is known now. After `head`, what lies beyond its length belongs to the
  /// body; nothing more is read.
  public mutating func read(_ more: some Collection<UInt8>) -> Outcome {
    guard case .incomplete = outcome else { return outcome }
    bytes.append(contentsOf: more)
    do throws(HTTPRefusal) {
      try scan()
    } catch {
      outcome = .refused(error)
    }
    return outcome
  }

  /// Tells what the end of the connection means here: a refusal when it cut a head, nil between two requests.
  public func end() -> HTTPRefusal? {
    guard case .incomplete = outcome, !bytes.isEmpty else { return nil }
    return .malformed("the connection ended inside the head")
  }

  /// The bytes that were read beyond the head.
  public var rest: ArraySlice<UInt8> {
    if case .head(_, let length) = outcome { bytes[length...] } else { [] }
  }

  // MARK: Lines

  private mutating func scan() throws(HTTPRefusal) {
    while scanned < bytes.count {
      let byte = bytes[scanned]
      scanned += 1
      guard byte == UInt8(ascii: "\n") else {
        if scanned > limit { throw .tooLarge }
        continue
      }
      guard scanned - lineStart >= 2, bytes[scanned - 2] == UInt8(ascii: "\r") else {
        throw .malformed("a line ends in a bare LF")
      }
      if scanned > limit { throw .tooLarge }
      let line = lineStart..<(scanned - 2)
      lineStart = scanned
      if line.isEmpty {
        if lines.isEmpty {
          if skipsEmptyLines { continue }
          throw .malformed("an empty line in place of a request line")
        }
        outcome = .head(try head(), length: scanned)
        return
      }
      lines.append(line)
      if lines.count == 1 { _ = try requestLine() }
    }
  }

  // MARK: The request line

  private struct RequestLine {
    var method: GoString
    var target: GoString
    var majorVersion: Int
    var minorVersion: Int
  }

  private func requestLine() throws(HTTPRefusal) -> RequestLine {
    let line = bytes[lines[0]]
    let blank = UInt8(ascii: " ")
    guard let first = line.firstIndex(of: blank),
      let second = line[(first + 1)...].firstIndex(of: blank)
    else { throw .malformed("the request line has no three parts") }
    let method = GoString(line[..<first])
    let target = GoString(line[(first + 1)..<second])
    let version = line[(second + 1)...]
    guard Self.isToken(method.bytes) else { throw .malformed("the method is no token") }
    guard version.starts(with: "HTTP/".utf8), version.count == 8 else {
      throw .malformed("the protocol version is malformed")
    }
    let major = version[version.startIndex + 5]
    let minor = version[version.startIndex + 7]
    let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    guard version[version.startIndex + 6] == UInt8(ascii: "."), digits.contains(major), digits.contains(minor) else {
      throw .malformed("the protocol version is malformed")
    }
    let isAuthority = method == "CONNECT" && target.bytes.first != UInt8(ascii: "/")
    guard (try? GoURL(requestTarget: isAuthority ? "http://" + target : target)) != nil else {
      throw .malformed("the target is malformed")
    }
    return RequestLine(
      method: method, target: target, majorVersion: Int(major - UInt8(ascii: "0")),
      minorVersion: Int(minor - UInt8(ascii: "0")))
  }

  // MARK: The fields

  private func head() throws(HTTPRefusal) -> HTTPRequestHead {
    let line = try requestLine()
    let fields = try headerFields()
    // The order in which Go looks, since the first trouble decides the answer.
    let hosts = Self.values(of: "Host", in: fields)
    if hosts.count > 1 { throw .malformed("more than one Host") }
    let framing = try Self.framing(of: fields, minorVersion: line.minorVersion)
    guard line.majorVersion == 1 else { throw .unknownVersion }
    if hosts.isEmpty, line.minorVersion >= 1, line.method != "CONNECT" {
      throw .badRequest("missing required Host header")
    }
    if let host = hosts.first, !host.bytes.allSatisfy(Self.isHostByte) { throw .badRequest("malformed Host header") }
    guard fields.fields.allSatisfy({ $0.name.bytes.allSatisfy(Self.isTokenByte) }) else {
      throw .badRequest("invalid header name")
    }
    let connection = Self.values(of: "Connection", in: fields)
    let closes = connection.contains { Self.hasToken("close", in: $0) }
    let keeps = connection.contains { Self.hasToken("keep-alive", in: $0) }
    let expect = fields.first("Expect") ?? ""
    let expectation: HTTPRequestHead.Expectation =
      Self.hasWord("100-continue", in: expect) ? .continue : expect.isEmpty ? .none : .unknown
    return HTTPRequestHead(
      method: line.method, target: line.target, minorVersion: line.minorVersion, fields: fields, framing: framing,
      expectation: expectation, keepsAlive: line.minorVersion == 0 ? keeps && !closes : !closes)
  }

  private func headerFields() throws(HTTPRefusal) -> HTTPFields {
    var fields = HTTPFields()
    for range in lines.dropFirst() {
      let line = bytes[range]
      if let first = line.first, Self.isBlank(first) {
        // RFC 9112, 5.2 lets a server refuse it or join it, as Go does; who stands in between may have done neither.
        throw .malformed("a folded line")
      }
      guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else {
        throw .malformed("a header line without a colon")
      }
      let name = line[..<colon]
      guard !name.isEmpty else { throw .malformed("an empty header name") }
      guard name.allSatisfy({ Self.isTokenByte($0) || $0 == UInt8(ascii: " ") }) else {
        throw .malformed("a header name that is no token")
      }
      let value = Self.trimmed(line[(colon + 1)...])
      guard value.allSatisfy(Self.isValueByte) else { throw .malformed("a control character in a header value") }
      fields.add(GoString(name), GoString(value))
    }
    return fields
  }

  private static func framing(
    of fields: HTTPFields, minorVersion: Int
  ) throws(HTTPRefusal) -> HTTPRequestHead.Framing {
    let codings = values(of: "Transfer-Encoding", in: fields)
    let lengths = values(of: "Content-Length", in: fields)
    if !codings.isEmpty {
      // Go leaves the length out and goes on; a peer before us may have gone by it.
      guard minorVersion >= 1 else { throw .malformed("a transfer coding in HTTP/1.0") }
      guard codings.count == 1, codings[0].equalsIgnoringASCIICase("chunked") else { throw .unknownCoding }
      guard lengths.isEmpty else { throw .malformed("a length together with chunked") }
      for trailer in values(of: "Trailer", in: fields) {
        guard !changesFraming(trailer: trailer) else { throw .malformed("a trailer that would change the framing") }
      }
      return .chunked
    }
    guard let first = lengths.first else { return .none }
    guard lengths.count == 1 else { throw .malformed("two lengths") }
    guard let length = decimal(first.bytes) else { throw .malformed("a length that is no number") }
    return .length(length)
  }

  /// Whether the value of a `Trailer` field announces what may not come after the body.
  public static func changesFraming(trailer: GoString) -> Bool {
    ["Transfer-Encoding", "Trailer", "Content-Length"].contains { hasToken(GoString($0), in: trailer) }
  }

  // MARK: Bytes

  private static func values(of name: GoString, in fields: HTTPFields) -> [GoString] {
    fields.fields.filter { $0.name.equalsIgnoringASCIICase(name) }.map(\.value)
  }

  /// Whether a comma list has an element, compared without case.
  public static func hasToken(_ token: GoString, in list: GoString) -> Bool {
    list.bytes.split(separator: UInt8(ascii: ",")).contains { GoString(trimmed($0)).equalsIgnoringASCIICase(token) }
  }

  /// Whether a text has a word between blanks and commas, compared without case.
  public static func hasWord(_ word: GoString, in text: GoString) -> Bool {
    text.bytes.split { isBlank($0) || $0 == UInt8(ascii: ",") }.contains { GoString($0).equalsIgnoringASCIICase(word) }
  }

  /// A number of decimal digits only, below 2^63.
  private static func decimal(_ digits: [UInt8]) -> Int64? {
    guard !digits.isEmpty else { return nil }
    var value: Int64 = 0
    for digit in digits {
      guard 0x30...0x39 ~= digit else { return nil }
      let (tens, tooLarge) = value.multipliedReportingOverflow(by: 10)
      let (sum, overflow) = tens.addingReportingOverflow(Int64(digit - 0x30))
      if tooLarge || overflow { return nil }
      value = sum
    }
    return value
  }

  private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var slice = bytes.drop(while: isBlank)
    while let last = slice.last, isBlank(last) { slice.removeLast() }
    return slice
  }

  static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

  private static func isValueByte(_ byte: UInt8) -> Bool { byte >= 0x20 && byte != 0x7F || byte == 0x09 }

  /// Whether bytes are a token (RFC 9110, 5.6.2).
  public static func isToken(_ bytes: [UInt8]) -> Bool { !bytes.isEmpty && bytes.allSatisfy(isTokenByte) }

  /// Whether a token may hold it.
  public static func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    case 0x21, 0x23, 0x24, 0x25, 0x26, 0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x5E, 0x5F, 0x60, 0x7C, 0x7E: true
    default: false
    }
  }

  static func isHostByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    // ! $ % & ' ( ) * + , - . : ; = [ ] _ ~
    case 0x21, 0x24...0x2E, 0x3A, 0x3B, 0x3D, 0x5B, 0x5D, 0x5F, 0x7E: true
    default: false
    }
  }
}
