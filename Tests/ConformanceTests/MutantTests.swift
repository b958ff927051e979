import TestSupport
import Testing

@testable import ConformanceSuite

extension Mutant: CustomTestStringConvertible {
  public var testDescription: String { name }
}

/// The suite is not blind: each change to a correct slave makes a case fail.
@Suite struct MutantTests {
  private static let trial = Result { try MutantTrial(fixtures: Repository.path("Fixtures")) }

  @Test(arguments: Mutant.all)
  func `a changed slave is caught`(_ mutant: Mutant) async throws {
    let trial = try Self.trial.get()
    let caught = try await onThread { Result { try trial.firstCaught(mutant) } }.get()
    #expect(caught != nil, "no case of \(mutant.groups) notices: \(mutant.summary)")
  }

  @Test func `an unchanged slave is not`() async throws {
    let trial = try Self.trial.get()
    let groups = Set(Mutant.all.flatMap(\.groups)).sorted()
    let unchanged = Mutant("unchanged", "nothing is changed", groups: groups)
    let caught = try await onThread { Result { try trial.firstCaught(unchanged) } }.get()
    #expect(caught == nil, "\(String(describing: caught))")
  }

  @Test func `there are enough changes, each with a name of its own`() {
    #expect(Mutant.all.count >= 25)
    #expect(Set(Mutant.all.map(\.name)).count == Mutant.all.count)
  }
}
