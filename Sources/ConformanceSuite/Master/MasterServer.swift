import Glibc
import GoWire
import LiveWorld
import ReferenceNode

/// A master's address: listens on a TCP port and hands each request to whoever plays the master for it.
final class MasterServer: Sendable {
  /// Answers a request, given with the Unix time it came at.
  typealias Play = @Sendable (CaseRequest, Int64) -> MasterAnswer

  let port: UInt16
  private let listener: Int32
  /// Readable once the server is to stop.
  private let stopEnd: Int32
  private let stopSource: Int32
  private let play: Play
  private let connections = Guarded<[HostThread]>([])
  private let acceptor = Guarded<HostThread?>(nil)

  /// Listens on loopback, on `port` or any free one; requests are answered from the moment this returns.
  /// - Parameter ports: tried one after the other; 0 is any free one.
  init(host: String = "127.0.0.1", ports: [UInt16], play: @escaping Play) throws(SuiteError) {
    var bound: (descriptor: Int32, port: UInt16)?
    var reason = "no port"
    for port in ports where bound == nil {
      bound = SocketAddress.tcp(host: host, port: port).withForms { family, form, length -> (Int32, UInt16)? in
        let descriptor = socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var on: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        guard descriptor >= 0, bind(descriptor, form, length) == 0, listen(descriptor, 64) == 0 else {
          reason = String(cString: strerror(errno))
          if descriptor >= 0 { close(descriptor) }
          return nil
        }
        return (descriptor, MasterServer.port(of: descriptor))
      }
    }
    guard let bound else {
      throw .unfinished("the recorded master cannot listen on \(host):\(ports.last ?? 0): \(reason)")
    }
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw .unfinished("no pipe: \(String(cString: strerror(errno)))") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    listener = bound.descriptor
    port = bound.port
    stopEnd = ends[0]
    stopSource = ends[1]
    self.play = play
    let thread = HostThread { [self] in accept() }
    acceptor.withLock { $0 = thread }
  }

  /// Ends all connections and waits until nothing of the server runs any more. To be called once, when done.
  func stop() {
    var byte: UInt8 = 0
    write(stopSource, &byte, 1)
    acceptor.withLock { $0 }?.join()
    for thread in connections.withLock({ $0 }) { thread.join() }
    close(listener)
    close(stopSource)
    close(stopEnd)
  }

  private func accept() {
    while SocketConnection.wait(listener, POLLIN, until: .max, stop: stopEnd) {
      let descriptor = Glibc.accept(listener, nil, nil)
      guard descriptor >= 0 else { continue }
      _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
      let connection = SocketConnection(descriptor: descriptor)
      let thread = HostThread { [self] in serve(connection) }
      connections.withLock { $0.append(thread) }
    }
  }

  private func serve(_ connection: SocketConnection) {
    var reader = WireReader()
    let pull: WireReader.Pull = { [stopEnd] () throws(ConnectionFailure) in
      try connection.receive(deadline: .max, stop: stopEnd)
    }
    do throws(ConnectionFailure) {
      while let head = try reader.head(pull) {
        let (body, isComplete) = try reader.body(of: head, endsWithStream: false, pull)
        guard isComplete else { return }
        let answer = play(
          CaseRequest(method: head.line[0], target: head.line[1], fields: head.fields, body: body),
          HostClock.unixSeconds)
        if answer.afterSeconds > 0 {
          let deadline = HostClock.uptime + Int64(answer.afterSeconds * 1_000_000_000)
          if SocketConnection.wait(stopEnd, POLLIN, until: deadline) { return }
        }
        if answer.closes { return }
        try connection.send(answer.bytes(isHead: head.line[0] == "HEAD"), deadline: HostClock.uptime + 10_000_000_000)
        if head.fields.first("Connection")?.asciiLowercased == "close" { return }
      }
    } catch .malformed {
      // A slave that speaks TLS, say: it is told in plain text, as by any HTTP server.
      let refusal = MasterAnswer(status: 400, body: Array("400 Bad Request".utf8))
      try? connection.send(refusal.bytes(), deadline: HostClock.uptime + 1_000_000_000)
    } catch {
      // The slave has gone, or the server stops: there is nobody to tell.
    }
  }

  private static func port(of descriptor: Int32) -> UInt16 {
    var form = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &form) {
      _ = $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
    }
    return UInt16(bigEndian: form.sin_port)
  }
}

extension MasterAnswer {
  /// The answer on the wire; its length is the sender's business.
  func bytes(isHead: Bool = false) -> [UInt8] {
    var bytes = Array("HTTP/1.1 \(status) \(MasterAnswer.phrase(status))\r\n".utf8)
    for field in fields.fields { bytes += field.name.bytes + Array(": ".utf8) + field.value.bytes + Array("\r\n".utf8) }
    let hasBody = status >= 200 && status != 204 && status != 304
    if hasBody, fields.first("Content-Length") == nil, fields.first("Transfer-Encoding") == nil {
      bytes += Array("Content-Length: \(body.count)\r\n".utf8)
    }
    bytes += Array("\r\n".utf8)
    return hasBody && !isHead ? bytes + body : bytes
  }

  private static func phrase(_ status: Int) -> String {
    switch status {
    case 200: "OK"
    case 201: "Created"
    case 301: "Moved Permanently"
    case 302: "Found"
    case 400: "Bad Request"
    case 401: "Unauthorized"
    case 403: "Forbidden"
    case 404: "Not Found"
    case 500: "Internal Server Error"
    case 502: "Bad Gateway"
    default: "Status"
    }
  }
}
