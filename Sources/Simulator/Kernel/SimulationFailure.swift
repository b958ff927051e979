import ReferenceNode

/// Why a simulation could not go on.
public enum SimulationFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// Nothing is ready and no timer is set, but what was to be run has not ended.
  case deadlock(at: Uptime, waiting: [Wait])
  /// More jobs ran than allowed: most likely a loop that waits for nothing.
  case stepBudgetSpent(at: Uptime, steps: UInt64, waiting: [Wait])
  /// Virtual time reached its limit first.
  case timeLimitReached(at: Uptime, waiting: [Wait])

  /// One wait: who waits for what, and since when.
  public struct Wait: Hashable, Sendable, CustomStringConvertible {
    public var who: String
    public var what: String
    public var since: Uptime

    public var description: String { "\(who) waits for \(what) since \(Self.seconds(since))" }

    static func seconds(_ time: Uptime) -> String {
      let nanoseconds = time.nanoseconds
      let fraction = String(nanoseconds % 1_000_000_000 + 1_000_000_000).dropFirst()
      let digits = fraction.reversed().drop { $0 == "0" }.reversed()
      return "\(nanoseconds / 1_000_000_000)\(digits.isEmpty ? "" : "." + String(digits)) s"
    }
  }

  public var description: String {
    switch self {
    case .deadlock(let time, let waiting):
      let none =
        "nobody at a door: a continuation that is never resumed, or code that left the simulation (Task.sleep, Task.yield, "
        + "a real thread)"
      return "deadlock at \(Wait.seconds(time)): nothing is ready and no timer is set\n" + Self.list(waiting, none)
    case .stepBudgetSpent(let time, let steps, let waiting):
      return "step budget spent at \(Wait.seconds(time)) after \(steps) steps: a loop that waits for nothing?\n"
        + Self.list(waiting, "nobody waits at a door")
    case .timeLimitReached(let time, let waiting):
      return "time limit reached at \(Wait.seconds(time))\n" + Self.list(waiting, "nobody waits at a door")
    }
  }

  private static func list(_ waiting: [Wait], _ none: String) -> String {
    (waiting.isEmpty ? [none] : waiting.map(\.description)).map { "  " + $0 }.joined(separator: "\n")
  }
}
