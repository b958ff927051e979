import CPosix
import Glibc
import GoWire
import ReferenceNode

/// The real world around one node: its loop and its five doors, put together.
///
/// ```swift
/// let live = LiveWorld(folder: "/srv/node", log: LiveLog())
/// let server = try live.serve(handler, on: .tcp(":5212"))   // a ListenError tells why not, in Go's words
/// live.stopOnSignals(grace: .seconds(10))
/// live.run()                                                  // returns when it was stopped
/// ```
/// A test starts it on a thread of its own (`start`), talks to it over sockets or with `wait`, and ends it with `stop` and `join`.
/// Several live worlds run in one process, each with its loop's thread.
///
/// The invariant behind `@unchecked Sendable`: its variables belong to the loop's thread, or to the caller before the loop runs.
public final class LiveWorld: @unchecked Sendable {
  public let loop: LiveLoop
  /// The doors, for the node.
  public let world: World

  private let client: LiveHTTPClient
  private let log: any NodeLog
  private var servers: [LiveHTTPServer] = []
  private var signals: LoopWatch?
  private var isEnding = false

  /// Makes the doors of a node.
  /// - Parameters:
  ///   - folder: where the node's relative paths start.
  ///   - log: where its lines go.
  ///   - names: how its calls find hosts.
  ///   - authorities: a PEM file of the authorities that its calls trust, in place of the system's.
  ///   - poolThreads: threads for blocking work.
  public init(
    folder: GoString, log: any NodeLog = LiveLog(), names: HostNames = .system, authorities: GoString? = nil,
    poolThreads: Int = 3
  ) {
    LiveWorld.raiseDescriptorLimit()
    loop = LiveLoop(poolThreads: poolThreads)
    client = LiveHTTPClient(loop: loop, names: names, authorities: authorities)
    self.log = log
    world = World(
      clock: LiveClock(loop: loop), entropy: LiveEntropy(loop: loop), disk: LiveDisk(folder: folder, loop: loop),
      http: client, log: log)
  }

  /// Listens and hands every request to `handler`. From any thread, also before the loop runs.
  @discardableResult
  public func serve(
    _ handler: any HTTPHandler, on address: ListenAddress, tls: TLSIdentity? = nil,
    limits: ServerLimits = ServerLimits()
  ) throws(ListenError) -> LiveHTTPServer {
    let socket = try ListeningSocket(address)
    return try loop.settle { [self] () throws(ListenError) -> LiveHTTPServer in
      let server = try LiveHTTPServer(socket, tls: tls, handler: handler, limits: limits, loop: loop, log: log)
      servers.append(server)
      return server
    }
  }

  // MARK: Running

  /// Runs the node on a thread of its own.
  public func start() { loop.start() }

  /// Runs the node on the calling thread until it is stopped.
  public func run() { loop.run() }

  /// Waits for the end of the thread made by `start`.
  public func join() { loop.join() }

  /// Runs an operation as node code, on the loop, and waits for its result. Not from the loop.
  public func wait<Result: Sendable>(_ operation: @escaping @Sendable (World) async -> Result) -> Result {
    loop.wait { [world] in await operation(world) }
  }

  /// Runs an operation as node code, on the loop, from a task outside.
  public func value<Result: Sendable>(_ operation: @escaping @Sendable (World) async -> Result) async -> Result {
    await loop.value { [world] in await operation(world) }
  }

  // MARK: Stopping

  /// Stops taking requests, lets those at hand finish within `grace` (zero: as long as they take), cancels them after it, and
  /// then ends the loop. From any thread; `join` waits for it.
  public func stop(grace: Span = .zero) {
    loop.deliver { [self] in end(grace) }
  }

  /// Cancels the requests at hand and ends the loop. From any thread.
  public func stopNow() {
    loop.deliver { [self] in
      for server in servers { server.stopNow() }
      end(.zero)
    }
  }

  /// From now on SIGTERM and SIGINT stop the node as `stop` does, and a second one as `stopNow`. Before `start` or `run`, on the
  /// program's first thread, so that every later thread leaves the signals to the loop.
  public func stopOnSignals(grace: Span) {
    let descriptor = cposix_signalfd(SIGTERM, SIGINT)
    guard descriptor >= 0 else { return }
    signals = loop.watch(descriptor, events: cposix_readable) { [unowned self] _ in
      while case let number = cposix_signalfd_next(descriptor), number != 0 {
        let name: GoString = number == SIGTERM ? "SIGTERM" : "SIGINT"
        log.write(LogLine(.info, isEnding ? "stopping at once" : "stopping", details: [.init("signal", name)]))
        if isEnding { stopNow() } else { end(grace) }
      }
    }
  }

  private func end(_ grace: Span) {
    guard !isEnding else { return }
    isEnding = true
    Task { [self] in
      await withTaskGroup { group in
        for server in servers { group.addTask { await server.stop(grace: grace) } }
      }
      client.close()
      if let signals {
        loop.unwatch(signals)
        close(signals.fd)
      }
      signals = nil
      servers = []
      loop.stop()
    }
  }

  /// As many descriptors as the system grants: each connection is one.
  private static func raiseDescriptorLimit() {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur < limit.rlim_max else {
      return
    }
    limit.rlim_cur = limit.rlim_max
    _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }
}
