/// A string as Go has it: any sequence of bytes, usually but not necessarily UTF-8.
///
/// Everything that crosses the wire and can be compared, hashed or signed is a `GoString`, because Swift's `String` repairs
/// invalid bytes and calls different spellings of one character equal. Order is byte order.
public struct GoString: Hashable, Sendable {
  /// The bytes as they are.
  public var bytes: [UInt8]

  public init(_ bytes: [UInt8] = []) {
    self.bytes = bytes
  }

  public init(_ bytes: some Sequence<UInt8>) {
    self.bytes = Array(bytes)
  }

  public init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = Array(bytes)
  }

  public init(_ bytes: UnsafeBufferPointer<UInt8>) {
    self.bytes = Array(bytes)
  }

  public init(_ text: String) {
    self.bytes = Array(text.utf8)
  }

  public var isEmpty: Bool { bytes.isEmpty }

  /// Length in bytes, as Go's `len` gives it.
  public var count: Int { bytes.count }

  /// The text, each invalid byte sequence repaired: for people and for comparisons with plain ASCII only.
  public var text: String { String(decoding: bytes, as: UTF8.self) }

  public static func + (left: GoString, right: GoString) -> GoString {
    GoString(left.bytes + right.bytes)
  }

  public static func += (left: inout GoString, right: GoString) {
    left.bytes += right.bytes
  }

  /// Whether the bytes are those of a literal: as `==`, without making a `GoString` of it.
  public func `is`(_ literal: StaticString) -> Bool {
    literal.withUTF8Buffer { literal in
      bytes.count == literal.count && bytes.withUnsafeBufferPointer { $0.elementsEqual(literal) }
    }
  }

  public func hasPrefix(_ prefix: GoString) -> Bool { bytes.starts(with: prefix.bytes) }

  public func hasSuffix(_ suffix: GoString) -> Bool {
    bytes.count >= suffix.bytes.count && bytes[(bytes.count - suffix.bytes.count)...].elementsEqual(suffix.bytes)
  }

  /// The same with ASCII letters in lower case, other bytes untouched.
  public var asciiLowercased: GoString {
    GoString(bytes.map { 0x41...0x5A ~= $0 ? $0 | 0x20 : $0 })
  }

  /// Whether both are the same but for the case of ASCII letters.
  public func equalsIgnoringASCIICase(_ other: GoString) -> Bool {
    guard bytes.count == other.bytes.count else { return false }
    return bytes.withUnsafeBufferPointer { left in
      other.bytes.withUnsafeBufferPointer { right in
        for index in left.indices {
          let (a, b) = (left[index], right[index])
          guard a == b || ((a | 0x20) == (b | 0x20) && 0x61...0x7A ~= (a | 0x20)) else { return false }
        }
        return true
      }
    }
  }
}

extension GoString {
  public func hash(into hasher: inout Hasher) {
    bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
    hasher.combine(bytes.count)
  }
}

extension GoString: Comparable {
  public static func < (left: GoString, right: GoString) -> Bool {
    left.bytes.lexicographicallyPrecedes(right.bytes)
  }
}

extension GoString: ExpressibleByStringLiteral, ExpressibleByStringInterpolation {
  public init(stringLiteral value: String) {
    self.init(value)
  }
}

extension GoString: CustomStringConvertible {
  public var description: String { text }
}
