import GoWire
import NodeProtocol
import ReferenceNode
import Simulator
import Testing

/// SCN-NET-1: every regular cell of the network's half of the fault table, for each kind of exchange that exists so far.
@Suite struct FaultTableTests {
  /// What came of a run with one fault in it.
  private struct Outcome: Sendable {
    var firings = 0
    var answers: [String] = []
    var problems: [String] = []
  }

  private static func run(_ sample: ExchangeSample, _ kind: FaultKind, _ phase: ExchangePhase, seed: UInt64) -> Outcome
  {
    let fault = FaultTable.fault(kind, phase, sample)
    var simulation = Simulation(seed: seed, stepBudget: 2_000_000)
    simulation.faults = [fault]
    simulation.keepsTrace = false
    let result = simulation.observe { world in
      let bench = try NetworkBench(world)
      bench.slave.disk.plant(ExchangeSample.blob, Array("the bytes of a blob, 40 of them, no more".utf8))
      var outcome = Outcome()
      outcome.answers = await bench.play(sample, kind, phase)
      if phase == .idle { await world.kernel.untilQuiet() }
      // The fault is over: everything is as before.
      if sample.kind != .ping, sample.kind != .sitePing {
        let after = await bench.ping()
        if after != #"200 {"code":0,"msg":""}"# { outcome.problems.append("a ping after it: \(after)") }
      }
      await world.kernel.untilQuiet()
      outcome.firings = world.faults.firings(of: 0)
      if world.network.openConnections != 0 {
        outcome.problems.append("\(world.network.openConnections) connections are left open")
      }
      if bench.slave.host.openConnections != 0 { outcome.problems.append("the slave keeps a connection") }
      let waiting = world.kernel.waiting
      if !waiting.isEmpty { outcome.problems.append("left waiting: \(waiting)") }
      return outcome
    }
    switch result.result {
    case .success(let outcome): return outcome
    case .failure(let error): return Outcome(problems: ["\(error)"])
    }
  }

  @Test func `the table has its 77 regular cells of the network`() {
    #expect(FaultTable.cells.count == 77)
    #expect(Set(FaultTable.cells.map(\.fault)).count == 29)
  }

  @Test(arguments: FaultTable.kinds)
  func `every regular cell of a fault fires for every kind of exchange that can meet it`(_ fault: FaultKind) {
    var lines: [String] = []
    for cell in FaultTable.cells where cell.fault == fault {
      var marks = ""
      for sample in ExchangeSample.all {
        guard sample.canMeet(cell.fault, cell.phase) else {
          marks += " ."
          continue
        }
        let outcome = Self.run(sample, cell.fault, cell.phase, seed: 1)
        marks += " \(outcome.firings)"
        let name = "\(cell.fault.rawValue) × \(cell.phase.rawValue) × \(sample)"
        if outcome.firings == 0 { Issue.record("\(name) is empty; seen: \(outcome.answers) \(outcome.problems)") }
        if !outcome.problems.isEmpty { Issue.record("\(name): \(outcome.problems); seen: \(outcome.answers)") }
        for answer in outcome.answers where !Self.isSound(answer) {
          Issue.record("\(name): an answer nobody may give: \(answer)")
        }
      }
      lines.append("  \((cell.fault.rawValue + " × " + cell.phase.rawValue).padded(to: 24))\(marks)")
    }
    // Stands in the report of the tests: firings by kind of exchange; a dot where the cell cannot exist.
    print(
      (["fault table, " + ExchangeSample.all.map(\.description).joined(separator: ", ")] + lines).joined(
        separator: "\n"))
  }

  /// ENV-1, ENV-6: an envelope, content, a page of the middle's, or Go's words.
  private static func isSound(_ answer: String) -> Bool {
    if let status = Int(answer.prefix(3)), answer.dropFirst(3).first == " " || answer.dropFirst(3).first == "," {
      return 200...599 ~= status
    }
    let texts = [
      "EOF", "unexpected EOF", "connection refused", "connection reset by peer", "no such host",
      "context deadline exceeded", "i/o timeout", "HTTP response to HTTPS client", "malformed", "connection broken",
    ]
    return texts.contains { answer.contains($0) }
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}

extension NetworkBench {
  /// What has to be there before, then the exchange, as often as the cell needs it.
  func play(_ sample: ExchangeSample, _ kind: FaultKind, _ phase: ExchangePhase) async -> [String] {
    let needsSession = [.chunkFromBrowser, .chunkFromNode, .callback, .sessionDelete].contains(sample.kind)
    if needsSession { _ = await call("PUT", "/api/v4/slave/upload", body: ExchangeSample.session) }
    if kind == .reorder {
      async let first = make(sample)
      // One upload calls back once: what overtakes it is another call of the slave's.
      async let second = sample.kind == .callback ? ping() : make(sample)
      return await [first, second]
    }
    if phase == .connect || phase == .hello { master.client.closeIdle() }
    var answers = [await make(sample)]
    if phase == .idle || kind == .cache {
      if sample.kind == .callback {
        let again = GoString(ExchangeSample.session.text.replacing(#""overwrite":false"#, with: #""overwrite":true"#))
        _ = await call("PUT", "/api/v4/slave/upload", body: again)
      }
      answers.append(await make(sample))
    }
    return answers
  }

  /// One exchange of a kind; answer or reason.
  func make(_ sample: ExchangeSample, timeout: Span? = .seconds(10)) async -> String {
    let headers =
      sample.isNode
      ? Caller.master(siteURL: "http://M", siteID: "site", nodeID: 2).headers(version: "4.14.0", correlationID: nil)
      : [HeaderField("User-Agent", "Mozilla/5.0")]
    let call = calls.call(
      sample.method, sample.path, query: sample.query, headers: headers, body: sample.body.bytes, expires: 0)
    return await send(call, timeout: timeout, from: sample.from == "B" ? world.node("B") : master)
  }
}
