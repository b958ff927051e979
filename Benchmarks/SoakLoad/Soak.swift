import Foundation
import GoWire

/// A command line that makes no sense.
struct SoakUsage: Error, CustomStringConvertible {
  var description: String
}

struct SoakOptions {
  var program: String
  var minutes = 30.0
  var workers = 6
  var seed: UInt64 = 1
  var profile = "documented"

  init(_ arguments: [String]) throws {
    var rest = arguments[...]
    guard let program = rest.popFirst() else {
      throw SoakUsage(description: "usage: soak-load NODELAB [--minutes N] [--workers N] [--seed S] [--profile P]")
    }
    self.program = program
    while let option = rest.popFirst() {
      guard ["--minutes", "--workers", "--seed", "--profile"].contains(option) else {
        throw SoakUsage(description: "unknown option \(option) (known: --minutes, --workers, --seed, --profile)")
      }
      guard let value = rest.popFirst() else { throw SoakUsage(description: "\(option) needs a value") }
      switch option {
      case "--minutes":
        guard let number = Double(value), number > 0, number < 100_000 else {
          throw SoakUsage(description: "--minutes needs a positive number, not \(value)")
        }
        minutes = number
      case "--workers":
        guard let number = Int(value), 1...200 ~= number else {
          throw SoakUsage(description: "--workers needs a number from 1 to 200, not \(value)")
        }
        workers = number
      case "--seed":
        guard let number = UInt64(value) else { throw SoakUsage(description: "--seed needs a number, not \(value)") }
        seed = number
      default: profile = value
      }
    }
  }
}

/// What the workers saw.
///
/// Unchecked sendable: guarded by the lock.
final class Tally: @unchecked Sendable {
  private let lock = NSLock()
  private var counts: [Worker.Operation: Int] = [:]
  private var seen: [String] = []
  private var errors = 0
  private var ended = false
  private var working = 0

  var operations: Int { lock.withLock { counts.values.reduce(0, +) } }
  var isEnded: Bool { lock.withLock { ended } }
  var isIdle: Bool { lock.withLock { working == 0 } }

  func end() { lock.withLock { ended = true } }
  func begin() { lock.withLock { working += 1 } }
  func leave() { lock.withLock { working -= 1 } }
  func count(_ operation: Worker.Operation) { lock.withLock { counts[operation, default: 0] += 1 } }

  func fail(_ text: String) {
    lock.withLock {
      errors += 1
      if seen.count < 10 { seen.append(text) }
    }
  }

  /// How many errors there were, and the first of them.
  var failures: (count: Int, first: [String]) { lock.withLock { (errors, seen) } }
  var summary: String {
    lock.withLock {
      Worker.Operation.allCases.map { "\($0.rawValue) \(counts[$0] ?? 0)" }.joined(separator: ", ")
    }
  }
}

/// One run.
struct Soak {
  let options: SoakOptions
  /// Seconds between two samples.
  private let interval = 10

  init(_ options: SoakOptions) { self.options = options }

  /// Whether all stayed flat and nothing went wrong.
  func run() throws -> Bool {
    // A peer that goes away is met by an error, not by a signal.
    signal(SIGPIPE, SIG_IGN)
    let folder = NSTemporaryDirectory() + "/nodelab-soak-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder + "/data/fixed", withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for (index, (path, size)) in Worker.files.enumerated() {
      try Data(Worker.bytes(index, 0..<size)).write(to: URL(fileURLWithPath: "\(folder)/data/\(path)"))
    }
    let secret = String((0..<64).map { _ in "abcdefghijklmnopqrstuvwxyz0123456789".randomElement() ?? "x" })
    let master = try LocalMaster()
    defer { master.stop() }
    let slave = try SlaveProcess(program: options.program, folder: folder, secret: secret, profile: options.profile)
    defer { if slave.isRunning { _ = slave.stop() } }
    let idle = Sample(of: slave.pid, seconds: 0, operations: 0)

