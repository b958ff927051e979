import NodeProtocol
import Testing

@Suite struct RecordedReplayTests {
  @Test(
    arguments: ["sign", "route", "env", "bind", "ping", "content", "upload", "callback", "list", "delete"],
    ["cloudreve-4.0", "cloudreve-4.14"])
  func `the slave answers as recorded`(group: String, name: String) throws {
    let profile = try #require(Profile(named: name))
    for recorded in try RecordedReplay.cases("cloudreve-\(profile.version)/slave/\(group).json", profile) {
      let differences = try recorded.play()
      #expect(differences.isEmpty, "\(recorded.id): \(differences)")
    }
  }
}
