import GoWire

/// Vector files: bytes as Go's standard library wrote and read them, held against ours.
public struct VectorRun: Sendable {
  /// What came of a file.
  public struct Outcome: Hashable, Sendable {
    public var path: String
    /// What its vectors are about: `gob`, `signatures`.
    public var kind: String
    public var count: Int
    /// A line for each vector that differs: its name and how.
    public var failures: [String]
  }

  private let files: [(path: String, kind: VectorKind, vectors: [JSONValue])]

  /// Reads files, and all files `*.json` of folders.
  /// - Throws: a path that cannot be read, a file that is no vector file, or whose vectors have a shape nobody knows.
  public init(paths: [String]) throws(SuiteError) {
    var files: [(path: String, kind: VectorKind, vectors: [JSONValue])] = []
    for path in paths {
      for path in try VectorRun.files(at: path) {
        let vectors = try JSONFile.read(path)["vectors"]?.array ?? []
        guard let first = vectors.first else { throw .usage("\(path): holds no vectors") }
        guard let kind = VectorKind(of: first) else { throw .usage("\(path): its vectors have a shape nobody knows") }
        files.append((path, kind, vectors))
      }
    }
    self.files = files
  }

  /// Runs every vector.
  public func run() -> [Outcome] {
    files.map { path, kind, vectors in
      let failures = vectors.enumerated().compactMap { index, vector -> String? in
        guard let difference = kind.difference(vector) else { return nil }
        let name = vector["name"]?.text ?? vector["text"]?.text ?? vector["json"]?.text ?? vector["path"]?.text
        return "\(name.map { "\"\($0.prefix(60))\"" } ?? "number \(index + 1)"): \(difference)"
      }
      return Outcome(path: path, kind: kind.rawValue, count: vectors.count, failures: failures)
    }
  }

  private static func files(at path: String) throws(SuiteError) -> [String] {
    guard HostFiles.isFolder(path) else { return [path] }
    let names = try HostFiles.list(path).filter { $0.hasSuffix(".json") }
    guard !names.isEmpty else { throw .usage("\(path): holds no file *.json") }
    return names.map { "\(path)/\($0)" }
  }
}
