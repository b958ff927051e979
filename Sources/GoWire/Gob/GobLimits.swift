/// How much a stream may ask for before it is refused.
///
/// A declared count or length never costs anything by itself: memory and time follow the bytes that are really there. These limits
/// bound what a large stream of real bytes, or a deeply nested one, may still cost.
public struct GobLimits: Hashable, Sendable {
  /// The deepest nesting of values inside values, interface values included.
  public var depth: Int
  /// The longest stream, in bytes.
  public var length: Int
  /// The most values, each element, field and key counted.
  public var count: Int

  public init(depth: Int = 100, length: Int = 256 << 20, count: Int = 16 << 20) {
    self.depth = depth
    self.length = length
    self.count = count
  }

  public static let standard = GobLimits()
}
