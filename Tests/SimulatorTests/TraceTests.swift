import GoWire
import ReferenceNode
import Simulator
import Testing

@Suite struct TraceTests {
  /// A node that makes a file, and one that looks for it and says so.
  static func run(
    seed: UInt64 = 1, keepsTrace: Bool = true, hashes: Bool = true,
    _ prepare: @escaping @Sendable (SimulatedWorld) -> Void = { _ in }
  ) throws -> Simulation.Run<Void> {
    let run = Simulation(seed: seed, keepsTrace: keepsTrace, hashes: hashes).observe { world in
      prepare(world)
      let first = world.node("first")
      let path = try #require(DiskPath("a\"b"))
      let file = try await first.disk.open(path, .create(truncate: true, exclusive: false))
      try await file.write([1, 2, 3], at: 0)
      await file.close()
      await world.sleep(.milliseconds(1_500))
      let second = world.node("second")
      _ = try? await second.disk.status(path, followLinks: true)
      Trace.$requestID.withValue("R-1") {
        second.log.write(LogLine(.warning, "nothing", details: [.init("path", path.text)]))
      }
      world.trace.record(.violation(invariant: "INV-2", "twice"), node: "")
    }
    try run.result.get()
    return run
  }

  @Test func `a trace numbers what happened, with time, node and request`() throws {
    let trace = try Self.run().trace
    #expect(trace.map(\.number) == Array(1...6))
    #expect(trace.map(\.node) == ["first", "first", "first", "second", "second", ""])
    #expect(trace.map(\.time.nanoseconds) == [0, 0, 0, 1_500_000_000, 1_500_000_000, 1_500_000_000])
    #expect(trace.map(\.requestID) == [nil, nil, nil, nil, "R-1", nil])
    #expect(trace.compactMap(\.effect).map(\.number) == [1, 2, 3, 4])
  }

  @Test func `each event is one line of JSON with its members in one order`() throws {
    #expect(
      try Self.run().trace.map(\.line) == [
        #"{"n":1,"t":0.000000000,"node":"first","kind":"effect","effect":1,"do":"create","path":"/cloudreve/slave/a\"b"}"#,
        #"{"n":2,"t":0.000000000,"node":"first","kind":"effect","effect":2,"do":"write","path":"/cloudreve/slave/a\"b","offset":0,"count":3}"#,
        #"{"n":3,"t":0.000000000,"node":"first","kind":"effect","effect":3,"do":"close","path":"/cloudreve/slave/a\"b"}"#,
        #"{"n":4,"t":1.500000000,"node":"second","kind":"effect","effect":4,"do":"status","path":"/cloudreve/slave/a\"b","failure":"no such file or directory"}"#,
        #"{"n":5,"t":1.500000000,"node":"second","request":"R-1","kind":"log","level":"warning","message":"nothing","_path":"a\"b"}"#,
        #"{"n":6,"t":1.500000000,"kind":"violation","invariant":"INV-2","detail":"twice"}"#,
      ])
  }

  @Test func `an observer sees each event once and may add some of its own`() throws {
    let run = try Self.run { world in
      world.trace.observe { event in
        if case .effect(let number, .write, _) = event.kind { world.trace.record(.step("wrote \(number)"), node: "") }
      }
      world.trace.observe { event in
        if case .step(let text) = event.kind, text.hasPrefix("wrote") {
          world.trace.record(.step("saw \(text)"), node: "")
        }
      }
    }
    #expect(run.trace.map(\.number) == Array(1...8))
    let steps = run.trace.compactMap { event -> String? in
      if case .step(let text) = event.kind { text } else { nil }
    }
    #expect(steps == ["wrote 2", "saw wrote 2"])
  }

  @Test func `the hash is the same whoever listens, and another one when an event differs`() throws {
    let kept = try Self.run()
    let bare = try Self.run(keepsTrace: false)
    let observed = try Self.run(keepsTrace: false) { world in world.trace.observeLines { _ in } }
    #expect(kept.hash == bare.hash && kept.hash == observed.hash)
    #expect(bare.trace.isEmpty)
    let other = try Self.run { world in world.trace.record(.step("one more"), node: "") }
    #expect(other.hash != kept.hash)
    let none = try Self.run(hashes: false) { world in world.trace.record(.step("one more"), node: "") }
    #expect(try none.hash == Self.run(hashes: false).hash)
  }
}
