import ReferenceNode

/// Makes a failing scenario smaller: fewer faults, fewer steps, as long as it still fails the same way (delta debugging).
public struct Shrinker {
  /// What is left, and how the way there was.
  public struct Outcome: Sendable {
    public var scenario: Scenario
    public var result: ScenarioResult
    /// Runs that it took.
    public var runs: Int
  }

  private let play: (Scenario) -> ScenarioResult
  private let mostRuns: Int
  private var runs = 0

  /// - Parameters:
  ///   - mostRuns: after so many runs the smallest so far counts.
  ///   - play: runs a scenario with the seed and the profile of the failure.
  public init(mostRuns: Int = 1_000, play: @escaping (Scenario) -> ScenarioResult) {
    self.mostRuns = mostRuns
    self.play = play
  }

  /// Nil when the scenario does not fail.
  public mutating func shrink(_ scenario: Scenario) -> Outcome? {
    let first = play(scenario)
    runs = 1
    guard first.verdict != .passed, let wanted = first.signature.first else { return nil }
    var best = (scenario: scenario, result: first)
    func fails(_ candidate: Scenario) -> Bool {
      guard runs < mostRuns else { return false }
      runs += 1
      let result = play(candidate)
      guard result.verdict != .passed, result.signature.first == wanted else { return false }
      best = (candidate, result)
      return true
    }
    var sizes = (best.scenario.faults.count, best.scenario.steps.count)
    repeat {
      sizes = (best.scenario.faults.count, best.scenario.steps.count)
      Self.reduce(best.scenario.faults) { faults in
        var candidate = best.scenario
        candidate.faults = faults
        return fails(candidate)
      }
      Self.reduce(best.scenario.steps) { steps in
        var candidate = best.scenario
        candidate.steps = steps
        // What is asked of a step that is gone is gone with it.
        let names = Set(steps.map(\.name))
        // A step that another one needs stays with it.
        for step in steps {
          if let needed = step.neededStep, !names.contains(needed) { return false }
        }
        candidate.expectations.removeAll { expectation in
          if case .answers(let answers) = expectation.subject { return !names.contains(answers.step) }
          return false
        }
        return fails(candidate)
      }
    } while (best.scenario.faults.count, best.scenario.steps.count) != sizes
    return Outcome(scenario: best.scenario.withoutUnusedFiles, result: best.result, runs: runs)
  }

  /// Delta debugging: leaves out halves, quarters … single items, as long as `fails` says that the rest still fails.
  private static func reduce<Item>(_ items: [Item], _ fails: ([Item]) -> Bool) {
    var items = items
    if items.isEmpty || fails([]) { return }
    var parts = 2
    while items.count > 1 {
      let size = (items.count + parts - 1) / parts
      var isSmaller = false
      var begin = 0
      while begin < items.count {
        var rest = items
        rest.removeSubrange(begin..<min(begin + size, items.count))
        if !rest.isEmpty, fails(rest) {
          items = rest
          isSmaller = true
        } else {
          begin += size
        }
      }
      if isSmaller {
        parts = max(2, parts - 1)
      } else if size == 1 {
        return
      } else {
        parts = min(items.count, parts * 2)
      }
    }
  }
}

extension Scenario {
  /// Without the named contents that nothing names any more.
  fileprivate var withoutUnusedFiles: Scenario {
    var used = Set(disks.compactMap(\.file))
    for step in steps {
      switch step.action {
      case .session(let session): used.formUnion([session.file].compactMap { $0 })
      case .upload(let upload): used.formUnion([upload.session.file].compactMap { $0 })
      case .hand(let hand): used.formUnion([hand.file].compactMap { $0 })
      case .chunk, .nodeTest, .call, .content, .raw, .fuzz, .start: break
      }
    }
    for expectation in expectations {
      switch expectation.subject {
      case .file(let file): used.formUnion([file.file].compactMap { $0 })
      case .answers(let answers):
        used.formUnion((answers.answers + [answers.each].compactMap { $0 }).compactMap(\.file))
      case .received, .log, .process: break
      }
    }
    var scenario = self
    scenario.files.removeAll { !used.contains($0.name) }
    return scenario
  }
}

extension ScenarioStep {
  /// The step without which this one cannot be played.
  fileprivate var neededStep: String? {
    switch action {
    case .chunk(let chunk): chunk.session
    case .content(let content): content.ifRangeOf
    case .session, .upload, .nodeTest, .call, .raw, .fuzz, .hand, .start: nil
    }
  }
}
