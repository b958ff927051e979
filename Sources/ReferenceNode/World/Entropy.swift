/// The second door: chance. Seeded in a simulation.
public protocol Entropy: Sendable {
  /// `count` random bytes.
  func bytes(_ count: Int) -> [UInt8]
}
