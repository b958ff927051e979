import Glibc
import GoWire

/// A socket spoken to byte by byte. Every wait has a deadline far beyond what it needs, so that a fault fails and never hangs.
final class RawSocket: @unchecked Sendable {
  struct Failure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
  }

  static let patience: Int32 = 30_000

  let descriptor: Int32
  /// Bytes read and not yet used.
  private var rest: [UInt8] = []
  private var isOpen = true

  init(descriptor: Int32) {
    self.descriptor = descriptor
    var on: Int32 = 1
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, 4)
  }

  convenience init(port: UInt16, receiveBuffer: Int32? = nil) throws {
    let fd = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    if var size = receiveBuffer { setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, 4) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(fd, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else { throw Failure("connect: \(String(cString: strerror(errno)))") }
    self.init(descriptor: fd)
  }

  convenience init(path: String) throws {
    let fd = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(fd, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard result == 0 else { throw Failure("connect: \(String(cString: strerror(errno)))") }
    self.init(descriptor: fd)
  }

  deinit { close() }

  func close() {
    guard isOpen else { return }
    isOpen = false
    Glibc.close(descriptor)
  }

  /// Ends the connection with a reset.
  func reset() {
    var option = linger(l_onoff: 1, l_linger: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    close()
  }

  func endWriting() { shutdown(descriptor, Int32(SHUT_WR)) }

  private func ready(_ events: Int32, within milliseconds: Int32) -> Bool {
    var entry = pollfd(fd: descriptor, events: Int16(events), revents: 0)
    return poll(&entry, 1, milliseconds) > 0
  }

  func send(_ text: String) throws { try send(Array(text.utf8)) }

  func send(_ bytes: [UInt8]) throws {
    var done = 0
    while done < bytes.count {
      guard ready(POLLOUT, within: RawSocket.patience) else { throw Failure("the peer takes nothing") }
      let count = bytes.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress! + done, $0.count - done, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
      }
      if count < 0 {
        if errno == EAGAIN || errno == EINTR { continue }
        throw Failure("send: \(String(cString: strerror(errno)))")
      }
      done += count
    }
  }

  /// Sends until the peer takes no more for a while; the number of bytes sent.
  func sendUntilStuck(_ piece: [UInt8], most: Int, stuckAfter milliseconds: Int32) -> Int {
    var total = 0
    while total < most, ready(POLLOUT, within: milliseconds) {
      let count = piece.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
      }
      if count < 0 { if errno == EAGAIN { continue } else { break } }
      total += count
    }
    return total
  }

  /// More bytes; nil at the end of the stream. A reset is an error.
  func receive() throws -> [UInt8]? {
    if !rest.isEmpty {
      defer { rest = [] }
      return rest
    }
    guard ready(POLLIN, within: RawSocket.patience) else { throw Failure("nothing came") }
    var buffer = [UInt8](repeating: 0, count: 65536)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    if count < 0 { throw Failure("receive: \(String(cString: strerror(errno)))") }
    return count == 0 ? nil : Array(buffer[..<count])
  }

  /// Whether something (the end too) can be read within a time.
  func hasNews(within milliseconds: Int32) -> Bool { !rest.isEmpty || ready(POLLIN, within: milliseconds) }

  func receiveAll() throws -> [UInt8] {
    var all: [UInt8] = []
    while let piece = try receive() { all += piece }
    return all
  }

  func receive(until mark: String) throws -> [UInt8] {
    let mark = Array(mark.utf8)
    var all: [UInt8] = []
    while true {
      if let end = all.firstRange(of: mark) {
        rest = Array(all[end.upperBound...])
        return Array(all[..<end.upperBound])
      }
      guard let piece = try receive() else {
        throw Failure("ended before \(mark): \(String(decoding: all, as: UTF8.self))")
      }
      all += piece
    }
  }

  func receive(count: Int) throws -> [UInt8] {
    if count == 0 { return [] }
    var all: [UInt8] = []
    while all.count < count {
      guard let piece = try receive() else { throw Failure("ended after \(all.count) of \(count) bytes") }
      all += piece
    }
    rest = Array(all[count...])
    return Array(all[..<count])
  }

  // MARK: HTTP

  struct Message: CustomStringConvertible {
    var line: String
    var fields: [(name: String, value: String)]
    var body: [UInt8]

    var status: Int { Int(line.split(separator: " ").dropFirst().first ?? "") ?? 0 }
    var text: String { String(decoding: body, as: UTF8.self) }
    func all(_ name: String) -> [String] { fields.filter { $0.name.lowercased() == name.lowercased() }.map(\.value) }
    subscript(_ name: String) -> String? { all(name).first }
    /// Names and values but those the door may add, in order of their names.
    var shown: [String] {
      fields.filter { !["date", "connection"].contains($0.name.lowercased()) }.map { "\($0.name): \($0.value)" }
        .sorted()
    }
    var description: String { "\(line) \(fields) \(text)" }
  }

  func receiveHead() throws -> Message {
    let head = String(decoding: try receive(until: "\r\n\r\n"), as: UTF8.self)
    var lines = head.split(separator: "\r\n", omittingEmptySubsequences: true).map(String.init)
    let first = lines.removeFirst()
    let fields = lines.map { line in
      let colon = line.firstIndex(of: ":") ?? line.endIndex
      return (
        name: String(line[..<colon]),
        value: String(line[line.index(colon, offsetBy: 1, limitedBy: line.endIndex)!...].drop { $0 == " " })
      )
    }
    return Message(line: first, fields: fields, body: [])
  }

  /// One whole answer (or request), its body by length, chunks, or the end of the connection.
  func receiveMessage(toHead: Bool = false) throws -> Message {
    var message = try receiveHead()
    if toHead || [204, 304].contains(message.status) { return message }
    if let length = message["Content-Length"].flatMap({ Int($0) }) {
      message.body = try receive(count: length)
    } else if message["Transfer-Encoding"] == "chunked" {
      while true {
        let size = Int(String(decoding: try receive(until: "\r\n").dropLast(2), as: UTF8.self), radix: 16) ?? 0
        message.body += try receive(count: size)
        _ = try receive(count: 2)
        if size == 0 { break }
      }
    } else if message.line.hasPrefix("HTTP/") {
      message.body = try receiveAll()
    }
    return message
  }

  func exchange(_ request: String, toHead: Bool = false) throws -> Message {
    try send(request)
    return try receiveMessage(toHead: toHead)
  }
}

