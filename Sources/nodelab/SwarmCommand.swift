import ConformanceSuite
import Glibc
import GoWire
import ReferenceNode
import Simulator
import Synchronization

/// `nodelab swarm SCENARIO… --seeds A..B`: the same scenario under many seeds, each run twice, the second time in another process with
/// another hash seed and another number of threads (INV-14).
enum SwarmCommand {
  static let row = CommandRow(
    ["swarm"], operands: "SCENARIO…", operandCount: 1...Int.max,
    summary: "Plays scenarios under many seeds, each twice in two processes, and compares the hashes",
    options: [
      OptionRow("seeds", .value("A..B"), required: true, "the seeds, both ends included: 1..1000"),
      OptionRow(
        "profile", .value("P"), "documented, cloudreve-4.0 or cloudreve-4.14; the scenario's first when not given"),
      OptionRow("jobs", .value("N"), "threads; one a processor when not given"),
      OptionRow("time", .value("LIMIT"), "begins no seed after so many seconds"),
      OptionRow(
        "json", .value("FILE"), "collects every seed and its verdict there; without, the first failure ends the run"),
      OptionRow(
        "hashes", .flag, "prints seed, hash and verdict of each, and runs it once: what the second process does"),
    ],
    notes: [
      """
      Exit code 0 when every seed is as expected, 1 when a checker or an expectation failed, 3 when a run could not go on or two \
      runs of a seed differ.
      """
    ],
    run: run)

  /// What came of a seed.
  private struct Seed: Sendable {
    var number: UInt64
    var hash: UInt64
    var verdict: ScenarioResult.Verdict
    var complaints: [String]
    /// Faults of the plan that fired.
    var fired: Int
  }

  private static func run(_ arguments: Arguments) throws(CommandFailure) -> Int32 {
    let seeds = try range(arguments)
    let jobs = try number("jobs", arguments) ?? max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    let limit = try number("time", arguments)
    let paths = try ScenarioPaths.all(arguments)
    if !arguments.has("hashes") {
      Output.standard.line(
        "nodelab \(NodeLabCommand.version), seeds \(seeds.lowerBound)..\(seeds.upperBound), \(jobs) threads"
          + arguments.values.filter { $0.name != "seeds" && $0.name != "jobs" }.map { ", --\($0.name) \($0.value)" }
          .joined())
    }
    var code = ExitCode.asExpected
    var lines: [String] = []
    for path in paths {
      let scenario = try ScenarioPaths.read(path, arguments)
      let profile = try ScenarioPaths.profiles(arguments, scenario)[0]
      let began = HostClock.uptime
      let stop = Mutex(false)
      let collects = arguments.value("json") != nil
      let results = WorkerPool.map(Array(seeds), workers: jobs) { seed -> Seed? in
        if stop.withLock({ $0 }) { return nil }
        if let limit, HostClock.uptime - began > Int64(limit) * 1_000_000_000 { return nil }
        let result = play(scenario, profile, seed)
        if result.verdict != .passed, !collects, !arguments.has("hashes") { stop.withLock { $0 = true } }
        return result
      }
      let done = results.compactMap { $0 }
      if arguments.has("hashes") {
        for seed in done { Output.standard.line("\(seed.number) \(seed.hash) \(seed.verdict.rawValue)") }
        continue
      }
      let milliseconds = Int((HostClock.uptime - began) / 1_000_000)
      let failed = done.filter { $0.verdict != .passed }
      var differing: [UInt64] = []
      if let first = done.first, let last = done.last {
        differing = try compare(done, path, profile, "\(first.number)..\(last.number)", jobs: jobs == 1 ? 2 : 1)
      }
      Output.standard.line(
        "\(scenario.id), \(profile.rawValue): \(done.count) seeds, \(failed.count) failed, \(done.count - differing.count) of "
          + "\(done.count) with equal hashes in two processes, \(milliseconds / max(1, done.count)) ms a seed, "
          + "\(done.reduce(0) { $0 + $1.fired }) faults fired")
      for seed in failed.prefix(collects ? 20 : 1) {
        Output.standard.line("FAILED seed \(seed.number)")
        for line in seed.complaints.prefix(12) { Output.standard.line("  \(line)") }
        Output.standard.line(
          "  repeat with: nodelab simulate \(path) --seed \(seed.number) --profile \(profile.rawValue)")
        Output.standard.line(
          "  make it smaller with: nodelab shrink \(path) --seed \(seed.number) --profile \(profile.rawValue)")
      }
      for seed in differing.prefix(3) { Output.standard.line(try firstDifference(path, seed, profile)) }
      if !differing.isEmpty || failed.contains(where: { $0.verdict == .broken }) {
        code = .unfinished
      } else if !failed.isEmpty, code == .asExpected {
        code = .differs
      }
      lines += done.map { seed in
        let complaints = seed.complaints.map { GoString(GoJSON.encode(.string(GoString($0)), as: .string)).text }
        return
          #"{"scenario":"\#(scenario.id)","profile":"\#(profile.rawValue)","seed":\#(seed.number),"hash":"\#(seed.hash)","#
          + #""verdict":"\#(seed.verdict.rawValue)","repeated":\#(!differing.contains(seed.number)),"complaints":[\#(complaints.joined(separator: ","))]}"#
      }
    }
    if let json = arguments.value("json") {
      do throws(SystemFailure) {
        try SystemFile.write(json, Array(("[\n" + lines.joined(separator: ",\n") + "\n]\n").utf8))
      } catch {
        throw CommandFailure("\(arguments.title): \(json): \(error.text)", exitCode: .unfinished)
      }
    }
    return code.rawValue
  }

