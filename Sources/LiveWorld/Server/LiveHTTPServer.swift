import CMicrohttpd
import CPosix
import Glibc
import GoWire
import ReferenceNode

/// The fourth door's serving half for real: one listening socket and its connections, on the loop, by libmicrohttpd.
///
/// The library parses, frames and sends; this side reads each head once more (`RequestHead`), runs the handler in a task of the
/// request's own, and suspends a connection whenever it waits for the handler, for a body's reader or for a body's source.
///
/// The invariant behind `@unchecked Sendable`: confined to its node's loop thread; the constants can be read anywhere.
public final class LiveHTTPServer: LoopPart, @unchecked Sendable {
  /// Where it listens: `127.0.0.1:5212`, `[::]:5212`, the path of a socket file.
  public let address: GoString
  /// The TCP port, also when any free one was asked for; 0 for a unix socket.
  public let port: UInt16
  public let isTLS: Bool

  let loop: LiveLoop
  let handler: any HTTPHandler
  let limits: ServerLimits
  let shortBuffers = ShortBuffers()
  /// Something was resumed or asked for outside of the library's own events.
  var needsTurn = true
  /// No new requests: each answer ends its connection.
  private(set) var isStopping = false

  private let log: any NodeLog
  private let socketFile: GoString?
  private var daemon: OpaquePointer?
  private var watch: LoopWatch?
  private var connections: [ServerConnection] = []
  private var isQuiet = false
  private var sweepTimer: LoopTimer?
  private var lastSweep = LiveLoop.uptime
  private var graceTimer: LoopTimer?
  private var waiters: [UnsafeContinuation<Void, Never>] = []

  /// Starts serving. Before the loop runs, or on it.
  init(
    _ socket: ListeningSocket, tls: TLSIdentity?, handler: any HTTPHandler, limits: ServerLimits, loop: LiveLoop,
    log: any NodeLog
  ) throws(ListenError) {
    address = socket.address
    port = socket.port
    socketFile = socket.path
    isTLS = tls != nil
    self.handler = handler
    self.limits = limits
    self.loop = loop
    self.log = log
    guard let daemon = start(socket.descriptor, tls) else {
      close(socket.descriptor)
      throw ListenError("listen \(socket.address): the HTTP library did not start")
    }
    self.daemon = daemon
    watch = loop.watch(cmicrohttpd_epoll(daemon), events: cposix_readable) { [unowned self] _ in needsTurn = true }
    loop.add(self)
  }

  private func start(_ descriptor: Int32, _ tls: TLSIdentity?) -> OpaquePointer? {
    var settings = cmicrohttpd_settings()
    settings.listen_fd = descriptor
    settings.connection_limit = UInt32(clamping: limits.connections)
    settings.memory_limit = limits.connectionMemory
    settings.inactivity_limit = inactivityLimit
    let context = Unmanaged.passUnretained(self).toOpaque()
    guard let tls else { return Callbacks.start(&settings, context) }
    return GoString(tls.certificate).withCString { certificate in
      GoString(tls.key).withCString { key in
        settings.certificate = certificate
        settings.key = key
        return Callbacks.start(&settings, context)
      }
    }
  }

  /// In seconds.
  private var inactivityLimit: UInt32 { UInt32(clamping: max(1, limits.idle.nanoseconds / 1_000_000_000)) }

  // MARK: Stopping