extension Array where Element == UInt8 {
  func firstRange(of mark: [UInt8]) -> Range<Int>? {
    guard count >= mark.count else { return nil }
    var index = 0
    while index + mark.count <= count {
      guard let found = self[index...].firstIndex(of: mark[0]), found + mark.count <= count else { return nil }
      if self[found..<(found + mark.count)].elementsEqual(mark) { return found..<(found + mark.count) }
      index = found + 1
    }
    return nil
  }
}

/// A server that does with each connection what a test says, on a thread of its own.
final class RawServer: @unchecked Sendable {
  let port: UInt16
  private let descriptor: Int32

  /// `number` counts the connections from 0.
  init(_ behaviour: @escaping @Sendable (_ connection: RawSocket, _ number: Int) throws -> Void) throws {
    let fd = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    descriptor = fd
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(fd, $0, length) }
    }
    guard bound == 0, listen(fd, 64) == 0 else { throw RawSocket.Failure("listen: \(errno)") }
    _ = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(fd, $0, &length) }
    }
    port = UInt16(bigEndian: address.sin_port)
    Background.run {
      var number = 0
      while true {
        let accepted = accept(fd, nil, nil)
        guard accepted >= 0 else { return }
        let connection = RawSocket(descriptor: accepted)
        let mine = number
        number += 1
        Background.run {
          try? behaviour(connection, mine)
          connection.close()
        }
      }
    }
  }

  deinit {
    shutdown(descriptor, Int32(SHUT_RDWR))
    close(descriptor)
  }
}

/// Threads of a test's own.
enum Background {
  private final class Work {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  static func run(_ body: @escaping @Sendable () -> Void) {
    var thread = pthread_t()
    pthread_create(
      &thread, nil,
      { argument in
        Unmanaged<Work>.fromOpaque(argument!).takeRetainedValue().body()
        return nil
      }, Unmanaged.passRetained(Work(body)).toOpaque())
    pthread_detach(thread)
  }
}
