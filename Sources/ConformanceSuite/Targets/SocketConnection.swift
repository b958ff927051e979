import Glibc

/// Why nothing more comes from, or goes to, a peer.
enum ConnectionFailure: Error, Hashable, Sendable {
  case refused(String)
  /// The deadline passed.
  case timedOut
  /// The peer reset the connection, or closed it while bytes were sent.
  case reset
  /// What came is no HTTP.
  case malformed(String)

  /// In a few words, for a difference.
  var text: String {
    switch self {
    case .refused(let reason): "no connection: \(reason)"
    case .timedOut: "no answer in time"
    case .reset: "the connection was reset"
    case .malformed(let what): "no HTTP: \(what)"
    }
  }
}

/// A stream socket, with TLS over it or without: every operation blocks until a deadline, a time of `HostClock.uptime`.
///
/// Used by one thread at a time, the invariant behind the unchecked conformance.
final class SocketConnection: @unchecked Sendable {
  private let descriptor: Int32
  private let tls: TLSSession?

  /// Takes a connected socket over.
  init(descriptor: Int32) {
    self.descriptor = descriptor
    tls = nil
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
  }

  /// Connects, and shakes hands where the address wants TLS.
  init(to address: SocketAddress, deadline: Int64) throws(ConnectionFailure) {
    var failure = ConnectionFailure.refused("\(address): no such host")
    let connected = address.withForms { family, form, length -> Int32? in
      let descriptor = socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
      guard descriptor >= 0 else { return nil }
      _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
      var error = connect(descriptor, form, length) == 0 ? 0 : errno
      if error == EINPROGRESS {
        guard SocketConnection.wait(descriptor, POLLOUT, until: deadline) else {
          close(descriptor)
          failure = .timedOut
          return nil
        }
        var size = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size)
      }
      guard error == 0 else {
        close(descriptor)
        failure = .refused("\(address): \(String(cString: strerror(error)))")
        return nil
      }
      return descriptor
    }
    guard let connected else { throw failure }
    descriptor = connected
    var on: Int32 = 1
    setsockopt(connected, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    tls = address.makeSession()
    if let tls { try shakeHands(tls, address, deadline) }
  }

  deinit {
    if let bytes = tls?.farewell(), !bytes.isEmpty {
      _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }
    close(descriptor)
  }

  private func shakeHands(
    _ tls: TLSSession, _ address: SocketAddress, _ deadline: Int64
  ) throws(ConnectionFailure) {
    while true {
      let step = tls.shakeHands()
      // What it has to say goes out whatever came of it: the peer learns why it is refused.
      do throws(ConnectionFailure) {
        try sendPlainly(tls.takeOutgoing(), deadline: deadline)
      } catch .reset {}
      switch step {
      case .done: return
      case .failed(let reason): throw .refused("\(address): \(reason)")
      case .waits, .ended:
        let bytes = try receivePlainly(deadline: deadline)
        guard !bytes.isEmpty else { throw .refused("\(address): the connection ended before TLS began") }
        tls.add(bytes)
      }
    }
  }

  /// Sends all bytes.
  func send(_ bytes: [UInt8], deadline: Int64) throws(ConnectionFailure) {
    guard let tls else { return try sendPlainly(bytes, deadline: deadline) }
    guard let sealed = tls.seal(bytes) else { throw .reset }
    try sendPlainly(sealed, deadline: deadline)
  }

  private func sendPlainly(_ bytes: [UInt8], deadline: Int64) throws(ConnectionFailure) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if errno == EAGAIN {
        guard SocketConnection.wait(descriptor, POLLOUT, until: deadline) else { throw .timedOut }
      } else if errno != EINTR {
        throw .reset
      }
    }
  }

  /// The next bytes; none at the end of the stream.
  /// - Parameter stop: another descriptor that, once readable, ends the wait like a deadline.
  func receive(deadline: Int64, stop: Int32? = nil) throws(ConnectionFailure) -> [UInt8] {
    guard let tls else { return try receivePlainly(deadline: deadline, stop: stop) }
    while true {
      switch tls.open() {
      case .done(let bytes): return bytes
      case .ended: return []
      case .failed(let reason): throw .malformed("TLS: \(reason)")
      case .waits: break
      }
      let bytes = try receivePlainly(deadline: deadline, stop: stop)
      // An end without TLS's farewell is one too: whether a message came whole is told by its framing.
      if bytes.isEmpty { return [] }
      tls.add(bytes)
    }
  }

  private func receivePlainly(deadline: Int64, stop: Int32? = nil) throws(ConnectionFailure) -> [UInt8] {
    while true {
      var buffer = [UInt8](repeating: 0, count: 1 << 14)
      let count = recv(descriptor, &buffer, buffer.count, 0)
      if count >= 0 { return Array(buffer[..<count]) }
      if errno == EAGAIN {
        guard SocketConnection.wait(descriptor, POLLIN, until: deadline, stop: stop) else { throw .timedOut }
      } else if errno != EINTR {
        throw .reset
      }
    }
  }

  /// Whether `events` came before the deadline; false also when `stop` became readable first.
  static func wait(_ descriptor: Int32, _ events: Int32, until deadline: Int64, stop: Int32? = nil) -> Bool {
    while true {
      let rest = (deadline - HostClock.uptime) / 1_000_000
      guard rest >= 0 else { return false }
      var polls = [pollfd(fd: descriptor, events: Int16(events), revents: 0)]
      if let stop { polls.append(pollfd(fd: stop, events: Int16(POLLIN), revents: 0)) }
      let count = poll(&polls, nfds_t(polls.count), Int32(clamping: rest + 1))
      if count > 0 {
        if polls.count > 1, polls[1].revents != 0, polls[0].revents == 0 { return false }
        return true
      }
    }
  }
}
