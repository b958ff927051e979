import TestSupport
import Testing

/// A tracked Swift file, and its lines without comments and without the text of literals.
struct SourceText: Sendable {
  var path: String
  /// As they stand in the file.
  var lines: [Substring]
  /// Without comments, each literal emptied.
  var code: [String]

  init(_ path: String) throws {
    self.path = path
    let text = try Repository.text(path)
    lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    code = Self.stripped(text).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  /// The first folder below Sources or Tests.
  var room: String { String(path.split(separator: "/")[1]) }

  /// The lines whose code `pattern` matches, as `path:line: text`.
  func matches(_ pattern: Regex<AnyRegexOutput>) -> [String] {
    code.indices.filter { code[$0].contains(pattern) }.map { "\(path):\($0 + 1): \(lines[$0].trimmed)" }
  }

  /// The modules that are imported.
  var imports: [String] { code.compactMap(Self.imported) }

  static func imported(_ line: String) -> String? {
    let pattern =
      /^\s*(?:@\w+\s+|(?:public|package|internal|private)\s+)*import\s+(?:(?:class|struct|enum|func)\s+)?(\w+)/
    return line.firstMatch(of: pattern).map { String($0.1) }
  }

  /// Drops comments and the text of literals, keeps line breaks. Knows nested comments, literals of one line and of several,
  /// raw literals and escapes; an interpolation goes with its literal.
  static func stripped(_ text: String) -> String {
    let bytes = Array(text.utf8)
    var result: [UInt8] = []
    var index = 0
    func stands(_ word: String) -> Bool { bytes[index...].starts(with: word.utf8) }
    while index < bytes.count {
      if stands("//") {
        while index < bytes.count, bytes[index] != 10 { index += 1 }
      } else if stands("/*") {
        var depth = 0
        repeat {
          if stands("/*") || stands("*/") {
            depth += stands("/*") ? 1 : -1
            index += 2
          } else {
            if bytes[index] == 10 { result.append(10) }
            index += 1
          }
        } while depth > 0 && index < bytes.count
      } else if let (quotes, pounds) = literal(bytes, index) {
        index += quotes.utf8.count + pounds
        let marks = String(repeating: "#", count: pounds)
        while index < bytes.count, !stands(quotes + marks) {
          if stands("\\" + marks) { index += 1 + pounds }
          if index < bytes.count, bytes[index] == 10 { result.append(10) }
          index += 1
        }
        index = min(bytes.count, index + quotes.utf8.count + pounds)
        result += Array("\"\"".utf8)
      } else {
        result.append(bytes[index])
        index += 1
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  private static func literal(_ bytes: [UInt8], _ start: Int) -> (quotes: String, pounds: Int)? {
    let pounds = bytes[start...].prefix { $0 == UInt8(ascii: "#") }.count
    let rest = bytes[(start + pounds)...]
    guard rest.first == UInt8(ascii: "\"") else { return nil }
    return (rest.starts(with: "\"\"\"".utf8) ? "\"\"\"" : "\"", pounds)
  }
}

extension StringProtocol {
  /// Without blanks at both ends.
  var trimmed: String {
    var rest = Substring(self)
    while rest.first?.isWhitespace == true { rest.removeFirst() }
    while rest.last?.isWhitespace == true { rest.removeLast() }
    return String(rest)
  }
}

/// What git tracks, or would track.
enum TrackedFiles {
  static func all() async throws -> [String] {
    let listed = try await Child.run(
      "git", ["ls-files", "--cached", "--others", "--exclude-standard", "-z"], folder: Repository.root)
    guard listed.code == 0 else { throw Child.Trouble(description: "git ls-files: \(listed.errors)") }
    // What was removed but not yet from the index is still listed.
    return listed.output.split(separator: "\0").map(String.init).filter(Repository.exists)
  }

  static func swift(below folders: String...) async throws -> [SourceText] {
    try await all().filter { name in
      name.hasSuffix(".swift") && folders.contains { name.hasPrefix("\($0)/") }
    }.map { try SourceText($0) }
  }
}
