import GoWire
import ReferenceNode

/// A node's log, kept line by line with the virtual time of each.
///
/// Confined to the kernel's thread, which is the invariant behind `@unchecked Sendable`.
public final class MemoryLog: NodeLog, @unchecked Sendable {
  public struct Entry: Sendable {
    public var time: Uptime
    public var line: LogLine
  }

  private let kernel: Kernel
  private let trace: Trace
  private let node: String

  public var level = LogLevel.debug
  /// Whether `entries` grows.
  public var keepsEntries = true
  public private(set) var entries: [Entry] = []

  init(trace: Trace, node: String) {
    kernel = trace.kernel
    self.trace = trace
    self.node = node
  }

  public func write(_ line: LogLine) {
    kernel.check("the log of \(node)")
    guard line.level >= level else { return }
    trace.record(.log(line), node: node, requestID: line.requestID)
    if keepsEntries { entries.append(Entry(time: kernel.uptime, line: line)) }
  }
}
