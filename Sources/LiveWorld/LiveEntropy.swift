import CPosix
import ReferenceNode

/// The second door for real: the kernel's random bytes, fetched a page at a time, because every request needs a few.
///
/// The invariant behind `@unchecked Sendable`: confined to its node's loop thread.
public final class LiveEntropy: Entropy, @unchecked Sendable {
  private static let stock = 1024

  private let loop: LiveLoop
  private var store: [UInt8] = []
  /// How much of the store was given out.
  private var used = 0

  public init(loop: LiveLoop) {
    self.loop = loop
  }

  public func bytes(_ count: Int) -> [UInt8] {
    loop.assertCurrent()
    guard count <= LiveEntropy.stock / 4 else { return LiveEntropy.systemBytes(count) }
    if store.count - used < count {
      store = LiveEntropy.systemBytes(LiveEntropy.stock)
      used = 0
    }
    defer { used += count }
    return Array(store[used..<(used + count)])
  }

  /// `count` random bytes, on any thread: for what happens before a loop runs.
  public static func systemBytes(_ count: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count, let base = buffer.baseAddress {
        let got = cposix_getrandom(base + filled, count - filled)
        if got > 0 { filled += got }
      }
    }
  }
}
