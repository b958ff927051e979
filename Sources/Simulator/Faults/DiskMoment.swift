import GoWire

/// An effect of a node, at which its disk or its process asks whether a fault is to fire.
public struct DiskMoment: Sendable {
  public var node: String
  /// Nil for a message.
  public var operation: Fault.DiskOperation?
  public var pathClass: Fault.PathClass
  /// Absolute and clean; of a message, the target or URL.
  public var path: GoString
  /// Number of the effect in the run.
  public var effect: Int

  public init(
    node: String, operation: Fault.DiskOperation?, pathClass: Fault.PathClass, path: GoString, effect: Int
  ) {
    self.node = node
    self.operation = operation
    self.pathClass = pathClass
    self.path = path
    self.effect = effect
  }

  /// Whether a fault sits here: its node, and what its match says of operation, path and effect.
  public func meets(_ fault: Fault) -> Bool {
    guard case .node(let name) = fault.place, name == "*" || name == node else { return false }
    if let wanted = fault.match.operation, wanted != operation { return false }
    if fault.match.pathClass != .any, fault.match.pathClass != pathClass { return false }
    if let prefix = fault.match.pathPrefix, !path.hasPrefix(prefix) { return false }
    if let wanted = fault.match.effect, wanted != effect { return false }
    return true
  }
}
