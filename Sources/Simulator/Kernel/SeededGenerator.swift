/// The project's own source of chance: xoshiro256**, seeded through SplitMix64. The same seed gives the same numbers in every
/// process, on every machine and under every version of the standard library.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: (UInt64, UInt64, UInt64, UInt64)

  public init(seed: UInt64) {
    var mixer = seed
    func step() -> UInt64 {
      mixer &+= 0x9E37_79B9_7F4A_7C15
      return Self.avalanche(mixer)
    }
    state = (step(), step(), step(), step())
  }

  /// A generator of its own for a named part of the same run: drawing from one never shifts the other.
  public init(seed: UInt64, for name: String) {
    var hash = RunningHash(seed)
    hash.mix(text: name)
    self.init(seed: hash.value)
  }

  public mutating func next() -> UInt64 {
    let result = Self.rotate(state.1 &* 5, 7) &* 9
    let shifted = state.1 << 17
    state.2 ^= state.0
    state.3 ^= state.1
    state.1 ^= state.2
    state.0 ^= state.3
    state.2 ^= shifted
    state.3 = Self.rotate(state.3, 45)
    return result
  }

  /// A number in `0 ..< bound`, each equally likely; `bound` is at least 1.
  public mutating func below(_ bound: UInt64) -> UInt64 {
    precondition(bound > 0, "there is no number below 0")
    var product = next().multipliedFullWidth(by: bound)
    if product.low < bound {
      let threshold = (0 &- bound) % bound
      while product.low < threshold { product = next().multipliedFullWidth(by: bound) }
    }
    return product.high
  }

  /// A number in `0 ..< bound`.
  public mutating func below(_ bound: Int) -> Int { Int(below(UInt64(bound))) }

  /// True `numerator` times out of `denominator`.
  public mutating func chance(_ numerator: UInt64, of denominator: UInt64) -> Bool { below(denominator) < numerator }

  public mutating func bytes(_ count: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count)
    while bytes.count < count {
      var word = next()
      for _ in 0..<min(8, count - bytes.count) {
        bytes.append(UInt8(truncatingIfNeeded: word))
        word >>= 8
      }
    }
    return bytes
  }

  static func avalanche(_ value: UInt64) -> UInt64 {
    var mixed = value
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  private static func rotate(_ value: UInt64, _ places: UInt64) -> UInt64 {
    (value << places) | (value >> (64 - places))
  }
}
