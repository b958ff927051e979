import CCurl
import CPosix
import Glibc
import GoWire
import ReferenceNode

/// libcurl's and the system's errors in the words of Go's transport: the one table.
extension TransportError {
  static func noSuchHost(_ host: GoString, _ server: String) -> TransportError {
    // What looks like an address is not asked of a server.
    let isDotted = host.bytes.allSatisfy { 0x30...0x39 ~= $0 || $0 == UInt8(ascii: ".") }
    let asked = isDotted ? "" : " on \(server)"
    return TransportError(.nameNotFound, "dial tcp: lookup \(host)\(asked): no such host")
  }

  /// Why an exchange ended before the head of an answer.
  init(_ exchange: ClientExchange, _ code: CURLcode, _ easy: UnsafeMutableRawPointer?, _ detail: String) {
    var number = easy.map { Int32(clamping: ccurl_get_long($0, CURLINFO_OS_ERRNO)) } ?? 0
    if exchange.socketError != 0 { number = exchange.socketError }
    switch code {
    case CURLE_COULDNT_RESOLVE_HOST:
      self = .noSuchHost(exchange.call.host, exchange.client.nameServer)
    case CURLE_COULDNT_CONNECT:
      let kind: Kind = number == ECONNREFUSED ? .refused : number == ETIMEDOUT ? .timedOut : .unreachable
      let reason = number == ETIMEDOUT ? "connect: connection timed out" : "connect: " + SystemError.text(number)
      self = TransportError(kind, "dial tcp \(TransportError.dialled(exchange)): \(reason)")
    case CURLE_OPERATION_TIMEDOUT:
      self = TransportError(.timedOut, "dial tcp \(TransportError.dialled(exchange)): i/o timeout")
    case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE:
      self = TransportError.handshake(exchange, code, easy, number, detail)
    case CURLE_ABORTED_BY_CALLBACK where exchange.attempts > 1:
      // A kept connection was closed before any answer, and the request may not be repeated.
      self = TransportError(.endOfFile, "EOF")
    case CURLE_SEND_FAIL_REWIND:
      self = TransportError(.endOfFile, "EOF")
    case CURLE_ABORTED_BY_CALLBACK, CURLE_READ_ERROR, CURLE_PARTIAL_FILE:
      self = TransportError(.other, "http: the request's body ended before its announced length")
    case CURLE_RECV_ERROR, CURLE_SEND_ERROR:
      if let text = GoTransportText.broken(exchange.firstBytes, hasEnded: true), !exchange.firstBytes.isEmpty {
        self = TransportError(.malformedAnswer, text)
      } else if number == 0 {
        self = TransportError(.endOfFile, "EOF")
      } else {
        let (verb, kind): (String, Kind) = (
          code == CURLE_RECV_ERROR ? "read" : "write", number == ECONNRESET ? .reset : .other
        )
        let path = TransportError.path(easy)
        self = TransportError(kind, "\(verb) tcp \(path): \(verb): \(SystemError.text(number))")
      }
    default:
      // Nothing, half a head, or nonsense came.
      if exchange.firstBytes.isEmpty && number == ECONNRESET {
        self = TransportError(.reset, GoString("read tcp \(TransportError.path(easy)): read: connection reset by peer"))
      } else if exchange.firstBytes.isEmpty {
        self = TransportError(.endOfFile, "EOF")
      } else if let text = GoTransportText.broken(exchange.firstBytes, hasEnded: true) {
        self = TransportError(.malformedAnswer, text)
      } else {
        self = TransportError(.other, GoString("net/http: HTTP/1.x transport connection broken: \(detail)"))
      }
    }
  }

  private static func handshake(
    _ exchange: ClientExchange, _ code: CURLcode, _ easy: UnsafeMutableRawPointer?, _ number: Int32, _ detail: String
  ) -> TransportError {
    if code == CURLE_PEER_FAILED_VERIFICATION {
      let reason: String
      switch easy.map({ ccurl_get_long($0, CURLINFO_SSL_VERIFYRESULT) }) ?? 0 {
      case 9, 10: reason = "certificate has expired or is not yet valid"
      // Where the chain is good and the name is not, libcurl leaves this at either.
      case 0, 1: reason = "certificate is not valid for any names, but wanted to match \(exchange.call.host)"
      default: reason = "certificate signed by unknown authority"
      }
      return TransportError(.tls, GoString("tls: failed to verify certificate: x509: \(reason)"))
    }
    if exchange.firstBytes.starts(with: "HTTP/".utf8) {
      return TransportError(.tls, "http: server gave HTTP response to HTTPS client")
    }
    if let first = exchange.firstBytes.first, !(20...24 ~= first) {
      return TransportError(.tls, "tls: first record does not look like a TLS handshake")
    }
    if number == ECONNRESET || detail.contains("reset by peer") {
      return TransportError(.reset, GoString("read tcp \(path(easy)): read: connection reset by peer"))
    }
    if detail.contains("SSL_ERROR_SYSCALL") || detail.contains("unexpected eof") {
      return TransportError(.endOfFile, "EOF")
    }
    for (theirs, ours) in [
      ("alert handshake failure", "handshake failure"), ("alert protocol version", "protocol version not supported"),
      ("alert internal error", "internal error"), ("unrecognized name", "unrecognized name"),
      ("alert bad certificate", "bad certificate"), ("certificate required", "certificate required"),
    ] where detail.contains(theirs) {
      return TransportError(.tls, GoString("remote error: tls: \(ours)"))
    }
    return TransportError(.tls, GoString("tls: \(detail)"))
  }

  /// `127.0.0.1:40000->127.0.0.1:5212`.
  private static func path(_ easy: UnsafeMutableRawPointer?) -> String {
    guard let easy else { return "" }
    func end(_ address: CURLINFO, _ port: CURLINFO) -> String {
      let host = ccurl_get_text(easy, address).map { String(cString: $0) } ?? ""
      return (host.contains(":") ? "[\(host)]" : host) + ":\(ccurl_get_long(easy, port))"
    }
    return end(CURLINFO_LOCAL_IP, CURLINFO_LOCAL_PORT) + "->" + end(CURLINFO_PRIMARY_IP, CURLINFO_PRIMARY_PORT)
  }

  /// The first address that was tried.
  private static func dialled(_ exchange: ClientExchange) -> String {
    guard exchange.addresses.pointee.count > 0 else { return "\(exchange.call.host):\(exchange.call.port)" }
    var text = [CChar](repeating: 0, count: 64)
    withUnsafePointer(to: &exchange.addresses.pointee.first) { cposix_address_text($0, &text, text.count) }
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

/// Whether a host is an address by itself.
enum NumericHost {
  static func isNumeric(_ host: GoString) -> Bool {
    host.withCString { cposix_is_numeric_host($0) } != 0
  }
}
