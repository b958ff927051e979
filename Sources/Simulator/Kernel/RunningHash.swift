import GoWire

/// A hash that everything observable of a run is mixed into, in order: two runs agree on it when nothing differed.
public struct RunningHash: Hashable, Sendable {
  /// The hash so far.
  public private(set) var value: UInt64

  public init(_ seed: UInt64 = 0) {
    value = seed ^ 0x6A09_E667_F3BC_C908
  }

  @inline(__always)
  public mutating func mix(_ word: UInt64) {
    let product = (value ^ word).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
    value = product.high ^ product.low ^ (word << 1 | 1)
  }

  public mutating func mix(_ word: Int64) { mix(UInt64(bitPattern: word)) }

  public mutating func mix(_ bytes: some Collection<UInt8>) {
    mix(UInt64(bytes.count))
    var word: UInt64 = 0
    var filled = 0
    for byte in bytes {
      word = word << 8 | UInt64(byte)
      filled += 1
      if filled == 8 {
        mix(word)
        word = 0
        filled = 0
      }
    }
    if filled > 0 { mix(word) }
  }

  public mutating func mix(_ text: GoString) { mix(text.bytes) }

  public mutating func mix(text: String) { mix(text.utf8) }
}
