import GoWire
import ReferenceNode
import Simulator
import Testing

@Suite struct TimelineTextTests {
  private static let timeline = Timeline(TraceSample.uploadTrace, faults: TraceSample.faults)

  @Test func `a small run, line by line`() {
    let expected = """
      time      S1            M             browser
      +0.000    ┬             │             │              process started, version 4.14.0
      +0.500    ── session ───────────────────────────────
      +0.500    │◀─── 200 ────●             │              PUT /api/v4/slave/upload → 200 in 4 ms  [3f2a9c01]
      +1.000    ── chunks ────────────────────────────────
      +1.000    │◀────────────┼─────────────●              POST /api/v4/slave/upload/up-1  [b7c80d11]
      +1.002    ✳             │             │              FLT-RESET: after 65536 bytes  [b7c80d11]
      +1.003    ●╌╌╌╌╌╌╌╌╌╌╌╌╌┼╌╌╌╌╌╌╌╌╌╌╌╌╳│              write: connection reset by peer to POST /api/v4/slave/…  [b7c80d11]
      +1.003    ▲             │             │              warning: body ended early  [b7c80d11]
      +2.000    │◀────────────┼─────────────●              POST /api/v4/slave/upload/up-1  [b7c80d11]
      +2.002    ▫             │             │              write 4× 1 MiB, sync failed (input/output error) /data…  [b7c80d11]
      +2.004    ●──── 200 ───▶│             │              GET /api/v4/callback/remote/up-1/key → 200 in 4 ms  [b7c80d11]
      +2.010    ●╌╌╌╌ 200 ╌╌╌╌┼╌╌╌╌╌╌╌╌╌╌╌╌▶│              200 to POST /api/v4/slave/upload/up-1 after 10 ms  [b7c80d11]
      +2.500    ── INV-1 violated: a chunk was answered that is not on the disk
      +3.000    ◷             │             │              clock set 60 s behind
      +4.000    ╪             │             │              process paused
      +4.500    ╪             │             │              process resumed
      +5.000    ── FLT-RESET healed ──────────────────────
      +6.000    ┴             │             │              process killed
      """
    #expect(TimelineText(Self.timeline, width: 120).lines().joined(separator: "\n") == expected)
  }

  @Test(arguments: [60, 80, 120])
  func `no line is wider than asked for, whatever the names and lanes`(width: Int) {
    var trace = TraceSample()
    for node in 0..<20 {
      trace.exchange(
        Double(node), "a node with a long name \(node)", "S\(node % 3)", .other, "GET",
        GoString("/" + String(repeating: "long/", count: 40) + "\(node)"), TraceSample.upload)
      trace.add(Double(node) + 0.5, "S\(node % 3)", .log(LogLine(.info, String(repeating: "word ", count: 60))))
      trace.add(Double(node) + 0.6, "", .step(String(repeating: "step ", count: 60)))
    }
    for count in [3, 20 * 6] {
      let lines = TimelineText(Timeline(Array(trace.events.prefix(count * 3))), width: width).lines()
      #expect(lines.map(\.count).max() ?? 0 <= width)
    }
    #expect(TimelineText(Self.timeline, width: width).lines().map(\.count).max() ?? 0 <= width)
  }

  @Test func `a line stays a line, whatever a node writes`() {
    var trace = TraceSample()
    trace.add(1, "S1", .log(LogLine(.error, "one\ntwo\r\u{1B}[31mthree\u{2028}four", details: [.init("a", "b\nc")])))
    trace.add(2, "S1", .step("five\nsix"))
    let text = TimelineText(Timeline(trace.events)).lines()
    #expect(text.count == 3)
    #expect(text.allSatisfy { line in !line.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x2028 } })
  }

  @Test func `what is alike is told once, with how often and until when`() {
    var trace = TraceSample()
    for round in 0..<86 {
      trace.exchange(
        Double(round) * 10, "M", "S1", .ping, "POST", GoString("/api/v4/slave/ping?sign=\(round)"),
        GoString("id-\(round)"))
    }
    let lines = TimelineText(Timeline(trace.events)).lines()
    #expect(lines.count == 4)
    #expect(lines[2].contains("… 84 exchanges alike, until +840.000 …"))
    #expect(lines[3].hasPrefix("+850.000"))
  }

  @Test func `rounds of several lines are told once too, and one that differs ends them`() {
    var trace = TraceSample()
    for round in 0..<10 {
      let at = Double(round) * 10
      trace.exchange(at, "M", "S1", .list, "GET", "/api/v4/slave/file/list", status: round == 7 ? 500 : 200)
      trace.add(at + 1, "S1", .log(LogLine(.info, "listed", details: [.init("n", GoString("\(round)"))])))
    }
    let lines = TimelineText(Timeline(trace.events)).lines()
    #expect(lines.contains { $0.contains("… 5 more rounds of these 2 lines, until +51.000 …") }, "\(lines)")
    #expect(lines.contains { $0.contains("→ 500") })
  }

  @Test func `the part around an item has so many lines before and after it`() {
    var trace = TraceSample()
    for line in 0..<100 { trace.add(Double(line), "S1", .log(LogLine(.info, "line \(line)"))) }
    let text = TimelineText(Timeline(trace.events)).lines(around: [50], context: 3)
    #expect(text.count == 1 + 1 + 7 + 1)
    #expect(text[1].contains("46 lines") && text[5].contains("line 49") && text[9].contains("47 lines"))
  }

  @Test func `a lane shows when its process is paused and gone`() {
    let lines = TimelineText(Self.timeline).lines()
    let last = lines.last ?? ""
    #expect(last.contains("process killed"))
    #expect(lines.first { $0.contains("process resumed") }?.contains("╪") == true)
    #expect(lines.first { $0.contains("process resumed") }?.contains("│") == true)
  }
}
