import ConformanceSuite

/// `nodelab vectors`: runs vector files.
enum VectorsCommand {
  static let row = CommandRow(
    ["vectors"], operands: "PATH…", operandCount: 1...1_000_000,
    summary: "Runs vector files of the shape in Fixtures/vectors",
    options: [],
    notes: [
      """
      Vectors are bytes as Go's standard library writes and reads them: gob, JSON, signatures, content types, ini, times, URL \
      escapes. PATH is a file, or a folder with files *.json. Exit code 1 when one differs from ours.
      """
    ],
    run: run)

  private static func run(_ arguments: Arguments) throws(CommandFailure) -> Int32 {
    do throws(SuiteError) {
      let outcomes = try VectorRun(paths: arguments.operands).run()
      for outcome in outcomes {
        let passing = outcome.count - outcome.failures.count
        Output.standard.line("\(outcome.path): \(outcome.kind): \(passing) of \(outcome.count) pass")
        for failure in outcome.failures { Output.standard.line("  \(failure)") }
      }
      return (outcomes.allSatisfy(\.failures.isEmpty) ? ExitCode.asExpected : .differs).rawValue
    } catch {
      throw CommandFailure("\(arguments.title): \(error.text)", exitCode: error.kind == .usage ? .usage : .unfinished)
    }
  }
}
