import Foundation
import Synchronization

/// An answer as it came over a socket.
public struct WireAnswer: Sendable {
  public var status: Int
  public var headers: [(name: String, value: String)]
  public var body: [UInt8]

  public var text: String { String(decoding: body, as: UTF8.self) }

  public func header(_ name: String) -> String? {
    headers.first { $0.name.lowercased() == name.lowercased() }?.value
  }

  /// A member of a JSON object in the body.
  public func member(_ name: String) -> Any? {
    (try? JSONSerialization.jsonObject(with: Data(body)) as? [String: Any])?[name]
  }

  /// Reads a whole answer, its connection closed; nil for what is none.
  public init?(_ bytes: [UInt8]) {
    guard let end = Data(bytes).range(of: Data("\r\n\r\n".utf8)) else { return nil }
    let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
    let words = lines[0].split(separator: " ")
    guard words.count >= 2, let status = Int(words[1]) else { return nil }
    self.status = status
    headers = lines.dropFirst().compactMap { line in
      line.firstIndex(of: ":").map { colon in
        (String(line[..<colon]), line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces))
      }
    }
    body = Array(bytes[end.upperBound...])
  }
}

/// Where a node listens.
public enum WireAddress: Sendable, CustomStringConvertible {
  case port(UInt16)
  case unix(String)

  public var description: String {
    switch self {
    case .port(let port): "127.0.0.1:\(port)"
    case .unix(let path): path
    }
  }
}

/// Sends bytes to a node and reads what comes until it closes the connection.
public enum WireClient {
  /// Sends one request with `Connection: close`.
  public static func send(
    _ method: String, _ target: String, headers: [(String, String)] = [], body: [UInt8] = [], to address: WireAddress
  ) async throws -> WireAnswer {
    let connection = try await begin(method, target, headers: headers, body: body, to: address)
    return try await connection.answer()
  }

  /// Sends one request with `Connection: close` and leaves its answer to be read.
  public static func begin(
    _ method: String, _ target: String, headers: [(String, String)] = [], body: [UInt8] = [], to address: WireAddress
  ) async throws -> WireConnection {
    var head = "\(method) \(target) HTTP/1.1\r\nHost: node\r\nConnection: close\r\n"
    for (name, value) in headers { head += "\(name): \(value)\r\n" }
    if !body.isEmpty || method == "POST" || method == "PUT" { head += "Content-Length: \(body.count)\r\n" }
    let request = Array(head.utf8) + Array("\r\n".utf8) + body
    let descriptor = await onThread { () -> Int32? in
      guard let descriptor = TestSocket.connect(to: address) else { return nil }
      // A peer may answer and close before it has read everything.
      _ = TestSocket.send(request, on: descriptor)
      return descriptor
    }
    guard let descriptor else { throw Child.Trouble(description: "\(method) \(target): nobody at \(address)") }
    return WireConnection(descriptor)
  }
}

/// A connection whose request was sent; closed with the value.
public final class WireConnection: Sendable {
  private let descriptor: Int32
  private let bytes = Mutex<[UInt8]>([])

  init(_ descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  /// Waits for the first bytes of the answer.
  public func hasBegun() async -> Bool {
    await onThread { [self] in
      let piece = TestSocket.read(descriptor)
      bytes.withLock { $0 += piece }
      return !piece.isEmpty
    }
  }

  /// Waits for the whole answer.
  public func answer() async throws -> WireAnswer {
    let answer = await onThread { [self] in
      let rest = TestSocket.readAll(descriptor)
      return bytes.withLock { WireAnswer($0 + rest) }
    }
    guard let answer else { throw Child.Trouble(description: "the connection ended without an answer") }
    return answer
  }
}

/// The few socket calls that client and server share.
public enum TestSocket {
  public static func connect(to address: WireAddress) -> Int32? {
    open(address) { descriptor, name, size in
      // A listener that takes nobody drops the attempts: the system would go on for minutes.
      var patience = timeval(tv_sec: 10, tv_usec: 0)
      setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
      let outcome = Foundation.connect(descriptor, name, size)
      patience.tv_sec = 0
      setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
      return outcome
    }
  }

  /// A socket that `prepare` has connected or bound to an address.
  static func open(
    _ address: WireAddress, _ prepare: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32? {
    switch address {
    case .port(let port):
      var name = sockaddr_in()
      name.sin_family = sa_family_t(AF_INET)
      name.sin_port = port.bigEndian
      name.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
      return open(AF_INET, &name, prepare)
    case .unix(let path):
      var name = sockaddr_un()
      name.sun_family = sa_family_t(AF_UNIX)
      withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
      return open(AF_UNIX, &name, prepare)
    }
  }

  private static func open<Name>(
    _ family: Int32, _ name: inout Name, _ prepare: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32? {
    let descriptor = socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    let outcome = withUnsafePointer(to: &name) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        prepare(descriptor, $0, socklen_t(MemoryLayout<Name>.size))
      }
    }
    if outcome == 0 { return descriptor }
    close(descriptor)
    return nil
  }

  public static func send(_ bytes: [UInt8], on descriptor: Int32) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if count <= 0 { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  public static func read(_ descriptor: Int32) -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: 65536)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    return count > 0 ? Array(buffer[..<count]) : []
  }

  public static func readAll(_ descriptor: Int32) -> [UInt8] {
    var bytes: [UInt8] = []
    while true {
      let piece = read(descriptor)
      if piece.isEmpty { return bytes }
      bytes += piece
    }
  }
}
