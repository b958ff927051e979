import Glibc
import GoWire
import LiveWorld
import ReferenceNode
import Simulator
import TestSupport
import Testing

/// Answers that try each of the door's rules.
private struct Rules: HTTPHandler {
  func respond(to request: HTTPRequest) async -> HTTPResponse {
    switch request.target {
    case "/early": return HTTPResponse(status: 403, body: .bytes(Array("no".utf8)))
    case "/empty": return HTTPResponse(status: 200)
    case "/204": return HTTPResponse(status: 204)
    case "/304": return HTTPResponse(status: 304, fields: HTTPFields([HTTPFields.Field("ETag", "\"x\"")]))
    case "/412": return HTTPResponse(status: 412)
    case "/abort": return .aborted
    case "/close": return HTTPResponse(status: 200, body: .bytes([0x61]), closes: true)
    case "/known": return HTTPResponse(status: 200, body: .stream(count: 6, Source(["abc", "def"])))
    case "/unknown": return HTTPResponse(status: 200, body: .stream(count: nil, Source(["abc", "def"])))
    case "/cut": return HTTPResponse(status: 200, body: .stream(count: 10, Source(["abc"], fails: true)))
    case "/framing":
      let fields = HTTPFields([HTTPFields.Field("Content-Length", "7"), HTTPFields.Field("X-A", "b")])
      return HTTPResponse(status: 200, fields: fields, body: .bytes(Array("abc".utf8)))
    default: return await echo(request)
    }
  }

  private func echo(_ request: HTTPRequest) async -> HTTPResponse {
    var text = request.method + " " + request.target + " " + GoString("\(request.contentLength ?? -1)") + "\n"
    for field in request.fields.fields { text += field.name + "=" + field.value + "\n" }
    do throws(HTTPBodyError) {
      while let piece = try await request.body.next() { text.bytes += piece }
    } catch {
      return .aborted
    }
    return HTTPResponse(status: 200, body: .bytes(text.bytes))
  }
}

private actor Source: HTTPBody {
  private var pieces: [GoString]
  private let fails: Bool

  init(_ pieces: [GoString], fails: Bool = false) {
    self.pieces = pieces
    self.fails = fails
  }

  func next() async throws(HTTPBodyError) -> [UInt8]? {
    if !pieces.isEmpty { return pieces.removeFirst().bytes }
    if fails { throw .sourceFailed }
    return nil
  }
}

@Suite struct ServerParityTests {
  private static let end = "GET /end HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"

  /// What a client sends on one connection; the server ends each.
  private static let conversations: [String] =
    ["empty", "204", "304", "412", "known", "unknown", "framing", "echo?a=%20b;c&&d=+"].flatMap { path in
      ["GET", "HEAD"].map { "\($0) /\(path) HTTP/1.1\r\nHost: x\r\n\r\n" + end }
    } + [
      "GET /abort HTTP/1.1\r\nHost: x\r\n\r\n", "GET /close HTTP/1.1\r\nHost: x\r\n\r\n" + end,
      "GET /cut HTTP/1.1\r\nHost: x\r\n\r\n" + end, "GET /unknown HTTP/1.0\r\n\r\n", "GET /known HTTP/1.0\r\n\r\n",
      "GET /a%2Fb//c/../%41?q=%2F&&z=%zz HTTP/1.1\r\nHost: x\r\nX-b:  1 \r\nX-A:\t2\r\nX-b:\r\n\r\n" + end,
      "POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello" + end,
      "POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\ncontent-length: 5\r\n\r\nhello" + end,
      "POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n" + end, "POST /p HTTP/1.1\r\nHost: x\r\n\r\n" + end,
      "POST /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n3;a=b\r\n, w\r\n0\r\n\r\n" + end,
      "PUT /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\n\r\n0\r\nX-Sum: 1\r\n\r\n" + end,
      "POST /early HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n" + String(repeating: "x", count: 200_000)
        + end,
      "POST /early HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n" + end,
      "PUT /p HTTP/1.1\r\nHost: x\r\nExpect: tea\r\nContent-Length: 0\r\n\r\n",
      "BREW /pot HTTP/1.1\r\nHost: x\r\n\r\n" + end, "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n" + end,
    ] + refused