  private static func play(_ scenario: Scenario, _ profile: ProfileName, _ seed: UInt64) -> Seed {
    var hash = RunningHash()
    var total = Seed(number: seed, hash: 0, verdict: .passed, complaints: [], fired: 0)
    for (variant, single) in scenario.runs(in: profile) {
      let result = ScenarioRun(single, variant: variant, seed: seed, profile: profile).run()
      hash.mix(result.hash)
      total.fired += result.firedFaults
      if result.verdict != .passed {
        if total.verdict != .broken { total.verdict = result.verdict }
        total.complaints += result.complaints.map { variant.isEmpty ? $0 : "(\(variant)) \($0)" }
      }
    }
    total.hash = hash.value
    return total
  }

  /// Runs the seeds again in another process, and returns those whose hashes differ.
  private static func compare(
    _ seeds: [Seed], _ path: String, _ profile: ProfileName, _ range: String, jobs: Int
  ) throws(CommandFailure) -> [UInt64] {
    let output = try OtherProcess.output([
      "swarm", path, "--seeds", range, "--profile", profile.rawValue, "--jobs", String(jobs), "--hashes",
    ])
    var hashes: [UInt64: String] = [:]
    for line in output.split(separator: "\n") {
      let words = line.split(separator: " ")
      if words.count == 3, let seed = UInt64(words[0]) { hashes[seed] = "\(words[1]) \(words[2])" }
    }
    return seeds.filter { hashes[$0.number] != "\($0.hash) \($0.verdict.rawValue)" }.map(\.number)
  }

  /// Plays a seed in two processes and names the first event that differs.
  private static func firstDifference(_ path: String, _ seed: UInt64, _ profile: ProfileName) throws(CommandFailure)
    -> String
  {
    var traces: [[Substring]] = []
    for _ in 0..<2 {
      let output = try OtherProcess.output([
        "simulate", path, "--seed", String(seed), "--profile", profile.rawValue, "--trace", "/dev/stdout",
      ])
      traces.append(output.split(separator: "\n").filter { $0.hasPrefix("{") })
    }
    let index = zip(traces[0], traces[1]).enumerated().first { $0.element.0 != $0.element.1 }?.offset
    guard let index else {
      return "seed \(seed): the runs differ, but their traces do not: what differs is a choice of the kernel"
    }
    return "seed \(seed): event \(index + 1) differs: \(traces[0][index].prefix(160)) | \(traces[1][index].prefix(160))"
  }

  private static func range(_ arguments: Arguments) throws(CommandFailure) -> ClosedRange<UInt64> {
    let text = arguments.value("seeds") ?? ""
    let parts = text.split(separator: ".", omittingEmptySubsequences: true).map { UInt64($0) }
    guard parts.count == 2, let first = parts[0], let last = parts[1], first <= last else {
      throw arguments.usage("--seeds \(text) is no range; write 1..1000")
    }
    return first...last
  }

  private static func number(_ name: String, _ arguments: Arguments) throws(CommandFailure) -> Int? {
    guard let text = arguments.value(name) else { return nil }
    guard let number = Int(text), number > 0 else { throw arguments.usage("--\(name) \(text) is no number from 1 on") }
    return number
  }
}
