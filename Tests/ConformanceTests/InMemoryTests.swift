import GoWire
import ReferenceNode
import TestSupport
import Testing

@testable import ConformanceSuite
@testable import NodeProtocol

@Suite struct InMemoryTests {
  @Test(arguments: RecordedCases.files)
  func `our slave passes in a virtual world`(_ file: String) async throws {
    let profile = OurSlave.profile(for: file)
    for seed in [nil, 11 as UInt64] {
      let stage = MemoryStage(
        staging: Staging(variation: seed.map(Variation.init), version: profile.version), make: OurSlave.maker(profile))
      for single in try RecordedCases.cases(file) {
        let outcome = await onThread { stage.run(single) }
        guard case .success(let differences) = outcome.result else {
          Issue.record("\(single.id): \(outcome.result)")
          continue
        }
        #expect(differences.isEmpty, "\(single.id) seed \(seed ?? 0): \(differences)")
      }
    }
  }

  @Test(arguments: [true, false])
  func `live`(_ isVerbatim: Bool) async throws {
    let profile = Profile.cloudreve414
    let stage = SpawnStage(
      make: OurSlave.maker(profile),
      staging: Staging(variation: isVerbatim ? nil : Variation(seed: 5), version: profile.version))
    let cases = try CaseLibrary(paths: [Repository.path("Fixtures/recorded/cloudreve-4.14.0/slave")]).cases.filter {
      !["task", "thumb", "meta", "download"].contains($0.group)
    }
    let outcomes = await onThread { WorkerPool.map(cases, workers: 6) { stage.run($0) } }
    for (single, outcome) in zip(cases, outcomes) {
      guard case .success(let differences) = outcome.result else {
        Issue.record("\(single.id): \(outcome.result)")
        continue
      }
      #expect(differences.isEmpty, "\(single.id): \(differences)")
    }
    await onThread { stage.end() }
  }
}
