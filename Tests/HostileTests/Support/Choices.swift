/// Chance from a seed: SplitMix64.
struct Choices {
  private var state: UInt64

  init(seed: UInt64, index: Int = 0) { state = seed &* 0xD134_2543_DE82_EF95 &+ UInt64(index) &* 0x9E37_79B9_7F4A_7C15 }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }

  /// Below `bound`, which is positive.
  mutating func next(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
  /// Once in so many times.
  mutating func once(in times: Int) -> Bool { next(times) == 0 }
  mutating func pick<Element>(_ all: [Element]) -> Element { all[next(all.count)] }
  mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) } }
}
