import Glibc

/// The Go program beside which the kernel is measured.
enum Reference {
  /// CPU seconds that it took for one of its tests, on one processor.
  static func seconds(_ program: String, _ test: String, tasks: Int, turns: Int) throws -> Double {
    let command =
      "env GOMAXPROCS=1 TASKS=\(tasks) TURNS=\(turns) '\(program)' -test.run '^Test\(test)$' -test.v 2>&1"
    guard let output = popen(command, "r") else { throw KernelBenchmark.Trouble("cannot start \(program)") }
    var text = ""
    var line = [CChar](repeating: 0, count: 1_024)
    while fgets(&line, 1_024, output) != nil {
      text += String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
    guard pclose(output) == 0, let found = text.firstMatch(of: /seconds=([0-9.]+)/), let seconds = Double(found.1)
    else {
      throw KernelBenchmark.Trouble("\(program) says: \(text)")
    }
    return seconds
  }
}
