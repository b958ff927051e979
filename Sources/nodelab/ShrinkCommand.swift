import ReferenceNode
import Simulator

/// `nodelab shrink SCENARIO --seed N`: the smallest set of faults and steps that still fails the same way.
enum ShrinkCommand {
  static let row = CommandRow(
    ["shrink"], operands: "SCENARIO", operandCount: 1...1,
    summary: "Makes a failing scenario smaller, as long as it still fails the same way",
    options: [
      OptionRow("seed", .value("N"), required: true, "the seed under which it fails"),
      OptionRow(
        "profile", .value("P"), "documented, cloudreve-4.0 or cloudreve-4.14; the first that fails when not given"),
      OptionRow(
        "output", short: "o", .value("FILE"), "where the smaller scenario goes; the standard output when not given"),
    ],
    notes: [
      "Exit code 0 when a smaller scenario was found, 1 when the scenario does not fail, 2 when it cannot be read."
    ],
    run: run)

  private static func run(_ arguments: Arguments) throws(CommandFailure) -> Int32 {
    let paths = try ScenarioPaths.all(arguments)
    guard let path = paths.first, paths.count == 1 else { throw arguments.usage("name one scenario") }
    let scenario = try ScenarioPaths.read(path, arguments)
    let seed = try ScenarioPaths.seed(arguments)
    for profile in try ScenarioPaths.profiles(arguments, scenario) {
      for (variant, single) in scenario.runs(in: profile) {
        var shrinker = Shrinker { candidate in
          ScenarioRun(candidate, variant: variant, seed: seed, profile: profile).run()
        }
        let concrete = single.drawn(seed: seed)
        guard let outcome = shrinker.shrink(concrete) else { continue }
        var smaller = outcome.scenario
        smaller.profiles = [profile]
        smaller.note =
          "Made smaller from seed \(seed) of \(scenario.id)\(variant.isEmpty ? "" : " (\(variant))"): "
          + outcome.result.complaints.prefix(2).joined(separator: "; ")
        Output.error.line(
          "nodelab \(NodeLabCommand.version), seed \(seed), \(profile.rawValue): \(concrete.faults.count) faults and "
            + "\(concrete.steps.count) steps to \(smaller.faults.count) and \(smaller.steps.count) in \(outcome.runs) runs"
        )
        for line in outcome.result.complaints { Output.error.line("  \(line)") }
        if let file = arguments.value("output") {
          do throws(SystemFailure) {
            try SystemFile.write(file, smaller.fileContent)
          } catch {
            throw CommandFailure("\(arguments.title): \(file): \(error.text)", exitCode: .unfinished)
          }
        } else {
          Output.standard.write(smaller.fileContent)
        }
        return ExitCode.asExpected.rawValue
      }
    }
    Output.error.line("\(scenario.id) does not fail under seed \(seed)")
    return ExitCode.differs.rawValue
  }
}
