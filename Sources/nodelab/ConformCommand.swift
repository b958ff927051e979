import ConformanceSuite
import GoWire

/// `nodelab conform slave`: holds a slave against recorded conversations.
enum ConformCommand {
  static let slave = CommandRow(
    ["conform", "slave"], summary: "Holds a slave against recorded conversations",
    options: [
      OptionRow("spawn", .flag, "against slaves of our own, on free ports in a temporary folder; the default"),
      OptionRow("simulated", .flag, "against slaves of our own in virtual time, without sockets and files"),
      OptionRow("url", .value("URL"), "against your own node: http://HOST:PORT, https://HOST:PORT or unix:/PATH"),
      OptionRow("insecure", .flag, "takes any certificate of the node at --url"),
      OptionRow("secret", .value("S"), "the secret of the node at --url"),
      OptionRow("dir", .value("DIR"), "the working folder of the node at --url, as it is seen here"),
      OptionRow(
        "cases", .list("PATH"),
        "files of cases, or folders of them; the recordings of the profile's program when not given"),
      OptionRow(
        "profile", .value("P"),
        "documented (the default), cloudreve-4.0 or cloudreve-4.14: how a slave of our own behaves, and what may differ"
      ),
      OptionRow("only", .repeated("PATTERN"), "only cases whose id it matches: upload, content/range-*"),
      OptionRow(
        "verbatim", .flag,
        "sends the recorded bytes, with the recorded secret, to a node whose master is played at the recorded address"),
      OptionRow("seed", .value("N"), "where other secrets, session ids and folders come from; 1 when not given"),
      OptionRow("expect", .value("FILE"), "the deviations to expect, in place of those of the profile"),
      OptionRow("json", .value("FILE"), "writes the verdicts as JSON"),
      OptionRow("junit", .value("FILE"), "writes the verdicts as JUnit XML"),
      OptionRow(
        "html", .value("FILE"), "writes the verdicts as a page for people: one file, which asks for nothing else"),
    ],
    notes: [
      """
      With --url the configuration that your node needs is printed first. Of DIR only what the cases made is removed.
      """,
      """
      A case passes, fails, deviates as expected, passes although a deviation was expected (which is wrong too), or was not \
      run for a listed reason. Exit code 0 when all is as expected, 1 when something differs, 3 when the run could not finish.
      """,
    ],
    run: run)

  private static func run(_ arguments: Arguments) throws(CommandFailure) -> Int32 {
    let options = try options(arguments)
    do throws(SuiteError) {
      let runs = try passes(options).map { options throws(SuiteError) in try ConformanceRun(options) }
      if let notice = runs[0].configurationNotice { Output.standard.line(notice + "\n") }
      Output.standard.line(
        """
        Cases: \(runs[0].cases.count), \(runs.count == 1 ? "as recorded" : "in two variations"); profile: \
        \(options.profile); seed: \(options.seed)
        """)
      let results = try play(runs)
      try write(JSONReport.bytes(results), arguments.value("json"))
      try write(Array(JUnitReport.text(results).utf8), arguments.value("junit"))
      try write(Array(HTMLReport(results, facts: facts(options)).render().utf8), arguments.value("html"))
      for line in ConsoleReport.failures(results) + [""] + ConsoleReport.table(results) { Output.standard.line(line) }
      return results.exitCode.rawValue
    } catch {
      throw CommandFailure("\(arguments.title): \(error.text)", exitCode: error.kind == .usage ? .usage : .unfinished)
    }
  }

  /// Every case runs twice, the second time with other secrets, session ids, folders and ports, so that nothing can be fitted
  /// to the recordings. A node of the user's own that wants the recorded bytes gets them alone.
  private static func passes(_ options: ConformanceOptions) -> [ConformanceOptions] {
    if options.isVerbatim, case .url = options.subject { return [options] }
    var second = options
    second.isVerbatim = false
    second.seed &+= 1
    return [options, second]
  }

  private static func play(_ runs: [ConformanceRun]) throws(SuiteError) -> ConformanceResults {
    let meter = ProgressLine()
    defer { meter.clear() }
    var results: ConformanceResults?
    for (pass, run) in runs.enumerated() {
      let pass = try run.run { progress in
        meter.show("\(pass + 1)/\(runs.count) \(ConsoleReport.progress(progress))")
      }
      results = results?.joined(with: pass) ?? pass
    }
    guard let results else { throw .unfinished("nothing ran") }
    return results
  }

  /// What the page says of the run; no secret is among it.
  private static func facts(_ options: ConformanceOptions) -> HTMLReport.Facts {
    var command = "nodelab conform slave"
    var subject = "nodelab slave \(NodeLabCommand.version)"
    if case .inMemory = options.subject {
      subject += " in virtual time"
      command += " --simulated"
    }
    if case .url(let url, _, let folder) = options.subject {
      subject = url
      command += " --url \(url)\(options.isInsecure ? " --insecure" : "") --secret \"$SECRET\" --dir \(folder)"
    }
    command += " --profile \(options.profile)" + (options.isVerbatim ? " --verbatim" : "") + " --seed \(options.seed)"
    if let list = options.expectedDeviations { command += " --expect \(list)" }
    if !options.cases.isEmpty { command += " --cases \(options.cases.joined(separator: " "))" }
    return HTMLReport.Facts(
      subject: subject, version: NodeLabCommand.version, moment: HTMLReport.Facts.moment(), command: command)
  }

  private static func write(_ bytes: [UInt8], _ path: String?) throws(SuiteError) {
    guard let path else { return }
    do throws(SystemFailure) {
      try SystemFile.write(path, bytes)
    } catch {
      throw .unfinished("\(path): \(error.text)")
    }
  }

  private static func options(_ arguments: Arguments) throws(CommandFailure) -> ConformanceOptions {
    var options = ConformanceOptions(subject: try subject(arguments), fixtures: try Fixtures.folder(for: arguments))
    options.cases = arguments.all("cases")
    options.only = arguments.all("only")
    options.isVerbatim = arguments.has("verbatim")
    options.isInsecure = arguments.has("insecure")
    options.expectedDeviations = arguments.value("expect")
    if let profile = arguments.value("profile") { options.profile = profile }
    if let text = arguments.value("seed") {
      guard let seed = UInt64(text) else { throw arguments.usage("--seed \(text) is no number from 0 on") }
      options.seed = seed
    }
    return options
  }

  private static func subject(_ arguments: Arguments) throws(CommandFailure) -> ConformanceOptions.Subject {
    guard let url = arguments.value("url") else {
      for name in ["secret", "dir"] where arguments.value(name) != nil {
        throw arguments.usage("--\(name) goes with --url")
      }
      guard !arguments.has("insecure") else { throw arguments.usage("--insecure goes with --url https://HOST:PORT") }
      guard !arguments.has("spawn") || !arguments.has("simulated") else {
        throw arguments.usage("--spawn and --simulated exclude each other")
      }
      return arguments.has("simulated") ? .inMemory : .spawn
    }
    guard !arguments.has("simulated") else { throw arguments.usage("--simulated and --url exclude each other") }
    guard !arguments.has("spawn") else { throw arguments.usage("--spawn and --url exclude each other") }
    guard let secret = arguments.value("secret") else { throw arguments.usage("--url needs --secret S") }
    guard let folder = arguments.value("dir") else { throw arguments.usage("--url needs --dir DIR") }
    return .url(url, secret: GoString(secret), folder: folder)
  }
}