  private static let refused: [String] =
    [
      "Host: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n",
      "Host: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n",
      "Host: x\r\nTransfer-Encoding: gzip\r\n", "Host: x\nA: b\r\n", "Host: x\r\nA b: c\r\n", "Host: x\r\nA : c\r\n",
      "Host: x\r\nA(b): c\r\n", "Host: x\r\n: c\r\n", "Host: x\r\nabc\r\n", "Host: x\r\nA: one\r\n two\r\n",
      "Host: x\r\nA: \u{1}\r\n", "A: b\r\n", "", "Host: x\r\nHost: x\r\n", "Host: x/y\r\n",
      "Host: x\r\nContent-Length: +5\r\n",
      "Host: x\r\nContent-Length: 5, 5\r\n", "Host: x\r\nContent-Length:\r\n",
    ].map { "POST / HTTP/1.1\r\n\($0)\r\n" } + [
      "GET /a%2 HTTP/1.1\r\nHost: x\r\n\r\n", "GET a/b HTTP/1.1\r\nHost: x\r\n\r\n",
    ]

  /// Beginnings of conversations after which the two may differ, with the reason. Their first answers have the same status.
  private static let differences: [String: String] = [
    "GET /304": "the library can send no 304 without a length on a connection that goes on",
    "HEAD /304": "the same",
    "HEAD /unknown": "the library ends the connection after a HEAD of unknown length",
  ]

  @Test func `the server in memory answers what the real one answers`() async throws {
    let real = try await onThread { Result { try Self.overSockets() } }.get()
    let virtual = try Simulation(seed: 1).run { world in
      let server = world.node("slave").serve(Rules())
      var seen: [[String]] = []
      for text in Self.conversations { seen.append(Self.answers(await server.send(raw: Array(text.utf8)).bytes, text)) }
      return seen
    }
    for (index, text) in Self.conversations.enumerated() {
      let differs = Self.differences.keys.contains(where: text.hasPrefix)
      if differs { #expect(real[index].first?.prefix(3) == virtual[index].first?.prefix(3)) }
      guard (real[index] == virtual[index]) == differs else { continue }
      let begin = text.prefix(120).debugDescription
      Issue.record("\(begin)\n  real:   \(real[index])\n  memory: \(virtual[index])")
    }
  }

  private static func overSockets() throws -> [[String]] {
    let folder = try TemporaryFolder()
    let live = LiveWorld(folder: GoString(folder.path))
    live.start()
    defer {
      live.stop()
      live.join()
    }
    let server = try live.serve(Rules(), on: .tcp("127.0.0.1:0"))
    return conversations.map { text in answers(exchange(Array(text.utf8), port: server.port), text) }
  }

  private static func exchange(_ bytes: [UInt8], port: UInt16) -> [UInt8] {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let connected = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard connected == 0 else { return Array("nobody there".utf8) }
    var patience = timeval(tv_sec: 60, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    _ = bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    var all: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = recv(descriptor, &buffer, buffer.count, 0)
      if count <= 0 { return all }
      all += buffer[..<count]
    }
  }

  /// Each answer as a line: status, fields in alphabetical order but those that differ rightly, and the body.
  private static func answers(_ bytes: [UInt8], _ request: String) -> [String] {
    var lines: [String] = []
    var rest = bytes[...]
    var isHead = request.hasPrefix("HEAD")
    while !rest.isEmpty {
      guard let end = rest.indices.first(where: { rest[$0...].starts(with: "\r\n\r\n".utf8) }) else {
        lines.append("cut: \(String(decoding: rest, as: UTF8.self))")
        break
      }
      let head = String(decoding: rest[..<end], as: UTF8.self).split(separator: "\r\n").map(String.init)
      rest = rest[(end + 4)...]
      let fields = head.dropFirst().map { $0.lowercased() }.filter {
        !$0.hasPrefix("date:") && !$0.hasPrefix("connection:")
      }
      var body: [UInt8] = []
      let length = fields.first { $0.hasPrefix("content-length: ") }.flatMap { Int($0.dropFirst(16)) }
      let status = head[0].split(separator: " ").dropFirst().first ?? ""
      if isHead || status == "204" || status == "304" {
        isHead = false
      } else if fields.contains("transfer-encoding: chunked") {
        var decoder = HTTPChunkedDecoder()
        if let (data, taken) = try? decoder.read(rest) {
          body = data
          rest = rest.dropFirst(taken)
        }
      } else {
        body = Array(rest.prefix(length ?? rest.count))
        rest = rest.dropFirst(body.count)
      }
      lines.append("\(status) \(fields.sorted()) \(String(decoding: body, as: UTF8.self))")
    }
    return lines
  }
}
