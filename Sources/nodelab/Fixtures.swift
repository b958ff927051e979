/// Where the recordings lie.
enum Fixtures {
  /// The folder `Fixtures` of the working directory or of one above it, else of one above the program.
  static func folder(for arguments: Arguments) throws(CommandFailure) -> String {
    for start in [SystemFile.workingFolder, SystemFile.executableFolder] {
      var folder = start[...]
      while !folder.isEmpty {
        if SystemFile.exists("\(folder)/Fixtures/recorded") { return "\(folder)/Fixtures" }
        folder = folder[..<(folder.lastIndex(of: "/") ?? folder.startIndex)]
      }
    }
    throw arguments.usage("no folder Fixtures with recordings here, nor above this folder or the program")
  }
}
