import CCrypto
import GoWire

/// A shared secret, ready to sign with: HMAC-SHA256 over content and expiry (SIGN-1).
///
/// Unchecked sendable: the key is never changed after `init`; every signature works on a copy of it.
public final class SigningKey: @unchecked Sendable {
  private let key: ccrypto_mac_key

  /// - Parameter secret: the raw bytes of the shared secret; any length.
  public init(_ secret: GoString) {
    var key = ccrypto_mac_key()
    // No bytes have no address, but need one.
    ccrypto_mac_key_init(&key, secret.bytes.isEmpty ? [0] : secret.bytes, secret.bytes.count)
    self.key = key
  }

  /// `base64url(HMAC(content + ":" + expires)) + ":" + expires` (SIGN-1).
  /// - Parameter expires: Unix time in seconds; 0 never expires.
  public func sign(_ content: GoString, expires: Int64) -> GoString {
    var suffix: [UInt8] = []
    suffix.reserveCapacity(20)
    suffix.append(UInt8(ascii: ":"))
    Digits.append(expires, to: &suffix)
    var result: [UInt8] = []
    result.reserveCapacity(44 + suffix.count)
    withCode(content.bytes, suffix[...]) { Base64.url.append($0, to: &result) }
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
    guard let expires = Digits.plain(tail) ?? Int64(String(decoding: tail, as: UTF8.self)) else {
      return NodeError(.invalidSignature, "sign expired")
    }
    guard expires == 0 || expires >= now else { return NodeError(.signatureExpired, "signature expired") }
    // What was signed is the number as it is usually written, which may not be how it came.
    let isUsual = Digits.plain(tail) != nil && (tail.count == 1 || tail.first != UInt8(ascii: "0"))
    let isGood: Bool
    if isUsual, let colon, colon == SigningKey.codeLength {
      isGood = isCode(signature.bytes, of: content.bytes, signature.bytes[colon...])
    } else {
      let expected = sign(content, expires: expires).bytes
      isGood =
        expected.count == signature.bytes.count && CRYPTO_memcmp(expected, signature.bytes, expected.count) == 0
    }
    return isGood ? nil : NodeError(.invalidSignature, "invalid sign")
  }

  /// Bytes of a code's text.
  private static let codeLength = Base64.count(of: Int(SHA256_DIGEST_LENGTH))

  /// Whether a signature begins with the code of two texts.
  private func isCode(_ signature: [UInt8], of content: [UInt8], _ suffix: ArraySlice<UInt8>) -> Bool {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: SigningKey.codeLength) { expected in
      withCode(content, suffix) { Base64.url.write($0, to: expected) }
      return signature.withUnsafeBytes { CRYPTO_memcmp(expected.baseAddress, $0.baseAddress, expected.count) == 0 }
    }
  }

  /// Calls `body` with the code of two texts that follow each other.
  private func withCode(_ content: [UInt8], _ suffix: ArraySlice<UInt8>, _ body: (UnsafeRawBufferPointer) -> Void) {
    withUnsafeTemporaryAllocation(byteCount: Int(SHA256_DIGEST_LENGTH), alignment: 8) { code in
      guard let start = code.baseAddress else { preconditionFailure("a code has bytes") }
      content.withUnsafeBytes { content in
        suffix.withUnsafeBytes { suffix in
          // No bytes may have no address, but need one.
          withUnsafePointer(to: key) { key in
            ccrypto_mac(
              key, content.baseAddress ?? UnsafeRawPointer(start), content.count,
              suffix.baseAddress ?? UnsafeRawPointer(start), suffix.count,
              start.assumingMemoryBound(to: UInt8.self))
          }
        }
      }
      body(UnsafeRawBufferPointer(code))
    }
  }
}
