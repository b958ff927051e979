import GoWire
import NodeProtocol
import Testing

@Suite struct ProfileTests {
  /// The stored properties of a profile that decide something, by name.
  private func values(_ profile: Profile) -> [String: String] {
    let children = Mirror(reflecting: profile).children.map { ($0.label ?? "", "\($0.value)") }
    return Dictionary(uniqueKeysWithValues: children).filter { $0.key != "name" && $0.key != "version" }
  }

  @Test func `every property can be flipped by its name, and none is missing`() {
    #expect(Profile.properties.map(\.name).sorted() == values(.documented).keys.sorted())
  }

  @Test(arguments: Profile.all, Profile.properties.map(\.name))
  func `flipping a property changes it alone, and flipping it again brings it back`(profile: Profile, name: String) {
    var flipped = profile
    let isKnown = flipped.flip(name)
    #expect(isKnown)
    let before = values(profile)
    let changed = values(flipped).filter { $0.value != before[$0.key] }
    #expect(Array(changed.keys) == [name])
    _ = flipped.flip(name)
    #expect(flipped == profile)
  }

  @Test func `a name that no property or profile has is told`() {
    var profile = Profile.documented
    let isKnown = profile.flip("nothing")
    #expect(!isKnown)
    #expect(profile == .documented)
    #expect(Profile(named: "cloudreve") == nil)
  }

  @Test func `profiles are found by their names, with the version they advertise`() {
    #expect(Profile(named: "documented")?.version == "4.14.0")
    #expect(Profile(named: "cloudreve-4.0")?.version == "4.0.0")
    #expect(Profile(named: "cloudreve-4.14")?.version == "4.14.0")
    #expect(Profile.all.map(\.name) == ["documented", "cloudreve-4.0", "cloudreve-4.14"])
  }

  /// Chapter 15: where a clause differs by version and no quirk says otherwise, `documented` follows 4.14.
  @Test func `the documented profile differs from 4_14 in quirks and promises only`() {
    let documented = values(.documented)
    let real = values(.cloudreve414)
    for property in Profile.properties where documented[property.name] != real[property.name] {
      let isOwn = ["ST-3", "ST-5", "CONF-6"].contains(property.clause)
      #expect(property.clause.hasPrefix("QUIRK-") || isOwn, "\(property.name)")
    }
  }

  @Test func `4_0 and 4_14 differ where the clauses say so`() {
    let old = values(.cloudreve40)
    let new = values(.cloudreve414)
    let different = Profile.properties.filter { old[$0.name] != new[$0.name] }.map(\.clause)
    #expect(different == ["SIGN-5", "ST-10", "ST-6", "ST-5", "CONF-3", "CONF-4", "CB-2", "MST-2", "ARC-3", "QUIRK-17"])
  }
}
