import Foundation
import GoWire
import ReferenceNode

@testable import Simulator

/// A TCP proxy on the loopback that makes one fault of the vocabulary happen, once, to the first exchange that can meet it.
///
/// A thread a connection; requests and answers are small and taken one after the other. The lock guards what threads share, which
/// is the invariant behind `@unchecked Sendable`.
final class FaultProxy: @unchecked Sendable {
  let port: UInt16
  private let origin: UInt16
  private let fault: Fault?
  private let kind: ExchangeKind
  private let listener: Int32
  private let lock = NSLock()
  private var isSpent = false
  private var open: Set<Int32> = []
  private var running = 0
  private let idle = NSCondition()

  /// - Parameters:
  ///   - origin: the port behind it.
  ///   - kind: the exchange that the fault is for.
  init(before origin: UInt16, _ fault: Fault?, on kind: ExchangeKind) throws {
    self.origin = origin
    self.fault = fault
    self.kind = kind
    let isRefusing = fault?.kind == .refuse
    listener = try Socket.listen(isBoundOnly: isRefusing)
    port = Socket.port(of: listener)
    guard !isRefusing else { return }
    running = 1
    Thread { [self] in
      while true {
        let descriptor = accept(listener, nil, nil)
        if descriptor < 0 { break }
        begin()
        Thread { [self] in
          serve(descriptor)
          end()
        }.start()
      }
      end()
    }.start()
  }

  /// Ends every connection and waits until nothing of the proxy runs any more.
  func stop() {
    shutdown(listener, Int32(SHUT_RDWR))
    lock.withLock { for descriptor in open { shutdown(descriptor, Int32(SHUT_RDWR)) } }
    idle.withLock { while running > 0 { idle.wait() } }
    close(listener)
  }

  /// Whether the fault has happened.
  var hasFired: Bool { lock.withLock { isSpent } }

  private func begin() { idle.withLock { running += 1 } }
  private func end() {
    idle.withLock {
      running -= 1
      idle.broadcast()
    }
  }

  // MARK: A connection

  private func serve(_ descriptor: Int32) {
    lock.withLock { _ = open.insert(descriptor) }
    let client = Socket(descriptor)
    var server: Socket?
    while let request = client.request() {
      if server == nil {
        guard let made = Socket(to: origin) else { break }
        server = made
        lock.withLock { _ = open.insert(made.descriptor) }
      }
      guard exchange(request, client, server!) else { break }
    }
    lock.withLock {
      open.remove(descriptor)
      if let server { open.remove(server.descriptor) }
    }
    if let server { close(server.descriptor) }
    client.close()
  }

  private func take(_ head: HTTPRequestHead, hasBody: Bool) -> Fault? {
    guard let fault else { return nil }
    let isNode = head.fields.first("User-Agent")?.hasPrefix("Cloudreve/") ?? false
    guard ExchangeKind(method: head.method, target: head.target, isNode: isNode) == kind else { return nil }
    return lock.withLock {
      if isSpent { return nil }
      isSpent = true
      return fault
    }
  }

