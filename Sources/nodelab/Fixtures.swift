/// Where the recordings lie.
enum Fixtures {
  /// The folder `Fixtures` of the working directory or of one above it, else of one above the program, else of one above the
  /// cases. Cases of one's own need none: then there are no lists of what to expect.
  static func folder(for arguments: Arguments) throws(CommandFailure) -> String {
    let cases = arguments.all("cases")
    let places = cases.map { $0.hasPrefix("/") ? $0 : "\(SystemFile.workingFolder)/\($0)" }
    for start in [SystemFile.workingFolder, SystemFile.executableFolder] + places {
      var folder = start[...]
      while !folder.isEmpty {
        if SystemFile.exists("\(folder)/Fixtures/recorded") { return "\(folder)/Fixtures" }
        folder = folder[..<(folder.lastIndex(of: "/") ?? folder.startIndex)]
      }
    }
    if let first = places.first { return "\(first)/Fixtures" }
    throw arguments.usage("no folder Fixtures with recordings here, nor above this folder or the program")
  }
}
