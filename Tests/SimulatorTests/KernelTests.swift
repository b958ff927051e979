import GoWire
import ReferenceNode
import Simulator
import Synchronization
import Testing

/// What several tasks of one simulation saw, in order. Confined to the simulation's thread.
final class Transcript: @unchecked Sendable {
  var lines: [String] = []
  func add(_ line: String) { lines.append(line) }
}

private actor Counter {
  var value = 0
  func add() -> Int {
    value += 1
    return value
  }
}

@Suite struct KernelTests {
  /// Tasks that sleep, call an actor and draw from chance: what a run is made of.
  private static func busyRun(_ simulation: Simulation) -> Simulation.Run<[String]> {
    simulation.observe { world in
      let node = world.node("slave")
      let transcript = Transcript()
      let counter = Counter()
      await withTaskGroup { group in
        for number in 0..<8 {
          group.addTask {
            for _ in 0..<5 {
              let pause = Int64(node.entropy.bytes(1)[0] % 4)
              try? await node.clock.sleep(until: node.clock.uptime + .milliseconds(pause))
              let count = await counter.add()
              transcript.add("\(number) at \(node.clock.uptime.nanoseconds): \(count)")
            }
          }
        }
      }
      return transcript.lines
    }
  }

  @Test func `a virtual day passes at once`() throws {
    let day = try Simulation(seed: 1).run { world in
      let slave = world.node("slave")
      let before = slave.clock.now
      try await slave.clock.sleep(until: slave.clock.uptime + .seconds(86_400))
      return slave.clock.now.unixSeconds - before.unixSeconds
    }
    #expect(day == 86_400)
  }

  @Test func `sleepers wake by time, and in the order in which they fell asleep at equal times`() throws {
    let lines = try Simulation(seed: 1).run { world in
      let transcript = Transcript()
      await withTaskGroup { group in
        for (name, seconds) in [("c", 3), ("a", 1), ("b1", 2), ("b2", 2), ("b3", 2)] {
          group.addTask {
            await world.sleep(.seconds(Int64(seconds)))
            transcript.add("\(name)@\(world.kernel.uptime.nanoseconds / 1_000_000_000)")
          }
        }
      }
      return transcript.lines
    }
    #expect(lines == ["a@1", "b1@2", "b2@2", "b3@2", "c@3"])
  }

  @Test func `a cancelled sleep ends at once and throws`() throws {
    let (thrown, at) = try Simulation(seed: 1).run { world in
      let clock = world.node("slave").clock
      let sleeper = Task {
        do {
          try await clock.sleep(until: clock.uptime + .seconds(100))
          return false
        } catch {
          return true
        }
      }
      await world.sleep(.seconds(2))
      sleeper.cancel()
      return (await sleeper.value, clock.uptime)
    }
    #expect(thrown)
    #expect(at == Uptime(nanoseconds: 2_000_000_000))
  }

  @Test func `a task cancelled before it sleeps does not sleep`() throws {
    let at = try Simulation(seed: 1).run { world in
      let clock = world.node("slave").clock
      let sleeper = Task {
        await world.settle()
        try? await clock.sleep(until: clock.uptime + .seconds(100))
        return clock.uptime
      }
      sleeper.cancel()
      return await sleeper.value
    }
    #expect(at == Uptime(nanoseconds: 0))
  }

  @Test func `a sleep until a time that has passed lets the others run first`() throws {
    let lines = try Simulation(seed: 1).run { world in
      let transcript = Transcript()
      let other = Task { transcript.add("other") }
      await world.sleep(.seconds(-1))
      transcript.add("body")
      await other.value
      return transcript.lines
    }
    #expect(lines == ["other", "body"])
  }

  @Test func `settling waits for whatever is ready, but not for time`() throws {
    let lines = try Simulation(seed: 1).run { world in
      let transcript = Transcript()
      Task {
        let counter = Counter()
        for _ in 0..<10 { transcript.add("\(await counter.add())") }
        await world.sleep(.seconds(1))
        transcript.add("late")
      }
      await world.settle()
      return transcript.lines
    }
    #expect(lines == (1...10).map(String.init))
  }

  @Test func `a condition is awaited in virtual time`() throws {
    let at = try Simulation(seed: 1).run { world in
      let transcript = Transcript()
      Task {
        await world.sleep(.seconds(5))
        transcript.add("now")
      }
      await world.kernel.until("the line") { !transcript.lines.isEmpty }
      return world.kernel.uptime
    }
    #expect(at == Uptime(nanoseconds: 5_000_000_000))
  }

