import ReferenceNode
import Simulator

/// A slave that is asked once a second, for long.
enum LongRuns {
  static func run() throws -> Bool {
    print("one slave, a request a second")
    let before = CPU.seconds
    _ = try memory(days: 1)
    var reached = KernelBenchmark.aim("a virtual day", CPU.seconds - before, atMost: 2, "CPU seconds")
    let week = try memory(days: 7)
    print("  memory after each day of a virtual week, MB: \(week.map(KernelBenchmark.digits).joined(separator: " "))")
    reached =
      KernelBenchmark.aim("its growth from the first day to the last", week[6] - week[0], atMost: 1, "MB") && reached
    return reached
  }

  /// Memory in use after each day.
  private static func memory(days: Int) throws -> [Double] {
    try Simulation(seed: 1, stepBudget: .max, keepsTrace: false).run { world in
      let client = world.node("M")
      let call = try await Requests.start(1, world)[0]
      var memory: [Double] = []
      for _ in 0..<days {
        for _ in 0..<86_400 {
          try await Requests.send(call, client)
          await world.sleep(.seconds(1))
        }
        memory.append(CPU.megabytes)
      }
      return memory
    }
  }
}
