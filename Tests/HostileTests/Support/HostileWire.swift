import Foundation

/// One connection of a stranger, spoken to with blocking calls.
enum HostileWire {
  /// What came back, and whether the slave had ended its answer or the connection by itself.
  struct Outcome {
    var bytes: [UInt8]
    var isWhole: Bool
    /// Nothing was answered and nothing closed, though the sender had ended.
    var hangs: Bool
  }

  /// Sends bytes; when no answer comes soon, ends the sending side, so that what waits for more learns that none comes.
  static func converse(_ bytes: [UInt8], port: UInt16, endingAfter milliseconds: Int32 = 60) -> Outcome {
    guard let descriptor = connect(port) else { return Outcome(bytes: [], isWhole: false, hangs: true) }
    defer { close(descriptor) }
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      if count <= 0 { break }
      rest = rest.dropFirst(count)
    }
    var received: [UInt8] = []
    if !isReadable(descriptor, milliseconds) { shutdown(descriptor, Int32(SHUT_WR)) }
    while true {
      // A whole head and nothing more for a while: a body that is sent slowly on purpose, or all of it.
      guard isReadable(descriptor, received.isEmpty ? 20_000 : 30) else {
        if received.isEmpty { return Outcome(bytes: [], isWhole: false, hangs: true) }
        return Outcome(bytes: received, isWhole: false, hangs: false)
      }
      var buffer = [UInt8](repeating: 0, count: 65536)
      let count = recv(descriptor, &buffer, buffer.count, 0)
      if count <= 0 { return Outcome(bytes: received, isWhole: count == 0, hangs: false) }
      received += buffer[..<count]
      if isAnswered(received) { return Outcome(bytes: received, isWhole: true, hangs: false) }
    }
  }

  /// Whether a final head with a length and as many bytes are there.
  fileprivate static func isAnswered(_ bytes: [UInt8]) -> Bool {
    guard let end = Data(bytes).range(of: Data("\r\n\r\n".utf8)) else { return false }
    let head = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).lowercased()
    guard !head.hasPrefix("http/1.1 100"), let place = head.range(of: "\r\ncontent-length:") else { return false }
    let length = Int(head[place.upperBound...].prefix { $0 != "\r" }.trimmingCharacters(in: .whitespaces)) ?? 0
    return bytes.count - end.upperBound >= length
  }

  fileprivate static func isReadable(_ descriptor: Int32, _ milliseconds: Int32) -> Bool {
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&entry, 1, milliseconds) > 0
  }

  static func connect(_ port: UInt16) -> Int32? {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var patience = timeval(tv_sec: 20, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    address.sin_port = port.bigEndian
    let outcome = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Foundation.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    if outcome == 0 { return descriptor }
    close(descriptor)
    return nil
  }
}

extension HostileWire {
  /// Sends a sound request and waits for its answer.
  static func ask(_ bytes: [UInt8], port: UInt16) -> Outcome { converse(bytes, port: port, endingAfter: 30_000) }

  /// The bytes of the next answer on a kept connection; nil when the connection ends before.
  static func answer(on descriptor: Int32) -> [UInt8]? {
    var received: [UInt8] = []
    while !isAnswered(received) {
      guard isReadable(descriptor, 30_000) else { return nil }
      var buffer = [UInt8](repeating: 0, count: 65536)
      let count = recv(descriptor, &buffer, buffer.count, 0)
      if count <= 0 { return nil }
      received += buffer[..<count]
    }
    return received
  }
}
