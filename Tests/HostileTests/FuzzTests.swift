import Foundation
import TestSupport
import Testing

/// The parsers that strangers' bytes reach, under libFuzzer with AddressSanitizer.
@Suite struct FuzzTests {
  /// Seconds for each subject; NODELAB_FUZZ_SECONDS says otherwise.
  static let seconds = ProcessInfo.processInfo.environment["NODELAB_FUZZ_SECONDS"].flatMap { Int($0) } ?? 20

  /// Without the fuzzer's runtime the program does not link, which is a failure here.
  @Test func `fuzzing finds nothing in gob, JSON, ini, ranges and signatures`() async throws {
    let child = try Child(Repository.path("Scripts/fuzz"), ["--seconds", "\(Self.seconds)"], folder: Repository.root)
    let ended = try await child.end(within: 900 + Double(Self.seconds) * 5)
    #expect(ended.code == 0, "\(ended.lines.joined(separator: "\n"))")
    for subject in ["gob", "json", "ini", "range", "signature"] {
      let line = ended.lines.first { $0.hasPrefix("\(subject): ") } ?? "\(subject) did not run"
      let runs = line.firstMatch(of: /Done ([0-9]+) runs/).flatMap { Int($0.1) } ?? 0
      #expect(runs > 100 && line.hasSuffix("no finding"), "\(line)")
    }
  }
}
