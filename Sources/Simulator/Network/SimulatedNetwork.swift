import GoWire
import ReferenceNode

/// The network of a virtual world: every node has an address and a name, links between each two have a latency, and connections
/// are streams of bytes with arrival times.
///
/// Confined to the kernel's thread, which is the invariant behind `@unchecked Sendable`.
public final class SimulatedNetwork: @unchecked Sendable {
  public let kernel: Kernel
  private let seed: UInt64
  /// One-way latency of links that were not set otherwise.
  public var latency = Span.milliseconds(1)
  /// What the texts about unknown names call the name server.
  public var nameServer: GoString = "192.0.2.53:53"
  /// How long a client waits for a connection, its own deadline aside; as Go's transport.
  public var dialTimeout = Span.seconds(30)
  /// The fault engine, when the run has one.
  public var faults: (any NetworkFaults)?
  /// Told what happens: the node, then what.
  var note: ((String, TraceEvent.Kind) -> Void)?
  /// Whether anybody gets to see what happens.
  var isSeen: () -> Bool = { false }

  /// What caching middle boxes keep, and whether they do.
  var cache: [String: [GoString: (bytes: [UInt8], at: Uptime)]] = [:]
  var caches = false

  private var hosts: [String: NetworkHost] = [:]
  private var byAddress: [GoString: NetworkHost] = [:]
  private var names: [GoString: NetworkHost] = [:]
  private var links: [String: [String: NetworkLink]] = [:]
  private var waiting: [Overtaken] = []
  private(set) var connectionsBegun = 0
  private var exchangesBegun = 0
  /// Connections that are not closed at both ends.
  public private(set) var openConnections = 0

  private struct Overtaken {
    var link: NetworkLink
    var connection: NetworkConnection?
    var go: (Bool) -> Void
  }

  init(kernel: Kernel, seed: UInt64) {
    self.kernel = kernel
    self.seed = seed
  }

  // MARK: Places

  /// The place of a node; names of nodes are host names.
  public func host(_ name: String) -> NetworkHost {
    if let host = hosts[name] { return host }
    let count = hosts.count + 1
    let address = GoString("10.\(count >> 16 & 0xFF).\(count >> 8 & 0xFF).\(count & 0xFF)")
    let host = NetworkHost(self, name: name, address: address)
    hosts[name] = host
    byAddress[address] = host
    names[GoString(name).asciiLowercased] = host
    return host
  }

  /// Gives a node another host name besides its own.
  public func alias(_ name: GoString, of node: String) { names[name.asciiLowercased] = host(node) }

  /// The direction from one node to another.
  public func link(_ from: String, _ to: String) -> NetworkLink {
    if let link = links[from]?[to] { return link }
    let link = NetworkLink(kernel, from: from, to: to, latency: from == to ? .zero : latency, seed: seed)
    links[from, default: [:]][to] = link
    return link
  }

  /// Who has that name or address, seen from a node; nil: nobody.
  func find(_ host: GoString, from: NetworkHost) -> (host: NetworkHost?, address: GoString)? {
    if host == "localhost" || host.hasPrefix("127.") { return (from, host == "localhost" ? "127.0.0.1" : host) }
    if host == "::1" { return (from, "[::1]") }
    if let found = byAddress[host] { return (found, host) }
    if let found = names[host.asciiLowercased] { return (found, found.address) }
    let isAddress = host.bytes.contains(UInt8(ascii: ":")) || Self.isDotted(host)
    return isAddress ? (nil, host) : nil
  }

  private static func isDotted(_ host: GoString) -> Bool {
    let parts = host.bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    return parts.count == 4
      && parts.allSatisfy { Int(String(decoding: $0, as: UTF8.self)).map { 0...255 ~= $0 } ?? false }
  }

  // MARK: Servers

  /// Serves at a node's port from now on.
  /// - Throws: Go's text when somebody listens there already.
  public func listen(
    _ node: SimulatedNode, _ port: UInt16, tls: Bool = false, limits: ServerLimits = ServerLimits(),
    _ handler: any HTTPHandler
  ) throws(ListenError) -> SimulatedListener {
    try listen(host(node.name), port, tls: tls, limits: limits, effects: node.effects, clock: node.clock, handler)
  }

  /// The same through the doors of a process.
  func listen(
    _ host: NetworkHost, _ port: UInt16, tls: Bool, limits: ServerLimits, effects: EffectDoor, clock: any NodeClock,
    _ handler: any HTTPHandler
  ) throws(ListenError) -> SimulatedListener {
    guard host.listeners[port] == nil else {
      throw ListenError("listen tcp :\(port): bind: address already in use")
    }
    let listener = SimulatedListener(
      self, host, port: port, isTLS: tls, limits: limits, effects: effects, clock: clock, handler: handler)
    host.open(listener)
    return listener
  }

  // MARK: Bookkeeping

  func nextExchange() -> Int {
    exchangesBegun += 1
    return exchangesBegun
  }

  func nextConnection() -> Int {
    connectionsBegun += 1
    return connectionsBegun
  }

  func add(_ connection: NetworkConnection) {
    openConnections += 1
    connection.client.add(connection)
    connection.server.add(connection)
  }

  func forget(_ connection: NetworkConnection) {
    openConnections -= 1
    connection.client.remove(connection)
    connection.server.remove(connection)
  }

  // MARK: Overtaking

  /// Lets a direction wait until bytes of another connection have passed it, or for at most `span`.
  func await(_ pipe: NetworkPipe, for span: Span, fired: @escaping () -> Void) {
    wait(on: pipe.link, but: pipe.connection, for: span) { wasOvertaken in
      if wasOvertaken { fired() }
      pipe.overtaken()
    }
  }

  func wait(
    on link: NetworkLink, but connection: NetworkConnection?, for span: Span, _ go: @escaping (Bool) -> Void
  ) {
    var isGone = false
    let once: (Bool) -> Void = { wasOvertaken in
      if isGone { return }
      isGone = true
      go(wasOvertaken)
    }
    waiting.append(Overtaken(link: link, connection: connection, go: once))
    _ = kernel.at(kernel.uptime + span) { [self] in
      waiting.removeAll { $0.link === link && $0.connection === connection }
      once(false)
    }
  }

  /// Bytes of a connection have arrived: whoever waited to be overtaken goes on.
  func passed(_ pipe: NetworkPipe) {
    if waiting.isEmpty { return }
    let overtaken = waiting.filter { $0.link === pipe.link && $0.connection !== pipe.connection }
    waiting.removeAll { $0.link === pipe.link && $0.connection !== pipe.connection }
    for one in overtaken { one.go(true) }
  }
}
