import GoWire
import NodeProtocol
import ReferenceNode

/// Makes a slave from its world and its secret.
typealias SlaveMaker = @Sendable (World, GoString) throws(SuiteError) -> any HTTPHandler

/// The slave of this project, configured as the recorded one.
enum OwnSlave {
  /// - Parameter profile: `documented`, `cloudreve-4.0` or `cloudreve-4.14`.
  static func maker(profile: String) -> SlaveMaker {
    let types = MIMETypes(host: { try? HostFiles.read($0) })
    return { world, secret throws(SuiteError) in
      SlaveNode(configuration: try configuration(profile: profile, secret: secret), world: world, hostTypes: types)
    }
  }

  /// The version that a slave of a profile advertises.
  static func version(profile: String) throws(SuiteError) -> GoString {
    try configuration(profile: profile, secret: GoString(String(repeating: "x", count: 64))).version
  }

  private static func configuration(profile: String, secret: GoString) throws(SuiteError) -> SlaveConfiguration {
    let text = RecordedConfiguration.text(secret: secret.text, listen: nil, profile: profile)
    do throws(ConfigurationError) {
      return try SlaveConfiguration.read(
        fileName: "the recorded slave's configuration", content: Array(text.utf8), environment: []
      ).configuration
    } catch {
      throw .usage("\(error)")
    }
  }
}
