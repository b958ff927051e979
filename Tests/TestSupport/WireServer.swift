import Foundation

/// A server of a test's own on a free port of the loopback: one answer a connection, made by a closure.
public final class WireServer: Sendable {
  /// A request as it came.
  public struct Request: Sendable {
    public var method: String
    public var target: String
    /// The head as it was sent, without the empty line.
    public var head: String
    public var body: [UInt8]
  }

  public let port: UInt16
  private let listener: Int32

  /// - Parameters:
  ///   - resetting: resets each connection instead of closing it.
  ///   - refusal: sent after the first bytes that come, whatever they are; then the client has to close.
  ///   - answer: the bytes to send before the connection is closed; none for a connection closed without an answer.
  public init(resetting: Bool = false, refusal: [UInt8]? = nil, _ answer: @escaping @Sendable (Request) -> [UInt8])
    throws
  {
    guard let listener = TestSocket.open(.port(0), { bind($0, $1, $2) }), listen(listener, 64) == 0 else {
      throw Child.Trouble(description: "no free port")
    }
    self.listener = listener
    port = Self.port(of: listener)
    Thread {
      while true {
        let connection = accept(listener, nil, nil)
        if connection < 0 { break }
        Thread {
          defer { close(connection) }
          if let refusal {
            _ = TestSocket.read(connection)
            _ = TestSocket.send(refusal, on: connection)
            shutdown(connection, Int32(SHUT_WR))
            _ = TestSocket.readAll(connection)
            return
          }
          guard let request = Self.read(connection) else { return }
          _ = TestSocket.send(answer(request), on: connection)
          if resetting {
            var atOnce = linger(l_onoff: 1, l_linger: 0)
            setsockopt(connection, SOL_SOCKET, SO_LINGER, &atOnce, socklen_t(MemoryLayout<linger>.size))
          }
        }.start()
      }
    }.start()
  }

  deinit {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }

  /// An answer with a body and a status.
  public static func answer(_ status: String, type: String = "application/json", _ body: String) -> [UInt8] {
    Array(
      "HTTP/1.1 \(status)\r\nContent-Type: \(type)\r\nContent-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)"
        .utf8)
  }

  /// Sends bytes to another server and gives what it answers until it closes the connection: half of a proxy.
  public static func forward(_ bytes: [UInt8], to port: UInt16) -> [UInt8] {
    guard let descriptor = TestSocket.connect(to: .port(port)) else { return [] }
    defer { close(descriptor) }
    _ = TestSocket.send(bytes, on: descriptor)
    return TestSocket.readAll(descriptor)
  }

  /// A port nothing listens on at the moment.
  public static func freePort() throws -> UInt16 {
    guard let socket = TestSocket.open(.port(0), { bind($0, $1, $2) }) else {
      throw Child.Trouble(description: "no free port")
    }
    defer { close(socket) }
    return port(of: socket)
  }

  private static func port(of socket: Int32) -> UInt16 {
    var name = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    _ = withUnsafeMutablePointer(to: &name) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(socket, $0, &length) }
    }
    return UInt16(bigEndian: name.sin_port)
  }

  private static func read(_ connection: Int32) -> Request? {
    var bytes: [UInt8] = []
    while true {
      if let end = Data(bytes).range(of: Data("\r\n\r\n".utf8)) {
        let head = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
        let length =
          head.components(separatedBy: "\r\n")
          .first { $0.lowercased().hasPrefix("content-length:") }
          .flatMap { Int($0.dropFirst("content-length:".count).trimmingCharacters(in: .whitespaces)) } ?? 0
        if bytes.count >= end.upperBound + length {
          let words = head.split(separator: " ", maxSplits: 2).map(String.init)
          guard words.count == 3 else { return nil }
          let body = Array(bytes[end.upperBound..<(end.upperBound + length)])
          return Request(method: words[0], target: words[1], head: head, body: body)
        }
      }
      let piece = TestSocket.read(connection)
      if piece.isEmpty { return nil }
      bytes += piece
    }
  }
}
