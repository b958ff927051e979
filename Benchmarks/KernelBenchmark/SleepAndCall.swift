import Glibc
import ReferenceNode
import Simulator

/// Tasks that sleep in virtual time and then call an actor, again and again.
enum SleepAndCall {
  private actor Counter {
    var value = 0
    func add() { value += 1 }
  }

  /// CPU seconds of the calling thread.
  static func seconds(tasks: Int, turns: Int, hashes: Bool) -> Double {
    let before = CPU.seconds
    let count = try? Simulation(seed: 1, stepBudget: .max, keepsTrace: false, hashes: hashes).run { world in
      let counter = Counter()
      let clock = world.node("n").clock
      await withTaskGroup { group in
        for task in 0..<tasks {
          group.addTask {
            for turn in 0..<turns {
              try? await clock.sleep(until: clock.uptime + .milliseconds(Int64((task * 7 + turn) % 13 + 1)))
              await counter.add()
            }
          }
        }
      }
      return await counter.value
    }
    precondition(count == tasks * turns)
    return CPU.seconds - before
  }

  /// CPU seconds of the slower of two threads that run a simulation each, at the same time.
  static func secondsOnTwoThreads(tasks: Int, turns: Int) throws -> Double {
    let work = [Work(tasks, turns), Work(tasks, turns)]
    var threads: [pthread_t] = []
    for one in work {
      var thread = pthread_t()
      let failed = pthread_create(
        &thread, nil,
        { work in
          let work = Unmanaged<Work>.fromOpaque(work!).takeUnretainedValue()
          work.seconds = SleepAndCall.seconds(tasks: work.tasks, turns: work.turns, hashes: true)
          return nil
        }, Unmanaged.passUnretained(one).toOpaque())
      guard failed == 0 else { throw KernelBenchmark.Trouble("no second thread: \(String(cString: strerror(failed)))") }
      threads.append(thread)
    }
    for thread in threads { pthread_join(thread, nil) }
    return withExtendedLifetime(work) { work.map(\.seconds).max() ?? 0 }
  }

  private final class Work {
    let tasks: Int
    let turns: Int
    var seconds = 0.0

    init(_ tasks: Int, _ turns: Int) {
      self.tasks = tasks
      self.turns = turns
    }
  }
}

/// CPU time and memory.
enum CPU {
  /// Of the calling thread.
  static var seconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// Memory of the process that is in use, in MB.
  static var megabytes: Double {
    guard let file = fopen("/proc/self/statm", "r") else { return 0 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 128)
    guard fgets(&line, 128, file) != nil else { return 0 }
    let fields = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self).split(
      separator: " ")
    return (fields.count > 1 ? Double(fields[1]) ?? 0 : 0) * 4_096 / 1e6
  }
}
