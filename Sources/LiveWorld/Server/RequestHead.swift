import GoWire
import ReferenceNode

/// The head of a request, read from its bytes once more because libmicrohttpd is too kind to it.
///
/// The library takes bare line feeds, folded lines, blanks in names, control bytes, several lengths and a missing `Host`; a
/// proxy in front may read such a head in another way, and smuggle. Go's server, and so a Cloudreve slave, refuses them (HDR-8).
///
/// What is read is the library's own buffer after it has parsed it in place: the head from the method on, where these bytes
/// have become zeros: the blanks around the target, the colon after each name, and both bytes of each line end. So every place
/// where a zero is, or is missing, tells what stood there.
struct RequestHead {
  var method: GoString
  var fields: HTTPFields
  /// nil without a body, and for a chunked one.
  var contentLength: Int64?
  var isChunked: Bool
  /// HTTP/1.1 or a later 1.x.
  var isVersion11: Bool
  /// The client waits for `100 Continue` before it sends the body.
  var expectsContinue: Bool

  var hasBody: Bool { isChunked || (contentLength ?? 0) > 0 }

  /// Why a request is no request.
  enum Refusal: Error, Hashable {
    case badRequest
    case missingHost
    case malformedHost
    case unsupportedTransferEncoding
    case unknownExpectation

    /// The status and the body that Go's server answers with.
    var answer: (status: Int, text: String) {
      switch self {
      case .badRequest: (400, "400 Bad Request")
      case .missingHost: (400, "400 Bad Request: missing required Host header")
      case .malformedHost: (400, "400 Bad Request: malformed Host header")
      case .unsupportedTransferEncoding: (501, "Unsupported transfer encoding")
      case .unknownExpectation: (417, "")
      }
    }
  }

  /// Reads the head from `bytes`, the library's buffer from the method to the end of the blank line.
  /// - Parameters:
  ///   - target: the target as it came, before the library split it.
  ///   - targetOffset: where it began in `bytes`.
  ///   - fieldCount: how many header fields the library found; any other number here is a refusal.
  init(
    _ bytes: UnsafeBufferPointer<UInt8>, target: GoString, targetOffset: Int, fieldCount: Int
  ) throws(Refusal) {
    var reader = HeadReader(bytes)
    let method = GoString(bytes[..<(bytes.firstIndex(of: 0) ?? 0)])
    guard !method.isEmpty, method.bytes.allSatisfy(Bytes.isToken), targetOffset == method.count + 1 else {
      throw .badRequest
    }
    guard RequestTarget.isSound(target, isConnect: method == "CONNECT") else { throw .badRequest }
    reader.position = targetOffset + target.count
    guard reader.takeZero() else { throw .badRequest }
    let version = reader.takeUntilZero()
    guard version.count == 8, reader.takeLineEnd() else { throw .badRequest }
    isVersion11 = version.last != UInt8(ascii: "0")

    var fields: [HTTPFields.Field] = []
    fields.reserveCapacity(fieldCount)
    while !reader.isAtZero {
      // A line that begins with a blank continues the one before: no name has a blank in it.
      let name = reader.takeUntilZero()
      guard !name.isEmpty, name.allSatisfy(Bytes.isToken), reader.takeZero() else { throw .badRequest }
      reader.skipBlanks()
      var value = reader.takeUntilZero()
      guard value.allSatisfy(Bytes.isFieldContent), reader.takeLineEnd() else { throw .badRequest }
      if let last = value.last, Bytes.isBlank(last) {
        // The library compares it with its blanks, and would not see the chunks.
        if GoString(value: name).equalsIgnoringASCIICase("Transfer-Encoding") { throw .unsupportedTransferEncoding }
        while let last = value.last, Bytes.isBlank(last) { value = value.dropLast() }
      }
      fields.append(HTTPFields.Field(GoString(value: name), GoString(value: value)))
    }
    guard reader.takeLineEnd(), reader.isAtEnd, fields.count == fieldCount else { throw .badRequest }

    self.method = method
    self.fields = HTTPFields(fields)
    (contentLength, isChunked, expectsContinue) = (nil, false, false)
    try checkHost()
    try readFraming()
  }

  private func checkHost() throws(Refusal) {
    let hosts = fields.fields.filter { $0.name.equalsIgnoringASCIICase("Host") }
    guard hosts.count <= 1 else { throw .badRequest }
    guard let host = hosts.first?.value else {
      if isVersion11 && method != "CONNECT" { throw .missingHost }
      return
    }
    guard host.bytes.allSatisfy(Bytes.isHost) else { throw .malformedHost }
  }

  private mutating func readFraming() throws(Refusal) {
    var lengths: [GoString] = []
    var encodings: [GoString] = []
    for field in fields.fields {
      // By length first: this runs for every field of every request.
      switch field.name.count {
      case 6 where field.name.equalsIgnoringASCIICase("Expect"):
        guard isVersion11 else { break }
        guard field.value.equalsIgnoringASCIICase("100-continue") else { throw .unknownExpectation }
        expectsContinue = true
      case 14 where field.name.equalsIgnoringASCIICase("Content-Length"): lengths.append(field.value)
      case 17 where field.name.equalsIgnoringASCIICase("Transfer-Encoding"): encodings.append(field.value)
      default: break
      }
    }
    if let encoding = encodings.first {
      guard encodings.count == 1, encoding.equalsIgnoringASCIICase("chunked") else {
        throw .unsupportedTransferEncoding
      }
      guard lengths.isEmpty, isVersion11 else { throw .badRequest }
      isChunked = true
    } else if let length = lengths.first {
      guard lengths.count == 1, !length.isEmpty, length.bytes.allSatisfy({ 0x30...0x39 ~= $0 }),
        let number = Int64(length.text)
      else { throw .badRequest }
      contentLength = number
    }
  }
}

