import GoWire

/// Where cases run: what gives each its slave and its master.
protocol Stage: Sendable {
  /// Runs a case and returns what differs.
  func run(_ single: ConformanceCase) -> StageOutcome
  /// Takes away what the run made.
  func end()
}

/// What came of a case on a stage.
struct StageOutcome: Sendable {
  /// What differs, or why the suite could not run the case.
  var result: Result<[Difference], SuiteError>
  /// In the world of the case.
  var seconds: Double
}

extension Stage {
  /// Runs a case on a target, with time taken and errors kept.
  static func play(
    _ single: ConformanceCase, on target: any Target, master: RecordedMaster, substitution: Substitution
  ) async -> StageOutcome {
    let start = target.uptime
    var runner = CaseRunner(single, target: target, master: master, substitution: substitution)
    do throws(SuiteError) {
      let differences = try await runner.run()
      return StageOutcome(result: .success(differences), seconds: target.uptime - start)
    } catch {
      return StageOutcome(result: .failure(error), seconds: target.uptime - start)
    }
  }
}

/// How cases are changed before they are sent.
struct Staging: Sendable {
  /// Where other secrets, ids, folders and ports come from; nil to send what was recorded.
  var variation: Variation?
  /// The version the slave advertises, when it is known: cases that are of no version are told it.
  var version: GoString?

  /// - Parameter purpose: what the secret is for: a case, or a run when all its cases share a slave.
  func secret(of origin: CaseOrigin, for purpose: String) -> GoString {
    variation?.secret(for: purpose) ?? origin.secret
  }

  func substitution(
    for single: ConformanceCase, site: GoString, secret: GoString, folder: GoString
  ) -> Substitution {
    Substitution(
      origin: single.origin, site: site, secret: secret, folder: folder,
      version: version ?? single.origin.version, sessions: variation?.sessions(of: single) ?? [:])
  }
}
