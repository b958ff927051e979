import GoWire
import NodeProtocol
import ReferenceNode
import Simulator
import Testing

/// INV-1, INV-2: what an upload of three chunks leaves when its node dies between any two of its effects.
@Suite struct CrashPointTests {
  static let content = (0..<2_560).map { UInt8(truncatingIfNeeded: $0 / 10) }
  static let chunkSize = 1_024

  struct Outcome: Sendable {
    /// Chunks whose sender read code 0.
    var acknowledged: [Int] = []
    var callbacks = 0
    var blob: [UInt8]?
    var effects = 0
    var fired = false
    var moment: String?
  }

  /// Opens a session, sends its chunks — again after 1, 2 and 4 s when that fails — and starts the node again when it has died.
  static func upload(syncs: Bool, _ fault: Fault?) throws -> Outcome {
    try Simulation(seed: 1, keepsTrace: false, faults: FaultPlan(fault.map { [$0] } ?? [])).run { world in
      let bench = try ProcessBench(world, nodeLab: syncs ? "Sync = true" : "Sync = false")
      var outcome = Outcome()
      let first = await bench.start()
      first.whenItEnds { _ in
        Task {
          await world.sleep(.milliseconds(500))
          await bench.slave.restart()
        }
      }
      var opened = await bench.open("s", size: content.count, chunkSize: chunkSize)
      if opened != ProcessBench.success {
        await world.sleep(.seconds(1))
        opened = await bench.open("s", size: content.count, chunkSize: chunkSize)
      }
      chunks: for index in 0..<3 {
        let bytes = Array(content[(index * chunkSize)..<min(content.count, (index + 1) * chunkSize)])
        for pause in [1, 2, 4, 0] as [Int64] {
          if await bench.send(chunk: index, of: "s", bytes) == ProcessBench.success {
            outcome.acknowledged.append(index)
            continue chunks
          }
          await world.sleep(.seconds(pause))
        }
        break
      }
      outcome.callbacks = bench.master.lines.count
      outcome.effects = world.effectCount
      outcome.moment = first.endedAt
      outcome.fired = world.faults.neverFired.isEmpty
      outcome.blob = bench.slave.disk.peek("blobs/s")
      return outcome
    }
  }

  /// Acknowledged chunks of which a byte is missing.
  static func lost(_ outcome: Outcome) -> [Int] {
    outcome.acknowledged.filter { index in
      let range = (index * chunkSize)..<min(content.count, (index + 1) * chunkSize)
      guard let blob = outcome.blob, blob.count >= range.upperBound else { return true }
      return !blob[range].elementsEqual(content[range])
    }
  }

  @Test(arguments: [true, false], [FaultKind.kill, .power])
  func `a death between any two effects loses no acknowledged chunk and completes nothing twice`(
    syncs: Bool, kind: FaultKind
  ) throws {
    let whole = try Self.upload(syncs: syncs, nil)
    #expect(whole.acknowledged == [0, 1, 2] && whole.blob == Self.content && whole.callbacks == 1)
    #expect(whole.effects > 20)
    var losses = 0
    var moments: Set<String> = []
    for effect in 1...whole.effects {
      for variant in effect == whole.effects ? ["before", "after"] : ["before"] {
        var parameters = FaultParameters()
        parameters.variant = variant
        let fault = Fault(
          kind, on: .node("S1"), match: Fault.Match(count: 1, effect: effect), parameters: parameters)
        let outcome = try Self.upload(syncs: syncs, fault)
        // Effects of the sender and of the master are none of the node's.
        guard outcome.fired else { continue }
        if let moment = outcome.moment { moments.insert(moment) }
        let lost = Self.lost(outcome)
        losses += lost.count
        if kind == .kill || syncs {
          #expect(
            lost == [], "\(kind.rawValue) \(variant) effect \(effect): \(outcome.acknowledged), \(outcome.callbacks)")
        }
        #expect(outcome.callbacks <= 1, "\(kind.rawValue) \(variant) effect \(effect)")
      }
    }
    // Without syncs a power loss does lose what was acknowledged: the test sees it.
    #expect((losses > 0) == (kind == .power && !syncs))
    #expect(
      moments.isSuperset(of: ["start-up", "callback in flight", "between callback and answer", "after the answer"]),
      "\(moments)")
    if syncs { #expect(moments.contains("before sync")) }
  }
}