/// Steps through a parsed head: texts, and the zeros between them.
private struct HeadReader {
  let bytes: UnsafeBufferPointer<UInt8>
  var position = 0

  init(_ bytes: UnsafeBufferPointer<UInt8>) {
    self.bytes = bytes
  }

  var isAtEnd: Bool { position == bytes.count }
  /// At the end too: there is nothing to read.
  var isAtZero: Bool { position >= bytes.count || bytes[position] == 0 }

  mutating func takeZero() -> Bool {
    guard position < bytes.count, bytes[position] == 0 else { return false }
    position += 1
    return true
  }

  /// The two zeros of a carriage return and a line feed; a bare line feed left one.
  mutating func takeLineEnd() -> Bool { takeZero() && takeZero() }

  mutating func takeUntilZero() -> Slice<UnsafeBufferPointer<UInt8>> {
    let start = position
    while !isAtZero { position += 1 }
    return bytes[start..<position]
  }

  mutating func skipBlanks() {
    while position < bytes.count, Bytes.isBlank(bytes[position]) { position += 1 }
  }
}

/// Classes of bytes in a request's head (RFC 9110, 5; RFC 9112, 2 to 5).
enum Bytes {
  static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

  static func isToken(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), 0x30...0x39: true
    case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "!"), UInt8(ascii: "#"),
      UInt8(ascii: "$"),
      UInt8(ascii: "%"), UInt8(ascii: "&"), UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "^"),
      UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "~"):
      true
    default: false
    }
  }

  /// No control character but the tab.
  static func isFieldContent(_ byte: UInt8) -> Bool { byte >= 0x20 && byte != 0x7F || byte == 0x09 }

  /// What Go lets a `Host` consist of.
  static func isHost(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), 0x30...0x39: true
    case UInt8(ascii: "!"), UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "&"), UInt8(ascii: "("),
      UInt8(ascii: ")"),
      UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: ","), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: ":"),
      UInt8(ascii: ";"), UInt8(ascii: "="), UInt8(ascii: "["), UInt8(ascii: "'"), UInt8(ascii: "]"), UInt8(ascii: "_"),
      UInt8(ascii: "~"):
      true
    default: false
    }
  }

  static func isHexDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"): true
    default: false
    }
  }

  static func isLetter(_ byte: UInt8) -> Bool { 0x61...0x7A ~= byte | 0x20 }
}

/// Whether a request target is one that Go's server parses.
enum RequestTarget {
  static func isSound(_ target: GoString, isConnect: Bool) -> Bool {
    let bytes = target.bytes
    guard let first = bytes.first, bytes.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else { return false }
    if bytes == [UInt8(ascii: "*")] { return true }
    let path = bytes.prefix { $0 != UInt8(ascii: "?") }
    if first == UInt8(ascii: "/") { return hasSoundEscapes(path) }
    if isConnect { return hasSoundEscapes(path) }
    // The absolute form: a scheme, then an authority and a path, or anything.
    guard let colon = path.firstIndex(of: UInt8(ascii: ":")), Bytes.isLetter(first),
      path[..<colon].allSatisfy({
        Bytes.isLetter($0) || 0x30...0x39 ~= $0 || $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-")
          || $0 == UInt8(ascii: ".")
      })
    else { return false }
    let rest = path[(colon + 1)...]
    guard rest.starts(with: [UInt8(ascii: "/"), UInt8(ascii: "/")]) else {
      return rest.first != UInt8(ascii: "/") || hasSoundEscapes(rest)
    }
    let authority = rest.dropFirst(2).prefix { $0 != UInt8(ascii: "/") }
    // The port is a number, or not there.
    let host = authority.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false).last ?? []
    if let colon = host.lastIndex(of: UInt8(ascii: ":")), !host[colon...].contains(UInt8(ascii: "]")) {
      guard host[(colon + 1)...].allSatisfy({ 0x30...0x39 ~= $0 }) else { return false }
    }
    return hasSoundEscapes(rest)
  }

  /// Whether every `%` is followed by two hexadecimal digits.
  private static func hasSoundEscapes(_ bytes: ArraySlice<UInt8>) -> Bool {
    var index = bytes.startIndex
    while let percent = bytes[index...].firstIndex(of: UInt8(ascii: "%")) {
      guard percent + 2 < bytes.endIndex, Bytes.isHexDigit(bytes[percent + 1]), Bytes.isHexDigit(bytes[percent + 2])
      else {
        return false
      }
      index = percent + 3
    }
    return true
  }
}

extension GoString {
  fileprivate init(value: Slice<UnsafeBufferPointer<UInt8>>) {
    self.init(Array(value))
  }
}
