import GoWire
import ReferenceNode
import TestSupport
import Testing

@testable import ConformanceSuite
@testable import NodeProtocol

@Suite struct InMemoryTests {
  @Test(arguments: RecordedCases.files)
  func `our slave passes in a virtual world`(_ file: String) async throws {
    let profile: Profile = file.contains("4.0.0") ? .cloudreve40 : .cloudreve414
    for seed in [nil, 11 as UInt64] {
      let stage = MemoryStage(staging: Staging(variation: seed.map(Variation.init), version: profile.version)) {
        world, secret in
        SlaveNode(
          configuration: SlaveConfiguration(
            profile: profile, version: profile.version, storageRoot: nil, isDebug: false, logLevel: .debug,
            door: .plain(listen: ":5212"), gracePeriod: 0, proxyHeader: "", secret: secret, callbackTimeout: 2,
            signatureTTL: 600,
            cors: .init(
              allowOrigins: ["*"], allowMethods: ["OPTIONS", "GET", "POST"], allowHeaders: ["*"],
              allowCredentials: false,
              exposeHeaders: []),
            redis: .init(network: "", server: "", user: "", password: "", database: ""), settings: NodeSettings()),
          world: world)
      }
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
}
