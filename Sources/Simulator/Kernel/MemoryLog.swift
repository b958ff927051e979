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
  private let node: String

  public var level = LogLevel.debug
  /// Whether `entries` grows.
  public var keepsEntries = true
  public private(set) var entries: [Entry] = []

  init(kernel: Kernel, node: String) {
    self.kernel = kernel
    self.node = node
  }

  public func write(_ line: LogLine) {
    kernel.check("the log of \(node)")
    guard line.level >= level else { return }
    kernel.mix { hash in
      hash.mix(text: node)
      hash.mix(UInt64(line.level.rawValue))
      hash.mix(text: line.message)
      if let requestID = line.requestID { hash.mix(requestID) }
      for detail in line.details {
        hash.mix(text: detail.key)
        hash.mix(detail.value)
      }
    }
    if keepsEntries { entries.append(Entry(time: kernel.uptime, line: line)) }
  }
}
