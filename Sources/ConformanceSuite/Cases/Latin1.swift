import GoWire

/// Bytes as text, one character a byte: how recorded files show what no text can.
enum Latin1 {
  /// The bytes of a Latin-1 text; nil when it holds a character beyond U+00FF or is no UTF-8.
  static func bytes(of text: GoString) -> [UInt8]? {
    guard let valid = String(validating: text.bytes, as: UTF8.self) else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count)
    for scalar in valid.unicodeScalars {
      guard let byte = UInt8(exactly: scalar.value) else { return nil }
      bytes.append(byte)
    }
    return bytes
  }

  /// Bytes as Latin-1 text.
  static func text(of bytes: some Sequence<UInt8>) -> String {
    var text = ""
    for byte in bytes { text.unicodeScalars.append(Unicode.Scalar(byte)) }
    return text
  }
}