    let tally = Tally()
    startWorkers(tally, slave, master, secret: GoString(secret))
    let samples = watch(tally, slave)
    tally.end()
    let patience = Date(timeIntervalSinceNow: 60)
    while !tally.isIdle, Date() < patience { usleep(50_000) }
    if !tally.isIdle { tally.fail("a worker did not come to its end within a minute") }
    for fault in master.takeFaults() { tally.fail(fault) }

    // With the load gone the slave lets go of what it held, but for the connections that it keeps to its master.
    let deadline = Date(timeIntervalSinceNow: 60)
    var rest = Sample(of: slave.pid, seconds: 0, operations: 0)
    while rest.descriptors > idle.descriptors + master.connections + 2, Date() < deadline, slave.isRunning {
      usleep(200_000)
      rest = Sample(of: slave.pid, seconds: 0, operations: 0)
    }
    rest.descriptors -= master.connections
    return report(samples, tally, slave, idle: idle, rest: rest, folder: folder)
  }

  private func startWorkers(_ tally: Tally, _ slave: SlaveProcess, _ master: LocalMaster, secret: GoString) {
    let port = slave.port
    for number in 0..<options.workers {
      let seed = options.seed
      tally.begin()
      Thread {
        let worker = Worker(number: number, port: port, master: master, secret: secret, seed: seed)
        while !tally.isEnded {
          let operation = worker.next()
          do { try worker.run(operation) } catch { tally.fail("\(operation.rawValue): \(error)") }
          tally.count(operation)
          worker.pause(upTo: 10)
        }
        tally.leave()
      }.start()
    }
  }

  /// Samples until the time is over or the slave is.
  private func watch(_ tally: Tally, _ slave: SlaveProcess) -> Samples {
    let start = DispatchTime.now().uptimeNanoseconds
    func seconds() -> Double { Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9 }
    var samples = Samples()
    var next = interval
    let end = options.minutes * 60
    while seconds() < end, slave.isRunning {
      usleep(100_000)
      guard seconds() >= Double(next) else { continue }
      samples.all.append(Sample(of: slave.pid, seconds: next, operations: tally.operations))
      next += interval
    }
    if !slave.isRunning { tally.fail("the slave ended") }
    return samples
  }

  private func report(
    _ samples: Samples, _ tally: Tally, _ slave: SlaveProcess, idle: Sample, rest: Sample, folder: String
  ) -> Bool {
    var complaints = samples.growth(warmUp: min(120, Int(options.minutes * 60 / 4)), slack: 4)
    if rest.descriptors > idle.descriptors + 2 {
      complaints.append(
        "\(rest.descriptors) descriptors are open without load, \(idle.descriptors) were at the start: "
          + Sample.descriptorKinds(of: slave.pid))
    }
    let status = slave.stop()
    if status != 0 { complaints.append("the slave ended with status \(status)") }
    let log = (try? String(contentsOfFile: folder + "/slave.log", encoding: .utf8)) ?? ""
    for line in log.split(separator: "\n").filter({ $0.contains(" ERROR ") }).prefix(5) {
      complaints.append("the slave's log: \(line)")
    }
    let failures = tally.failures
    print(samples.table)
    print("without load: RSS \(idle.residentKiB) KiB before, \(rest.residentKiB) KiB after;", terminator: " ")
    print(
      "descriptors \(idle.descriptors), \(rest.descriptors) but for kept connections to the master; threads \(idle.threads), \(rest.threads)"
    )
    print("operations: \(tally.summary)")
    print("errors: \(failures.count)")
    for text in failures.first { print("  \(text)") }
    for complaint in complaints { print("NOT FLAT: \(complaint)") }
    let isGood = complaints.isEmpty && failures.count == 0
    print(isGood ? "soak: flat, no error, \(tally.operations) operations" : "soak: FAILED, seed \(options.seed)")
    return isGood
  }
}
