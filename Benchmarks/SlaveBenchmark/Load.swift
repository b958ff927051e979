import Foundation

/// What one run of wrk measured.
struct Load: Codable {
  var requestsPerSecond: Double
  var bytesPerSecond: Double
  var requests: Double
  /// What the server used, where that was looked at.
  var processorSeconds = 0.0

  /// Runs wrk with one thread.
  /// - Throws: when an answer was not 2xx or a connection failed: such a figure measures nothing.
  static func run(_ url: String, connections: Int, seconds: Int, processor: Int) throws -> Load {
    let text = try Program.run(
      ["wrk", "-t1", "-c\(connections)", "-d\(seconds)s", "--timeout", "30s", url], processor: processor)
    if text.contains("Non-2xx") || text.contains("Socket errors") {
      throw BenchmarkError("\(url): wrk saw failures:\n\(text)")
    }
    func value(_ key: String) throws -> Double {
      guard let line = text.split(separator: "\n").first(where: { $0.contains(key) }),
        let word = line.split(separator: " ").last
      else { throw BenchmarkError("wrk printed no \(key)") }
      let units: [(String, Double)] = [("GB", 1_073_741_824), ("MB", 1_048_576), ("KB", 1024), ("B", 1)]
      for (unit, factor) in units where word.hasSuffix(unit) {
        return (Double(word.dropLast(unit.count)) ?? 0) * factor
      }
      return Double(word) ?? 0
    }
    let requests = text.split(separator: "\n").first { $0.contains(" requests in ") }?.split(separator: " ").first
    guard let requests, let count = Double(requests) else { throw BenchmarkError("wrk printed no requests") }
    return Load(
      requestsPerSecond: try value("Requests/sec:"), bytesPerSecond: try value("Transfer/sec:"), requests: count)
  }

  /// Seconds that curl needs to send `pieces`, one after the other on one connection.
  static func upload(_ pieces: [(file: String, method: String, url: String)], headers: [String], processor: Int) throws
    -> Double
  {
    var lines: [String] = []
    for (index, piece) in pieces.enumerated() {
      if index > 0 { lines.append("next") }
      lines += [
        "silent", "show-error", "fail", "output = \"/dev/null\"", "upload-file = \"\(piece.file)\"",
        "request = \"\(piece.method)\"", "url = \"\(piece.url)\"", "header = \"Expect:\"",
      ]
      lines += headers.map { "header = \"\($0)\"" }
    }
    let list = NSTemporaryDirectory() + "/nodelab-upload-\(UUID().uuidString)"
    try lines.joined(separator: "\n").write(toFile: list, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(atPath: list) }
    let start = DispatchTime.now().uptimeNanoseconds
    _ = try Program.run(["curl", "--config", list], processor: processor)
    return Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
  }
}

extension Array where Element == Double {
  var median: Double {
    let ordered = sorted()
    guard !ordered.isEmpty else { return .nan }
    let middle = ordered.count / 2
    return ordered.count % 2 == 1 ? ordered[middle] : (ordered[middle - 1] + ordered[middle]) / 2
  }
}
