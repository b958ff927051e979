import CPosix
import ReferenceNode

/// The second door for real: the kernel's random bytes.
public struct LiveEntropy: Entropy {
  private let loop: LiveLoop

  public init(loop: LiveLoop) {
    self.loop = loop
  }

  public func bytes(_ count: Int) -> [UInt8] {
    loop.assertCurrent()
    return LiveEntropy.systemBytes(count)
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
