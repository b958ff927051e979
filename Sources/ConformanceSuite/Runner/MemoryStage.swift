import GoWire
import ReferenceNode
import Simulator

/// Cases in a virtual world each, or all in one.
struct MemoryStage: Stage {
  let staging: Staging
  let make: SlaveMaker

  func run(_ single: ConformanceCase) -> StageOutcome { run([single], purpose: single.id)[0] }

  func end() {}

  /// Runs cases one after the other on one slave in one world.
  func run(_ cases: [ConformanceCase], purpose: String) -> [StageOutcome] {
    guard let first = cases.first else { return [] }
    let (staging, make) = (staging, make)
    let secret = staging.secret(of: first.origin, for: purpose)
    var simulation = Simulation(seed: staging.variation?.seed ?? 1, stepBudget: UInt64(cases.count) * 300_000)
    simulation.keepsTrace = false
    do {
      return try simulation.run { world in
        let node = world.node("slave")
        node.log.keepsEntries = false
        node.http.keepsRecords = false
        if let variation = staging.variation {
          node.disk.folder = GoString("/cloudreve/\(variation.folderName(for: purpose))")
        }
        let handler = try make(node.world, secret)
        var outcomes: [StageOutcome] = []
        for single in cases {
          let ports = staging.variation?.ports(for: purpose)
          let site = ports.map { GoString("http://127.0.0.1:\($0[0])") } ?? single.origin.site
          let substitution = staging.substitution(for: single, site: site, secret: secret, folder: node.disk.folder)
          let master = RecordedMaster(version: substitution.version) { node.disk.peek(GoString($0)) }
          let target = InMemoryTarget(world: world, node: node, handler: handler, secret: secret, site: site) {
            master.answer($0, unixSeconds: $1)
          }
          outcomes.append(await Self.play(single, on: target, master: master, substitution: substitution))
        }
        return outcomes
      }
    } catch let error as SuiteError {
      return cases.map { _ in StageOutcome(result: .failure(error), seconds: 0) }
    } catch {
      // The world itself failed: the slave waits for ever, or never comes to rest.
      return cases.map { _ in
        StageOutcome(result: .success([Difference("the slave", expected: "an answer", seen: "\(error)")]), seconds: 0)
      }
    }
  }
}
