import CCrypto

/// Digests of bodies that were too long to be recorded.
enum SHA256 {
  /// The digest in lower-case hexadecimal digits.
  static func hex(of bytes: [UInt8]) -> String {
    var digest = [UInt8](repeating: 0, count: 32)
    var count: UInt32 = 32
    guard EVP_Digest(bytes, bytes.count, &digest, &count, EVP_sha256(), nil) == 1 else {
      fatalError("libcrypto has no SHA-256")
    }
    return Hexadecimal.text(digest).lowercased()
  }
}
