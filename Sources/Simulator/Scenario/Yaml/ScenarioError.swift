/// What is wrong with a scenario: one line that names file, place and key, and says what to do.
public struct ScenarioError: Error, Hashable, Sendable, CustomStringConvertible {
  public var fileName: String
  /// From 1; 0 when it has no place in the file.
  public var line: Int
  /// From 1; 0 when it has no place in the file.
  public var column: Int
  /// `faults[0].kind`; empty for the file as a whole.
  public var key: String
  public var text: String

  public init(fileName: String, line: Int, column: Int, key: String, text: String) {
    self.fileName = fileName
    self.line = line
    self.column = column
    self.key = key
    self.text = text
  }

  public var description: String {
    (line > 0 ? "\(fileName):\(line):\(column): " : "\(fileName): ") + (key.isEmpty ? "" : "\(key): ") + text
  }

  /// `; did you mean NAME?`, or the names to choose from when none is near.
  public static func advice(for word: String, among names: [String]) -> String {
    let ranked = names.map { (name: $0, distance: distance(word.lowercased(), $0.lowercased())) }
    if let nearest = ranked.min(by: { $0.distance < $1.distance }), nearest.distance <= max(2, nearest.name.count / 3) {
      return "; did you mean \(nearest.name)?"
    }
    let shown = names.prefix(12).joined(separator: ", ")
    return names.isEmpty ? "" : "; write one of \(shown)\(names.count > 12 ? ", …" : "")"
  }

  /// How many letters have to be put in, left out or changed to make one of the other.
  static func distance(_ left: String, _ right: String) -> Int {
    let right = Array(right.utf8)
    var row = Array(0...right.count)
    for (index, letter) in left.utf8.enumerated() {
      var diagonal = row[0]
      row[0] = index + 1
      for column in right.indices {
        let cost = min(row[column] + 1, row[column + 1] + 1, diagonal + (letter == right[column] ? 0 : 1))
        diagonal = row[column + 1]
        row[column + 1] = cost
      }
    }
    return row[right.count]
  }
}
