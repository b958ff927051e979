import Foundation

// Puts a slave under mixed load for a while and says whether it stays as it is. See Scripts/soak.

do {
  let options = try SoakOptions(Array(CommandLine.arguments.dropFirst()))
  exit(try Soak(options).run() ? 0 : 1)
} catch let error as SoakUsage {
  FileHandle.standardError.write(Data("soak: \(error)\n".utf8))
  exit(2)
} catch {
  FileHandle.standardError.write(Data("soak: \(error)\n".utf8))
  exit(3)
}
