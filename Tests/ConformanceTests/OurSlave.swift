import GoWire
import ReferenceNode

@testable import ConformanceSuite
@testable import NodeProtocol

/// The slave of this project, configured as the recorded one.
enum OurSlave {
  static func maker(_ profile: Profile) -> SlaveMaker {
    { world, secret in
      SlaveNode(
        configuration: SlaveConfiguration(
          profile: profile, version: profile.version, storageRoot: nil, isDebug: false, logLevel: .debug,
          door: .plain(listen: ":5212"), gracePeriod: 0, proxyHeader: "", secret: secret, callbackTimeout: 2,
          signatureTTL: 600,
          cors: .init(
            allowOrigins: ["*"], allowMethods: ["OPTIONS", "GET", "POST"], allowHeaders: ["*"],
            allowCredentials: false, exposeHeaders: []),
          redis: .init(network: "", server: "", user: "", password: "", database: ""), settings: NodeSettings()),
        world: world)
    }
  }

  static func profile(for file: String) -> Profile { file.contains("4.0.0") ? .cloudreve40 : .cloudreve414 }
}
