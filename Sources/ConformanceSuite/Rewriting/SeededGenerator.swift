/// Numbers that look random and are the same for the same seed and purpose.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  /// - Parameter purpose: what the numbers are for; another purpose gives others.
  init(seed: UInt64, purpose: String = "") {
    // FNV-1a over the purpose, so that no two purposes share a sequence.
    state = purpose.utf8.reduce(seed ^ 0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// Some letters and digits.
  mutating func word(_ count: Int, from letters: String = "abcdefghijklmnopqrstuvwxyz0123456789") -> String {
    let letters = Array(letters)
    return String((0..<count).map { _ in letters[Int.random(in: letters.indices, using: &self)] })
  }
}
