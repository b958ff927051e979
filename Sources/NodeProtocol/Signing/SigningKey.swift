import CCrypto
import GoWire

/// A shared secret, ready to sign with: HMAC-SHA256 over content and expiry (SIGN-1).
///
/// Unchecked sendable: the keyed context is never changed after `init`; every signature works on a duplicate of it.
public final class SigningKey: @unchecked Sendable {
  private let keyed: OpaquePointer

  /// - Parameter secret: the raw bytes of the shared secret; any length.
  public init(_ secret: GoString) {
    guard let algorithm = EVP_MAC_fetch(nil, "HMAC", nil), let context = EVP_MAC_CTX_new(algorithm) else {
      fatalError("libcrypto has no HMAC")
    }
    EVP_MAC_free(algorithm)
    var digest = Array("SHA256".utf8CString)
    // A null key means "keep the one that was set", so that an empty secret still needs an address.
    let key = secret.bytes.isEmpty ? [0] : secret.bytes
    // The parameter keeps the address of its own name too: both have to outlive the call.
    let isReady = "digest".withCString { parameter in
      digest.withUnsafeMutableBufferPointer { name in
        let parameters = [OSSL_PARAM_construct_utf8_string(parameter, name.baseAddress, 0), OSSL_PARAM_construct_end()]
        return EVP_MAC_init(context, key, secret.bytes.count, parameters)
      }
    }
    guard isReady == 1 else { fatalError("libcrypto has no HMAC-SHA256") }
    keyed = context
  }

  deinit {
    EVP_MAC_CTX_free(keyed)
  }

  /// `base64url(HMAC(content + ":" + expires)) + ":" + expires` (SIGN-1).
  /// - Parameter expires: Unix time in seconds; 0 never expires.
  public func sign(_ content: GoString, expires: Int64) -> GoString {
    let suffix = Array(":\(expires)".utf8)
    var result = [UInt8]()
    result.reserveCapacity(44 + suffix.count)
    Base64.url.append(mac(content.bytes, suffix), to: &result)
    result += suffix
    return GoString(result)
  }

  /// Nil when `signature` is good for `content` at `now`, else the error of SIGN-2.
  /// - Parameter now: Unix time in seconds.
  public func check(_ signature: GoString, of content: GoString, now: Int64) -> NodeError? {
    // SIGN-2: the expiry is judged before the key.
    let colon = signature.bytes.lastIndex(of: UInt8(ascii: ":"))
    let tail = signature.bytes[(colon.map { $0 + 1 } ?? 0)...]
    guard !tail.isEmpty else { return NodeError(.noPermission, "expire timestamp is missing") }
    guard let expires = Int64(String(decoding: tail, as: UTF8.self)) else {
      return NodeError(.invalidSignature, "sign expired")
    }
    guard expires == 0 || expires >= now else { return NodeError(.signatureExpired, "signature expired") }
    let expected = sign(content, expires: expires).bytes
    guard expected.count == signature.bytes.count,
      CRYPTO_memcmp(expected, signature.bytes, expected.count) == 0
    else { return NodeError(.invalidSignature, "invalid sign") }
    return nil
  }

  private func mac(_ content: [UInt8], _ suffix: [UInt8]) -> [UInt8] {
    guard let context = EVP_MAC_CTX_dup(keyed) else { fatalError("libcrypto is out of memory") }
    defer { EVP_MAC_CTX_free(context) }
    var count = 0
    let digest = [UInt8](unsafeUninitializedCapacity: 32) { buffer, filled in
      EVP_MAC_update(context, content, content.count)
      EVP_MAC_update(context, suffix, suffix.count)
      EVP_MAC_final(context, buffer.baseAddress, &count, buffer.count)
      filled = count
    }
    return digest
  }
}
