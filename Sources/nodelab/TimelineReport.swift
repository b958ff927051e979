import Simulator

/// The timeline of a run as a page.
enum TimelineReport {
  static func write(_ result: ScenarioResult, to path: String, _ arguments: Arguments) throws(CommandFailure) {
    throw arguments.usage("--report is not built yet; --trace writes what happened")
  }
}
