import Foundation

/// The slave under load, in a folder of its own.
final class SlaveProcess {
  let port: UInt16
  private let process = Process()
  private let log: FileHandle

  init(program: String, folder: String, secret: String, profile: String) throws {
    try """
    [System]
    Mode = slave
    Listen = 127.0.0.1:0
    LogLevel = warning
    [Slave]
    Secret = \(secret)
    [NodeLab]
    Profile = \(profile)
    Version = \(LocalMaster.version)
    StorageRoot = \(folder)/data

    """.write(toFile: folder + "/slave.ini", atomically: true, encoding: .utf8)
    guard FileManager.default.createFile(atPath: folder + "/slave.log", contents: nil),
      let log = FileHandle(forWritingAtPath: folder + "/slave.log")
    else { throw SoakError("\(folder)/slave.log cannot be written") }
    self.log = log
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = ["slave", "-w", "-c", "slave.ini"]
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = log
    try process.run()
    var line = Data()
    while let byte = try output.fileHandleForReading.read(upToCount: 1), let first = byte.first, first != 10 {
      line.append(first)
    }
    let text = String(decoding: line, as: UTF8.self)
    guard let port = text.split(separator: ":").last.flatMap({ UInt16($0) }) else {
      process.terminate()
      let reason = (try? String(contentsOfFile: folder + "/slave.log", encoding: .utf8)) ?? ""
      throw SoakError("the slave did not start: \(text)\(reason)")
    }
    self.port = port
  }

  var pid: Int32 { process.processIdentifier }
  var isRunning: Bool { process.isRunning }

  /// Ends it as a service manager does; the exit status.
  func stop() -> Int32 {
    process.terminate()
    process.waitUntilExit()
    try? log.close()
    return process.terminationStatus
  }
}
