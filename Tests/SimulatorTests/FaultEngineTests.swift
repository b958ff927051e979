import GoWire
import ReferenceNode
import Simulator
import Testing

@Suite struct FaultEngineTests {
  /// A link fault that a test asks for by hand.
  static func fault(
    _ kind: FaultKind = .reset, from: Span = .zero, until: Span? = nil, stream: Int? = nil,
    match: Fault.Match = Fault.Match()
  ) -> Fault {
    Fault(kind, on: .link(from: "M", to: "S1"), from: from, until: until, match: match, stream: stream)
  }

  static func moment(_ exchange: Int, _ phase: ExchangePhase = .head) -> NetworkMoment {
    NetworkMoment(client: "M", server: "S1", phase: phase, kind: .ping, path: "/p", exchange: exchange)
  }

  /// Asks at each exchange, and says which faults of the plan fired where.
  static func fire(
    _ faults: [Fault], exchanges: Range<Int> = 1..<101, _ phases: [ExchangePhase] = [.head], seed: UInt64 = 1
  ) throws -> [String] {
    try Simulation(seed: seed, faults: FaultPlan(faults)).run { world in
      var fired: [String] = []
      for exchange in exchanges {
        for phase in phases {
          for chosen in world.faults.choose(at: moment(exchange, phase), where: { _ in true }) {
            world.faults.fired(chosen, at: moment(exchange, phase), detail: "")
            fired.append("\(chosen.index): \(exchange)\(phase == .head ? "" : " \(phase.rawValue)")")
          }
        }
        await world.sleep(.seconds(1))
      }
      return fired
    }
  }

  @Test func `a fault is on in its window only`() throws {
    #expect(try Self.fire([Self.fault(from: .seconds(2), until: .seconds(4))]) == ["0: 3", "0: 4"])
  }

  @Test func `the n-th is counted by exchanges, and a count ends the fault`() throws {
    #expect(try Self.fire([Self.fault(match: Fault.Match(nth: 3))], [.head, .body]) == ["0: 3", "0: 3 body"])
    #expect(try Self.fire([Self.fault(match: Fault.Match(phase: .body, nth: 3))], [.head, .body]) == ["0: 3 body"])
    #expect(try Self.fire([Self.fault(match: Fault.Match(count: 2))]) == ["0: 1", "0: 2"])
    #expect(try Self.fire([Self.fault(match: Fault.Match(pathPrefix: "/q"))]) == [])
    #expect(try Self.fire([Self.fault(match: Fault.Match(exchange: .callback))]) == [])
  }

  @Test func `chance comes from the seed, and each fault has its own`() throws {
    let often = Self.fault(stream: 1, match: Fault.Match(chanceInMillion: 300_000))
    let other = Self.fault(stream: 2, match: Fault.Match(chanceInMillion: 500_000))
    let alone = try Self.fire([often])
    #expect((15...45).contains(alone.count))
    #expect(try Self.fire([often]) == alone)
    #expect(try Self.fire([often], seed: 2) != alone)
    let both = try Self.fire([other, often])
    #expect(both.filter { $0.hasPrefix("1: ") }.map { "0" + $0.dropFirst() } == alone)
    // An exchange is met or spared for a whole phase, however often it is asked.
    let twice = try Self.fire([often], [.head, .head])
    #expect(Set(twice) == Set(alone) && twice.count == 2 * alone.count)
  }

  @Test func `firings are counted by cell, and what never fired is told with the reason`() throws {
    let plan = FaultPlan([
      Self.fault(), Self.fault(.close, from: .seconds(1_000)), Self.fault(.stall, match: Fault.Match(phase: .body)),
    ])
    let run = Simulation(seed: 1, faults: plan).observe { world in
      for exchange in 1...3 {
        for chosen in world.faults.choose(at: Self.moment(exchange), where: { _ in true }) {
          world.faults.fired(chosen, at: Self.moment(exchange), detail: "after 7 bytes")
          world.faults.fired(chosen, at: Self.moment(exchange), detail: "and once more in the same phase")
        }
      }
      world.faults.healAll()
      #expect(world.faults.choose(at: Self.moment(4), where: { _ in true }).isEmpty)
      return (world.faults.cells, world.faults.neverFired, world.faults.neverFiredReport)
    }
    let (cells, never, report) = try run.result.get()
    #expect(cells == [FaultCell(.reset, "head", .ping): 3])
    #expect(never == [1, 2])
    #expect(
      report == [
        "fault 1 (FLT-CLOSE on M → S1) never fired: its time never came",
        "fault 2 (FLT-STALL on M → S1) never fired: met nothing",
      ])
    #expect(
      run.trace.map(\.line) == [
        #"{"n":1,"t":0.000000000,"node":"M","kind":"fault","fault":0,"id":"FLT-RESET","detail":"after 7 bytes"}"#,
        #"{"n":2,"t":0.000000000,"node":"M","kind":"fault","fault":0,"id":"FLT-RESET","detail":"after 7 bytes"}"#,
        #"{"n":3,"t":0.000000000,"node":"M","kind":"fault","fault":0,"id":"FLT-RESET","detail":"after 7 bytes"}"#,
        #"{"n":4,"t":0.000000000,"kind":"healed","fault":0,"id":"FLT-RESET"}"#,
        #"{"n":5,"t":0.000000000,"kind":"healed","fault":2,"id":"FLT-STALL"}"#,
      ])
  }
}
