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

/// A stream socket: every operation blocks until a deadline, a time of `HostClock.uptime`.
///
/// Used by one thread at a time, the invariant behind the unchecked conformance.
final class SocketConnection: @unchecked Sendable {
  private let descriptor: Int32

  /// Takes a connected socket over.
  init(descriptor: Int32) {
    self.descriptor = descriptor
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
  }

  /// Connects.
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
  }

  deinit {
    close(descriptor)
  }

  /// Sends all bytes.
  func send(_ bytes: [UInt8], deadline: Int64) throws(ConnectionFailure) {
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
