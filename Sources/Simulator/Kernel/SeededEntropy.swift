import ReferenceNode

/// A node's chance, drawn from the simulation's seed and the node's name.
///
/// Confined to the kernel's thread, which is the invariant behind `@unchecked Sendable`.
public final class SeededEntropy: Entropy, @unchecked Sendable {
  private let kernel: Kernel
  private let node: String
  private var generator: SeededGenerator

  init(kernel: Kernel, node: String, seed: UInt64) {
    self.kernel = kernel
    self.node = node
    generator = SeededGenerator(seed: seed, for: "entropy of \(node)")
  }

  public func bytes(_ count: Int) -> [UInt8] {
    kernel.check("the entropy of \(node)")
    return generator.bytes(count)
  }
}
