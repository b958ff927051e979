import Glibc
import LiveWorld

/// The first two steps, before any HTTP: a name's addresses, and a connection.
enum DoctorConnection {
  /// The addresses of a host in the order in which they would be tried; none when there is no such host.
  static func addresses(of host: String, _ names: HostNames) -> [String] {
    if case .table(let table) = names, !isNumeric(host) { return table[host].map { [$0] } ?? [] }
    var found: [String] = []
    _ = SocketAddress.tcp(host: host, port: 0).withForms { _, form, length -> Bool? in
      let text = text(of: form, length).host
      if !found.contains(text) { found.append(text) }
      return nil
    }
    return found
  }

  /// Connects to one address after the other until one takes it.
  static func connect(to addresses: [String], port: UInt16, seconds: Double) -> DoctorObservations.Connection {
    var outcome: DoctorObservations.Connection?
    for address in addresses {
      let next = connect(to: address, port, seconds)
      if case .connected = next { return next }
      // The first failure names the address that counts.
      outcome = outcome ?? next
    }
    return outcome ?? .failed("no address")
  }

  private static func connect(to address: String, _ port: UInt16, _ seconds: Double) -> DoctorObservations.Connection {
    let place = address.contains(":") ? "[\(address)]:\(port)" : "\(address):\(port)"
    let deadline = HostClock.uptime + Int64(seconds * 1_000_000_000)
    let outcome = SocketAddress.tcp(host: address, port: port).withForms {
      family, form, length -> DoctorObservations.Connection? in
      let descriptor = socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
      guard descriptor >= 0 else { return .failed(String(cString: strerror(errno))) }
      defer { close(descriptor) }
      _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
      var error = Glibc.connect(descriptor, form, length) == 0 ? 0 : errno
      if error == EINPROGRESS {
        guard SocketConnection.wait(descriptor, POLLOUT, until: deadline) else { return .timedOut(place) }
        var size = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size)
      }
      switch error {
      case 0: return .connected(peer: place, own: ownAddress(of: descriptor))
      case ECONNREFUSED: return .refused(place)
      case ETIMEDOUT: return .timedOut(place)
      default: return .failed("\(place): \(String(cString: strerror(error)))")
      }
    }
    return outcome ?? .failed("\(place): no such address")
  }

  /// The address by which the other side sees this machine.
  private static func ownAddress(of descriptor: Int32) -> String {
    var form = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    return withUnsafeMutablePointer(to: &form) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        getsockname(descriptor, $0, &length) == 0 ? text(of: $0, length).host : "127.0.0.1"
      }
    }
  }

  private static func isNumeric(_ host: String) -> Bool {
    var hints = addrinfo()
    hints.ai_flags = AI_NUMERICHOST
    var list: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, nil, &hints, &list) == 0 else { return false }
    freeaddrinfo(list)
    return true
  }

  private static func text(of form: UnsafePointer<sockaddr>, _ length: socklen_t) -> (host: String, port: String) {
    var host = [CChar](repeating: 0, count: 128)
    var port = [CChar](repeating: 0, count: 16)
    getnameinfo(
      form, length, &host, socklen_t(host.count), &port, socklen_t(port.count), NI_NUMERICHOST | NI_NUMERICSERV)
    func string(_ text: [CChar]) -> String {
      String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
    return (string(host), string(port))
  }
}
