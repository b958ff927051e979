import CPosix
import Glibc
import GoWire

/// How a client finds the addresses of host names.
public enum HostNames: Sendable {
  /// As the system does.
  case system
  /// By this table alone: names that are not in it do not exist. Nothing is asked of the network; for tests.
  case table([String: String])
}

/// The name server that Go names in its errors: the first of `/etc/resolv.conf`.
enum NameServer {
  static func first(of file: GoString = "/etc/resolv.conf") -> String {
    let fd = file.withCString { cposix_openat(AT_FDCWD, $0, O_RDONLY | O_CLOEXEC, 0) }
    guard fd >= 0 else { return "127.0.0.1:53" }
    defer { close(fd) }
    var buffer = [UInt8](repeating: 0, count: 65536)
    let count = read(fd, &buffer, buffer.count)
    return parse(GoString(buffer.prefix(max(0, count))))
  }

  static func parse(_ text: GoString) -> String {
    for line in text.bytes.split(separator: UInt8(ascii: "\n")) {
      let words = line.split { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
      guard words.count > 1, words[0].elementsEqual("nameserver".utf8) else { continue }
      let address = GoString(words[1]).text
      guard GoString(address).withCString({ cposix_is_numeric_host($0) }) != 0 else { continue }
      return address.contains(":") ? "[\(address)]:53" : "\(address):53"
    }
    return "127.0.0.1:53"
  }
}
