import Foundation

/// A failure of the measurement itself, in one line.
struct BenchmarkError: Error, CustomStringConvertible {
  var description: String
  init(_ description: String) { self.description = description }
}

/// A program started by the benchmark, on one processor, and ended by it.
final class Program {
  let process = Process()
  private let output = Pipe()

  /// - Parameters:
  ///   - processor: the one it is pinned to.
  ///   - errors: a file for its standard error.
  init(_ arguments: [String], processor: Int, folder: String, readsOutput: Bool = false, errors: String? = nil)
    throws
  {
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["taskset", "-c", "\(processor)"] + arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = readsOutput ? output : FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    if let errors {
      guard FileManager.default.createFile(atPath: errors, contents: nil) else {
        throw BenchmarkError("\(errors) cannot be written")
      }
      process.standardError = FileHandle(forWritingAtPath: errors)
    }
    try process.run()
  }

  var pid: Int32 { process.processIdentifier }

  /// The first line it prints.
  func firstLine() throws -> String {
    var line = Data()
    while let byte = try output.fileHandleForReading.read(upToCount: 1), let first = byte.first, first != 10 {
      line.append(first)
    }
    return String(decoding: line, as: UTF8.self)
  }

  /// Ends it and waits for that.
  func stop() {
    guard process.isRunning else { return }
    process.terminate()
    process.waitUntilExit()
  }

  /// Runs a program to its end and returns what it printed; its failure is an error.
  static func run(_ arguments: [String], processor: Int? = nil, folder: String? = nil) throws -> String {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = (processor.map { ["taskset", "-c", "\($0)"] } ?? []) + arguments
    if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let data = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    let text = String(decoding: data, as: UTF8.self)
    guard process.terminationStatus == 0 else {
      throw BenchmarkError("\(arguments[0]) ended with status \(process.terminationStatus): \(text.suffix(300))")
    }
    return text
  }
}
