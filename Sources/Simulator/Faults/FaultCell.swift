/// A cell of the table of faults (scenarios.md 2.5): a fault, the phase or operation that it met, and for which kind of exchange.
public struct FaultCell: Hashable, Comparable, Sendable, CustomStringConvertible {
  public var fault: FaultKind
  /// The phase of an exchange, the operation of a disk, or the moment of a process.
  public var column: String
  /// What the exchange was for; nil for disks, processes and clocks.
  public var exchange: ExchangeKind?

  public init(_ fault: FaultKind, _ column: String, _ exchange: ExchangeKind? = nil) {
    self.fault = fault
    self.column = column
    self.exchange = exchange
  }

  public var description: String {
    "\(fault.rawValue) × \(column)\(exchange.map { " × \($0.rawValue)" } ?? "")"
  }

  private var key: (String, String, String) { (fault.rawValue, column, exchange?.rawValue ?? "") }

  public static func < (left: FaultCell, right: FaultCell) -> Bool { left.key < right.key }
}
