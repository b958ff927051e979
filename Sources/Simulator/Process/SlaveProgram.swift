import GoWire
import NodeProtocol
import ReferenceNode

/// A slave as a program of a node: reads its configuration from the node's disk and its environment as `nodelab slave` does, refuses
/// what that refuses with the same line, and serves until it is asked to stop.
public struct SlaveProgram: SimulatedProgram {
  /// Where its configuration lies, absolute or below the node's folder.
  public var file: GoString
  /// Over the node's own; a later variable beats an earlier one.
  public var environment: [EnvironmentVariable]
  /// Content types as the host knows them (ST-10).
  public var hostTypes: MIMETypes
  /// What stands between the program and its world.
  public var surroundings = Surroundings()

  /// What is put around a slave when it starts: witnesses, and changes on purpose.
  public struct Surroundings: Sendable {
    public var configuration: @Sendable (inout SlaveConfiguration) -> Void = { _ in }
    public var world: @Sendable (World) -> World = { $0 }
    public var handler: @Sendable (any HTTPHandler, SlaveConfiguration, SimulatedProcess) -> any HTTPHandler = {
      handler, _, _ in handler
    }

    public init() {}
  }

  public static let defaultFile: GoString = "data/conf.ini"

  public init(
    file: GoString = defaultFile, environment: [EnvironmentVariable] = [], hostTypes: MIMETypes = MIMETypes()
  ) {
    self.file = file
    self.environment = environment
    self.hostTypes = hostTypes
  }

  public var version: String {
    environment.last { $0.name == Self.versionName }?.value.text ?? "slave"
  }

  public func changed(_ change: ProgramChange, on node: SimulatedNode) -> any SimulatedProgram {
    var program = self
    switch change {
    case .version(let version): program.environment.append(EnvironmentVariable(Self.versionName, version))
    case .profile(let profile): program.environment.append(EnvironmentVariable(Self.profileName, profile))
    case .key(let secret): program.environment.append(EnvironmentVariable(Self.secretName, secret))
    case .configuration(let text): node.disk.plant(file, text.bytes)
    }
    return program
  }

  public func run(_ process: SimulatedProcess) async -> (code: Int, line: String?) {
    let start: SlaveStart
    do throws(Refusal) {
      start = try await read(process)
    } catch {
      return (2, error.line)
    }
    var configuration = start.configuration
    surroundings.configuration(&configuration)
    process.node.log.level = start.logLevel
    process.node.disk.pathClasses = Self.classes(configuration, file: file, on: process.node.disk)
    let slave = surroundings.handler(
      SlaveNode(configuration: configuration, world: surroundings.world(process.world), hostTypes: hostTypes),
      configuration, process)
    let port: UInt16
    do throws(Refusal) {
      port = try await listen(slave, start, process)
    } catch {
      return (2, error.line)
    }
    start.warn(process.world.log)
    process.hasStarted()
    process.world.log.write(LogLine(.info, start.started(at: "http://\(process.node.name):\(port)")))
    await process.untilStopIsAsked()
    // TASK-9
    await process.stopListening(grace: .seconds(configuration.gracePeriod))
    return (0, nil)
  }

  // MARK: The start

  /// Why the program does not start: one line.
  private struct Refusal: Error {
    var line: String
  }

  private func read(_ process: SimulatedProcess) async throws(Refusal) -> SlaveStart {
    let disk = process.world.disk
    var content: [UInt8]?
    do throws(DiskError) {
      content = try await Self.content(file, disk)
    } catch {
      guard error.kind == .notFound else { throw Refusal(line: SlaveStart.refusal(file.text, error.text)) }
    }
    let start: SlaveStart
    do throws(ConfigurationError) {
      start = try SlaveStart(file: file.text, content: content, environment: process.environment + environment)
    } catch {
      throw Refusal(line: "nodelab: \(error.line)")
    }
    guard let root = start.configuration.storageRoot, let path = DiskPath(root) else { return start }
    do throws(DiskError) {
      try await disk.makeFolders(path)
    } catch {
      throw Refusal(line: start.refusal(storageRoot: root.text, error.text))
    }
    return start
  }

  private static func content(_ path: GoString, _ disk: any Disk) async throws(DiskError) -> [UInt8] {
    guard let path = DiskPath(path) else { throw DiskError(.failed, "invalid argument") }
    let opened = try await disk.open(path, .read)
    do throws(DiskError) {
      let size = try await opened.status().size
      let bytes = try await opened.read(at: 0, count: Int(clamping: size))
      await opened.close()
      return bytes
    } catch {
      await opened.close()
      throw error
    }
  }

  private func listen(
    _ slave: any HTTPHandler, _ start: SlaveStart, _ process: SimulatedProcess
  ) async throws(Refusal) -> UInt16 {
    let address: GoString
    var isTLS = false
    switch start.configuration.door {
    case .plain(let listen): address = listen
    case .tls(let listen, let certificate, let key):
      address = listen
      isTLS = true
      for path in [certificate, key] {
        do throws(DiskError) {
          _ = try await Self.content(path, process.world.disk)
        } catch {
          throw Refusal(line: start.refusal(certificate: "open \(path): \(error.text)"))
        }
      }
    case .unixSocket:
      throw Refusal(line: start.refusal(listening: "the virtual network has no socket files"))
    }
    do throws(ListenError) {
      return try process.listen(try HostPort.port(HostPort.split(address).service), tls: isTLS, slave)
    } catch {
      throw Refusal(line: start.refusal(listening: error.text))
    }
  }

  private static func classes(
    _ configuration: SlaveConfiguration, file: GoString, on disk: MemoryDisk
  ) -> PathClasses {
    func absolute(_ path: GoString) -> GoString { DiskPath(path).map(disk.absolute) ?? path }
    let temporary = configuration.settings.temporaryPath
    let isAbsolute = temporary.bytes.first == UInt8(ascii: "/")
    return PathClasses(
      [
        PathClasses.Rule(absolute(isAbsolute ? temporary : "data/" + temporary), .temp),
        PathClasses.Rule(absolute(file), .configuration),
      ] + disk.pathClasses.rules)
  }

  private static let versionName: GoString = "CR_CONF_NodeLab__Version"
  private static let profileName: GoString = "CR_CONF_NodeLab__Profile"
  private static let secretName: GoString = "CR_CONF_Slave.Secret"
}
