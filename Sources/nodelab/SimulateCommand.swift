import GoWire
import ReferenceNode
import Simulator

/// `nodelab simulate SCENARIO…`: plays scenarios in the virtual world.
enum SimulateCommand {
  static let row = CommandRow(
    ["simulate"], operands: "SCENARIO…", operandCount: 0...Int.max,
    summary: "Plays scenarios in a virtual world and checks what has to be seen",
    options: [
      OptionRow("seed", .value("N"), "decides every choice of the run; 1 when not given"),
      OptionRow(
        "profile", .value("P"),
        "documented, cloudreve-4.0 or cloudreve-4.14; each that the scenario names when not given"
      ),
      OptionRow("report", .value("FILE"), "writes the timelines of the runs as one HTML page"),
      OptionRow("summary", .flag, "says of each run in a few lines what happened"),
      OptionRow("timeline", .flag, "prints a timeline of each run, a lane per node"),
      OptionRow("trace", .value("FILE"), "writes everything that happened as JSON Lines"),
      OptionRow("until", .value("T"), "ends the run at this virtual time, in seconds"),
      OptionRow("set", .repeated("PATH=VALUE"), "changes a value of the file first: faults[0].bytes=1000"),
      OptionRow("format", .flag, "writes each file in its canonical form, and plays nothing"),
      OptionRow("schema", .flag, "prints the JSON Schema of scenario files, and plays nothing"),
    ],
    notes: [
      "A SCENARIO is a file, a folder of them, or the id of one in Fixtures/scenarios: SCN-UPLOAD-1.",
      """
      Exit code 0 when all is as expected, 1 when a checker or an expectation failed, 2 when a file cannot be read, 3 when a run \
      could not go on.
      """,
    ],
    run: run)

  private static func run(_ arguments: Arguments) throws(CommandFailure) -> Int32 {
    if arguments.has("schema") {
      Output.standard.write(Array(Scenario.schemaText.utf8))
      return ExitCode.asExpected.rawValue
    }
    guard !arguments.operands.isEmpty else { throw arguments.usage("SCENARIO… is missing") }
    let paths = try ScenarioPaths.all(arguments)
    if arguments.has("format") { return try format(paths, arguments) }
    var options = ScenarioRun.Options()
    options.until = try ScenarioPaths.until(arguments)
    let traced = arguments.value("trace")
    var report = TimelineReport(arguments)
    options.keepsTrace = traced != nil || report.isWanted
    let seed = try ScenarioPaths.seed(arguments)
    Output.standard.line(
      "nodelab \(NodeLabCommand.version), seed \(seed)" + arguments.values.map { ", --\($0.name) \($0.value)" }.joined()
    )
    var code = ExitCode.asExpected
    var lines: [String] = []
    for path in paths {
      let scenario = try ScenarioPaths.read(path, arguments)
      for profile in try ScenarioPaths.profiles(arguments, scenario) {
        for (variant, single) in scenario.runs(in: profile) {
          let result = ScenarioRun(single, variant: variant, seed: seed, profile: profile, options: options).runAll()
          tell(result, path: path, arguments)
          report.add(result, of: scenario, path: path) {
            var traced = options
            traced.keepsTrace = true
            return ScenarioRun(single, variant: variant, seed: seed, profile: profile, options: traced).runAll()
          }
          if traced != nil { lines += result.trace.map(\.line) }
          code = worse(code, result.verdict)
        }
      }
    }
    do throws(SystemFailure) {
      if let traced { try SystemFile.write(traced, Array(lines.map { $0 + "\n" }.joined().utf8)) }
    } catch {
      throw CommandFailure("\(arguments.title): \(traced ?? ""): \(error.text)", exitCode: .unfinished)
    }
    try report.write()
    return code.rawValue
  }

  private static func worse(_ code: ExitCode, _ verdict: ScenarioResult.Verdict) -> ExitCode {
    switch verdict {
    case .passed: code
    case .failed: code == .unfinished ? code : .differs
    case .broken: .unfinished
    }
  }

  private static func tell(_ result: ScenarioResult, path: String, _ arguments: Arguments) {
    let span = result.uptime.nanoseconds / 1_000_000_000
    let mark = result.verdict == .passed ? "ok    " : result.verdict == .failed ? "FAILED" : "BROKEN"
    var text = "\(mark) \(result.title), \(result.profile): \(span) s of virtual time, \(result.steps) steps"
    if result.sweptEffects > 0 { text += ", \(result.sweptEffects) crash points" }
    let expected = result.violations.map(\.invariant).filter { name in
      !result.unexpected.contains { $0.invariant == name }
    }
    if !expected.isEmpty { text += ", as expected broken: \(Set(expected).sorted().joined(separator: ", "))" }
    Output.standard.line(text)
    guard result.verdict != .passed else { return }
    for line in result.complaints { Output.standard.line("  \(line)") }
    Output.standard.line("  repeat with: \(TimelineReport.command(for: result, path: path, arguments))")
  }

  private static func format(_ paths: [String], _ arguments: Arguments) throws(CommandFailure) -> Int32 {
    for path in paths {
      let scenario = try ScenarioPaths.read(path, arguments)
      do throws(SystemFailure) {
        try SystemFile.write(path, scenario.fileContent)
      } catch {
        throw CommandFailure("\(path): \(error.text)", exitCode: .unfinished)
      }
    }
    return ExitCode.asExpected.rawValue
  }
}
