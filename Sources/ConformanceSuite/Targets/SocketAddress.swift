import Glibc

/// Where a socket connects to or listens.
public enum SocketAddress: Hashable, Sendable, CustomStringConvertible {
  case tcp(host: String, port: UInt16)
  /// TLS over TCP.
  case tls(host: String, port: UInt16, checksCertificate: Bool)
  case unix(path: String)

  /// Reads `http://host[:port][/]`, `https://host[:port][/]` or `unix:/path`.
  /// - Parameter isInsecure: any certificate will do.
  public init(url: String, isInsecure: Bool = false) throws(SuiteError) {
    let isTLS = url.hasPrefix("https://")
    guard isTLS || !isInsecure else {
      throw .usage("\(url): has no certificate to leave unchecked: --insecure goes with https://")
    }
    if url.hasPrefix("unix:") {
      let path = String(url.dropFirst(5))
      guard path.hasPrefix("/"), path.utf8.count < 108 else {
        throw .usage("\(url): unix: needs an absolute path of less than 108 bytes")
      }
      self = .unix(path: path)
      return
    }
    guard isTLS || url.hasPrefix("http://") else {
      throw .usage("\(url): has to be http://host:port, https://host:port or unix:/path")
    }
    let scheme = isTLS ? "https" : "http"
    var authority = String(url.dropFirst(scheme.count + 3))
    if authority.hasSuffix("/") { authority.removeLast() }
    guard !authority.contains("/"), !authority.contains("?"), !authority.contains("@") else {
      throw .usage("\(url): has to be \(scheme)://host:port without a path, a query or a user")
    }
    guard case .tcp(let host, let port)? = SocketAddress(authority: authority, usualPort: isTLS ? 443 : 80) else {
      throw .usage("\(url): has to be \(scheme)://host:port")
    }
    self = isTLS ? .tls(host: host, port: port, checksCertificate: !isInsecure) : .tcp(host: host, port: port)
  }

  /// Reads `host`, `host:port` or `[address]:port`.
  init?(authority: String, usualPort: UInt16 = 80) {
    var host = authority
    var port = usualPort
    if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
      host = String(authority[authority.index(after: authority.startIndex)..<end])
      let rest = authority[authority.index(after: end)...]
      if !rest.isEmpty {
        guard rest.first == ":", let number = UInt16(rest.dropFirst()) else { return nil }
        port = number
      }
    } else if let colon = authority.lastIndex(of: ":") {
      guard let number = UInt16(authority[authority.index(after: colon)...]) else { return nil }
      host = String(authority[..<colon])
      port = number
    }
    guard !host.isEmpty else { return nil }
    self = .tcp(host: host, port: port)
  }

  /// What a client sends as `Host`.
  var authority: String {
    switch self {
    case .tcp(let host, let port), .tls(let host, let port, _):
      (host.contains(":") ? "[\(host)]" : host) + ":\(port)"
    case .unix: "localhost"
    }
  }

  public var description: String {
    switch self {
    case .tcp: authority
    case .tls: "https://\(authority)"
    case .unix(let path): "unix:\(path)"
    }
  }

  /// What TLS is spoken by; nil for an address without.
  func makeSession() -> TLSSession? {
    guard case .tls(let host, _, let checksCertificate) = self else { return nil }
    return TLSSession(checksCertificate ? .checking : .lenient, host: host)
  }

  /// Calls `body` with each form the system knows the address in, until it returns a result.
  func withForms<Result>(
    _ body: (_ family: Int32, UnsafePointer<sockaddr>, socklen_t) -> Result?
  ) -> Result? {
    switch self {
    case .unix(let path):
      var form = sockaddr_un()
      form.sun_family = sa_family_t(AF_UNIX)
      withUnsafeMutableBytes(of: &form.sun_path) { $0.copyBytes(from: path.utf8) }
      return withUnsafePointer(to: &form) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          body(AF_UNIX, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
      }
    case .tcp(let host, let port), .tls(let host, let port, _):
      var hints = addrinfo()
      hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
      var list: UnsafeMutablePointer<addrinfo>?
      guard getaddrinfo(host, "\(port)", &hints, &list) == 0 else { return nil }
      defer { freeaddrinfo(list) }
      var form = list
      while let current = form {
        if let result = body(current.pointee.ai_family, current.pointee.ai_addr, current.pointee.ai_addrlen) {
          return result
        }
        form = current.pointee.ai_next
      }
      return nil
    }
  }
}
