/// Where the project's own cases and expectations stand in its `Fixtures` folder.
extension ConformanceOptions {
  /// The recordings a profile is compared with, and the project's own cases.
  func defaultCasePaths() throws(SuiteError) -> [String] {
    let program: String
    switch profile {
    case "documented", "cloudreve-4.14": program = "cloudreve-4.14.0"
    case "cloudreve-4.0": program = "cloudreve-4.0.0"
    default: throw .usage("\(profile) is no profile: documented, cloudreve-4.0 or cloudreve-4.14")
    }
    return ["\(fixtures)/recorded/\(program)/slave", "\(fixtures)/cases"].filter(HostFiles.exists)
  }

  /// The profile's expected deviations, and the cases that need what the slave does not have yet.
  func listedExpectations() throws(SuiteError) -> Expectations {
    let (deviations, omissions) = ("\(fixtures)/expected/\(profile).json", "\(fixtures)/expected/not-run.json")
    return Expectations(
      deviations: HostFiles.exists(deviations) ? try Expectations.deviations(at: deviations) : [],
      omissions: HostFiles.exists(omissions) ? try Expectations.omissions(at: omissions) : [])
  }
}
