import GoWire
import NodeProtocol
import ReferenceNode
import Testing

@Suite struct UploadSessionMachineTests {
  @Test func `chunks in order end with one call`() {
    let transcript = uploadTranscript(.documented, size: 25, chunkSize: 10) {
      $0.chunk(0, 10)
      $0.chunk(1, 10)
      $0.chunk(2, 5)
      $0.accepted()
      $0.arrived(2, 5)
    }
    #expect(
      transcript
        == """
        chunk 0 arrived: writer 1 at 0 10 bytes
        writer 1 done: answer
        chunk 1 arrived: writer 2 at 10 10 bytes
        writer 2 done: answer
        chunk 2 arrived: writer 3 at 20 5 bytes
        writer 3 done: call the master
        call accepted: answer and forget
        chunk 2 arrived: 40011 \n
        """.dropLast())
  }

  @Test(arguments: [
    // (index, announced, answer)
    (-1, 5, "chunk -1 arrived: 40013 Invalid Content-Length (expected: 10)"),
    (3, 5, "chunk 3 arrived: 40013 Invalid Content-Length (expected: -5)"),
    (3, -5, "chunk 3 arrived: 40013 Invalid Content-Length (expected: -5)"),
    (30, 10, "chunk 30 arrived: 40013 Invalid Content-Length (expected: -275)"),
    (2, 6, "chunk 2 arrived: 40013 Invalid Content-Length (expected: 5)"),
    (0, 0, "chunk 0 arrived: 40013 Invalid Content-Length (expected: 10)"),
    (Int64.max, 3, "chunk 9223372036854775807 arrived: 40013 Invalid Content-Length (expected: 10)"),
    (Int64.min, 3, "chunk -9223372036854775808 arrived: 40013 Invalid Content-Length (expected: 10)"),
  ])
  func `a length that does not fit is refused`(index: Int64, announced: Int64, answer: String) {
    #expect(uploadTranscript(.documented, size: 25, chunkSize: 10) { $0.arrived(index, announced) } == answer)
  }

  @Test func `an empty file is one chunk of no bytes`() {
    let transcript = uploadTranscript(.documented, size: 0, chunkSize: 10) {
      $0.chunk(0, 0)
      $0.accepted()
    }
    #expect(
      transcript == """
        chunk 0 arrived: writer 1 at 0 0 bytes
        writer 1 done: call the master
        call accepted: answer and forget
        """)
  }

  @Test func `without a callback the last chunk completes at once`() {
    let transcript = uploadTranscript(.documented, size: 5, chunkSize: 0, hasCallback: false) { $0.chunk(7, 5) }
    #expect(
      transcript == """
        chunk 7 arrived: writer 1 at 0 5 bytes
        writer 1 done: answer and forget
        """)
  }

  // ST-6
  @Test(arguments: [
    (
      Profile.cloudreve40,
      """
      chunk 2 arrived: writer 1 at 20 5 bytes
      writer 1 done: call the master
      call accepted: answer and forget
      """
    ),
    (
      Profile.cloudreve414,
      """
      chunk 2 arrived: writer 1 at 20 5 bytes
      writer 1 done: answer
      chunk 0 arrived: writer 2 at 0 10 bytes
      writer 2 done: answer
      chunk 1 arrived: writer 3 at 10 10 bytes
      writer 3 done: call the master
      call accepted: answer and forget
      """
    ),
  ])
  func `which chunk completes a preallocated file goes by version`(profile: Profile, expected: String) {
    let transcript = uploadTranscript(profile, size: 25, chunkSize: 10) {
      $0.chunk(2, 5)
      if profile.completionRule == .allChunks {
        $0.chunk(0, 10)
        $0.chunk(1, 10)
      }
      $0.accepted()
    }
    #expect(transcript == expected)
  }

  @Test func `chunk 0 empties the file in one version only`() {
    func line(_ profile: Profile) -> String {
      uploadTranscript(profile, size: 25, chunkSize: 10) { $0.arrived(0, 10) }
    }
    #expect(line(.cloudreve40) == "chunk 0 arrived: writer 1 at 0 10 bytes emptying the file")
    #expect(line(.cloudreve414) == "chunk 0 arrived: writer 1 at 0 10 bytes")
  }

  // QUIRK-17
  @Test(arguments: [
    (Profile.documented, "writer 2 done: call the master"),
    (Profile.cloudreve40, "writer 2 done: call the master"),
    (Profile.cloudreve414, "writer 2 done: answer"),
  ])
  func `the chunk repeated after a failed call goes by version`(profile: Profile, expected: String) {
    var transcript = UploadTranscript(profile, size: 5, chunkSize: 10)
    transcript.chunk(0, 5)
    transcript.refused(.lockConflict)
    transcript.chunk(0, 5)
    #expect(transcript.lines.last == expected)
  }

  // CB-5, QUIRK-16
  @Test(arguments: [
    (Profile.documented, "call refused: answer and forget"),
    (Profile.cloudreve40, "call refused: 40011 no"),
  ])
  func `a call whose answer was lost may be repeated`(profile: Profile, expected: String) {
    var transcript = UploadTranscript(profile, size: 5, chunkSize: 10)
    transcript.chunk(0, 5)
    transcript.lost()
    transcript.chunk(0, 5)
    transcript.refused(.uploadSessionExpired)
    #expect(transcript.lines.last == expected)
  }

  @Test func `a master that never heard of the session is believed when no answer was lost`() {
    var transcript = UploadTranscript(.documented, size: 5, chunkSize: 10)
    transcript.chunk(0, 5)
    transcript.refused(.uploadSessionExpired)
    #expect(transcript.lines.last == "call refused: 40011 no")
    transcript.chunk(0, 5)
    transcript.refused(.uploadSessionExpired)
    #expect(transcript.lines.last == "call refused: 40011 no")
  }

  @Test func `a sender that left before the end may ask once more`() {
    let transcript = uploadTranscript(.documented, size: 5, chunkSize: 10) {
      $0.chunk(0, 5)
      $0.accepted(isAwaited: false)
      $0.arrived(0, 6)
      $0.arrived(0, 5)
      $0.arrived(0, 5)
    }
    #expect(
      transcript
        == """
        chunk 0 arrived: writer 1 at 0 5 bytes
        writer 1 done: call the master
        call accepted: keep
        chunk 0 arrived: 40013 Invalid Content-Length (expected: 5)
        chunk 0 arrived: answer and forget
        chunk 0 arrived: 40011 \n
        """.dropLast())
  }

  @Test func `a chunk sent again takes the first writer's place`() {
    let transcript = uploadTranscript(.documented, size: 25, chunkSize: 10) {
      $0.arrived(0, 10)
      $0.arrived(1, 10)
      $0.arrived(0, 10)
      $0.mayWrite(1)
      $0.mayWrite(2)
      $0.mayWrite(3)
      $0.written(3)
      $0.mayWrite(1)
      $0.failed(1)
    }
    #expect(
      transcript == """
        chunk 0 arrived: writer 1 at 0 10 bytes
        chunk 1 arrived: writer 2 at 10 10 bytes
        chunk 0 arrived: writer 3 at 0 10 bytes instead of 1
        writer 1 may write: no
        writer 2 may write: yes
        writer 3 may write: yes
        writer 3 done: answer
        writer 1 may write: no
        writer 1 failed
        """)
  }

  @Test func `a chunk cut off while it is repeated is not whole any more`() {
    let transcript = uploadTranscript(.documented, size: 20, chunkSize: 10) {
      $0.chunk(0, 10)
      $0.arrived(0, 10)
      $0.chunk(1, 10)
      $0.failed(2)
      $0.chunk(0, 10)
    }
    #expect(
      transcript == """
        chunk 0 arrived: writer 1 at 0 10 bytes
        writer 1 done: answer
        chunk 0 arrived: writer 2 at 0 10 bytes
        chunk 1 arrived: writer 3 at 10 10 bytes
        writer 3 done: answer
        writer 2 failed
        chunk 0 arrived: writer 4 at 0 10 bytes
        writer 4 done: call the master
        """)
  }

  @Test func `a chunk that comes during the call shares its end`() {
    let transcript = uploadTranscript(.documented, size: 5, chunkSize: 10) {
      $0.chunk(0, 5)
      $0.arrived(0, 5)
      $0.accepted()
    }
    #expect(
      transcript == """
        chunk 0 arrived: writer 1 at 0 5 bytes
        writer 1 done: call the master
        chunk 0 arrived: join the call
        call accepted: answer and forget
        """)
  }

  @Test func `deleting stops every writer and refuses what they bring`() {
    let transcript = uploadTranscript(.documented, size: 25, chunkSize: 10) {
      $0.arrived(0, 10)
      $0.arrived(1, 10)
      $0.deleted()
      $0.mayWrite(1)
      $0.written(1)
      $0.failed(2)
      $0.arrived(2, 5)
    }
    #expect(
      transcript
        == """
        chunk 0 arrived: writer 1 at 0 10 bytes
        chunk 1 arrived: writer 2 at 10 10 bytes
        deleted: stop [1, 2] and remove
        writer 1 may write: no
        writer 1 done: 40011 \n\
        writer 2 failed
        chunk 2 arrived: 40011 \n
        """.dropLast())
  }

  @Test func `deleting what the master has keeps the file`() {
    let transcript = uploadTranscript(.documented, size: 5, chunkSize: 10) {
      $0.chunk(0, 5)
      $0.accepted(isAwaited: false)
      $0.deleted()
    }
    #expect(transcript.hasSuffix("deleted: forget"))
  }

  @Test func `a session deleted during its call ends with what the master says`() {
    let transcript = uploadTranscript(.documented, size: 5, chunkSize: 10) {
      $0.chunk(0, 5)
      $0.deleted()
      $0.refused(.uploadSessionExpired)
    }
    #expect(transcript.hasSuffix("deleted: stop [] and remove\ncall refused: 40011 no"))
  }

  @Test func `a replaced session stops its writers`() {
    let transcript = uploadTranscript(.documented, size: 25, chunkSize: 10) {
      $0.arrived(0, 10)
      $0.replaced()
      $0.mayWrite(1)
    }
    #expect(transcript.hasSuffix("replaced: stop [1]\nwriter 1 may write: no"))
  }
}

