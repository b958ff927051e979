import GoWire
import NodeProtocol

/// What the start of a slave is in every world: what it is told, and what it says when that cannot work (CONF-1, CONF-6).
public struct SlaveStart: Sendable {
  /// The configuration's file, as it is told to people.
  public let file: String
  public let configuration: SlaveConfiguration
  /// What its operator should know, one line each.
  public let warnings: [String]

  /// - Parameters:
  ///   - content: of the file; nil when there is none.
  ///   - environment: `CR_CONF_…` and `CR_SETTING_…` are read, the rest is not.
  public init(
    file: String, content: [UInt8]?, environment: [EnvironmentVariable]
  ) throws(ConfigurationError) {
    let reading = try SlaveConfiguration.read(fileName: file, content: content, environment: environment)
    self.file = file
    configuration = reading.configuration
    warnings = reading.warnings
  }

  /// The least level of the lines that its log is to have.
  public var logLevel: LogLevel {
    switch configuration.logLevel {
    case .debug: .debug
    case .info: .info
    case .warning: .warning
    case .error: .error
    }
  }

  /// Writes the warnings into the node's log.
  public func warn(_ log: any NodeLog) {
    for warning in warnings { log.write(LogLine(.warning, warning)) }
  }

  /// What the node says when it serves.
  public func started(at url: String) -> String {
    "slave \(configuration.version) (\(configuration.profile.name)) listens on \(url)"
  }

  // MARK: Refusals

  /// A line about the configuration; the process ends with exit code 2.
  public func refusal(_ text: String) -> String { Self.refusal(file, text) }

  public static func refusal(_ file: String, _ text: String) -> String { "nodelab: \(file): \(text)" }

  /// The storage root cannot be made.
  public func refusal(storageRoot root: String, _ reason: String) -> String {
    refusal("[NodeLab] StorageRoot: \(root): \(reason); name a folder that the node may write")
  }

  /// The certificate or its key cannot be used.
  public func refusal(certificate reason: String) -> String {
    refusal("[SSL] CertPath and KeyPath: \(reason); name PEM files of a certificate and its key that can be read")
  }

  /// The node cannot listen where it should.
  public func refusal(listening reason: String) -> String {
    switch configuration.door {
    case .plain: refusal("[System] Listen: \(reason); choose another address, or end the program that has it")
    case .tls: refusal("[SSL] Listen: \(reason); choose another address, or end the program that has it")
    case .unixSocket: refusal("[UnixSocket] Listen: \(reason); choose a path in a folder that can be written")
    }
  }
}
