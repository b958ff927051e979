import CCrypto
import CPosix
import Glibc
import GoWire
import ReferenceNode

/// Where a server listens.
public enum ListenAddress: Hashable, Sendable {
  /// As Go's `net.Listen` reads it: `:5212` is every interface, IPv6 and IPv4; `127.0.0.1:0` any free port.
  case tcp(GoString)
  /// A socket file, which replaces a stale one; `permissions` (0o666, say) are set on it when given.
  case unix(GoString, permissions: UInt32?)
}

/// A certificate chain and its key, as PEM texts that fit together.
public struct TLSIdentity: Sendable {
  let certificate: [UInt8]
  let key: [UInt8]

  /// Reads both files; the error is the one that Go's `tls.LoadX509KeyPair` gives. Blocks: for the start of a program.
  public init(certificateFile: GoString, keyFile: GoString) throws(ListenError) {
    certificate = try TLSIdentity.contents(certificateFile)
    key = try TLSIdentity.contents(keyFile)
    try check()
  }

  private static func contents(_ path: GoString) throws(ListenError) -> [UInt8] {
    do throws(DiskError) {
      let fd = try DiskRoot.retried { () -> Int32 in
        path.withCString { cposix_openat(AT_FDCWD, $0, O_RDONLY | O_CLOEXEC, 0) }
      }
      defer { close(fd) }
      var bytes: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: 65536)
      while true {
        let count = Int(try DiskRoot.retried { Int32(clamping: Glibc.read(fd, &buffer, buffer.count)) })
        if count == 0 { return bytes }
        bytes += buffer[..<count]
      }
    } catch {
      throw ListenError("open \(path): \(error.text)")
    }
  }

  private func check() throws(ListenError) {
    guard let source = BIO_new_mem_buf(certificate, Int32(clamping: certificate.count)) else { return }
    defer { BIO_free(source) }
    guard let leaf = PEM_read_bio_X509(source, nil, nil, nil) else {
      throw ListenError("tls: failed to find any PEM data in certificate input")
    }
    defer { X509_free(leaf) }
    guard let keySource = BIO_new_mem_buf(key, Int32(clamping: key.count)) else { return }
    defer { BIO_free(keySource) }
    guard let secret = PEM_read_bio_PrivateKey(keySource, nil, nil, nil) else {
      throw ListenError("tls: failed to find any PEM data in key input")
    }
    defer { EVP_PKEY_free(secret) }
    guard X509_check_private_key(leaf, secret) == 1 else {
      throw ListenError("tls: private key does not match public key")
    }
  }
}

/// An open listening socket.
struct ListeningSocket {
  let descriptor: Int32
  /// `127.0.0.1:5212`, `[::]:5212`, or the path of a socket file.
  let address: GoString
  /// 0 for a unix socket.
  let port: UInt16
  /// The socket file to remove at the end.
  let path: GoString?

  init(_ address: ListenAddress, backlog: Int32 = 1024) throws(ListenError) {
    switch address {
    case .tcp(let text): self = try ListeningSocket.tcp(text, backlog)
    case .unix(let path, let permissions): self = try ListeningSocket.unix(path, permissions, backlog)
    }
  }

  private init(descriptor: Int32, address: GoString, port: UInt16, path: GoString?) {
    self.descriptor = descriptor
    self.address = address
    self.port = port
    self.path = path
  }

  private static func tcp(_ text: GoString, _ backlog: Int32) throws(ListenError) -> ListeningSocket {
    let (host, service) = try HostPort.split(text)
    let port = try HostPort.port(service)
    var numeric: GoString? = host.isEmpty ? nil : host
    if host == "localhost" { numeric = "127.0.0.1" }
    if let name = numeric, name.withCString({ cposix_is_numeric_host($0) }) == 0 {
      var resolved = [CChar](repeating: 0, count: 64)
      guard name.withCString({ cposix_resolve_host($0, &resolved, resolved.count) }) == 0 else {
        throw ListenError("listen tcp: lookup \(host): no such host")
      }
      numeric = GoString(resolved.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) })
    }
    var step: UnsafePointer<CChar>?
    let fd: Int32 =
      if let numeric {
        numeric.withCString { cposix_listen_tcp($0, port, backlog, &step) }
      } else {
        cposix_listen_tcp(nil, port, backlog, &step)
      }
    guard fd >= 0 else {
      let reason = SystemError.text(errno)
      throw ListenError("listen tcp \(text): \(step.map { String(cString: $0) } ?? "listen"): \(reason)")
    }
    let bound = cposix_local_port(fd)
    let shown = numeric ?? "::"
    let bracketed = shown.bytes.contains(UInt8(ascii: ":")) ? "[" + shown + "]" : shown
    return ListeningSocket(descriptor: fd, address: bracketed + GoString(":\(bound)"), port: bound, path: nil)
  }

  private static func unix(
    _ path: GoString, _ permissions: UInt32?, _ backlog: Int32
  ) throws(ListenError) -> ListeningSocket {
    // A stale socket goes; anything else at this path is not ours to remove, and refuses the bind.
    var status = stat()
    let found = path.withCString { lstat($0, &status) }
    if found == 0, status.st_mode & S_IFMT == S_IFSOCK { path.withCString { _ = unlink($0) } }
    var step: UnsafePointer<CChar>?
    let fd = path.withCString { cposix_listen_unix($0, backlog, &step) }
    guard fd >= 0 else {
      let reason = SystemError.text(errno)
      throw ListenError("listen unix \(path): \(step.map { String(cString: $0) } ?? "listen"): \(reason)")
    }
    if let permissions {
      let changed = path.withCString { chmod($0, permissions) }
      if changed != 0 {
        let reason = SystemError.text(errno)
        close(fd)
        throw ListenError("chmod \(path): \(reason)")
      }
    }
    return ListeningSocket(descriptor: fd, address: path, port: 0, path: path)
  }
}
