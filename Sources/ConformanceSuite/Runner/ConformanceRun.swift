import GoWire
import LiveWorld
import NodeProtocol

/// A run of the suite: reads the cases, runs each, and gives a verdict on it.
public struct ConformanceRun: Sendable {
  /// What runs, in the order of the cases in their files.
  public let cases: [ConformanceCase]
  private let options: ConformanceOptions
  private let expectations: Expectations
  private let problems: [String]

  /// Reads cases and expectations and selects what runs.
  /// - Throws: what is wrong with the options, with a file, or with a pattern that matches no case.
  public init(_ options: ConformanceOptions) throws(SuiteError) {
    self.options = options
    let defaultPaths = try options.defaultCasePaths()
    let library = try CaseLibrary(paths: options.cases.isEmpty ? defaultPaths : options.cases)
    let given = Expectations(deviations: try options.expectedDeviations.map(Expectations.deviations(at:)) ?? [])
    var listed = try options.listedExpectations()
    if options.expectedDeviations != nil { listed.deviations = [] }
    expectations = Expectations(deviations: given.deviations + listed.deviations, omissions: listed.omissions)
    // The project's own lists speak of the project's cases, whatever cases were asked for.
    var unknown = listed.problems(among: library.cases)
    if !unknown.isEmpty, !options.cases.isEmpty {
      let known = listed.problems(among: try CaseLibrary(paths: defaultPaths).cases)
      unknown.removeAll { !known.contains($0) }
    }
    problems = given.problems(among: library.cases) + unknown
    cases = try CaseSelection(options.only).select(from: library.cases)
  }

  /// What the configuration file of a slave under test has to say, for one that is the user's own; nil for other subjects.
  public var configurationNotice: String? {
    guard case .url(_, let secret, let folder) = options.subject else { return nil }
    return RecordedConfiguration.text(secret: secret.text, listen: nil)
      + "\nIts working folder has to be \(folder), and it has to reach this machine's 127.0.0.1."
  }

  /// Runs the cases; blocks until the last has ended.
  /// - Parameter progress: called after each case, by one thread at a time.
  public func run(progress: @escaping @Sendable (ConformanceProgress) -> Void = { _ in }) throws(SuiteError)
    -> ConformanceResults
  {
    let runnable = cases.filter { expectations.omission(for: $0) == nil }
    let meter = Guarded(0)
    let total = cases.count
    let judge: @Sendable (ConformanceCase, StageOutcome) -> CaseResult = { [expectations] single, outcome in
      let result = ConformanceRun.verdict(on: single, outcome, expectations)
      meter.withLock { done in
        done += 1
        progress(ConformanceProgress(done: done, total: total, last: result))
      }
      return result
    }
    var results: [String: CaseResult] = [:]
    for result in try play(runnable, judge) { results[result.id] = result }
    let all = cases.map { single in
      results[single.id]
        ?? CaseResult(
          id: single.id, clauses: single.clauses, program: single.origin.program, verdict: .notRun,
          reason: expectations.omission(for: single)?.reason)
    }
    return ConformanceResults(
      profile: options.profile, isVerbatim: options.isVerbatim, seed: options.seed, cases: all, problems: problems)
  }

  private func play(
    _ cases: [ConformanceCase], _ judge: @escaping @Sendable (ConformanceCase, StageOutcome) -> CaseResult
  ) throws(SuiteError) -> [CaseResult] {
    guard let first = cases.first else { return [] }
    var staging = Staging(variation: options.isVerbatim ? nil : Variation(seed: options.seed))
    if case .url(let url, let secret, let folder) = options.subject {
      let stage = try UserStage.make(
        url, isInsecure: options.isInsecure, secret: secret, folder: folder, cases: cases, staging: staging)
      defer { stage.end() }
      return cases.map { judge($0, stage.run($0)) }
    }
    let make = OwnSlave.maker(profile: options.profile)
    staging.version = try OwnSlave.version(profile: options.profile)
    let shuffled = Variation(seed: options.seed).shuffled(cases)
    switch (options.subject, options.sharing) {
    case (.url, _): return []
    case (.inMemory, .freshSlavePerCase):
      let stage = MemoryStage(staging: staging, make: make)
      return WorkerPool.map(cases, workers: options.workers) { judge($0, stage.run($0)) }
    case (.inMemory, .oneSlaveShuffled):
      let outcomes = MemoryStage(staging: staging, make: make).run(shuffled, purpose: "the run")
      return zip(shuffled, outcomes).map { judge($0, $1) }
    case (.spawn, .freshSlavePerCase):
      let stage = SpawnStage(make: make, staging: staging)
      defer { stage.end() }
      return WorkerPool.map(cases.longestFirst, workers: options.workers) { judge($0, stage.run($0)) }
    case (.spawn, .oneSlaveShuffled):
      let stage = try SpawnStage.shared(make: make, staging: staging, origin: first.origin)
      defer { stage.end() }
      return shuffled.map { judge($0, stage.run($0)) }
    }
  }

  // MARK: Verdicts

  static func verdict(
    on single: ConformanceCase, _ outcome: StageOutcome, _ expectations: Expectations
  ) -> CaseResult {
    var result = CaseResult(
      id: single.id, clauses: single.clauses, program: single.origin.program, verdict: .pass, seconds: outcome.seconds)
    let deviation = expectations.deviation(for: single)
    result.because = deviation?.because
    result.reason = deviation?.reason
    switch outcome.result {
    case .failure(let error):
      result.verdict = .harnessError
      result.reason = error.text
    case .success(let differences):
      result.differences = differences
      switch (differences.isEmpty, deviation) {
      case (true, nil): result.verdict = .pass
      case (true, _): result.verdict = .unexpectedPass
      case (false, nil): result.verdict = .fail
      case (false, _): result.verdict = .expectedDeviation
      }
    }
    return result
  }
}

extension [ConformanceCase] {
  /// The cases that wait longest first, so that none of them is left alone at the end.
  fileprivate var longestFirst: [ConformanceCase] {
    func wait(_ single: ConformanceCase) -> Double {
      single.exchanges.reduce(0) { sum, exchange in
        switch exchange {
        case .pause(let seconds): sum + seconds
        case .call(let call): sum + (call.tookSeconds ?? 0)
        case .raw: sum
        }
      }
    }
    return map { ($0, wait($0)) }.sorted { $0.1 > $1.1 }.map(\.0)
  }
}
