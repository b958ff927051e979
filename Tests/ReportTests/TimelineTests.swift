import GoWire
import ReferenceNode
import Simulator
import Testing

@Suite struct TimelineTests {
  private static let timeline = Timeline(TraceSample.uploadTrace, faults: TraceSample.faults)

  private static func exchanges(_ timeline: Timeline) -> [Timeline.Exchange] {
    timeline.items.compactMap { if case .exchange(let exchange) = $0.content { exchange } else { nil } }
  }

  @Test func `nodes are lanes in the order in which they appear`() {
    #expect(Self.timeline.lanes == ["S1", "M", "browser"])
  }

  @Test func `an exchange is one item with both sides' times`() throws {
    let exchanges = Self.exchanges(Self.timeline)
    #expect(exchanges.count == 4 && Self.timeline.exchangeCount == 4)
    let callback = try #require(exchanges.first { $0.kind == .callback })
    #expect(callback.from == 0 && callback.to == 1)
    #expect(callback.received == TraceSample.time(2.005) && callback.sent == TraceSample.time(2.007))
    #expect(callback.ended == TraceSample.time(2.008) && callback.status == 200)
    let cut = try #require(exchanges.first { $0.failure != nil })
    #expect(cut.received == nil && cut.failure == "write: connection reset by peer")
  }

  @Test func `numbers are unique, items stand in the order of their times, and every event counts`() {
    let numbers = Self.timeline.items.map(\.number)
    #expect(Set(numbers).count == numbers.count)
    #expect(Self.timeline.items.map(\.time) == Self.timeline.items.map(\.time).sorted())
    #expect(Self.timeline.eventCount == TraceSample.uploadTrace.count)
    #expect(Self.timeline.end == TraceSample.time(6))
  }

  @Test func `equal disk operations of a request are one step, and those in a row one item`() throws {
    let disk = Self.timeline.items.compactMap { item -> [Timeline.DiskStep]? in
      if case .disk(let steps) = item.content { steps } else { nil }
    }
    #expect(disk.count == 1)
    let steps = try #require(disk.first)
    #expect(steps.map(\.verb) == ["write", "sync"])
    #expect(steps.map(\.count) == [4, 1] && steps[0].bytes == 1 << 20)
    #expect(steps[1].failure == "input/output error")
  }

  @Test func `a planned fault is a band with its firings, whether it fired or not, and ends when it is healed`() {
    let bands = Self.timeline.bands
    #expect(bands.map(\.kind) == [.reset, .noSync])
    #expect(bands[0].firings.count == 1 && bands[1].firings == [])
    #expect(bands[0].until == TraceSample.time(5) && bands[1].from == TraceSample.time(2))
    #expect(bands[0].place == "browser → S1" && Set(bands[0].lanes) == [0, 2])
    #expect(bands[0].words == "exchange chunk (browser), nth 1")
    #expect(Self.timeline.firingCount == 1)
    // Without the plan, what fired is known.
    #expect(Timeline(TraceSample.uploadTrace).bands.map(\.kind) == [.reset])
  }

  @Test func `a process lives from its start to its end, with its pauses`() throws {
    let life = try #require(Self.timeline.lives.first)
    #expect(Self.timeline.lives.count == 1)
    #expect(life.version == "4.14.0" && life.ending == .killed && life.until == TraceSample.time(6))
    #expect(life.pauses.map(\.from) == [TraceSample.time(4)] && life.pauses.map(\.until) == [TraceSample.time(4.5)])
  }

  @Test func `a request that only its server has seen is an exchange without a client`() throws {
    var trace = TraceSample()
    trace.add(1, "S1", .requestReceived(number: nil, method: "GET", target: "/a"), "one")
    trace.add(1.5, "S1", .requestReceived(number: nil, method: "GET", target: "/b"), "two")
    trace.add(2, "S1", .responseSent(number: nil, status: 404), "two")
    trace.add(3, "S1", .responseSent(number: nil, status: nil), "one")
    let exchanges = Self.exchanges(Timeline(trace.events))
    #expect(exchanges.map(\.status) == [nil, 404])
    #expect(exchanges.map(\.ended) == [TraceSample.time(3), TraceSample.time(2)])
    #expect(exchanges.allSatisfy { $0.from == nil })
  }