@Suite struct ChunkPlanTests {
  @Test(
    arguments: [
      (25, 10, 3), (20, 10, 2), (5, 10, 1), (0, 10, 1), (25, 0, 1), (-5, 10, 1), (25, -10, 1),
      (Int64.max, 1, Int64.max), (Int64.max, Int64.max, 1), (Int64.min, -1, 1),
    ] as [(Int64, Int64, Int64)])
  func `the number of chunks is the size over the chunk size, rounded up`(size: Int64, chunkSize: Int64, count: Int64) {
    #expect(ChunkPlan(size: size, chunkSize: chunkSize).count == count)
  }

  @Test(arguments: [Int64.min, Int64.min + 1, -1, 0, 1, Int64.max - 1, Int64.max])
  func `no index and no size traps`(index: Int64) {
    for size in [Int64.min, -1, 0, 1, Int64.max] {
      for chunkSize in [Int64.min, -1, 0, 1, Int64.max] {
        let plan = ChunkPlan(size: size, chunkSize: chunkSize)
        _ = (plan.length(of: index), plan.offset(of: index), plan.isLast(index), plan.number(of: index))
      }
    }
  }
}

@Suite struct SpeedLimitTests {
  /// Seconds until `total` bytes have been sent.
  private func duration(_ total: Int, at rate: Int64) throws -> Double {
    var limit = try #require(SpeedLimit(bytesPerSecond: rate, now: Uptime(nanoseconds: 5)))
    var now = Uptime(nanoseconds: 5)
    var rest = total
    while rest > 0 {
      switch limit.next(upTo: rest, now: now) {
      case .send(let count):
        #expect(count > 0 && count <= rest)
        rest -= count
      case .wait(let until):
        #expect(until > now)
        now = until
      }
    }
    return Double(now.nanoseconds - 5) / 1e9
  }

