import GoWire
import NodeProtocol
import ReferenceNode

/// A slave as a program of the virtual world: reads its configuration as `nodelab slave` does, is refused or serves (CONF-6).
struct ScenarioSlave: SimulatedProgram {
  /// Its configuration file.
  var file: String
  var environment: [EnvironmentVariable]
  let stage: ScenarioStage

  var version: String {
    (try? configuration(named: "conf.ini"))?.version.text ?? "?"
  }

  private func configuration(named name: String) throws(ConfigurationError) -> SlaveConfiguration {
    var configuration = try SlaveConfiguration.read(
      fileName: name, content: Array(file.utf8), environment: environment
    ).configuration
    stage.run.options.changesProfile?(&configuration.profile)
    return configuration
  }

  func run(_ process: SimulatedProcess) async -> (code: Int, line: String?) {
    let node = process.node
    let configuration: SlaveConfiguration
    do throws(ConfigurationError) {
      configuration = try self.configuration(named: "\(node.name).ini")
    } catch {
      return refused(error.line, node)
    }
    stage.configurations[node.name] = configuration
    guard case .plain(let listen) = configuration.door else {
      return refused("\(node.name).ini: [SSL] and [UnixSocket] have no place in a simulation", node)
    }
    guard let port = UInt16(listen.text.split(separator: ":").last ?? "") else {
      return refused("\(node.name).ini: [System] Listen: \"\(listen)\" is no address; write :PORT", node)
    }
    if let root = configuration.storageRoot, !root.isEmpty { node.disk.plantFolder(root) }
    let options = stage.run.options
    let world = options.changesWorld?(process.world) ?? process.world
    let slave: any HTTPHandler = SlaveNode(configuration: configuration, world: world)
    let handler = options.changesHandler?(slave, SigningKey(configuration.secret)) ?? slave
    let listener: SimulatedListener
    do {
      listener = try stage.world.network.listen(node, port, Witness(process, handler, stage))
    } catch {
      return refused("\(node.name).ini: [System] Listen: \(error); choose another address", node)
    }
    process.hasStarted()
    await process.untilStopIsAsked()
    await listener.stop(grace: .seconds(configuration.gracePeriod))
    return (0, nil)
  }

  private func refused(_ line: String, _ node: SimulatedNode) -> (code: Int, line: String?) {
    stage.said(line, by: node.name)
    return (2, line)
  }

  func changed(_ change: ProgramChange, on node: SimulatedNode) -> any SimulatedProgram {
    var program = self
    switch change {
    case .version(let version): program.add("NodeLab", "Version", version.text)
    case .profile(let profile): program.add("NodeLab", "Profile", profile.text)
    case .configuration(let text): program.file = text.text
    case .key(let key): program.add("Slave", "Secret", key.text)
    }
    return program
  }

  /// Later lines win (CONF-2).
  private mutating func add(_ section: String, _ key: String, _ value: String) {
    file += "\n[\(section)]\n\(key) = \(value)\n"
  }
}
