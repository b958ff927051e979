import Dispatch
import Foundation
import GoWire
import ReferenceNode
import Simulator
import Testing

/// The ways in which code can leave a simulation, each done on purpose: what the sources' rules or the compiler do not keep out is
/// caught at run time, with a message that says where, or by another hash in another process.
///
/// `RepositoryTests.LeakTests` has those that cannot be written in the first place.
@Suite struct LeakTests {
  /// A leak that a run notices at once.
  enum Loud: String, CaseIterable, Codable, Sendable {
    case realSleep, yield, mainActor, dispatchQueue, operationQueue, thread, blockedThread, semaphore, endlessLoop
    case endlessTurns, lostContinuation

    /// What the message says, among other things.
    var says: [String] {
      switch self {
      case .realSleep, .yield, .dispatchQueue, .operationQueue, .thread:
        ["the clock of leaky was reached from a thread that does not run the simulation"]
      case .blockedThread, .semaphore, .endlessLoop:
        [
          "the thread of a simulation stands in one step", "at 3 s of virtual time", #"in the task "a leak of leaky""#,
          "leaky: log",
        ]
      // Whether somebody runs the main thread decides if it is a foreign thread or a deadlock.
      case .mainActor: ["(Task.sleep, Task.yield, a"]
      case .endlessTurns: ["step budget spent at 3 s after"]
      case .lostContinuation: ["deadlock at 3 s: nothing is ready and no timer is set", "leaky waits for a sign"]
      }
    }

    func leak(_ node: SimulatedNode) async {
      switch self {
      case .realSleep: try? await Task.sleep(nanoseconds: 700_000_000)
      // One that is resumed before it has stopped goes on where it was: nothing has leaked then.
      case .yield: for _ in 0..<1_000 { await Task.yield() }
      case .mainActor: await Self.onMain()
      case .dispatchQueue:
        await withCheckedContinuation { hand in
          DispatchQueue.global().async {
            usleep(700_000)
            hand.resume()
          }
        }
      case .operationQueue:
        await withCheckedContinuation { hand in
          OperationQueue().addOperation {
            usleep(700_000)
            hand.resume()
          }
        }
      case .thread:
        await withCheckedContinuation { hand in
          Thread.detachNewThread {
            usleep(700_000)
            hand.resume()
          }
        }
      case .blockedThread: usleep(60_000_000)
      case .semaphore: Self.waitForNobody()
      case .endlessLoop:
        var number: UInt64 = 1
        while number != 0 { number = number &* 3 | 1 }
      case .endlessTurns:
        while true { await Task {}.value }
      case .lostContinuation:
        Task {
          await node.kernel.until("a sign") { false }
        }
        await node.kernel.until("a sign") { false }
      }
    }

    private static func waitForNobody() { DispatchSemaphore(value: 0).wait() }

    @MainActor private static func onMain() {}

  }

  @Test(arguments: Loud.allCases) func `a leak is caught with a message that names the place`(_ leak: Loud) async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      [leak = leak as Loud] in
      var simulation = Simulation(seed: 1, stepBudget: 100_000)
      simulation.patience = .milliseconds(500)
      let run = simulation.observe { world in
        let node = world.node("leaky")
        let task = Task(name: "a leak of leaky") {
          await world.sleep(.seconds(3))
          node.log.write(LogLine(.info, "about to leak"))
          await leak.leak(node)
          _ = node.clock.now
        }
        _ = await task.value
      }
      // A foreign thread is caught by itself, when it comes to a door.
      if case .failure(let failure as SimulationFailure) = run.result {
        if case .deadlock = failure, leak != .lostContinuation, leak != .mainActor { usleep(30_000_000) }
        FileHandle.standardError.write(Data("\(failure)\n".utf8))
        exit(1)
      }
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    for part in leak.says { #expect(text.contains(part), "\(leak): \(text)") }
  }

  /// A leak that shows only when two processes are compared.
  enum Quiet: String, CaseIterable, Codable, Sendable {
    case nothing, setOrder, dictionaryOrder, hasher, hashValue, objectIdentifier, address, systemChance, defaultChance,
      uuid
    case wallClock, monotonicClock, processNumber, environment, realFile

    private final class Thing {}

    func leak() -> String {
      let names = (0..<40).map { "name \($0)" }
      let things = (0..<40).map { _ in Thing() }
      switch self {
      case .nothing: return "the same"
      case .setOrder: return Set(names).joined()
      case .dictionaryOrder: return Dictionary(uniqueKeysWithValues: names.map { ($0, 1) }).keys.joined()
      case .hasher:
        var hasher = Hasher()
        hasher.combine("name")
        return "\(hasher.finalize())"
      case .hashValue: return "\("name".hashValue)"
      case .objectIdentifier: return "\(things.map { UInt(bitPattern: ObjectIdentifier($0)) })"
      case .address: return withExtendedLifetime(things) { "\(Unmanaged.passUnretained(things[0]).toOpaque())" }
      case .systemChance:
        var generator = SystemRandomNumberGenerator()
        return "\(generator.next())"
      case .defaultChance: return "\(Int.random(in: 0..<1_000_000_000))"
      case .uuid: return UUID().uuidString
      case .wallClock: return "\(Date().timeIntervalSince1970)"
      case .monotonicClock: return "\(ContinuousClock.now)"
      case .processNumber: return "\(ProcessInfo.processInfo.processIdentifier)"
      case .environment: return "\(getpid()) \(ProcessInfo.processInfo.environment["HOME"] ?? "")"
      case .realFile: return (try? String(contentsOfFile: "/proc/self/stat", encoding: .utf8)) ?? ""
      }
    }
  }

  @Test(arguments: Quiet.allCases)
  func `a leak that changes what is seen changes the hash in another process`(_ leak: Quiet) async throws {
    var hashes: [Substring] = []
    for _ in 0..<2 {
      let result = await #expect(processExitsWith: .success, observing: [\.standardOutputContent]) {
        [leak = leak as Quiet] in
        let run = Simulation(seed: 1, order: .seeded).observe { world in
          let node = world.node("leaky")
          await world.sleep(.seconds(1))
          node.log.write(LogLine(.info, leak.leak()))
          return node.clock.now
        }
        print("hash=\(run.hash)=")
      }
      let text = String(decoding: result?.standardOutputContent ?? [], as: UTF8.self)
      hashes.append(try #require(text.firstMatch(of: /hash=(\d+)=/)).1)
    }
    #expect((hashes[0] == hashes[1]) == (leak == .nothing))
  }
}