  // ST-9
  @Test(
    arguments: [
      (5000, 1000, 4.0), (1000, 1000, 0.0), (1001, 1000, 0.001), (3, 1, 2.0), (10_000_000, 4_000_000, 1.5),
      (1_000_000, Int64.max, 0.0),
    ] as [(Int, Int64, Double)])
  func `one second's worth is free, the rest takes its time`(total: Int, rate: Int64, seconds: Double) throws {
    #expect(abs(try duration(total, at: rate) - seconds) < 1e-6)
  }

  @Test func `a rate of zero or less is no limit`() {
    #expect(SpeedLimit(bytesPerSecond: 0, now: Uptime(nanoseconds: 0)) == nil)
    #expect(SpeedLimit(bytesPerSecond: -1, now: Uptime(nanoseconds: 0)) == nil)
  }

  @Test func `a slow reader saves up no more than one second's worth`() throws {
    var limit = try #require(SpeedLimit(bytesPerSecond: 100, now: Uptime(nanoseconds: 0)))
    let later = Uptime(nanoseconds: 0) + .seconds(1000)
    #expect(limit.next(upTo: 1000, now: later) == .send(100))
    guard case .wait = limit.next(upTo: 1000, now: later) else {
      Issue.record("the bucket holds more than a second's worth")
      return
    }
  }

  @Test func `a clock that stands still or goes back gives nothing`() throws {
    var limit = try #require(SpeedLimit(bytesPerSecond: 100, now: Uptime(nanoseconds: 1000)))
    #expect(limit.next(upTo: 100, now: Uptime(nanoseconds: 1000)) == .send(100))
    guard case .wait = limit.next(upTo: 100, now: Uptime(nanoseconds: Int64.min)) else {
      Issue.record("going back filled the bucket")
      return
    }
  }
}
