import Foundation
import Glibc
import GoWire
import ReferenceNode
import Testing

@testable import LiveWorld

@Suite struct LogTests {
  private static let noon = timespec(tv_sec: 1_795_186_021, tv_nsec: 250_000_000)
  private static let line = LogLine(
    .warning, "chunk\nrefused", requestID: "5f0c1d9e",
    details: [
      .init("path", "/a b"), .init("code", "40013"), .init("raw", GoString([0x1B, 0x5B, 0xFF])), .init("empty", ""),
    ])

  @Test func `text is one line for people, its control characters shown`() {
    #expect(
      String(decoding: LiveLog.text(LogTests.line, LogTests.noon), as: UTF8.self)
        == #"2026-11-20T14:47:01.250Z WARN  chunk\nrefused path="/a b" code=40013 raw="\x1b[\xff" empty="" request=5f0c1d9e"#
    )
  }

  @Test func `no terminal sequence gets through`() {
    let text = LiveLog.text(
      LogLine(.info, "a\u{9B}31mb\u{1B}[0m", details: [.init("k", "\u{9B}x\u{7F}")]), LogTests.noon)
    #expect(text.suffix(from: 25).allSatisfy { 0x20..<0x7F ~= $0 })
  }

  @Test func `JSON is one object a line, whatever is in it`() throws {
    let bytes = LiveLog.json(LogTests.line, LogTests.noon)
    #expect(!bytes.contains(0x0A))
    let object = try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
    #expect(object["time"] as? String == "2026-11-20T14:47:01.250Z")
    #expect(object["level"] as? String == "warning")
    #expect(object["message"] as? String == "chunk\nrefused")
    #expect(object["request_id"] as? String == "5f0c1d9e")
    #expect(
      object["details"] as? [String: String] == [
        "path": "/a b", "code": "40013", "raw": "\u{1B}[\u{FFFD}", "empty": "",
      ])
  }

  @Test func `lines below the level are not written, lines of several threads do not mix`() throws {
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    let log = LiveLog(level: .info, descriptor: ends[1])
    let done = Notes<Bool>()
    for thread in 0..<4 {
      Background.run {
        for number in 0..<50 {
          log.write(LogLine(.debug, "unwanted"))
          log.write(LogLine(.info, "thread \(thread) line \(number)"))
        }
        done.add(true)
      }
    }
    try done.wait(for: 4)
    close(ends[1])
    let reader = RawPipe(ends[0])
    let lines = reader.all().split(separator: "\n")
    #expect(lines.count == 200)
    #expect(lines.allSatisfy { $0.wholeMatch(of: /\S+Z INFO  thread \d line \d+/) != nil })
  }
}

/// The reading end of a pipe.
private struct RawPipe {
  let descriptor: Int32
  init(_ descriptor: Int32) { self.descriptor = descriptor }

  func all() -> String {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while case let count = read(descriptor, &buffer, buffer.count), count > 0 { bytes += buffer[..<count] }
    close(descriptor)
    return String(decoding: bytes, as: UTF8.self)
  }
}
