import Foundation

/// A slave on a free port.
final class Slave {
  let port: Int
  private let program: Program
  private let log: String

  init(
    _ nodelab: String, name: String, folder: String, secret: String, sync: Bool, logs: Bool, processor: Int,
    port: Int? = nil
  ) throws {
    let port = try port ?? Contestants.freePort()
    self.port = port
    log = folder + "/\(name).log"
    try """
    [System]
    Mode = slave
    Listen = 127.0.0.1:\(port)
    LogLevel = \(logs ? "info" : "error")
    [Slave]
    Secret = \(secret)
    [NodeLab]
    Sync = \(sync)

    """.write(toFile: folder + "/\(name).ini", atomically: true, encoding: .utf8)
    program = try Program(
      [nodelab, "slave", "-c", "\(name).ini", "-w"], processor: processor, folder: folder, errors: log)
  }

  var pid: Int32 { program.pid }

  func stop() { program.stop() }

  /// Ends it as an operator would; its exit status.
  func end() throws -> Int32 {
    program.stop()
    return program.process.terminationStatus
  }

  /// Jobs that ran outside of the node's loop, as its log tells at its end.
  var foreignJobs: Int {
    let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.contains("jobs ran outside") }
    return line.map { Int($0.split(separator: " ").compactMap { Int($0) }.first ?? 1) } ?? 0
  }
}
