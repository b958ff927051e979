import GoWire
import NodeProtocol
import ReferenceNode
import Simulator
import Testing

@Suite struct ProcessTests {
  static func fault(
    _ kind: FaultKind, at from: Span = .zero, until: Span? = nil, _ match: Fault.Match = Fault.Match(),
    _ set: (inout FaultParameters) -> Void = { _ in }
  ) -> Fault {
    var parameters = FaultParameters()
    set(&parameters)
    return Fault(kind, on: .node("S1"), from: from, until: until, match: match, parameters: parameters)
  }

  // MARK: Start

  @Test func `a slave starts from the file on its disk and its environment, and serves`() throws {
    try Simulation(seed: 1).run { world in
      let bench = try ProcessBench(world, environment: [EnvironmentVariable("CR_CONF_NodeLab__Version", "4.13.0")])
      #expect(await bench.ping() == "dial tcp 10.0.0.1:5212: connect: connection refused")
      let process = await bench.start()
      #expect(await bench.ping() == #"200 {"code":40061,"msg":"Master: 4.14.0, Slave: 4.13.0"}"#)
      #expect(process.exit == nil)
      let version = bench.slave.log.entries.map(\.line.message).filter { $0.contains("listens on") }
      #expect(version == ["slave 4.13.0 (documented) listens on http://S1:5212"])
    }
  }

