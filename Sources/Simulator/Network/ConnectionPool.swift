import GoWire
import ReferenceNode

/// What a client keeps: connections between two exchanges, by where they lead, as Go's transport keeps them.
///
/// Confined to the kernel's thread, which is the invariant behind `@unchecked Sendable`.
final class ConnectionPool: @unchecked Sendable {
  /// Where a connection leads.
  struct Key: Hashable {
    var host: GoString
    var port: UInt16
    var isTLS: Bool
  }

  /// A connection that a client has used, or is going to.
  final class Kept: @unchecked Sendable {  // confined to the kernel's thread
    let stream: NetworkStream
    let key: Key
    fileprivate(set) var isReused = false
    fileprivate var idleSince: Uptime?
    fileprivate var hasTimer = false

    init(_ stream: NetworkStream, _ key: Key) {
      self.stream = stream
      self.key = key
    }
  }

  private let kernel: Kernel
  private var idle: [Key: [Kept]] = [:]
  private let patience: Span
  private let perHost: Int

  init(_ kernel: Kernel, patience: Span, perHost: Int) {
    self.kernel = kernel
    self.patience = patience
    self.perHost = perHost
  }

  var count: Int { idle.values.reduce(0) { $0 + $1.count } }

  /// The connection that was used last, if one is kept.
  func take(_ key: Key) -> Kept? {
    guard let kept = idle[key]?.popLast() else { return nil }
    kept.idleSince = nil
    kept.isReused = true
    kept.stream.input.onArrival = nil
    return kept
  }

  func put(_ kept: Kept) {
    guard idle[kept.key]?.count ?? 0 < perHost, !kept.stream.input.hasArrivals else { return kept.stream.close() }
    kept.idleSince = kernel.uptime
    kept.stream.connection.begin(.idle, length: nil)
    idle[kept.key, default: []].append(kept)
    // Whatever comes now ends it: the peer's end, or bytes that nobody asked for.
    kept.stream.input.onArrival = { [unowned self, unowned kept] in drop(kept) }
    watch(kept)
  }

  private func drop(_ kept: Kept) {
    kept.stream.input.onArrival = nil
    idle[kept.key]?.removeAll { $0 === kept }
    if idle[kept.key]?.isEmpty == true { idle[kept.key] = nil }
    kept.idleSince = nil
    kept.stream.close()
  }

  /// One timer a connection, whatever happens to it meanwhile.
  private func watch(_ kept: Kept) {
    guard !kept.hasTimer, let since = kept.idleSince else { return }
    kept.hasTimer = true
    _ = kernel.at(since + patience) { [weak self, weak kept] in
      guard let self, let kept else { return }
      kept.hasTimer = false
      guard let since = kept.idleSince, !kept.stream.isClosed else { return }
      if kernel.uptime >= since + patience { drop(kept) } else { watch(kept) }
    }
  }

  /// Closes everything that is kept.
  func clear() {
    for kept in idle.sorted(by: { ($0.key.host, $0.key.port) < ($1.key.host, $1.key.port) }).flatMap(\.value) {
      drop(kept)
    }
  }
}
