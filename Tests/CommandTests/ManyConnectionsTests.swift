import Foundation
import TestSupport
import Testing

/// What a slave bears, seen from outside its process.
@Suite(.serialized) struct ManyConnectionsTests {
  private static let request = Array("GET /api/v4/slave/task/1 HTTP/1.1\r\nHost: x\r\n\r\n".utf8)
  private static let uploadID = "5f0c1d9e-0000-4000-8000-000000000001"

  @Test func `5,000 connections are open at once, and each gets its answer`() async throws {
    let count = 5_000
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    limit.rlim_cur = limit.rlim_max
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    try #require(limit.rlim_cur > rlim_t(count + 200), "the system grants too few descriptors: raise `ulimit -Hn`")
    let folder = try TemporaryFolder()
    let node = try await RunningNode.slave(StartTests.conf, in: folder)
    let address = try node.address
    let trouble = await onThread { () -> String? in
      var sockets: [Int32] = []
      defer { for socket in sockets { close(socket) } }
      while sockets.count < count {
        guard let socket = TestSocket.connect(to: address) else { return "connection \(sockets.count) is not taken" }
        var patience = timeval(tv_sec: 30, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        sockets.append(socket)
      }
      for round in 1...2 {
        for (number, socket) in sockets.enumerated() where !TestSocket.send(Self.request, on: socket) {
          return "connection \(number) takes no request in round \(round)"
        }
        for (number, socket) in sockets.enumerated() {
          let answer = String(decoding: TestSocket.read(socket), as: UTF8.self)
          guard answer.hasPrefix("HTTP/1.1 200 OK\r\n") else {
            return "connection \(number) is answered in round \(round): \(answer)"
          }
        }
      }
      return nil
    }
    try #require(trouble == nil)
    #expect(try await node.isSlave())
    #expect(try await node.stop().code == 0)
  }

  /// ST-4: a chunk without a length is refused, and read to its end all the same.
  @Test(arguments: [true, false]) func `a chunk of 64 MB leaves the memory flat, and arrives byte for byte`(
    hasLength: Bool
  ) async throws {
    let folder = try TemporaryFolder()
    let node = try await RunningNode.slave(StartTests.conf, in: folder)
    let address = try node.address
    let size = 64 << 20
    // A prime number of bytes: no two blocks look alike.
    let table = (0..<65_521).map { UInt8(truncatingIfNeeded: ($0 &* 31) ^ ($0 >> 7)) }
    let session = Self.session(size: size, savePath: "data/big.bin")
    let created = try await WireClient.send(
      "PUT", "/api/v4/slave/upload", headers: [try await Signed.header("PUT", "/api/v4/slave/upload", body: session)],
      body: session, to: address)
    #expect(created.text == #"{"code":0,"msg":""}"#)
    let before = try Self.peakMemory(of: node.child.pid)
    let target = "/api/v4/slave/upload/\(Self.uploadID)"
    let (name, value) = try await Signed.header("POST", target)
    let text = try await onThread {
      Result { () throws -> String in
        let socket = try #require(TestSocket.connect(to: address))
        defer { close(socket) }
        let framing = hasLength ? "Content-Length: \(size)" : "Transfer-Encoding: chunked"
        let head =
          "POST \(target)?chunk=0 HTTP/1.1\r\nHost: node\r\nConnection: close\r\n\(name): \(value)\r\n\(framing)\r\n\r\n"
        _ = TestSocket.send(Array(head.utf8), on: socket)
        var sent = 0
        while sent < size {
          let piece = Array(table.prefix(size - sent))
          if !hasLength { _ = TestSocket.send(Array("\(String(piece.count, radix: 16))\r\n".utf8), on: socket) }
          guard TestSocket.send(piece, on: socket) else { break }
          if !hasLength { _ = TestSocket.send([13, 10], on: socket) }
          sent += piece.count
        }
        if !hasLength { _ = TestSocket.send(Array("0\r\n\r\n".utf8), on: socket) }
        return String(decoding: TestSocket.readAll(socket), as: UTF8.self)
      }
    }.get()
    let expected = hasLength ? #"{"code":0,"msg":""}"# : "{\"code\":40013,"
    #expect(text.contains(expected), "\(text)")
    #expect(try Self.peakMemory(of: node.child.pid) - before < 16 << 20)
    guard hasLength else {
      #expect(try await node.stop().code == 0)
      return
    }
    let stored = try Data(contentsOf: URL(fileURLWithPath: folder.path("data/big.bin")), options: .alwaysMapped)
    let expectation = Data(table)
    var offset = 0
    while offset < size {
      let count = min(table.count, size - offset)
      guard stored.subdata(in: offset..<(offset + count)) == expectation.prefix(count) else { break }
      offset += count
    }
    #expect(offset == size)
    #expect(try await node.stop().code == 0)
  }

  /// Bytes of memory that a process has had at most.
  private static func peakMemory(of pid: pid_t) throws -> Int {
    let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
    let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
    return try #require(line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }) * 1024
  }

  private static func session(size: Int, savePath: String) -> [UInt8] {
    Array(
      """
      {"session":{"UID":1,"Policy":{"id":2,"name":"remote","type":"remote","settings":{"chunk_size":\(size)},"node_id":2},\
      "Callback":"http://127.0.0.1:1/k","CallbackSecret":"k","Props":{"Uri":{"uri":"cloudreve://my/a"},"Size":\(2 * size),\
      "UploadSessionID":"\(uploadID)","SavePath":"\(savePath)","ExpireAt":"2099-01-01T00:00:00Z"}},"overwrite":false}
      """.utf8)
  }
}
