/// Scenarios as files.
extension Scenario {
  /// Reads a scenario file.
  /// - Parameters:
  ///   - fileName: for messages.
  ///   - changes: `faults[0].bytes=1000`: values put in place of the file's before it is read.
  public init(content: [UInt8], fileName: String, changes: [String] = []) throws(ScenarioError) {
    var node = try YamlReader.read(content, fileName: fileName)
    for change in changes { try node.apply(change, fileName: fileName) }
    self = try Scenario.read(node, ScenarioPlace(fileName: fileName, key: ""))
    if let error = crossCheck(node, fileName: fileName) { throw error }
  }

  /// The canonical form: reading it and writing it again gives the same bytes.
  public var fileContent: [UInt8] { YamlWriter.text(written(compact: false)) }

  /// The JSON Schema of scenario files, for editors.
  public static var schemaText: String {
    let text = ScenarioShape.record(Scenario.shape).schema()
    return "{\n  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n" + text.dropFirst(2) + "\n"
  }
}