  @Test func `an exchange begins when its client begins to connect`() throws {
    var trace = TraceSample()
    trace.add(1, "M", .exchangePhase(number: 1, .connect, bytes: 0))
    trace.add(1.5, "M", .log(LogLine(.info, "between")))
    _ = trace.begin(2, "M", "S1", .ping, "POST", "/api/v4/slave/ping")
    let timeline = Timeline(trace.events)
    #expect(timeline.items.map(\.time) == [TraceSample.time(1), TraceSample.time(1.5)])
    let exchange = try #require(Self.exchanges(timeline).first)
    #expect(exchange.phases.map(\.time) == [TraceSample.time(1), TraceSample.time(2)])
  }

  @Test func `what a node does for a request has the id under which the node logs it`() {
    var trace = TraceSample()
    let number = trace.begin(1, "browser", "S1", .chunkFromBrowser, "POST", "/up/1?chunk=0")
    trace.add(1.1, "S1", .requestReceived(number: number, method: "POST", target: "/up/1?chunk=0"))
    trace.add(1.2, "S1", .effect(number: 1, .sync("/data/1"), failure: nil))
    trace.exchange(1.3, "S1", "M", .callback, "GET", "/callback")
    trace.add(
      1.4, "S1",
      .log(LogLine(.info, "request", requestID: "id-1", details: [.init("method", "POST"), .init("path", "/up/1")])))
    trace.add(1.5, "S1", .responseSent(number: number, status: 200))
    trace.add(1.6, "browser", .exchangeEnded(number: number, status: 200, failure: nil))
    trace.add(1.7, "S1", .effect(number: 2, .sync("/data/2"), failure: nil))
    let ids = Timeline(trace.events).items.map { $0.requestID?.text }
    #expect(ids == ["id-1", "id-1", "id-1", "id-1", nil])
  }

  @Test func `of two requests served at once nothing is guessed`() {
    var trace = TraceSample()
    for file in 1...2 {
      let number = trace.begin(1, "browser", "S1", .chunkFromBrowser, "POST", GoString("/up/\(file)"))
      trace.add(1.1, "S1", .requestReceived(number: number, method: "POST", target: GoString("/up/\(file)")))
    }
    trace.add(1.2, "S1", .effect(number: 1, .sync("/data/1"), failure: nil))
    for file in 1...2 {
      trace.add(
        1.4, "S1",
        .log(
          LogLine(
            .info, "request", requestID: GoString("id-\(file)"),
            details: [.init("method", "POST"), .init("path", GoString("/up/\(file)"))])))
    }
    let ids = Timeline(trace.events).items.map { $0.requestID?.text }
    #expect(ids == ["id-1", "id-2", nil, "id-1", "id-2"])
  }

  @Test func `an exchange whose end is missing and an end without a beginning do no harm`() {
    var trace = TraceSample()
    _ = trace.begin(1, "M", "S1", .ping, "POST", "/api/v4/slave/ping")
    trace.add(2, "M", .exchangeEnded(number: 99, status: 200, failure: nil))
    trace.add(2, "S1", .responseSent(number: nil, status: 200))
    let exchanges = Self.exchanges(Timeline(trace.events))
    #expect(exchanges.count == 1 && exchanges[0].ended == nil)
  }

  @Test func `a run in a few lines`() {
    #expect(
      Self.timeline.summary == [
        "exchanges: 4, 1 of them without a whole answer; session create 1, chunk (browser) 2, callback 1",
        "faults: 2 planned, fired 1 times; RESET 1×, NOSYNC 0×", "S1: started 1×, paused 1×; process killed",
        "disks: 5 operations, 1 MiB written; log: 1 warnings and errors",
      ])
  }

  @Test(arguments: [
    (0, "0 s"), (850_000, "850 µs"), (2_500_000, "2.5 ms"), (3_000_000_000, "3 s"), (7_500_000_000_000, "2 h 5 min"),
    (-60_000_000_000, "-60 s"), (999_999, "1000 µs"),
  ])
  func `a span is written with the unit that fits`(nanoseconds: Int64, text: String) {
    #expect(TimelineWords.span(nanoseconds) == text)
  }

  @Test func `times are cut off, not rounded, so that an order stays one`() {
    #expect(TimelineWords.time(Uptime(nanoseconds: 12_001_999_999)) == "+12.001")
    #expect(TimelineWords.short(250_000_000) == "0.25" && TimelineWords.short(4_000_000_000) == "4")
    #expect(TimelineWords.bytes(1_572_864) == "1.5 MiB" && TimelineWords.bytes(512) == "512 B")
  }
}
