import GoWire
import LiveWorld
import NodeLoop
import NodeProtocol
import ReferenceNode

/// `nodelab -c FILE [server]` and `nodelab slave`: a node until it is told to stop.
enum NodeCommand {
  static let anyMode = CommandRow(
    [], operands: "[server]", summary: "Runs the node, in the mode that its configuration names",
    options: options, notes: notes, run: run)

  static let slave = CommandRow(
    ["slave"], summary: "Runs a slave", options: options, notes: notes, run: run)

  private static let options = [
    OptionRow("conf", short: "c", .value("FILE"), "the configuration; data/conf.ini beside the program when not given"),
    OptionRow(
      "use-working-dir", short: "w", .flag,
      "relative storage paths, and data/conf.ini, start at the working directory instead of the program's folder"),
    OptionRow("log-format", .value("text|json"), "how the log is written to the standard error; text when not given"),
  ]

  private static let notes = [
    """
    Where it listens is printed when it does. SIGTERM and SIGINT end the node when its requests have ended, at the latest \
    after GracePeriod; a second one ends it at once.
    """,
    "Exit code 2 and one line when the configuration cannot work.",
  ]

  private static func run(_ arguments: Arguments) throws(CommandFailure) -> Int32 {
    let format = try logFormat(arguments)
    let place = NodePlace(arguments)
    let reading = try place.read()
    let configuration = reading.configuration
    try place.prepare(configuration)

    NodeLoop.claimProcess()
    let log = LiveLog(level: level(configuration.logLevel), format: format)
    let live = LiveWorld(folder: GoString(place.folder), log: log)
    // The doors open on the loop's thread only, which this one is until it runs.
    let node = live.loop.jobs.run {
      SlaveNode(
        configuration: configuration, world: live.world, hostTypes: MIMETypes(host: { try? SystemFile.read($0) }))
    }
    let server = try listen(live, node, configuration.door, place)
    for warning in reading.warnings { log.write(LogLine(.warning, warning)) }
    live.stopOnSignals(grace: .seconds(configuration.gracePeriod))
    Output.standard.line(
      "slave \(configuration.version) (\(configuration.profile.name)) listens on \(url(of: server))")
    live.run()
    if NodeLoop.foreignJobs > 0 {
      log.write(
        LogLine(.error, "\(NodeLoop.foreignJobs) jobs ran outside of the node's loop: a defect of this program"))
    }
    return ExitCode.asExpected.rawValue
  }

  private static func logFormat(_ arguments: Arguments) throws(CommandFailure) -> LogFormat {
    guard let text = arguments.value("log-format") else { return .text }
    guard let format = LogFormat(rawValue: text) else {
      throw arguments.usage("--log-format \(text) is neither text nor json")
    }
    return format
  }

  private static func level(_ level: SlaveConfiguration.Level) -> LogLevel {
    switch level {
    case .debug: .debug
    case .info: .info
    case .warning: .warning
    case .error: .error
    }
  }

  private static func listen(
    _ live: LiveWorld, _ node: SlaveNode, _ door: SlaveConfiguration.Door, _ place: NodePlace
  ) throws(CommandFailure) -> LiveHTTPServer {
    // What the error is about, and what to do.
    var key = "[System] Listen"
    var advice = "choose another address, or end the program that has it"
    do throws(ListenError) {
      switch door {
      case .plain(let listen):
        return try live.serve(node, on: .tcp(listen))
      case .tls(let listen, let certificatePath, let keyPath):
        key = "[SSL] CertPath and KeyPath"
        advice = "name PEM files of a certificate and its key that can be read"
        let identity = try TLSIdentity(certificateFile: certificatePath, keyFile: keyPath)
        key = "[SSL] Listen"
        advice = "choose another address, or end the program that has it"
        return try live.serve(node, on: .tcp(listen), tls: identity)
      case .unixSocket(let path, let permissions):
        key = "[UnixSocket] Listen"
        advice = "choose a path in a folder that can be written"
        return try live.serve(node, on: .unix(path, permissions: permissions))
      }
    } catch {
      throw place.refusal("\(key): \(error.text); \(advice)")
    }
  }

  private static func url(of server: LiveHTTPServer) -> String {
    if server.port == 0 { return "unix:\(server.address)" }
    return "\(server.isTLS ? "https" : "http")://\(server.address)"
  }
}
