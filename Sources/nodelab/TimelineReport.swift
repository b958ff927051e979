import ConformanceSuite
import ReferenceNode
import Simulator

/// The timelines of a command's runs: as text for the terminal, and collected for a page.
struct TimelineReport {
  private let arguments: Arguments
  private var runs: [SimulationPage.Run] = []

  init(_ arguments: Arguments) {
    self.arguments = arguments
  }

  /// Whether runs have to keep their traces.
  var isWanted: Bool { arguments.has("timeline") || arguments.has("summary") || arguments.value("report") != nil }

  /// Failed runs of which a part of the timeline is printed unasked.
  private static let mostPrinted = 3
  private var printed = 0

  /// Takes a finished run; prints its timeline when that was asked for, and the part around what went wrong otherwise.
  /// - Parameter repeated: the same run with its trace, for one that has kept none.
  mutating func add(
    _ result: ScenarioResult, of scenario: Scenario, path: String, repeated: () -> ScenarioResult
  ) {
    var result = result
    if !isWanted {
      guard result.verdict != .passed, printed < Self.mostPrinted else { return }
      printed += 1
      if result.trace.isEmpty { result = repeated() }
    }
    let options = ["until", "set"].flatMap { name in arguments.all(name).map { (name: name, value: $0) } }
    let run = SimulationPage.Run(
      result, title: scenario.title, command: Self.command(for: result, path: path, arguments), options: options)
    let text = TimelineText(run.timeline)
    if arguments.has("summary") { for line in summary(result, run.timeline) { Output.standard.line("  " + line) } }
    if arguments.has("timeline") {
      for line in text.lines() { Output.standard.line(line) }
    } else if result.verdict != .passed {
      let places = run.findings.filter { !$0.isExpected }.compactMap(\.time)
      let numbers = places.prefix(3).compactMap { run.timeline.item(at: $0)?.number }
      if !numbers.isEmpty { for line in text.lines(around: numbers, context: 8) { Output.standard.line("  " + line) } }
    }
    if arguments.value("report") != nil { runs.append(run) }
  }

  private func summary(_ result: ScenarioResult, _ timeline: Timeline) -> [String] {
    timeline.summary + [
      "invariants: \(ScenarioResult.checkedInvariants.joined(separator: ", ")); broken: "
        + (result.violations.isEmpty
          ? "none" : Set(result.violations.map(\.invariant)).sorted().joined(separator: ", ")),
      "hash: \(String(result.hash, radix: 16)), of \(timeline.eventCount) events",
    ]
  }

  /// Writes the page, if one was asked for, and says where it is.
  func write() throws(CommandFailure) {
    guard let path = arguments.value("report") else { return }
    let page = SimulationPage(runs, version: NodeLabCommand.version, command: Self.command(arguments))
    do throws(SystemFailure) {
      try SystemFile.write(path, Array(page.render().utf8))
    } catch {
      throw CommandFailure("\(arguments.title): \(path): \(error.text)", exitCode: .unfinished)
    }
    Output.standard.line("report: \(path)")
  }

  /// What repeats one run.
  static func command(for result: ScenarioResult, path: String, _ arguments: Arguments) -> String {
    var words = ["nodelab", "simulate", path, "--seed", "\(result.seed)", "--profile", result.profile]
    for name in ["until", "set"] { for value in arguments.all(name) { words += ["--\(name)", value] } }
    return words.map(shellWord).joined(separator: " ")
  }

  /// What repeats them all.
  private static func command(_ arguments: Arguments) -> String {
    var words = ["nodelab", "simulate"] + arguments.operands
    for (name, value) in arguments.values where !["report", "trace"].contains(name) { words += ["--\(name)", value] }
    return words.map(shellWord).joined(separator: " ")
  }

  /// As a shell takes it for one word.
  private static func shellWord(_ word: String) -> String {
    let isPlain =
      !word.isEmpty
      && word.utf8.allSatisfy { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "-_./=:,@%+".utf8.contains(byte)
        }
      }
    return isPlain
      ? word : "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }
}