  /// CONF-1, CONF-6.
  @Test(
    arguments: [
      (nil, "nodelab: data/conf.ini: no such file; write one with"),
      ("", "nodelab: data/conf.ini: the file is empty, which means master"),
      (
        "[System]\nMode = slave\n[Slave]\nSecret = short\n",
        "nodelab: data/conf.ini:4: [Slave] Secret: has 5 characters"
      ),
      (
        "[System]\nMode = slave\nListen = :99999\n[Slave]\nSecret = \(NetworkBench.secret.text)\n",
        "nodelab: data/conf.ini:3: [System] Listen:"
      ),
    ] as [(String?, String)])
  func `a slave that cannot work refuses to start, with exit code 2 and a line`(_ text: String?, _ line: String) throws
  {
    let (exit, trace) = try Simulation(seed: 1).run { world in
      let slave = world.node("S1")
      if let text { slave.disk.plant(SlaveProgram.defaultFile, Array(text.utf8)) }
      let exit = await slave.start(SlaveProgram()).untilEnded()
      return (exit, world.trace.events.map(\.line).filter { $0.contains(#""kind":"process""#) })
    }
    guard case .code(2, let said?) = exit else {
      Issue.record("\(exit)")
      return
    }
    #expect(said.hasPrefix(line), "\(said)")
    #expect(trace.map { $0.contains("ended 2") } == [false, true])
  }

  @Test func `a port that is taken refuses the start`() throws {
    let exit = try Simulation(seed: 1).run { world in
      let bench = try ProcessBench(world)
      _ = try world.network.listen(bench.slave, 5212, Handle { _ in HTTPResponse(status: 200) })
      return await bench.slave.start(SlaveProgram()).untilEnded()
    }
    #expect(
      exit
        == .code(
          2,
          line:
            "nodelab: data/conf.ini: [System] Listen: listen tcp :5212: bind: address already in use; choose another "
            + "address, or end the program that has it"))
  }

  // MARK: The end

  @Test func `a killed process acts no more, its callers read a reset, and its files stay`() throws {
    try Simulation(seed: 1).run { world in
      let bench = try ProcessBench(world)
      bench.slave.disk.setLatency { if case .write = $0 { .seconds(5) } else { .zero } }
      let process = await bench.start()
      #expect(await bench.open("s", size: 20, chunkSize: 10) == ProcessBench.success)
      async let chunk = bench.send(chunk: 0, of: "s", Array("0123456789".utf8))
      await world.sleep(.seconds(1))
      process.kill()
      let mark = world.trace.count
      #expect(process.exit == .killed && !bench.slave.isRunning)
      #expect(await chunk.contains("connection reset by peer"))
      #expect(await bench.ping().contains("connection refused"))
      await world.kernel.untilQuiet()
      // Nothing that the process had under way has happened.
      #expect(bench.slave.disk.peek("blobs/s") == [])
      #expect(world.trace.events[mark...].filter { $0.node == "S1" }.map(\.line) == [])
      // What runs next remembers nothing.
      await bench.slave.restart()
      await world.settle()
      #expect(await bench.send(chunk: 0, of: "s", Array("0123456789".utf8)) == #"200 {"code":40011,"msg":""}"#)
    }
  }

  /// TASK-9
  @Test func `an orderly stop lets requests finish and takes no more`() throws {
    try Simulation(seed: 1).run { world in
      let bench = try ProcessBench(world)
      bench.slave.disk.setLatency { if case .write = $0 { .seconds(5) } else { .zero } }
      let process = await bench.start()
      #expect(await bench.open("s", size: 20, chunkSize: 10) == ProcessBench.success)
      async let chunk = bench.send(chunk: 0, of: "s", Array("0123456789".utf8))
      await world.sleep(.seconds(1))
      process.stop()
      await world.sleep(.seconds(1))
      #expect(await bench.ping().contains("connection refused"))
      #expect(await chunk == ProcessBench.success)
      #expect(await process.untilEnded() == .code(0, line: nil))
      #expect(bench.slave.disk.peek("blobs/s").map { String(decoding: $0, as: UTF8.self) } == "0123456789")
    }
  }

  @Test func `a pause holds every step, and its sockets stay`() throws {
    let plan: FaultPlan = [Self.fault(.pause, at: .seconds(10)) { $0.span = .seconds(20) }]
    try Simulation(seed: 1, faults: plan).run { world in
      let bench = try ProcessBench(world)
      let process = await bench.start()
      #expect(await bench.ping().hasPrefix("200"))
      await world.sleep(.seconds(11))
      let asked = world.kernel.uptime
      #expect(process.isPaused)
      #expect(await bench.ping().hasPrefix("200"))
      #expect(world.kernel.uptime - asked > .seconds(18) && world.kernel.uptime - asked < .seconds(20))
      #expect(!process.isPaused)
      #expect(world.faults.cells == [FaultCell(.pause, "after the answer"): 1])
    }
  }

  @Test func `a sleep of a paused process ends after the pause, and that of a killed one at once`() throws {
    try Simulation(seed: 1).run { world in
      let transcript = Transcript()
      let node = world.node("n")
      let program = ClosureProgram { process in
        let clock = process.world.clock
        do {
          try await clock.sleep(until: clock.uptime + .seconds(1))
          transcript.add("woke at \(clock.uptime.nanoseconds / 1_000_000_000)")
          try await clock.sleep(until: clock.uptime + .seconds(86_400))
          transcript.add("never")
        } catch {
          transcript.add("ended at \(clock.uptime.nanoseconds / 1_000_000_000)")
          process.world.log.write(LogLine(.error, "said after the end"))
        }
      }
      let process = node.start(program)
      await world.settle()
      process.pause()
      await world.sleep(.seconds(5))
      process.resume()
      await world.sleep(.seconds(5))
      process.kill()
      await world.kernel.untilQuiet()
      #expect(transcript.lines == ["woke at 5", "ended at 10"])
      #expect(node.log.entries.isEmpty)
      #expect(world.kernel.uptime == Uptime(nanoseconds: 10_000_000_000))
    }
  }

  // MARK: Faults of processes

  @Test func `a node is stopped and comes back as another version, with another key`() throws {
    let other: GoString = "another0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
    let plan: FaultPlan = [
      Self.fault(.term, at: .seconds(10)),
      Self.fault(.restart, at: .seconds(15)) { $0.name = "4.0.0" },
      Self.fault(.restart, at: .seconds(25)) {
        $0.variant = "key"
        $0.value = other
      },
    ]
    try Simulation(seed: 1, faults: plan).run { world in
      let bench = try ProcessBench(world)
      _ = await bench.start()
      #expect(await bench.ping() == ProcessBench.success)
      await world.sleep(.seconds(11))
      #expect(await bench.ping().contains("refused"))
      await world.sleep(.seconds(10))
      #expect(await bench.ping() == #"200 {"code":40061,"msg":"Master: 4.14.0, Slave: 4.0.0"}"#)
      await world.sleep(.seconds(10))
      #expect(await bench.ping().contains("invalid sign"))
      #expect(world.faults.neverFired.isEmpty)
    }
  }

  @Test func `a kill strikes at the phase of an exchange`() throws {
    let plan: FaultPlan = [Self.fault(.kill, Fault.Match(exchange: .ping, phase: .responseHead, nth: 2))]
    try Simulation(seed: 1, faults: plan).run { world in
      let bench = try ProcessBench(world)
      _ = await bench.start()
      #expect(await bench.ping().hasPrefix("200"))
      let second = await bench.ping()
      #expect(!second.hasPrefix("200"))
      #expect(bench.slave.process?.exit == .killed)
      #expect(world.faults.neverFired.isEmpty)
    }
  }

  // MARK: Faults of clocks

  @Test func `a clock is off, jumps and drifts for as long as its fault lasts`() throws {
    let plan: FaultPlan = [
      Self.fault(.offset, until: .seconds(10)) { $0.span = .seconds(-60) },
      Self.fault(.jump, at: .seconds(20), until: .seconds(30)) { $0.span = .seconds(3_600) },
      Self.fault(.drift, at: .seconds(40), until: .seconds(1_040)) { $0.number = 200_000 },
    ]
    let run = Simulation(seed: 1, faults: plan).observe { world in
      let clock = world.node("S1").clock
      var seen: [Int64] = []
      for time in [5, 15, 25, 35, 540, 1_039, 1_041] as [Int64] {
        await world.sleep(Uptime(nanoseconds: 0) + .seconds(time) - world.kernel.uptime)
        seen.append(clock.now.unixSeconds - world.epoch.unixSeconds - time)
        #expect(clock.uptime == world.kernel.uptime)
      }
      #expect(world.faults.neverFired.isEmpty)
      return seen
    }
    #expect(try run.result.get() == [-60, 0, 3_600, 0, 100, 199, 0])
    let changes = run.trace.compactMap { event -> Int64? in
      if case .clock(let offset) = event.kind { offset.nanoseconds / 1_000_000_000 } else { nil }
    }
    #expect(changes == [-60, 0, 3_600, 0, 0, 200, 0])
  }
}