  /// Whether the connection can carry another exchange.
  private func exchange(_ request: Socket.Request, _ client: Socket, _ server: Socket) -> Bool {
    let head = request.head
    guard let fault = take(head, hasBody: !request.body.isEmpty) else {
      server.send(request.bytes)
      return hand(server.answer(to: head.method), to: client)
    }
    let parameters = fault.parameters
    let after = Int(parameters.bytes ?? 0)
    var request = request
    switch (fault.kind, fault.match.phase) {
    case (.page, _) where parameters.afterOrigin != true:
      return say(parameters.status ?? 502, to: client)
    case (.redirect, _):
      return say(parameters.status ?? 302, [.init("Location", head.target)], to: client)
    case (.bodyMax, _) where request.body.count > after:
      _ = say(413, to: client)
      return false
    case (.noQuery, _):
      request.head.target = GoString(head.target.bytes.prefix { $0 != UInt8(ascii: "?") })
    case (.header, _):
      request.head.fields = MiddleBoxTexts.changed(head.fields, parameters)
    case (.repath, _):
      request.head.target = MiddleBoxTexts.cleaned(head.target, parameters)
    case (.unlength, .body):
      server.send(request.rewritten(isChunked: true))
      return hand(server.answer(to: head.method), to: client)
    case (.flip, .body):
      for bit in 0..<Int(parameters.number ?? 1) { request.body[bit % request.body.count] ^= 2 }
    case (.bodyCut, .body):
      server.send(Array(request.rewritten().dropLast(request.body.count - after)))
      server.finish()
      return hand(server.answer(to: head.method), to: client)
    case (.duplicate, _):
      guard let other = Socket(to: origin) else { return false }
      defer { close(other.descriptor) }
      server.send(request.rewritten())
      let first = server.answer(to: head.method)
      other.send(request.rewritten())
      let second = other.answer(to: head.method)
      return hand(parameters.variant == "second" ? second : first, to: client)
    case (.reset, .head), (.close, .head):
      server.send(Array(request.bytes.prefix(after)))
      return cut(fault, client, server)
    case (.reset, .body), (.close, .body):
      server.send(Array(request.bytes.prefix(request.bytes.count - request.body.count + after)))
      return cut(fault, client, server)
    case (.stall, .head), (.stall, .body):
      return client.awaitEnd()
    case (.hold, .head), (.delay, .head), (.hold, .body), (.delay, .body):
      pause(parameters.span ?? parameters.mean ?? .zero)
    case (.throttle, .head), (.throttle, .body):
      server.trickle(request.rewritten(), parameters.rate ?? 1)
      return hand(server.answer(to: head.method), to: client)
    default:
      break
    }
    server.send(request.rewritten())
    guard let answer = server.answer(to: head.method) else { return false }
    return reply(answer, fault, client, server)
  }

  private func reply(_ answer: Socket.Answer, _ fault: Fault, _ client: Socket, _ server: Socket) -> Bool {
    let parameters = fault.parameters
    let after = Int(parameters.bytes ?? 0)
    switch (fault.kind, fault.match.phase) {
    case (.page, _) where parameters.afterOrigin == true:
      return say(parameters.status ?? 502, to: client)
    case (.badReply, _):
      client.send(
        MiddleBoxTexts.answer(
          200, [.init("Content-Type", "text/html")], MiddleBoxTexts.badReply(parameters.variant), isHead: false))
      return true
    case (.lostReply, _):
      switch parameters.variant {
      case "stall": return client.awaitEnd()
      case "524": return say(524, to: client)
      default: return false
      }
    case (.reset, .responseHead), (.close, .responseHead):
      client.send(Array(answer.head.prefix(after)))
      return cut(fault, client, server)
    case (.reset, .responseBody), (.close, .responseBody):
      client.send(answer.head + answer.body.prefix(after))
      return cut(fault, client, server)
    case (.bodyCut, .responseBody):
      client.send(answer.head + answer.body.prefix(after))
      return false
    case (.stall, .responseHead):
      return client.awaitEnd()
    case (.stall, .responseBody):
      client.send(answer.head)
      return client.awaitEnd()
    case (.hold, .responseHead), (.delay, .responseHead), (.hold, .responseBody), (.delay, .responseBody):
      pause(parameters.span ?? parameters.mean ?? .zero)
    case (.throttle, .responseBody):
      client.send(answer.head)
      client.trickle(answer.body, parameters.rate ?? 1)
      return answer.keepsAlive
    case (.flip, .responseBody):
      var body = answer.body
      body[0] ^= 2
      client.send(answer.head + body)
      return answer.keepsAlive
    case (.close, .idle):
      client.send(answer.head + answer.body)
      return false
    default:
      break
    }
    client.send(answer.head + answer.body)
    return answer.keepsAlive
  }

  private func pause(_ span: Span) { Thread.sleep(forTimeInterval: Double(span.nanoseconds) / 1e9) }

  private func hand(_ answer: Socket.Answer?, to client: Socket) -> Bool {
    guard let answer else { return false }
    client.send(answer.head + answer.body)
    return answer.keepsAlive
  }

  private func say(_ status: Int, _ fields: [HTTPFields.Field] = [], to client: Socket) -> Bool {
    client.send(
      MiddleBoxTexts.answer(
        status, fields + [.init("Content-Type", "text/html")], MiddleBoxTexts.page(status), isHead: false))
    return true
  }

