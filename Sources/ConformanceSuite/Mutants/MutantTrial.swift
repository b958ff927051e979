import GoWire
import NodeProtocol

/// Runs cases against a slave that is changed in one thing, in virtual worlds, to see whether the suite notices.
public struct MutantTrial: Sendable {
  private let cases: [ConformanceCase]
  private let version: GoString
  private let make: SlaveMaker

  /// - Parameters:
  ///   - fixtures: the repository's `Fixtures` folder.
  ///   - profile: under which an unchanged slave passes every case: `cloudreve-4.0` or `cloudreve-4.14`.
  public init(fixtures: String, profile: String = "cloudreve-4.14") throws(SuiteError) {
    let options = ConformanceOptions(subject: .inMemory, fixtures: fixtures, profile: profile)
    let expectations = try options.listedExpectations()
    cases = try CaseLibrary(paths: options.defaultCasePaths()).cases.filter {
      expectations.omission(for: $0) == nil && expectations.deviation(for: $0) == nil
    }
    version = try OwnSlave.version(profile: profile)
    make = OwnSlave.maker(profile: profile)
  }

  /// The first case of a mutant's groups that fails against it, with what differs; nil when the suite is blind to the change.
  ///
  /// Cases are sent verbatim and rewritten by turns, so that both see mutants.
  public func firstCaught(_ mutant: Mutant) throws(SuiteError) -> CaseResult? {
    let chosen = cases.filter { mutant.groups.contains($0.group) }
    guard !chosen.isEmpty else { throw .usage("\(mutant.name): no case in \(mutant.groups.joined(separator: ", "))") }
    let make = make
    let changed: SlaveMaker = { world, secret throws(SuiteError) in
      mutant.around(try make(mutant.world(world), secret), key: SigningKey(secret))
    }
    for (number, single) in chosen.enumerated() {
      let variation = number.isMultiple(of: 2) ? nil : Variation(seed: 1)
      let stage = MemoryStage(staging: Staging(variation: variation, version: version), make: changed)
      let result = ConformanceRun.verdict(on: single, stage.run(single), Expectations())
      if result.verdict == .harnessError { throw .unfinished("\(mutant.name): \(single.id): \(result.reason ?? "?")") }
      if result.verdict == .fail { return result }
    }
    return nil
  }
}