  /// Takes no more connections, lets the requests at hand finish within `grace` (zero: as long as they take), then cancels
  /// them. Returns when the last connection has ended. On the loop.
  public func stop(grace: Span) async {
    loop.assertCurrent()
    if daemon == nil { return }
    await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
      waiters.append(continuation)
      beginStop(grace)
    }
  }

  /// Cancels the requests at hand: the end of the grace period, or a second signal. On the loop.
  public func stopNow() {
    loop.assertCurrent()
    isStopping = true
    needsTurn = true
    for connection in connections {
      guard let exchange = connection.exchange else { continue }
      if exchange.isAnswered { connection.shutDown() } else { exchange.cancel() }
    }
    // Who does not heed the cancellation is left without a connection.
    if let graceTimer { loop.cancel(graceTimer) }
    graceTimer = loop.schedule(at: LiveLoop.uptime + .seconds(2)) { [unowned self] in
      for connection in connections {
        connection.exchange?.abandon()
        connection.shutDown()
      }
      needsTurn = true
    }
  }

  private func beginStop(_ grace: Span) {
    guard !isStopping else { return }
    isStopping = true
    needsTurn = true
    if grace > .zero {
      graceTimer = loop.schedule(at: LiveLoop.uptime + grace) { [unowned self] in stopNow() }
    }
  }

  /// Idle connections end at once; one on which a request is arriving is served.
  private func closeIdle() {
    for connection in connections where connection.isIdle { connection.shutDown() }
    guard !connections.isEmpty else { return }
    _ = loop.schedule(at: LiveLoop.uptime + .milliseconds(50)) { [weak self] in
      guard let self, self.daemon != nil else { return }
      closeIdle()
      needsTurn = true
    }
  }

  // MARK: Turns

  var waitLimit: Int64? {
    guard let daemon else { return nil }
    if needsTurn { return 0 }
    var milliseconds: UInt64 = 0
    return MHD_get_timeout(daemon, &milliseconds) == cmicrohttpd_yes ? Int64(clamping: milliseconds) : nil
  }

  func work() {
    guard let daemon else { return }
    if isStopping && !isQuiet {
      isQuiet = true
      let descriptor = MHD_quiesce_daemon(daemon)
      if descriptor >= 0 { close(descriptor) }
      if let socketFile { socketFile.withCString { _ = unlink($0) } }
      closeIdle()
    }
    if waitLimit == 0 {
      needsTurn = false
      MHD_run(daemon)
    }
    if isStopping && connections.isEmpty { finish(daemon) }
  }

  private func finish(_ daemon: OpaquePointer) {
    self.daemon = nil
    if let watch { loop.unwatch(watch) }
    watch = nil
    for timer in [graceTimer, sweepTimer] { if let timer { loop.cancel(timer) } }
    loop.remove(self)
    MHD_stop_daemon(daemon)
    for waiter in waiters { waiter.resume() }
    waiters = []
  }

  private func sweep() {
    let now = LiveLoop.uptime
    for connection in connections { connection.sweep(now, since: lastSweep) }
    lastSweep = now
    sweepTimer = nil
    scheduleSweep()
  }

  private func scheduleSweep() {
    guard sweepTimer == nil, !connections.isEmpty else { return }
    sweepTimer = loop.schedule(at: LiveLoop.uptime + limits.sweep) { [unowned self] in sweep() }
  }

  // MARK: The library's connections

  fileprivate func opened(_ handle: OpaquePointer) -> ServerConnection {
    let connection = ServerConnection(self, handle)
    connection.index = connections.count
    connections.append(connection)
    if sweepTimer == nil { lastSweep = LiveLoop.uptime }
    scheduleSweep()
    return connection
  }

  fileprivate func closed(_ connection: ServerConnection) {
    connection.closed()
    let last = connections.removeLast()
    if last !== connection {
      connections[connection.index] = last
      last.index = connection.index
    }
  }

  /// Has the library look at a connection that may have ended.
  func lookSoon(_ handle: OpaquePointer) {
    cmicrohttpd_look_soon(handle, inactivityLimit)
    needsTurn = true
  }

  /// The library is about to answer a request by itself, with a page of its own, and does not tell which: the answer of HDR-8 goes
  /// first where only one connection can be meant.
  private func goesFirst(_ status: Int) {
    // The head has come whole: its `Content-Length` is bad, for that is all the library looks at between there and the first
    // access callback.
    if let bad = connections.first(where: { $0.exchange?.isRefusedByLibrary ?? false }) {
      bad.sendPlainly(HTTPRefusal.malformed("a bad length").answer)
      return
    }
    // What is refused has come a moment ago. Each is asked: not among very many.
    guard connections.count <= 1_000 else { return }
    let candidates = connections.filter { $0.isReadingFraming && $0.hasJustReceived }
    if candidates.count == 1, candidates[0].isReadingHead {
      let refusal: HTTPRefusal =
        switch status {
        case 414, 431: .tooLarge
        case 505: .unknownVersion
        default: .malformed("the library refuses it")
        }
      candidates[0].sendPlainly(refusal.answer)
    } else {
      for connection in candidates where connection.isReadingHead { connection.lingers = true }
    }
  }

  /// A request is over.
  fileprivate func ended(_ exchange: ServerExchange, _ handle: OpaquePointer, _ reason: MHD_RequestTerminationCode) {
    let closes = reason != cmicrohttpd_completed || exchange.endsConnection
    exchange.ended()
    if closes { lookSoon(handle) }
  }

  /// The library reports a trouble.
  fileprivate func reported(_ text: String) {
    let prefix = "Error processing request (HTTP response code is "
    if text.hasPrefix(prefix), !isTLS, let status = Int(text.dropFirst(prefix.count).prefix(3)) { goesFirst(status) }
    if log.level <= .debug {
      log.write(LogLine(.debug, "http library", details: [.init("text", GoString(text.filter { $0 != "\n" }))]))
    }
  }
}

