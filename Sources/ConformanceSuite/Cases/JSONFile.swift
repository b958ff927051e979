import GoWire

/// JSON files of the project.
enum JSONFile {
  /// - Throws: one line that names the file.
  static func read(_ path: String) throws(SuiteError) -> JSONValue {
    let bytes = try HostFiles.read(path)
    do throws(GoJSONError) {
      return try GoJSON.parse(bytes)
    } catch {
      throw .usage("\(path): is not JSON: \(error)")
    }
  }
}
