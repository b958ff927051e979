/// The cases of some files and folders.
public struct CaseLibrary: Hashable, Sendable {
  /// In the order of their files, then as they stand there.
  public let cases: [ConformanceCase]

  /// Reads files, and all `.json` files in and below folders; what is no file of a slave's cases is passed over in folders.
  /// - Throws: for a file that cannot be read, for an id that two cases have, and when there is no case at all.
  public init(paths: [String]) throws(SuiteError) {
    var cases: [ConformanceCase] = []
    var places: [String: String] = [:]
    for path in paths {
      var found: [ConformanceCase] = []
      for file in try CaseLibrary.files(at: path) { found += try CaseReader.read(file) }
      guard !found.isEmpty else { throw .usage("\(path): holds no cases for a slave") }
      cases += found
    }
    for single in cases {
      if let other = places.updateValue(single.origin.path, forKey: single.id) {
        throw .usage("the case \(single.id) stands in \(other) and in \(single.origin.path)")
      }
    }
    self.cases = cases
  }

  private static func files(at path: String) throws(SuiteError) -> [String] {
    guard HostFiles.isFolder(path) else { return [path] }
    var files: [String] = []
    for name in try HostFiles.list(path) {
      let inner = "\(path)/\(name)"
      if HostFiles.isFolder(inner) || name.hasSuffix(".json") { files += try self.files(at: inner) }
    }
    return files
  }
}
