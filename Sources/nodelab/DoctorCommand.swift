import ConformanceSuite
import GoWire

/// `nodelab doctor`: what a master's node test tries, step by step.
enum DoctorCommand {
  static let row = CommandRow(
    ["doctor"], summary: "Says why a master's node test of a slave fails, and what to change",
    options: [
      OptionRow("url", .value("URL"), required: true, "the slave's URL, as in the master's node settings"),
      OptionRow("secret", .value("S"), required: true, "the secret of both: the Slave Key of the node settings"),
      OptionRow(
        "site", .value("URL"),
        "the master's primary site URL, which the slave calls back; without it, or with port 0, this program is called back"
      ),
      OptionRow(
        "from-master-clock", .flag, "signs by the clock that --site shows in its header Date, not by this machine's"),
      OptionRow("json", .flag, "prints the diagnosis as JSON"),
    ],
    notes: [
      """
      Run it on the master's machine: it sees the network from there. It changes nothing on the slave. The slave's clock is \
      found by what it takes for expired, within a few seconds.
      """,
      """
      Each step is ok, failed or not tried; a cause is one line with the name that the documentation's FAQ has for it and \
      what to do. Exit code 0 when the slave is healthy, 1 when a step fails, 3 when the visit could not be finished.
      """,
    ],
    run: run)

  private static func run(_ arguments: Arguments) throws(CommandFailure) -> Int32 {
    var options = DoctorOptions(
      url: GoString(arguments.value("url") ?? ""), secret: GoString(arguments.value("secret") ?? ""))
    options.site = arguments.value("site").map { GoString($0) }
    options.usesMasterClock = arguments.has("from-master-clock")
    if options.usesMasterClock, options.site == nil { throw arguments.usage("--from-master-clock needs --site URL") }
    guard !options.secret.isEmpty else { throw arguments.usage("--secret is empty") }
    do throws(SuiteError) {
      let diagnosis = DoctorDiagnosis(try DoctorVisit.observe(options))
      if arguments.has("json") {
        Output.standard.write(DoctorReport.json(diagnosis))
      } else {
        for line in DoctorReport.lines(diagnosis) { Output.standard.line(line) }
      }
      return (diagnosis.isHealthy ? ExitCode.asExpected : .differs).rawValue
    } catch {
      throw CommandFailure("\(arguments.title): \(error.text)", exitCode: error.kind == .usage ? .usage : .unfinished)
    }
  }
}
