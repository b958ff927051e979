import GoWire
import ReferenceNode

/// A node's place in the network: its address, who listens there, and its connections.
///
/// Confined to the kernel's thread, which is the invariant behind `@unchecked Sendable`.
public final class NetworkHost: @unchecked Sendable {
  public let name: String
  /// `10.0.0.1`.
  public let address: GoString
  unowned let network: SimulatedNetwork
  private(set) var listeners: [UInt16: SimulatedListener] = [:]
  private var connections: [Int: NetworkConnection] = [:]
  private var nextPort: UInt16 = 40_000
  private var kept: [NetworkPipe] = []
  private var keptSteps: [() -> Void] = []

  /// Whether arrivals wait because the process makes no step; sockets stay.
  public private(set) var isPaused = false
  /// Whether no descriptor is left: nothing is accepted and nothing dialled.
  public var hasNoDescriptors = false {
    didSet { if !hasNoDescriptors { resumeKept() } }
  }

  init(_ network: SimulatedNetwork, name: String, address: GoString) {
    self.network = network
    self.name = name
    self.address = address
  }

  /// Connections that this node has not closed yet, idle ones included.
  public var openConnections: Int { connections.count }

  func takePort() -> UInt16 {
    let port = nextPort
    nextPort = nextPort == 65_535 ? 40_000 : nextPort + 1
    return port
  }

  func add(_ connection: NetworkConnection) { connections[connection.number] = connection }
  func remove(_ connection: NetworkConnection) { connections[connection.number] = nil }

  func open(_ listener: SimulatedListener) { listeners[listener.port] = listener }
  func shut(_ listener: SimulatedListener) {
    if listeners[listener.port] === listener { listeners[listener.port] = nil }
  }

  // MARK: Pauses

  /// Keeps arrivals back until `resume`.
  public func pause() { isPaused = true }

  public func resume() {
    guard isPaused else { return }
    isPaused = false
    resumeKept()
  }

  func keep(_ pipe: NetworkPipe) { if !kept.contains(where: { $0 === pipe }) { kept.append(pipe) } }

  /// Does it now, or when the process makes steps again and has a descriptor.
  func whenAble(_ step: @escaping () -> Void) {
    if isPaused || hasNoDescriptors { keptSteps.append(step) } else { step() }
  }

  private func resumeKept() {
    guard !isPaused else { return }
    let (pipes, steps) = (kept, keptSteps)
    kept = []
    keptSteps = []
    for step in steps { whenAble(step) }
    for pipe in pipes { pipe.deliver() }
  }

  // MARK: The end of a process

  /// Ends every listener and every connection at once, as when the process is killed.
  /// - Parameter resets: its system tells the other sides; without, as at a power loss, they hear nothing.
  public func abandonAll(resets: Bool) {
    for listener in listeners.sorted(by: { $0.key < $1.key }) { listener.value.abandon() }
    listeners = [:]
    for connection in connections.sorted(by: { $0.key < $1.key }) {
      connection.value.abandon(by: self, resets: resets)
    }
    connections = [:]
    kept = []
    keptSteps = []
    isPaused = false
  }
}
