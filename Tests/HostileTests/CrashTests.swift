import Foundation
import GoWire
import NodeProtocol
import TestSupport
import Testing

/// A slave that is killed: what it answered is there, what it kept in memory is not.
@Suite struct CrashTests {
  /// When the slave is killed, seen from its client.
  enum Moment: Sendable, CustomTestStringConvertible {
    /// After so many bytes of the chunks' requests.
    case sent(Int)
    /// As soon as so many chunks are answered, the next one already on its way.
    case answered(Int)

    var testDescription: String {
      switch self {
      case .sent(let count): "after \(count) bytes"
      case .answered(let count): "after \(count) answers"
      }
    }
  }

  private static let chunkSize = 60_000
  private static let size = 6 * chunkSize - 777

  static let moments: [Moment] = {
    var choices = Choices(seed: 20_261_121)
    let fixed: [Moment] = [.sent(0), .sent(1), .sent(100), .sent(300), .sent(4096), .sent(chunkSize)]
    let random = (0..<18).map { _ in Moment.sent(choices.next(size + 1500)) }
    return fixed + (0...6).map { Moment.answered($0) } + random
  }()

  private static let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) }
  private static func chunk(_ index: Int) -> [UInt8] {
    Array(bytes[(index * chunkSize)..<min(size, (index + 1) * chunkSize)])
  }

  /// ST-5, ST-15.
  @Test(arguments: moments)
  func `what was answered before a kill is on the disk, the session is gone, and the file is listed`(_ moment: Moment)
    async throws
  {
    let requests = SignedRequests()
    let slave = try await HostileSlave(profile: "documented", isConfined: true)
    let made = HostileWire.ask(
      requests.createSession("s", "conf/up/blob.bin", size: Self.size, chunkSize: Self.chunkSize), port: slave.port)
    try #require(String(decoding: made.bytes, as: UTF8.self).hasSuffix(#"{"code":0,"msg":""}"#))

    let answered = try await onThread { Result { try Self.upload(to: slave, requests, killing: moment) } }.get()
    let ended = try await slave.child.end()
    #expect(ended.code == -SIGKILL)
    if case .answered(let count) = moment { #expect(answered >= count) }

    let file = FileManager.default.contents(atPath: slave.folder.path("a/work/conf/up/blob.bin")).map { [UInt8]($0) }
    let disk = try #require(file)
    let promised = min(Self.size, answered * Self.chunkSize)
    #expect(disk.count >= promised && disk.count <= Self.size)
    #expect(disk.prefix(promised).elementsEqual(Self.bytes.prefix(promised)))
    // What came of an unanswered chunk is its beginning.
    #expect(disk.elementsEqual(Self.bytes.prefix(disk.count)))

    let next = try await HostileSlave(profile: "documented", isConfined: true, folder: slave.folder)
    let gone = HostileWire.ask(requests.chunk("s", 0, Self.chunk(0)), port: next.port)
    // All six were answered: the session was over before.
    #expect(String(decoding: gone.bytes, as: UTF8.self).contains(#"{"code":40011,"msg":"","#))
    let list = HostileWire.ask(requests.list("conf/up"), port: next.port)
    let listed = try SignedRequests.listed(try #require(WireAnswer(list.bytes)))
    #expect(listed.map(\.name) == ["blob.bin"])
    #expect(listed.first?.isDirectory == false)
    #expect(listed.first?.size == Int64(disk.count))
    #expect(listed.first?.source == GoString(slave.folder.path("a/work/conf/up/blob.bin")))
    // Nothing stands in the way of beginning again.
    let again = HostileWire.ask(
      requests.createSession("s", "conf/up/blob.bin", size: 3, overwrites: true), port: next.port)
    #expect(String(decoding: again.bytes, as: UTF8.self).hasSuffix(#"{"code":0,"msg":""}"#))
    let whole = HostileWire.ask(requests.chunk("s", 0, [1, 2, 3]), port: next.port)
    #expect(String(decoding: whole.bytes, as: UTF8.self).hasSuffix(#"{"code":0,"msg":""}"#))
    next.child.signal(SIGTERM)
    #expect(try await next.child.end().code == 0)
  }

  /// Sends the chunks one after the other on a connection, kills the slave at the moment and goes on as long as anything is
  /// taken. How many chunks were answered, in all.
  private static func upload(to slave: HostileSlave, _ requests: SignedRequests, killing moment: Moment) throws -> Int {
    guard let descriptor = HostileWire.connect(slave.port) else { throw Child.Trouble(description: "no connection") }
    defer { close(descriptor) }
    var sent = 0
    var answered = 0
    if case .answered(0) = moment { slave.child.signal(SIGKILL) }
    for index in 0..<6 {
      var rest = requests.chunk("s", index, chunk(index), keepsAlive: true)[...]
      while !rest.isEmpty {
        var piece = min(rest.count, 16_384)
        if case .sent(let limit) = moment {
          if sent == limit { slave.child.signal(SIGKILL) } else if sent < limit { piece = min(piece, limit - sent) }
        }
        let count = rest.prefix(piece).withUnsafeBytes {
          send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        if count <= 0 { break }
        sent += count
        rest = rest.dropFirst(count)
      }
      guard let answer = HostileWire.answer(on: descriptor) else { break }
      guard String(decoding: answer, as: UTF8.self).hasSuffix(#"{"code":0,"msg":""}"#) else {
        throw Child.Trouble(description: "chunk \(index): \(AnswerRule.readable(answer))")
      }
      answered += 1
      if case .answered(answered) = moment { slave.child.signal(SIGKILL) }
    }
    slave.child.signal(SIGKILL)
    return answered
  }
}
