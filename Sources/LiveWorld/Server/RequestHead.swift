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
    case invalidName
    case malformedHost
    case unsupportedTransferEncoding
    case unknownExpectation

    /// The status and the body that Go's server answers with.
    var answer: (status: Int, text: String) {
      switch self {
      case .badRequest: (400, "400 Bad Request")
      case .missingHost: (400, "400 Bad Request: missing required Host header")
      case .invalidName: (400, "400 Bad Request: invalid header name")
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
    guard !method.isEmpty, method.bytes.withUnsafeBufferPointer({ $0.allSatisfy(Bytes.isToken) }),
      targetOffset == method.count + 1
    else {
      throw .badRequest
    }
    guard RequestTarget.isSound(target, isConnect: method == Words.connect) else { throw .badRequest }
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
      guard let first = name.first, reader.takeZero() else { throw .badRequest }
      if !name.allSatisfy(Bytes.isToken) {
        // Go takes a blank for a part of the name at first, and refuses the name later.
        let isNearly = first != 0x20 && name.allSatisfy { Bytes.isToken($0) || $0 == 0x20 }
        throw isNearly ? .invalidName : .badRequest
      }
      reader.skipBlanks()
      var value = reader.takeUntilZero()
      guard value.allSatisfy(Bytes.isFieldContent), reader.takeLineEnd() else { throw .badRequest }
      if let last = value.last, Bytes.isBlank(last) {
        // The library compares it with its blanks, and would not see the chunks.
        if GoString(value: name).equalsIgnoringASCIICase(Words.transferEncoding) { throw .unsupportedTransferEncoding }
        while let last = value.last, Bytes.isBlank(last) { value = value.dropLast() }
      }
      fields.append(HTTPFields.Field(GoString(value: name), GoString(value: value)))
    }
    guard reader.takeLineEnd(), reader.isAtEnd, fields.count == fieldCount else { throw .badRequest }

    self.method = method
    self.fields = HTTPFields(fields)
    (contentLength, isChunked, expectsContinue) = (nil, false, false)
    try judge()
  }

  /// Looks at the fields that tell where the body ends and to whom the request goes.
  private mutating func judge() throws(Refusal) {
    var host: GoString?
    var hosts = 0
    var length: GoString?
    var lengths = 0
    var encoding: GoString?
    var encodings = 0
    var expectation: GoString?
    var announcesFraming = false
    for field in fields.fields {
      // By length first: this runs for every field of every request.
      switch field.name.count {
      case 4 where field.name.equalsIgnoringASCIICase(Words.host):
        host = field.value
        hosts += 1
      case 6 where field.name.equalsIgnoringASCIICase(Words.expect):
        // As Go does: the first one counts.
        expectation = expectation ?? field.value
      case 7 where field.name.equalsIgnoringASCIICase(Words.trailer):
        announcesFraming = announcesFraming || HTTPRequestParser.changesFraming(trailer: field.value)
      case 14 where field.name.equalsIgnoringASCIICase(Words.contentLength):
        length = field.value
        lengths += 1
      case 17 where field.name.equalsIgnoringASCIICase(Words.transferEncoding):
        encoding = field.value
        encodings += 1
      default: break
      }
    }
    guard hosts <= 1 else { throw .badRequest }
    if let encoding {
      guard encodings == 1, encoding.equalsIgnoringASCIICase(Words.chunked) else { throw .unsupportedTransferEncoding }
      guard lengths == 0, isVersion11, !announcesFraming else { throw .badRequest }
      isChunked = true
    } else if let length {
      guard lengths == 1, !length.isEmpty, length.bytes.allSatisfy({ 0x30...0x39 ~= $0 }),
        let number = Int64(length.text)
      else { throw .badRequest }
      contentLength = number
    }
    if let host {
      guard host.bytes.allSatisfy(Bytes.isHost) else { throw .malformedHost }
    } else if isVersion11 && method != Words.connect {
      throw .missingHost
    }
    guard let expectation, !expectation.isEmpty else { return }
    if expectation.equalsIgnoringASCIICase(Words.continueFirst) {
      expectsContinue = isVersion11
    } else if !HTTPRequestParser.hasWord(Words.continueFirst, in: expectation) {
      throw .unknownExpectation
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

/// Classes of bytes in a request's head (RFC 9110, 5; RFC 9112, 2 to 5). One bit for each ASCII character: every byte of every
/// head passes here.
enum Bytes {
  static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

  static func isToken(_ byte: UInt8) -> Bool { has(byte, 0x03FF_6CFA_0000_0000, 0x57FF_FFFF_C7FF_FFFE) }

  /// No control character but the tab.
  static func isFieldContent(_ byte: UInt8) -> Bool { byte >= 0x20 && byte != 0x7F || byte == 0x09 }

  /// What Go lets a `Host` consist of.
  static func isHost(_ byte: UInt8) -> Bool { has(byte, 0x2FFF_7FF2_0000_0000, 0x47FF_FFFE_AFFF_FFFE) }

  private static func has(_ byte: UInt8, _ low: UInt64, _ high: UInt64) -> Bool {
    byte < 0x80 && (byte < 0x40 ? low : high) >> UInt64(byte & 0x3F) & 1 == 1
  }
}

/// Whether a request target is one that Go's server parses.
enum RequestTarget {
  static func isSound(_ target: GoString, isConnect: Bool) -> Bool {
    guard let first = target.bytes.first else { return false }
    if first == UInt8(ascii: "/"), isPlain(target.bytes) { return true }
    guard target.bytes.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else { return false }
    let isAuthority = isConnect && first != UInt8(ascii: "/")
    return (try? GoURL(requestTarget: isAuthority ? "http://" + target : target)) != nil
  }

  /// No escape in the path, and no control character anywhere: most targets, and sound.
  private static func isPlain(_ bytes: [UInt8]) -> Bool {
    bytes.withUnsafeBufferPointer { isPlain($0) }
  }

  private static func isPlain(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    let path = bytes.firstIndex(of: UInt8(ascii: "?")) ?? bytes.count
    // To the end in any case: a loop without a way out is done many bytes at a time.
    var unplain: UInt8 = 0
    for byte in bytes { unplain |= (byte <= 0x20 ? 1 : 0) | (byte == 0x7F ? 1 : 0) }
    for byte in bytes[..<path] { unplain |= byte == UInt8(ascii: "%") ? 1 : 0 }
    return unplain == 0
  }
}

/// Names and words that every request or answer is looked through for, made once.
enum Words {
  static let connect = GoString("CONNECT")
  static let head = GoString("HEAD")
  static let host = GoString("Host")
  static let expect = GoString("Expect")
  static let trailer = GoString("Trailer")
  static let continueFirst = GoString("100-continue")
  static let chunked = GoString("chunked")
  static let connection = GoString("Connection")
  static let contentLength = GoString("Content-Length")
  static let transferEncoding = GoString("Transfer-Encoding")
}

extension GoString {
  fileprivate init(value: Slice<UnsafeBufferPointer<UInt8>>) {
    self.init(UnsafeBufferPointer(rebasing: value))
  }
}