  private func cut(_ fault: Fault, _ client: Socket, _ server: Socket) -> Bool {
    if fault.kind == .reset {
      client.resetsAtClose = true
      var linger = linger(l_onoff: 1, l_linger: 0)
      setsockopt(server.descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
    }
    return false
  }
}

/// A blocking socket with the little HTTP that the proxy needs. Used by one thread.
final class Socket {
  struct Request {
    var head: HTTPRequestHead
    var bytes: [UInt8]
    var body: [UInt8]

    /// The request as it is after changes.
    func rewritten(isChunked: Bool = false) -> [UInt8] {
      var out = head.method.bytes + [0x20] + head.target.bytes + Array(" HTTP/1.1\r\n".utf8)
      for field in head.fields.fields where !isChunked || !MiddleBox.isFraming(field.name) {
        MiddleBoxTexts.append(field, to: &out)
      }
      guard isChunked else { return out + [0x0D, 0x0A] + body }
      return out + Array("Transfer-Encoding: chunked\r\n\r\n\(String(body.count, radix: 16))\r\n".utf8) + body
        + Array("\r\n0\r\n\r\n".utf8)
    }
  }

  struct Answer {
    var head: [UInt8]
    var body: [UInt8]
    var keepsAlive: Bool
  }

  let descriptor: Int32
  var resetsAtClose = false
  private var kept: [UInt8] = []

  init(_ descriptor: Int32) {
    self.descriptor = descriptor
    var on: Int32 = 1
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    // Nothing waits longer than a test may last.
    var patience = timeval(tv_sec: 20, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
  }

  convenience init?(to port: UInt16) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    let done = Self.withAddress(port) { connect(descriptor, $0, $1) }
    guard done == 0 else {
      Glibc.close(descriptor)
      return nil
    }
    self.init(descriptor)
  }

  static func listen(isBoundOnly: Bool) throws -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    let bound = withAddress(0) { bind(descriptor, $0, $1) }
    guard bound == 0, isBoundOnly || Glibc.listen(descriptor, 64) == 0 else { throw CancellationError() }
    return descriptor
  }

  static func port(of descriptor: Int32) -> UInt16 {
    var name = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &name) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(descriptor, $0, &length) }
    }
    return UInt16(bigEndian: name.sin_port)
  }

  private static func withAddress(_ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }

  func close() {
    if resetsAtClose {
      var linger = linger(l_onoff: 1, l_linger: 0)
      setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
    }
    Glibc.close(descriptor)
  }

  func finish() { shutdown(descriptor, Int32(SHUT_WR)) }

  func send(_ bytes: [UInt8]) {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
      }
      if count <= 0 { return }
      sent += count
    }
  }

  /// A few bytes at a time, at a rate.
  func trickle(_ bytes: [UInt8], _ rate: Int64) {
    for byte in bytes {
      send([byte])
      Thread.sleep(forTimeInterval: 1 / Double(rate))
    }
  }

  /// Waits until the peer is gone.
  func awaitEnd() -> Bool {
    while let bytes = receive(), !bytes.isEmpty {}
    return false
  }

  private func receive() -> [UInt8]? {
    if !kept.isEmpty {
      defer { kept = [] }
      return kept
    }
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    return count > 0 ? Array(buffer[..<count]) : nil
  }

  func request() -> Request? {
    var parser = HTTPRequestParser(skipsEmptyLines: true)
    var bytes: [UInt8] = []
    while let piece = receive() {
      bytes += piece
      guard case .head(let head, let length) = parser.read(piece) else { continue }
      var body = Array(bytes[length...])
      let count = Int(head.contentLength ?? 0)
      while body.count < count, let more = receive() { body += more }
      kept = Array(body.dropFirst(count))
      body = Array(body.prefix(count))
      return Request(head: head, bytes: bytes.prefix(length) + body, body: body)
    }
    return nil
  }

  func answer(to method: GoString) -> Answer? {
    var parser = AnswerParser(method: method)
    var all: [UInt8] = []
    while let piece = receive() {
      all += piece
      guard case .head(let head) = parser.read(piece[...]) else { continue }
      var body = Array(parser.rest)
      let top = Array(all.dropLast(body.count))
      if case .length(let count) = head.framing {
        while body.count < count, let more = receive() { body += more }
      } else if head.framing == .untilEnd {
        while let more = receive() { body += more }
      }
      return Answer(head: top, body: body, keepsAlive: head.keepsAlive)
    }
    return nil
  }
}
