import GoWire
import TestSupport

@testable import ConformanceSuite

/// The recorded cases and the project's own, as the tests of this target use them.
enum RecordedCases {
  /// The files, below `Fixtures`.
  static let files: [String] = {
    ["recorded/cloudreve-4.0.0/slave", "recorded/cloudreve-4.14.0/slave", "cases"].flatMap { folder in
      Repository.files(below: "Fixtures/\(folder)", suffix: ".json").map { String($0.dropFirst("Fixtures/".count)) }
    }
  }()

  static func cases(_ file: String) throws -> [ConformanceCase] {
    try CaseLibrary(paths: [Repository.path("Fixtures/\(file)")]).cases
  }

  /// What a case is rewritten by; nothing without a seed.
  static func substitution(for single: ConformanceCase, seed: UInt64?) -> Substitution {
    guard let seed else {
      return Staging().substitution(
        for: single, site: single.origin.site, secret: single.origin.secret, folder: single.origin.folder ?? "/x")
    }
    let variation = Variation(seed: seed)
    return Staging(variation: variation).substitution(
      for: single, site: GoString("http://127.0.0.1:\(variation.ports(for: single.id)[0])"),
      secret: variation.secret(for: single.id), folder: GoString("/tmp/\(variation.folderName(for: single.id))"))
  }
}
