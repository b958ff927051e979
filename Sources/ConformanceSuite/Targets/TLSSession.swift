import CTLS

/// What a client asks of certificates. Made once each: reading the system's authorities takes a while.
///
/// The invariant behind the unchecked conformance: nothing of it changes once it is made.
final class TLSRules: @unchecked Sendable {
  /// A certificate is of one of the system's authorities, or of those in the file that SSL_CERT_FILE names, and for the host.
  static let checking = TLSRules(checks: true)
  /// Any certificate will do.
  static let lenient = TLSRules(checks: false)

  fileprivate let context: OpaquePointer

  private init(checks: Bool) {
    guard let context = SSL_CTX_new(TLS_client_method()) else { preconditionFailure("libssl makes no context") }
    ctls_be_modern(context)
    SSL_CTX_set_verify(context, checks ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nil)
    if checks { SSL_CTX_set_default_verify_paths(context) }
    self.context = context
  }
}

/// The client's side of TLS, between memory and memory: its owner carries the bytes.
final class TLSSession {
  enum Step {
    case done([UInt8])
    /// More has to come from the peer first.
    case waits
    /// The peer has said that it sends no more.
    case ended
    case failed(String)
  }

  private let session: OpaquePointer
  // Both belong to the session.
  private let incoming: OpaquePointer
  private let outgoing: OpaquePointer

  /// - Parameter host: the name or the numeric address that the certificate has to be for.
  init(_ rules: TLSRules, host: String) {
    guard let session = SSL_new(rules.context), let incoming = BIO_new(BIO_s_mem()), let outgoing = BIO_new(BIO_s_mem())
    else { preconditionFailure("libssl makes no session") }
    SSL_set_bio(session, incoming, outgoing)
    if X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), host) != 1 {
      SSL_set1_host(session, host)
      ctls_set_server_name(session, host)
    }
    SSL_set_connect_state(session)
    (self.session, self.incoming, self.outgoing) = (session, incoming, outgoing)
  }

  deinit { SSL_free(session) }

  /// Takes bytes that came from the peer.
  func add(_ bytes: [UInt8]) {
    let count = BIO_write(incoming, bytes, Int32(bytes.count))
    precondition(count == bytes.count, "memory is out")
  }

  /// Bytes for the peer.
  func takeOutgoing() -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: BIO_ctrl_pending(outgoing))
    guard !bytes.isEmpty else { return [] }
    let count = BIO_read(outgoing, &bytes, Int32(bytes.count))
    return Array(bytes[..<Int(max(0, count))])
  }

  /// Goes on with the handshake, which has happened when it is done.
  func shakeHands() -> Step {
    ERR_clear_error()
    let result = SSL_do_handshake(session)
    if result == 1 { return .done([]) }
    let verdict = SSL_get_verify_result(session)
    let step = step(after: result)
    guard case .failed = step, SSL_get_verify_mode(session) != SSL_VERIFY_NONE, verdict != Int(X509_V_OK) else {
      return step
    }
    let reason = String(cString: X509_verify_cert_error_string(verdict))
    return .failed("\(reason): name the certificate's authority in SSL_CERT_FILE, or take any with --insecure")
  }

  /// The bytes that carry some of the owner's; nil when the session is broken.
  func seal(_ bytes: [UInt8]) -> [UInt8]? {
    guard !bytes.isEmpty else { return [] }
    ERR_clear_error()
    guard SSL_write(session, bytes, Int32(bytes.count)) == bytes.count else { return nil }
    return takeOutgoing()
  }

  /// What the peer's bytes carry.
  func open() -> Step {
    ERR_clear_error()
    var buffer = [UInt8](repeating: 0, count: 1 << 14)
    let count = SSL_read(session, &buffer, Int32(buffer.count))
    return count > 0 ? .done(Array(buffer[..<Int(count)])) : step(after: count)
  }

  /// The bytes that say that no more is sent.
  func farewell() -> [UInt8] {
    guard SSL_is_init_finished(session) == 1 else { return [] }
    ERR_clear_error()
    SSL_shutdown(session)
    return takeOutgoing()
  }

  private func step(after result: Int32) -> Step {
    switch SSL_get_error(session, result) {
    case SSL_ERROR_WANT_READ: return .waits
    case SSL_ERROR_ZERO_RETURN: return .ended
    default:
      let reason = ERR_reason_error_string(ERR_peek_last_error()).map { String(cString: $0) }
      return .failed(reason ?? "the session is broken")
    }
  }
}