/// What libmicrohttpd calls. Each gets the server, or what an earlier one gave.
private enum Callbacks {
  static func start(_ settings: inout cmicrohttpd_settings, _ context: UnsafeMutableRawPointer) -> OpaquePointer? {
    cmicrohttpd_start(
      &settings, context,
      // The access callback.
      { _, _, _, method, _, bytes, count, slot in
        guard let method, let count, let exchange = slot?.pointee else { return cmicrohttpd_no }
        return Unmanaged<ServerExchange>.fromOpaque(exchange).takeUnretainedValue().called(method, bytes, count)
      },
      // The target, as it came: a request begins.
      { _, target, handle in
        guard let context = cmicrohttpd_context(handle) else { return nil }
        let connection = Unmanaged<ServerConnection>.fromOpaque(context).takeUnretainedValue()
        let exchange = ServerExchange(connection, handle, target: target)
        connection.exchange = exchange
        return Unmanaged.passRetained(exchange).toOpaque()
      },
      // A request is over, answered or not.
      { server, handle, slot, reason in
        guard let server, let handle, let slot, let exchange = slot.pointee else { return }
        slot.pointee = nil
        if let context = cmicrohttpd_context(handle) {
          Unmanaged<ServerConnection>.fromOpaque(context).takeUnretainedValue().exchange = nil
        }
        Unmanaged<LiveHTTPServer>.fromOpaque(server).takeUnretainedValue()
          .ended(Unmanaged<ServerExchange>.fromOpaque(exchange).takeRetainedValue(), handle, reason)
      },
      // A connection begins or ends.
      { server, handle, slot, event in
        guard let server, let handle, let slot else { return }
        let owner = Unmanaged<LiveHTTPServer>.fromOpaque(server).takeUnretainedValue()
        if event == cmicrohttpd_connection_started {
          slot.pointee = Unmanaged.passRetained(owner.opened(handle)).toOpaque()
        } else if let context = slot.pointee {
          slot.pointee = nil
          owner.closed(Unmanaged<ServerConnection>.fromOpaque(context).takeRetainedValue())
        }
      },
      // The log.
      { server, format, arguments in
        guard let server, let arguments else { return }
        var text = [CChar](repeating: 0, count: 512)
        vsnprintf(&text, text.count, format, arguments)
        let owner = Unmanaged<LiveHTTPServer>.fromOpaque(server).takeUnretainedValue()
        owner.reported(String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
      })
  }
}
