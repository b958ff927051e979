import GoWire
import NodeProtocol
import ReferenceNode

/// Where a node starts: its configuration, and the folder in which its relative storage paths begin (ST-2).
struct NodePlace {
  /// As it is told to people.
  let file: String
  /// Absolute, without a slash at its end.
  let folder: String
  /// Whether the folder is the working directory (`-w`) and not the program's.
  let isWorkingFolder: Bool

  init(_ arguments: Arguments) {
    isWorkingFolder = arguments.has("use-working-dir")
    folder = isWorkingFolder ? SystemFile.workingFolder : SystemFile.executableFolder
    // CONF-1, but that -c is relative to the working directory.
    file = arguments.value("conf") ?? "\(folder)/data/conf.ini"
  }

  /// The configuration, and what its operator should know.
  func read() throws(CommandFailure) -> SlaveStart {
    var content: [UInt8]?
    do throws(SystemFailure) {
      content = try SystemFile.read(file)
    } catch {
      guard error.isAbsence else { throw refusal(error.text) }
    }
    do throws(ConfigurationError) {
      return try SlaveStart(
        file: file, content: content, environment: SystemFile.environment(beginning: "CR_"))
    } catch {
      throw CommandFailure("nodelab: \(error.line)", exitCode: .usage)
    }
  }

  /// Makes the storage root, and refuses a start from inside a build folder that would put files there.
  func prepare(_ start: SlaveStart) throws(CommandFailure) {
    let root = start.configuration.storageRoot?.text
    let isAbsolute = root?.hasPrefix("/") == true
    if !isWorkingFolder, !isAbsolute, folder.split(separator: "/").contains(".build") {
      throw refusal(
        """
        [NodeLab] StorageRoot: is no absolute path, so that files would go below \(folder), into a build folder; start \
        with -w, or write an absolute path
        """)
    }
    guard let root else { return }
    do throws(SystemFailure) {
      try SystemFile.makeFolders(isAbsolute ? root : "\(folder)/\(root)")
    } catch {
      throw CommandFailure(start.refusal(storageRoot: root, error.text), exitCode: .usage)
    }
  }

  /// A line about the configuration; the process ends with exit code 2 (CONF-6).
  func refusal(_ text: String) -> CommandFailure {
    CommandFailure(SlaveStart.refusal(file, text), exitCode: .usage)
  }
}
