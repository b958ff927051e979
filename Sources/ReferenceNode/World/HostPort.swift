import GoWire

/// Why a server does not listen, in Go's words: `listen tcp 127.0.0.1:5869: bind: address already in use`.
public struct ListenError: Error, Hashable, Sendable {
  public var text: String

  public init(_ text: String) {
    self.text = text
  }
}

/// `host:port` as Go reads it, with Go's complaints.
public enum HostPort {
  public static func split(_ text: GoString) throws(ListenError) -> (host: GoString, service: GoString) {
    func fail(_ why: String) -> ListenError { ListenError("listen tcp: address \(text): \(why)") }
    let bytes = text.bytes
    guard let colon = bytes.lastIndex(of: UInt8(ascii: ":")) else { throw fail("missing port in address") }
    var hostStart = 0
    var hostEnd = colon
    var scanned = 0
    if bytes.first == UInt8(ascii: "[") {
      guard let end = bytes.firstIndex(of: UInt8(ascii: "]")) else { throw fail("missing ']' in address") }
      switch end + 1 {
      case bytes.count: throw fail("missing port in address")
      case colon: break
      default:
        throw fail(bytes[end + 1] == UInt8(ascii: ":") ? "too many colons in address" : "missing port in address")
      }
      (hostStart, hostEnd, scanned) = (1, end, end + 1)
    } else if bytes[..<colon].contains(UInt8(ascii: ":")) {
      throw fail("too many colons in address")
    }
    guard !bytes[hostStart...].contains(UInt8(ascii: "[")) else {
      throw fail("unexpected '[' in address")
    }
    guard !bytes[scanned...].contains(UInt8(ascii: "]")) else { throw fail("unexpected ']' in address") }
    return (GoString(bytes[hostStart..<hostEnd]), GoString(bytes[(colon + 1)...]))
  }

  /// A port by its number; names of services are not looked up, save the two that the web uses.
  public static func port(_ service: GoString) throws(ListenError) -> UInt16 {
    if service.isEmpty { return 0 }
    if service == "http" { return 80 }
    if service == "https" { return 443 }
    let digits =
      service.bytes.first == UInt8(ascii: "-") || service.bytes.first == UInt8(ascii: "+")
      ? service.bytes.dropFirst() : service.bytes[...]
    guard !digits.isEmpty, digits.allSatisfy({ 0x30...0x39 ~= $0 }) else {
      throw ListenError("listen tcp: lookup tcp/\(service): unknown port")
    }
    guard let port = UInt16(service.text) else { throw ListenError("listen tcp: address \(service): invalid port") }
    return port
  }
}
