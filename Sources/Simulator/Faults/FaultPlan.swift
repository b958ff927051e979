/// The faults that a run is to have, in an order that names them.
public struct FaultPlan: Hashable, Sendable, ExpressibleByArrayLiteral {
  public var faults: [Fault]

  public init(_ faults: [Fault] = []) {
    self.faults = faults
  }

  public init(arrayLiteral faults: Fault...) {
    self.faults = faults
  }
}