  @Test func `quiet is when no timer is left`() throws {
    let (at, lines) = try Simulation(seed: 1).run { world in
      let transcript = Transcript()
      for seconds in [1, 60, 3_600] {
        Task {
          await world.sleep(.seconds(Int64(seconds)))
          transcript.add("\(seconds)")
        }
      }
      await world.kernel.untilQuiet()
      return (world.kernel.uptime, transcript.lines)
    }
    #expect(at == Uptime(nanoseconds: 3_600_000_000_000))
    #expect(lines == ["1", "60", "3600"])
  }

  @Test func `a deadlock says who waits for what`() throws {
    let failure = try #require(throws: SimulationFailure.self) {
      try Simulation(seed: 1).run { world in
        await world.sleep(.milliseconds(1_500))
        await world.kernel.until("a day that never comes") { false }
      }
    }
    #expect(
      failure.description == """
        deadlock at 1.5 s: nothing is ready and no timer is set
          the body waits for a day that never comes since 1.5 s
        """)
  }

  @Test func `a deadlock names the node that waits for a body that never comes`() throws {
    struct Reader: HTTPHandler {
      func respond(to request: HTTPRequest) async -> HTTPResponse {
        _ = try? await request.body.next()
        return HTTPResponse(status: 200)
      }
    }
    let failure = try #require(throws: SimulationFailure.self) {
      try Simulation(seed: 1).run { world in
        var request = WireRequest("POST", "/upload?chunk=0")
        request.fields.add("Content-Length", "10")
        _ = await world.node("slave").serve(Reader()).send(request)
      }
    }
    #expect(
      failure.description == """
        deadlock at 0 s: nothing is ready and no timer is set
          a client (the body) waits for slave to answer POST /upload?chunk=0 since 0 s
          slave: POST /upload?chunk=0 waits for the next bytes of the body of POST /upload?chunk=0 since 0 s
        """)
  }

  @Test func `a continuation that nobody resumes is a deadlock without a door`() throws {
    let failure = try #require(throws: SimulationFailure.self) {
      try Simulation(seed: 1).run { _ in
        await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
      }
    }
    #expect(failure == .deadlock(at: Uptime(nanoseconds: 0), waiting: []))
    #expect(failure.description.contains("a continuation that is never resumed"))
  }

  @Test func `a loop that waits for nothing spends the step budget`() throws {
    let failure = try #require(throws: SimulationFailure.self) {
      try Simulation(seed: 1, stepBudget: 1_000).run { world in
        while true { await world.sleep(.zero) }
      }
    }
    guard case .stepBudgetSpent(let at, let steps, _) = failure else {
      Issue.record("\(failure)")
      return
    }
    #expect(at == Uptime(nanoseconds: 0))
    #expect(steps == 1_001)
  }

  @Test func `virtual time has a limit when it is given one`() throws {
    let failure = try #require(throws: SimulationFailure.self) {
      try Simulation(seed: 1, timeLimit: .seconds(60)).run { world in
        while true { await world.sleep(.seconds(7)) }
      }
    }
    #expect(failure == .timeLimitReached(at: Uptime(nanoseconds: 60_000_000_000), waiting: []))
  }

  @Test func `what the body throws comes out`() {
    struct Trouble: Error {}
    #expect(throws: Trouble.self) {
      try Simulation(seed: 1).run { world in
        await world.sleep(.seconds(1))
        throw Trouble()
      }
    }
  }

  @Test func `tasks left behind end with the simulation`() throws {
    final class Token: Sendable {
      let onEnd: @Sendable () -> Void
      init(_ onEnd: @escaping @Sendable () -> Void) { self.onEnd = onEnd }
      deinit { onEnd() }
    }
    let ended = Atomic(0)
    try Simulation(seed: 1).run { world in
      let clock = world.node("slave").clock
      let token = Token { ended.add(1, ordering: .relaxed) }
      for _ in 0..<3 {
        Task {
          while true {
            do { try await clock.sleep(until: clock.uptime + .seconds(1)) } catch { break }
          }
          _ = token
        }
      }
      await world.sleep(.seconds(10))
    }
    #expect(ended.load(ordering: .relaxed) == 1)
  }

  @Test func `many tasks left behind at doors of every kind end too`() throws {
    let ended = Transcript()
    try Simulation(seed: 1).run { world in
      let node = world.node("slave")
      node.http.answer { _ in ScriptedAnswer(.silence) }
      let server = node.serve(
        Handle { request in
          _ = try? await request.body.next()
          _ = try? await node.disk.list(DiskPath("")!)
          return .aborted
        })
      var request = WireRequest("POST", "/")
      request.fields.add("Content-Length", "1")
      let call = HTTPCall(
        method: "GET", isTLS: false, host: "h", port: 1, authority: "h:1", target: "/", fields: HTTPFields(),
        timeout: nil)
      for _ in 0..<200 {
        Task { [request] in
          _ = await server.send(request)
          ended.add("x")
        }
        Task {
          _ = try? await node.http.send(call)
          ended.add("x")
        }
        Task {
          await world.kernel.until("never") { false }
          ended.add("x")
        }
      }
      await world.settle()
    }
    #expect(ended.lines.count == 600)
  }

  @Test func `a task that never takes no for an answer does not hold up the end`() throws {
    try Simulation(seed: 1).run { world in
      Task { while true { await world.sleep(.seconds(1)) } }
      await world.sleep(.seconds(10))
    }
  }

  @Test(arguments: [Kernel.Order.fifo, .seeded])
  func `equal seeds give equal runs`(_ order: Kernel.Order) throws {
    let runs = (0..<2).map { _ in Self.busyRun(Simulation(seed: 42, order: order)) }
    #expect(try runs[0].result.get() == runs[1].result.get())
    #expect(runs[0].hash == runs[1].hash)
    #expect(runs[0].steps == runs[1].steps)
  }

  @Test func `different seeds choose different orders`() throws {
    func order(_ seed: UInt64) throws -> [Int] {
      try Simulation(seed: seed, order: .seeded).run { world in
        let transcript = Transcript()
        for number in 0..<10 { Task { transcript.add("\(number)") } }
        await world.settle()
        return transcript.lines.compactMap { Int($0) }
      }
    }
    let orders = try Set((0..<20).map(order))
    #expect(orders.count > 15)
    #expect(orders.allSatisfy { $0.sorted() == Array(0..<10) })
  }

  @Test func `the running hash tells runs apart that differ in one byte of a log line`() throws {
    func hash(_ text: String) -> UInt64 {
      Simulation(seed: 1).observe { world in world.node("slave").log.write(LogLine(.info, text)) }.hash
    }
    #expect(hash("chunk 1") != hash("chunk 2"))
    #expect(hash("chunk 1") == hash("chunk 1"))
  }

  @Test func `several kernels run side by side without seeing each other`() async throws {
    let alone = (0..<8).map { Self.busyRun(Simulation(seed: $0, order: .seeded)).hash }
    let together = await withTaskGroup(of: (Int, UInt64).self) { group in
      for seed in 0..<8 {
        group.addTask { (seed, Self.busyRun(Simulation(seed: UInt64(seed), order: .seeded)).hash) }
      }
      return await group.reduce(into: [UInt64](repeating: 0, count: 8)) { $0[$1.0] = $1.1 }
    }
    #expect(alone == together)
  }

  @Test func `a real sleep is caught at the next door, by name`() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      // The simulation sees a deadlock, for nobody is left in it; the sleeper wakes on another thread and is caught there.
      _ = Simulation(seed: 1).observe { world in
        let clock = world.node("slave").clock
        return await Task {
          try? await Task.sleep(nanoseconds: 50_000_000)
          return clock.uptime
        }.value
      }
      try await Task.sleep(nanoseconds: 60_000_000_000)
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains("the clock of slave was reached from a thread that does not run the simulation"))
  }

  @Test func `a clock can be off, drift and jump while its uptime does not`() throws {
    let (start, drifted, jumped, uptime) = try Simulation(seed: 1, epoch: GoTime(unixSeconds: 1_000)).run { world in
      let clock = world.node("slave").clock
      clock.offset = .milliseconds(-1_500)
      let start = clock.now
      clock.driftPartsPerMillion = 1_000_000
      await world.sleep(.seconds(10))
      let drifted = clock.now
      clock.offset = .seconds(3_600)
      return (start, drifted, clock.now, clock.uptime)
    }
    #expect(start == GoTime(unixSeconds: 998, nanosecond: 500_000_000))
    #expect(drifted == GoTime(unixSeconds: 1_018, nanosecond: 500_000_000))
    #expect(jumped == GoTime(unixSeconds: 4_620))
    #expect(uptime == Uptime(nanoseconds: 10_000_000_000))
  }
}
