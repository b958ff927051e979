import Foundation

// `slave-benchmark NODELAB GO-PROGRAM [--seconds N] [--rounds N] [--json FILE]`: see Scripts/bench.

do {
  exit(try SlaveMeasurement(Array(CommandLine.arguments.dropFirst())).run() ? 0 : 1)
} catch let error as UsageError {
  FileHandle.standardError.write(Data("slave-benchmark: \(error)\n".utf8))
  exit(2)
} catch {
  FileHandle.standardError.write(Data("slave-benchmark: \(error)\n".utf8))
  exit(3)
}
