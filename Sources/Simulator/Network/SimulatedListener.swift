import GoWire
import ReferenceNode

/// A node that listens at a port: hands each connection to a task of its own.
///
/// Confined to the kernel's thread, which is the invariant behind `@unchecked Sendable`.
public final class SimulatedListener: @unchecked Sendable {
  public let port: UInt16
  public let isTLS: Bool
  private unowned let network: SimulatedNetwork
  private unowned let host: NetworkHost
  private let limits: ServerLimits
  private let effects: EffectDoor
  private let clock: any NodeClock
  private let handler: any HTTPHandler
  private var served: [Int: Served] = [:]
  private var isStopping = false
  private let drained: Signal

  private struct Served {
    var peer: StreamPeer
    var task: Task<Void, Never>
    var connection: WireConnection
  }

  init(
    _ network: SimulatedNetwork, _ host: NetworkHost, port: UInt16, isTLS: Bool, limits: ServerLimits,
    effects: EffectDoor, clock: any NodeClock, handler: any HTTPHandler
  ) {
    self.network = network
    self.host = host
    self.port = port
    self.isTLS = isTLS
    self.limits = limits
    self.effects = effects
    self.clock = clock
    self.handler = handler
    drained = Signal(network.kernel)
  }

  /// Connections at hand, idle ones included.
  public var connectionCount: Int { served.count }

  func accept(_ stream: NetworkStream) {
    // More wait to be accepted; nobody in a simulation has that many.
    guard !isStopping, served.count < limits.connections else { return stream.reset() }
    let number = stream.connection.number
    let peer = StreamPeer(stream, limits)
    let connection = WireConnection(
      effects, clock, handler, peer, peer, pieceSize: NetworkPipe.window, peer: stream.remoteAddress, isTLS: isTLS,
      ownsTask: true)
    connection.isStopping = { [weak self] in self?.isStopping ?? true }
    connection.exchange = { [unowned on = stream.connection] in on.tag.number == 0 ? nil : on.tag.number }
    connection.isSeen = network.isSeen
    if let note = network.note {
      connection.note = { [node = host.name, effects] in if !effects.isDead { note(node, $0) } }
    }
    let isTLS = isTLS
    let task = Task(name: "\(host.name): a connection") { [weak self] in
      if isTLS, await !Self.greet(peer, stream) {
        peer.leave()
      } else {
        _ = await connection.run()
      }
      self?.ended(number)
    }
    peer.onGone = { task.cancel() }
    served[number] = Served(peer: peer, task: task, connection: connection)
  }

  private func ended(_ number: Int) {
    served[number] = nil
    if served.isEmpty { drained.raise() }
  }

  private static func greet(_ peer: StreamPeer, _ stream: NetworkStream) async -> Bool {
    peer.expect(.request(isFirst: true))
    var hello: [UInt8] = []
    while hello.count < TLSHello.client.count {
      guard
        let bytes = await peer.next(
          TLSHello.client.count - hello.count, waits: true, "a server", for: { "a TLS hello" })
      else { return false }
      hello += bytes
      guard hello[0] == TLSHello.client[0] else {
        stream.output.send(SchemeStub.plainAtTLS[...])
        return false
      }
    }
    stream.output.send(TLSHello.server[...])
    return true
  }

  // MARK: Stopping

  /// Takes no more connections, lets the requests at hand finish within `grace` (zero: as long as they take), then cancels them.
  public func stop(grace: Span) async {
    host.shut(self)
    isStopping = true
    for one in sorted where one.connection.isBetweenRequests { one.peer.shutDown() }
    let timer =
      grace > .zero ? network.kernel.at(network.kernel.uptime + grace) { [weak self] in self?.stopNow() } : nil
    while !served.isEmpty, !network.kernel.isEnding, !Task.isCancelled {
      drained.lower()
      await drained.wait(host.name) { "its connections to end" }
    }
    if let timer { network.kernel.cancel(timer) }
  }

  /// Cancels the requests at hand and ends their connections.
  public func stopNow() {
    host.shut(self)
    isStopping = true
    for one in sorted {
      one.task.cancel()
      one.peer.shutDown()
    }
  }

  /// The process is gone: nothing of it runs on.
  func abandon() {
    isStopping = true
    for one in sorted { one.task.cancel() }
  }

  private var sorted: [Served] { served.sorted { $0.key < $1.key }.map(\.value) }
}
