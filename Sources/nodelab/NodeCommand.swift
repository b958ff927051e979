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
    let start = try place.read()
    let configuration = start.configuration
    try place.prepare(start)

    NodeLoop.claimProcess()
    let log = LiveLog(level: start.logLevel, format: format)
    let live = LiveWorld(folder: GoString(place.folder), log: log)
    // The doors open on the loop's thread only, which this one is until it runs.
    let node = live.loop.jobs.run {
      SlaveNode(
        configuration: configuration, world: live.world, hostTypes: MIMETypes(host: { try? SystemFile.read($0) }))
    }
    let server = try listen(live, node, start)
    start.warn(log)
    live.stopOnSignals(grace: .seconds(configuration.gracePeriod))
    Output.standard.line(start.started(at: url(of: server)))
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

  private static func listen(
    _ live: LiveWorld, _ node: SlaveNode, _ start: SlaveStart
  ) throws(CommandFailure) -> LiveHTTPServer {
    var identity: TLSIdentity?
    if case .tls(_, let certificatePath, let keyPath) = start.configuration.door {
      do throws(ListenError) {
        identity = try TLSIdentity(certificateFile: certificatePath, keyFile: keyPath)
      } catch {
        throw CommandFailure(start.refusal(certificate: error.text), exitCode: .usage)
      }
    }
    do throws(ListenError) {
      switch start.configuration.door {
      case .plain(let listen): return try live.serve(node, on: .tcp(listen))
      case .tls(let listen, _, _): return try live.serve(node, on: .tcp(listen), tls: identity)
      case .unixSocket(let path, let permissions):
        return try live.serve(node, on: .unix(path, permissions: permissions))
      }
    } catch {
      throw CommandFailure(start.refusal(listening: error.text), exitCode: .usage)
    }
  }

  private static func url(of server: LiveHTTPServer) -> String {
    if server.port == 0 { return "unix:\(server.address)" }
    return "\(server.isTLS ? "https" : "http")://\(server.address)"
  }
}
