import CCurl
import CPosix
import GoWire
import ReferenceNode

/// The fourth door's calling half for real: libcurl's multi interface on the loop.
///
/// A call is one exchange: no redirect, no proxy, HTTP/1.1, the request's own headers and no more than Go's client adds. Kept
/// connections are used again; when one turns out to be closed before any answer, a call that can be repeated (`GET`, `HEAD`,
/// `OPTIONS`, `TRACE`) is sent once more on a new one, any other fails with `EOF`.
///
/// The invariant behind `@unchecked Sendable`: confined to its node's loop thread.
public final class LiveHTTPClient: HTTPClient, @unchecked Sendable {
  let loop: LiveLoop
  let names: HostNames
  /// A PEM file of certificate authorities in place of the system's.
  let authorities: GoString?
  /// What Go's errors call the name server: `192.0.2.53:53`.
  private(set) lazy var nameServer = NameServer.first()

  /// Made for the first call: setting libcurl and its TLS up takes longer than all the rest of a node's start.
  private var multi: UnsafeMutableRawPointer?
  private var exchanges: [UnsafeMutableRawPointer: ClientExchange] = [:]
  private var sockets: [Int32: (watch: LoopWatch, easy: UnsafeMutableRawPointer)] = [:]
  private var timer: LoopTimer?
  private var idle: [UnsafeMutableRawPointer] = []
  private var isClosed = false

  /// libcurl's own set-up, once a process.
  private static let isReady = curl_global_init(Int(CURL_GLOBAL_ALL)) == CURLE_OK

  public init(loop: LiveLoop, names: HostNames = .system, authorities: GoString? = nil) {
    self.loop = loop
    self.names = names
    self.authorities = authorities
  }

  private func madeMulti() -> UnsafeMutableRawPointer {
    if let multi { return multi }
    precondition(LiveHTTPClient.isReady, "libcurl did not start")
    guard let multi = curl_multi_init() else { preconditionFailure("libcurl gives no multi handle") }
    self.multi = multi
    _ = ccurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, 64)
    _ = ccurl_multi_set_callbacks(
      multi, Unmanaged.passUnretained(self).toOpaque(),
      { easy, socket, action, client, _ in
        guard let easy, let client else { return 0 }
        Unmanaged<LiveHTTPClient>.fromOpaque(client).takeUnretainedValue().watch(socket, action, easy)
        return 0
      },
      { _, milliseconds, client in
        guard let client else { return 0 }
        Unmanaged<LiveHTTPClient>.fromOpaque(client).takeUnretainedValue().wakeUp(after: milliseconds)
        return 0
      })
    return multi
  }

  deinit {
    close()
  }

  public func send(_ call: HTTPCall) async throws(TransportError) -> HTTPReply {
    loop.assertCurrent()
    guard !isClosed, !Task.isCancelled else { throw TransportError(.cancelled, "context canceled") }
    let exchange = try ClientExchange(self, call)
    return try await withTaskCancellationHandler {
      await withUnsafeContinuation { exchange.start($0) }
    } onCancel: {
      exchange.cancel()
    }.get()
  }

  /// Ends every exchange and every kept connection. On the loop, or after it has ended.
  func close() {
    guard !isClosed else { return }
    isClosed = true
    for exchange in exchanges.values { exchange.abandon() }
    for easy in idle { curl_easy_cleanup(easy) }
    idle = []
    if let multi { curl_multi_cleanup(multi) }
    for (watch, _) in sockets.values { loop.unwatch(watch) }
    sockets = [:]
    if let timer { loop.cancel(timer) }
    timer = nil
  }

  // MARK: For exchanges

  func takeEasy() -> UnsafeMutableRawPointer? {
    _ = madeMulti()
    return idle.popLast() ?? curl_easy_init()
  }

  func begin(_ exchange: ClientExchange, _ easy: UnsafeMutableRawPointer) -> Bool {
    exchanges[easy] = exchange
    guard curl_multi_add_handle(madeMulti(), easy) == CURLM_OK else {
      exchanges[easy] = nil
      return false
    }
    return true
  }

  /// Ends an exchange in whatever state it is. Not from within a callback of libcurl.
  func end(_ easy: UnsafeMutableRawPointer) {
    if exchanges.removeValue(forKey: easy) != nil, let multi { curl_multi_remove_handle(multi, easy) }
    if idle.count < 32 && !isClosed {
      curl_easy_reset(easy)
      idle.append(easy)
    } else {
      curl_easy_cleanup(easy)
    }
  }

  // MARK: libcurl's events

  private func watch(_ socket: Int32, _ action: Int32, _ easy: UnsafeMutableRawPointer) {
    if action == CURL_POLL_REMOVE {
      if let known = sockets.removeValue(forKey: socket) { loop.unwatch(known.watch) }
      return
    }
    var events: UInt32 = 0
    if action & CURL_POLL_IN != 0 { events |= cposix_readable }
    if action & CURL_POLL_OUT != 0 { events |= cposix_writable }
    if let known = sockets[socket] {
      loop.change(known.watch, events: events)
      sockets[socket] = (known.watch, easy)
    } else if let watch = loop.watch(socket, events: events, { [unowned self] in happened(socket, $0) }) {
      sockets[socket] = (watch, easy)
    }
  }

  private func happened(_ socket: Int32, _ events: UInt32) {
    if events & cposix_readable != 0, let easy = sockets[socket]?.easy { exchanges[easy]?.peek(socket) }
    var mask: Int32 = 0
    if events & cposix_readable != 0 { mask |= CURL_CSELECT_IN }
    if events & cposix_writable != 0 { mask |= CURL_CSELECT_OUT }
    if events & (cposix_failed | cposix_hung_up) != 0 { mask |= CURL_CSELECT_ERR }
    act(socket, mask)
  }

  private func wakeUp(after milliseconds: Int) {
    if let timer { loop.cancel(timer) }
    timer = nil
    guard milliseconds >= 0, !isClosed else { return }
    timer = loop.schedule(at: LiveLoop.uptime + .milliseconds(Int64(milliseconds))) { [unowned self] in
      timer = nil
      act(ccurl_socket_timeout, 0)
    }
  }

  private func act(_ socket: Int32, _ mask: Int32) {
    guard let multi else { return }
    var running: Int32 = 0
    curl_multi_socket_action(multi, socket, mask, &running)
    var code = CURLE_OK
    while let easy = ccurl_next_done(multi, &code) {
      exchanges[easy]?.ended(code)
    }
  }
}
