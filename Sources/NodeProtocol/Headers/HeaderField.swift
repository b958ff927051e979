import GoWire

/// A header field of a request or an answer.
public struct HeaderField: Hashable, Sendable {
  /// As sent; names compare without case.
  public var name: GoString
  public var value: GoString

  public init(_ name: GoString, _ value: GoString) {
    self.name = name
    self.value = value
  }
}
