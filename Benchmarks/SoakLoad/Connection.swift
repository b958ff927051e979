import Foundation

/// An answer as it came.
struct Answer {
  var status: Int
  var head: String
  var body: [UInt8]

  var text: String { String(decoding: body, as: UTF8.self) }
}

/// One connection to a server on the loopback, spoken to with blocking calls that give up after half a minute.
///
/// Unchecked sendable: used by one thread at a time.
final class Connection: @unchecked Sendable {
  private(set) var descriptor: Int32
  private var rest: [UInt8] = []

  init(port: UInt16) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var patience = timeval(tv_sec: 30, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    var on: Int32 = 1
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, 4)
    var address = Loopback.address(port)
    let connected = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard connected == 0 else {
      let reason = String(cString: strerror(errno))
      Glibc.close(descriptor)
      descriptor = -1
      throw SoakError("connect: \(reason)")
    }
  }

  init(accepted: Int32) { descriptor = accepted }

  deinit { close() }

  func close() {
    if descriptor >= 0 { Glibc.close(descriptor) }
    descriptor = -1
  }

  /// Ends the connection with a reset.
  func reset() {
    var option = linger(l_onoff: 1, l_linger: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    close()
  }

  func send(_ bytes: [UInt8]) throws {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress.map { $0 + done }, $0.count - done, Int32(MSG_NOSIGNAL))
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw SoakError("send: \(String(cString: strerror(errno)))") }
      done += count
    }
  }

  /// More bytes; none at the end of the stream.
  func receive() throws -> [UInt8] {
    if !rest.isEmpty {
      defer { rest = [] }
      return rest
    }
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
      let count = recv(descriptor, &buffer, buffer.count, 0)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw SoakError("receive: \(String(cString: strerror(errno)))") }
      return Array(buffer[..<count])
    }
  }

  /// The head of a message, without the empty line; nil when the stream ends before it begins.
  func receiveHead() throws -> String? {
    var bytes: [UInt8] = []
    while true {
      if let end = Data(bytes).range(of: Data("\r\n\r\n".utf8)) {
        rest = Array(bytes[end.upperBound...])
        return String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
      }
      let piece = try receive()
      if piece.isEmpty {
        if bytes.isEmpty { return nil }
        throw SoakError("the connection ended inside a head")
      }
      bytes += piece
    }
  }

  func receive(count: Int) throws -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < count {
      let piece = try receive()
      if piece.isEmpty { throw SoakError("the connection ended after \(bytes.count) of \(count) bytes") }
      bytes += piece
    }
    rest = Array(bytes[count...])
    return Array(bytes[..<count])
  }

  /// One answer: its body by its length, or up to the end of the connection.
  func receiveAnswer() throws -> Answer {
    guard let head = try receiveHead() else { throw SoakError("the connection ended without an answer") }
    guard let status = head.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
      throw SoakError("no status: \(head.prefix(80))")
    }
    if let length = Connection.field("content-length", of: head).flatMap({ Int($0) }) {
      return Answer(status: status, head: head, body: try receive(count: length))
    }
    var body: [UInt8] = []
    while true {
      let piece = try receive()
      if piece.isEmpty { return Answer(status: status, head: head, body: body) }
      body += piece
    }
  }

  /// The value of a header, its name in lower case.
  static func field(_ name: String, of head: String) -> String? {
    for line in head.components(separatedBy: "\r\n").dropFirst() where line.lowercased().hasPrefix(name + ":") {
      return line.dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces)
    }
    return nil
  }
}

enum Loopback {
  static func address(_ port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    address.sin_port = in_port_t(port).bigEndian
    return address
  }

  /// A socket that listens on a free port.
  static func listen() throws -> (descriptor: Int32, port: UInt16) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = address(0)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) == 0 && Glibc.listen(descriptor, 256) == 0
          && getsockname(descriptor, $0, &length) == 0
      }
    }
    guard isBound else { throw SoakError("no free port") }
    return (descriptor, UInt16(bigEndian: address.sin_port))
  }
}
