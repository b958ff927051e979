import GoWire
import LiveWorld
import ReferenceNode

/// A slave of our own that runs on a thread of this process: on a free port of loopback, in a fresh temporary folder.
final class SpawnedSlave: Sendable {
  let address: SocketAddress
  /// Its working folder, links resolved.
  let folder: String
  private let live: LiveWorld
  private let base: String

  /// Starts the slave; requests are answered once this has returned.
  /// - Parameter name: what its folder is called, in a temporary folder of its own.
  init(make: @escaping SlaveMaker, secret: GoString, name: String) throws(SuiteError) {
    base = try HostFiles.makeTemporaryFolder("nodelab-conform")
    folder = "\(base)/\(name)"
    try HostFiles.makeFolders(folder)
    live = LiveWorld(folder: GoString(folder), log: SilentLog(), poolThreads: 1)
    live.start()
    do {
      // Node code belongs to the loop's thread from its first line on.
      let handler = try live.wait { world in
        Result<any HTTPHandler, SuiteError> { () throws(SuiteError) in try make(world, secret) }
      }.get()
      let server = try live.serve(handler, on: .tcp("127.0.0.1:0"))
      address = .tcp(host: "127.0.0.1", port: server.port)
    } catch {
      live.stopNow()
      live.join()
      HostFiles.removeTree(base)
      throw error as? SuiteError ?? .unfinished("a slave cannot be started: \(error)")
    }
  }

  /// Stops the slave and removes its folder.
  func stop() {
    live.stopNow()
    live.join()
    HostFiles.removeTree(base)
  }
}

/// A log that nobody reads.
private struct SilentLog: NodeLog {
  var level: LogLevel { .error }
  func write(_ line: LogLine) {}
}
