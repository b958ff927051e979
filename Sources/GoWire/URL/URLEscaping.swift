/// The part of a URL a text stands in: which bytes need a `%` there (RFC 3986, as Go's `net/url` applies it).
enum URLPart: UInt8, CaseIterable {
  case path = 1
  case pathSegment = 2
  case host = 4
  case zone = 8
  case userPassword = 16
  case queryComponent = 32
  case fragment = 64

  /// For each byte the parts in which it stands as it is.
  private static let plain: [UInt8] = (0...255).map { byte in
    allCases.reduce(0) { $1.allows(UInt8(byte)) ? $0 | $1.rawValue : $0 }
  }

  private func allows(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      return true
    case _ where URLPart.isOne(byte, of: "-_.~"):
      return true
    default: break
    }
    switch self {
    case .path: return URLPart.isOne(byte, of: "$&+,/:;=@")
    case .pathSegment: return URLPart.isOne(byte, of: "$&+:=@")
    case .host, .zone: return URLPart.isOne(byte, of: "!$&'()*+,;=:[]<>\"")
    case .userPassword: return URLPart.isOne(byte, of: "$&+,;=")
    case .queryComponent: return false
    case .fragment: return URLPart.isOne(byte, of: "$&+,/:;=?@!()*")
    }
  }

  static func isOne(_ byte: UInt8, of characters: StaticString) -> Bool {
    characters.withUTF8Buffer { $0.contains(byte) }
  }

  /// Whether the byte has to be escaped here.
  func escapes(_ byte: UInt8) -> Bool { URLPart.plain[Int(byte)] & rawValue == 0 }

  func escape(_ text: GoString) -> GoString {
    guard text.bytes.contains(where: escapes) else { return text }
    var output: [UInt8] = []
    output.reserveCapacity(text.count + 32)
    for byte in text.bytes {
      if !escapes(byte) {
        output.append(byte)
      } else if byte == 0x20, self == .queryComponent {
        output.append(UInt8(ascii: "+"))
      } else {
        output += [UInt8(ascii: "%"), Hexadecimal.upperDigit(byte >> 4), Hexadecimal.upperDigit(byte & 0x0F)]
      }
    }
    return GoString(output)
  }

  func unescape(_ text: GoString) throws(GoURLError) -> GoString {
    let bytes = text.bytes
    if self != .host, self != .zone, let plain = bytes.withUnsafeBufferPointer({ plainlyUnescaped($0, or: text) }) {
      return plain
    }
    var output: [UInt8] = []
    output.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      if byte == UInt8(ascii: "%") {
        output.append(try unescaped(bytes, at: index))
        index += 3
        continue
      }
      if self == .host || self == .zone, byte < 0x80, escapes(byte) {
        throw GoURLError("invalid character " + GoString([byte]).quoted + " in host name")
      }
      output.append(byte == UInt8(ascii: "+") && self == .queryComponent ? 0x20 : byte)
      index += 1
    }
    return GoString(output)
  }

  /// The usual case, where an escape's place does not matter: nil when one is broken.
  func plainlyUnescaped(_ bytes: UnsafeBufferPointer<UInt8>, or same: @autoclosure () -> GoString) -> GoString? {
    let hasBlanks = self == .queryComponent
    var first = 0
    while first < bytes.count, bytes[first] != UInt8(ascii: "%"), !hasBlanks || bytes[first] != UInt8(ascii: "+") {
      first += 1
    }
    if first == bytes.count { return same() }
    var isSound = true
    let output = [UInt8](unsafeUninitializedCapacity: bytes.count) { output, filled in
      var index = 0
      while index < bytes.count {
        var byte = bytes[index]
        if byte == UInt8(ascii: "%") {
          guard index + 2 < bytes.count, let high = Hexadecimal.value(bytes[index + 1]),
            let low = Hexadecimal.value(bytes[index + 2])
          else {
            isSound = false
            return
          }
          byte = high << 4 | low
          index += 2
        } else if hasBlanks, byte == UInt8(ascii: "+") {
          byte = 0x20
        }
        output[filled] = byte
        filled += 1
        index += 1
      }
    }
    return isSound ? GoString(output) : nil
  }

  /// The byte that the escape at `index` stands for.
  private func unescaped(_ bytes: [UInt8], at index: Int) throws(GoURLError) -> UInt8 {
    let escape = GoString(bytes[index..<min(index + 3, bytes.count)])
    guard escape.count == 3, let high = Hexadecimal.value(escape.bytes[1]), let low = Hexadecimal.value(escape.bytes[2])
    else { throw URLPart.invalid(escape) }
    let byte = high << 4 | low
    // A host may escape what is not ASCII only, a zone what could stand in a host; both a percent sign.
    if self == .host, byte < 0x80, escape != "%25" { throw URLPart.invalid(escape) }
    if self == .zone, escape != "%25", byte != 0x20, URLPart.host.escapes(byte) { throw URLPart.invalid(escape) }
    return byte
  }

  private static func invalid(_ escape: GoString) -> GoURLError {
    GoURLError("invalid URL escape " + escape.quoted)
  }

  /// Whether a text needs no escaping here beyond what it has; a path or a fragment.
  func isValidEncoding(_ text: GoString) -> Bool {
    text.bytes.allSatisfy { URLPart.isOne($0, of: "!$&'()*+,;=:@[]%") || !escapes($0) }
  }
}

/// Why a text is no URL, as Go's `net/url` says it.
public struct GoURLError: Error, Hashable, Sendable {
  public var text: GoString

  public init(_ text: GoString) {
    self.text = text
  }
}

extension GoURLError: CustomStringConvertible {
  public var description: String { text.text }
}

extension GoString {
  /// Go's `url.PathEscape`: safe as one segment of a path.
  public var pathEscaped: GoString { URLPart.pathSegment.escape(self) }

  /// Go's `url.QueryEscape`: safe as a name or a value in a query; a blank becomes `+`.
  public var queryEscaped: GoString { URLPart.queryComponent.escape(self) }

  /// Go's `url.PathUnescape`.
  public func pathUnescaped() throws(GoURLError) -> GoString { try URLPart.pathSegment.unescape(self) }

  /// Go's `url.QueryUnescape`: `+` is a blank.
  public func queryUnescaped() throws(GoURLError) -> GoString { try URLPart.queryComponent.unescape(self) }
}
