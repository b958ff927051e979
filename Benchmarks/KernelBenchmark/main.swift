import Glibc
import GoWire
import NodeProtocol
import ReferenceNode
import Simulator

/// What the simulator costs, beside Go's `testing/synctest` in the same run: CPU seconds, so that a busy machine changes little.
enum KernelBenchmark {
  static let tasks = 100

  /// - Returns: whether every aim was reached.
  static func run(_ arguments: [String]) throws -> Bool {
    guard let reference = arguments.first else {
      throw Trouble(
        "usage: kernel-benchmark REFERENCE [--rounds N] [--turns N] [--requests N] [--only kernel|requests|long]")
    }
    let rounds = try number("rounds", in: arguments) ?? 5
    let turns = try number("turns", in: arguments) ?? 20_000
    let requests = try number("requests", in: arguments) ?? 20_000
    let only = value("only", in: arguments)
    var reached = true
    if only == nil || only == "kernel" { reached = try kernel(reference, rounds: rounds, turns: turns) && reached }
    if only == nil || only == "requests" { reached = try Requests.run(rounds: rounds, requests: requests) && reached }
    if only == nil || only == "long" { reached = try LongRuns.run() && reached }
    return reached
  }

  struct Trouble: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
  }

  // MARK: The kernel

  private static func kernel(_ reference: String, rounds: Int, turns: Int) throws -> Bool {
    print("sleep, then call an actor: \(tasks) tasks × \(turns), \(rounds) rounds in turn, the median of each")
    var seconds: [String: [Double]] = [:]
    for _ in 0..<rounds {
      seconds["hash on", default: []].append(SleepAndCall.seconds(tasks: tasks, turns: turns, hashes: true))
      seconds["hash off", default: []].append(SleepAndCall.seconds(tasks: tasks, turns: turns, hashes: false))
      seconds["two threads", default: []].append(try SleepAndCall.secondsOnTwoThreads(tasks: tasks, turns: turns))
      for test in ["SleepAndCall", "SleepAndLock"] {
        seconds["Go \(test)", default: []].append(try Reference.seconds(reference, test, tasks: tasks, turns: turns))
      }
    }
    let iterations = Double(tasks * turns)
    func rate(_ name: String, _ count: Double = 1) -> Double {
      count * iterations / median(seconds[name] ?? []) / 1e6
    }
    for name in ["hash on", "hash off", "Go SleepAndCall", "Go SleepAndLock"] {
      print("  \(name): \(digits(rate(name))) M iterations per CPU second")
    }
    print("  two threads: \(digits(rate("two threads", 2))) M iterations per CPU second of the slower one")
    var reached = aim("hash on / synctest", rate("hash on") / rate("Go SleepAndCall"), atLeast: 1.5)
    reached = aim("hash off / synctest", rate("hash off") / rate("Go SleepAndCall"), atLeast: 1.8) && reached
    reached = aim("two threads / one", rate("two threads", 2) / rate("hash on"), atLeast: 1.7) && reached
    return reached
  }

  // MARK: Words

  static func aim(_ name: String, _ value: Double, atLeast aim: Double) -> Bool {
    print("  \(name): \(digits(value)) (aim ≥ \(digits(aim)))\(value >= aim ? "" : "  NOT REACHED")")
    return value >= aim
  }

  static func aim(_ name: String, _ value: Double, atMost aim: Double, _ unit: String) -> Bool {
    print("  \(name): \(digits(value)) \(unit) (aim ≤ \(digits(aim)))\(value <= aim ? "" : "  NOT REACHED")")
    return value <= aim
  }

  static func digits(_ value: Double) -> String {
    let hundredths = Int((value * 100).rounded())
    return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
  }

  static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

  private static func value(_ name: String, in arguments: [String]) -> String? {
    arguments.firstIndex(of: "--\(name)").flatMap { arguments.indices.contains($0 + 1) ? arguments[$0 + 1] : nil }
  }

  private static func number(_ name: String, in arguments: [String]) throws -> Int? {
    guard let text = value(name, in: arguments) else { return nil }
    guard let number = Int(text), number > 0 else { throw Trouble("--\(name) \(text) is no number above 0") }
    return number
  }
}

do {
  exit(try KernelBenchmark.run(Array(CommandLine.arguments.dropFirst())) ? 0 : 1)
} catch {
  let line = "kernel-benchmark: \(error)\n"
  _ = line.withCString { write(2, $0, strlen($0)) }
  exit(3)
}
