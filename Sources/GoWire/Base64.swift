/// Base64 as Go's `encoding/base64` reads and writes it, with padding.
public enum Base64: Sendable {
  /// `base64.StdEncoding`: `+` and `/`.
  case standard
  /// `base64.URLEncoding`: `-` and `_`.
  case url

  private static let padding = UInt8(ascii: "=")
  private static let invalid: UInt8 = 0xFF

  private static let standardDigits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  private static let urlDigits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
  private static let standardValues = values(of: standardDigits)
  private static let urlValues = values(of: urlDigits)

  private static func values(of digits: [UInt8]) -> [UInt8] {
    var values = [UInt8](repeating: invalid, count: 256)
    for (value, digit) in digits.enumerated() { values[Int(digit)] = UInt8(value) }
    return values
  }

  /// The text of some bytes: four characters for every three of them, the last four filled up with `=`.
  public func encode(_ bytes: [UInt8]) -> GoString {
    var text: [UInt8] = []
    append(bytes, to: &text)
    return GoString(text)
  }

  /// Appends the text of some bytes.
  public func append(_ bytes: [UInt8], to text: inout [UInt8]) {
    bytes.withUnsafeBytes { append($0, to: &text) }
  }

  /// Appends the text of some bytes.
  public func append(_ bytes: UnsafeRawBufferPointer, to text: inout [UInt8]) {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Base64.count(of: bytes.count)) { buffer in
      write(bytes, to: buffer)
      text.append(contentsOf: buffer)
    }
  }

  /// The length of the text of so many bytes.
  public static func count(of bytes: Int) -> Int { (bytes + 2) / 3 * 4 }

  /// Writes the text of some bytes into a buffer of just that length.
  public func write(_ bytes: UnsafeRawBufferPointer, to text: UnsafeMutableBufferPointer<UInt8>) {
    precondition(text.count == Base64.count(of: bytes.count), "the text of \(bytes.count) bytes has another length")
    (self == .standard ? Base64.standardDigits : Base64.urlDigits).withUnsafeBufferPointer { digits in
      var index = 0
      var place = 0
      func put(_ group: Int) {
        text[place] = digits[group >> 18]
        text[place + 1] = digits[group >> 12 & 63]
        text[place + 2] = digits[group >> 6 & 63]
        text[place + 3] = digits[group & 63]
      }
      while index + 3 <= bytes.count {
        put(Int(bytes[index]) << 16 | Int(bytes[index + 1]) << 8 | Int(bytes[index + 2]))
        index += 3
        place += 4
      }
      guard index < bytes.count else { return }
      let hasTwo = bytes.count - index == 2
      put(Int(bytes[index]) << 16 | (hasTwo ? Int(bytes[index + 1]) << 8 : 0))
      if !hasTwo { text[place + 2] = Base64.padding }
      text[place + 3] = Base64.padding
    }
  }

  /// The bytes of a text. Line ends inside it are skipped and spare bits at its end ignored, as in Go; anything else that is not
  /// what `encode` writes is an error that names the byte.
  public func decode(_ text: GoString) throws(Base64Error) -> [UInt8] {
    let values = self == .standard ? Base64.standardValues : Base64.urlValues
    var reader = Base64Reader(text: text.bytes, values: values)
    return try reader.read()
  }

  /// Where a text is broken, told as Go tells it.
  private struct Base64Reader {
    let text: [UInt8]
    let values: [UInt8]
    var index = 0
    var bytes: [UInt8] = []

    init(text: [UInt8], values: [UInt8]) {
      self.text = text
      self.values = values
      bytes.reserveCapacity(text.count / 4 * 3 + 3)
    }

    mutating func read() throws(Base64Error) -> [UInt8] {
      while index < text.count { try readGroup() }
      return bytes
    }

    /// Four digits, or the last two or three and their padding.
    private mutating func readGroup() throws(Base64Error) {
      var group = 0
      var count = 0
      while count < 4 {
        guard index < text.count else {
          if count == 0 { return }
          throw Base64Error(offset: index - count)
        }
        let character = text[index]
        index += 1
        let value = values[Int(character)]
        if value != Base64.invalid {
          group = group << 6 | Int(value)
          count += 1
        } else if character == Base64.padding {
          return try readPadding(after: count, group)
        } else if !Base64Reader.isLineEnd(character) {
          throw Base64Error(offset: index - 1)
        }
      }
      bytes.append(UInt8(group >> 16))
      bytes.append(UInt8(group >> 8 & 0xFF))
      bytes.append(UInt8(group & 0xFF))
    }

    /// What may follow the first `=`: the second when only two digits came, and line ends.
    private mutating func readPadding(after count: Int, _ group: Int) throws(Base64Error) {
      guard count >= 2 else { throw Base64Error(offset: index - 1) }
      if count == 2 {
        skipLineEnds()
        guard index < text.count else { throw Base64Error(offset: text.count) }
        guard text[index] == Base64.padding else { throw Base64Error(offset: index - 1) }
        index += 1
      }
      skipLineEnds()
      guard index == text.count else { throw Base64Error(offset: index) }
      if count == 2 {
        bytes.append(UInt8(group >> 4))
      } else {
        bytes.append(UInt8(group >> 10))
        bytes.append(UInt8(group >> 2 & 0xFF))
      }
    }

    private mutating func skipLineEnds() {
      while index < text.count, Base64Reader.isLineEnd(text[index]) { index += 1 }
    }

    private static func isLineEnd(_ character: UInt8) -> Bool {
      character == UInt8(ascii: "\n") || character == UInt8(ascii: "\r")
    }
  }
}

/// A text that is no base64: `illegal base64 data at input byte 3`.
public struct Base64Error: Error, Hashable, Sendable {
  /// The index of the byte that spoils the text.
  public var offset: Int

  public init(offset: Int) {
    self.offset = offset
  }

  /// The error's text, exactly as Go prints it.
  public var text: GoString { "illegal base64 data at input byte \(offset)" }
}

extension Base64Error: CustomStringConvertible {
  public var description: String { text.text }
}
