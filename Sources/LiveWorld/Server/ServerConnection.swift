import CMicrohttpd
import CPosix
import Glibc
import GoWire
import ReferenceNode

/// A connection of a server, from its acceptance to its end; one request at a time.
///
/// The invariant behind `@unchecked Sendable`: confined to its node's loop thread.
final class ServerConnection: @unchecked Sendable {
  let server: LiveHTTPServer
  let peer: GoString
  /// Its place in the server's list.
  var index = 0
  /// The request at hand; nil between two.
  var exchange: ServerExchange? {
    didSet {
      quietSince = server.loop.turnStart
      received = 0
      waited = 0
      hasServed = true
    }
  }
  /// Since when there has been no request, or the one at hand has been there.
  private(set) var quietSince = LiveLoop.uptime
  private var hasServed = false
  /// Bytes of the body that have come.
  var received = 0
  /// Nanoseconds spent waiting for the body, counted by the sweep.
  private var waited: Int64 = 0
  /// Parts of the request were not read: closing at once could take the answer from the client.
  var lingers = false
  /// The peer has closed its side of the connection.
  private(set) var isHungUp = false
  /// This side has ended the connection.
  private var isShutDown = false

  private let descriptor: Int32
  /// The library's connection; it calls `closed` before it frees it.
  private let handle: OpaquePointer
  private var watch: LoopWatch?

  init(_ server: LiveHTTPServer, _ handle: OpaquePointer) {
    self.server = server
    self.handle = handle
    descriptor = cmicrohttpd_descriptor(handle)
    var text = [CChar](repeating: 0, count: 64)
    cposix_address_text(cmicrohttpd_peer(handle), &text, text.count)
    peer = GoString(text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) })
    hasServed = false
    // One call for the whole life of the connection: edge-triggered, it speaks up once, when the peer goes.
    watch = server.loop.watch(descriptor, events: cposix_peer_closed | cposix_edge) { [unowned self] _ in
      isHungUp = true
      exchange?.peerHungUp()
    }
  }

  /// Between two requests, or at the head of one that does not come.
  var isIdle: Bool { (exchange?.isReadingHead ?? true) && !hasSomethingToRead }
  /// Nothing waits to be read: what was seen of the peer is its end.
  var hasNothingToRead: Bool { !hasSomethingToRead }
  /// Whether bytes of a next request have come already.
  var hasSomethingToRead: Bool {
    var byte: UInt8 = 0
    return cposix_look(descriptor, &byte, 1) > 0
  }

  /// Whether what comes next belongs to a head, be it the first byte of it.
  var isReadingHead: Bool { exchange?.isReadingHead ?? true }
  /// Whether what comes next is read by the library for its meaning: a head, or the lines around chunks.
  var isReadingFraming: Bool { exchange.map { $0.isReadingHead || $0.isReceivingChunks } ?? true }
  /// Whether bytes have come within the last second.
  var hasJustReceived: Bool { cposix_quiet_milliseconds(descriptor) < 1_000 }

  /// Ends the connection from below: the library finds it closed.
  func shutDown() {
    isShutDown = true
    Glibc.shutdown(descriptor, Int32(SHUT_RDWR))
    server.lookSoon(handle)
  }

  /// Sends bytes past the library, and then no more: what it still sends is lost. For plain connections only.
  func sendPlainly(_ bytes: [UInt8]) {
    _ = cposix_send(descriptor, bytes, bytes.count)
    Glibc.shutdown(descriptor, Int32(SHUT_WR))
    isShutDown = true
    lingers = true
  }

  /// The library closes the descriptor after this.
  func closed() {
    if let watch { server.loop.unwatch(watch) }
    watch = nil
    if endsOverGarbage { sendPlainly(HTTPRefusal.malformed("no request line").answer) }
    if lingers { Lingering.begin(descriptor, on: server.loop, for: server.limits.lingering) }
  }

  /// The library closes without a word over a first line that it cannot read at all: nothing else ends a young connection on
  /// which there was no request.
  private var endsOverGarbage: Bool {
    var byte: UInt8 = 0
    let limit = min(server.limits.head, server.limits.idle)
    return exchange == nil && !hasServed && !isShutDown && !isHungUp && !lingers && !server.isTLS
      && LiveLoop.uptime - quietSince < limit && cposix_look(descriptor, &byte, 1) != 0
  }

  /// The peer's end came together with its last bytes: the library has read these, and is told of nothing more.
  private func hasEndedUnseen(_ now: Uptime) -> Bool {
    isHungUp && (exchange?.waitsForPeer ?? true) && now - quietSince > .milliseconds(100) && hasNothingToRead
  }

  /// Ends the connection when the peer keeps it waiting beyond the limits. Called once a second.
  func sweep(_ now: Uptime, since last: Uptime) {
    let limits = server.limits
    if hasEndedUnseen(now) { return shutDown() }
    guard let exchange else {
      if now - quietSince > (hasServed ? limits.idle : limits.head) { shutDown() }
      return
    }
    if exchange.isStuck { shutDown() }
    guard exchange.waitsForPeer else { return }
    if exchange.isReadingHead {
      if now - quietSince > limits.head { shutDown() }
      return
    }
    // A body may be slow, but not for ever: after a while of waiting it has to have come at some speed.
    waited += (now - last).nanoseconds
    guard waited > limits.bodyPatience.nanoseconds else { return }
    let seconds = waited / 1_000_000_000
    if Int64(received) < seconds * limits.bodyBytesPerSecond { shutDown() }
  }
}

/// A connection whose answer was sent before its request was read: it is closed for writing, and what the peer still sends is
/// dropped for a while, because closing at once would reset it and could take the answer away.
enum Lingering {
  /// Reads no more than this.
  private static let most = 1 << 22

  static func begin(_ descriptor: Int32, on loop: LiveLoop, for patience: Span) {
    let copy = dup(descriptor)
    guard copy >= 0 else { return }
    _ = cposix_set_close_on_exec(copy)
    shutdown(copy, Int32(SHUT_WR))
    var left = most
    var watch: LoopWatch?
    var timer: LoopTimer?
    let end = {
      if let watch { loop.unwatch(watch) }
      if let timer { loop.cancel(timer) }
      guard watch != nil || timer != nil else { return }
      watch = nil
      timer = nil
      close(copy)
    }
    timer = loop.schedule(at: LiveLoop.uptime + patience, end)
    watch = loop.watch(copy, events: cposix_readable) { _ in
      var buffer = [UInt8](repeating: 0, count: 65536)
      let count = cposix_receive(copy, &buffer, buffer.count)
      if count < 0, errno == EAGAIN || errno == EINTR { return }
      left -= count
      if count <= 0 || left <= 0 { end() }
    }
    if watch == nil { end() }
  }
}
