import Foundation
import TestSupport
import Testing

/// A tracked Swift file, and what of it is code.
struct SourceText: Sendable {
  var path: String
  /// As they stand in the file.
  var lines: [Substring]
  /// The file without comments, each literal emptied; line breaks stay.
  var code: String

  init(_ path: String, _ text: String) {
    self.path = path
    lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    code = Self.stripped(text)
  }

  private static let everything = Task {
    try await TrackedFiles.all().filter { $0.hasSuffix(".swift") }
      .map { SourceText($0, try Repository.text($0)) }
  }

  /// The tracked Swift files below some folders, read once.
  static func all(below folders: String...) async throws -> [SourceText] {
    try await everything.value.filter { file in folders.contains { file.path.hasPrefix("\($0)/") } }
  }

  /// The first folder below Sources or Tests.
  var room: String { String(path.split(separator: "/")[1]) }

  /// The numbers of the lines, from 0, whose code `pattern` matches. Each match holds one of `words`.
  func lines(matching pattern: some RegexComponent, words: [String]) -> [Int] {
    guard words.contains(where: { Self.holds(code, $0) }) else { return [] }
    let lines = code.split(separator: "\n", omittingEmptySubsequences: false)
    return lines.indices.filter { index in
      words.contains { Self.holds(lines[index], $0) } && lines[index].contains(pattern)
    }
  }

  /// A line as `path:line: text`.
  func place(_ line: Int) -> String { "\(path):\(line + 1): \(lines[line].trimmed)" }

  /// The modules that are imported.
  var imports: [String] {
    let pattern =
      /^\s*(?:@\w+\s+|(?:public|package|internal|private)\s+)*import\s+(?:(?:class|struct|enum|func)\s+)?(\w+)/
    return code.split(separator: "\n").filter { Self.holds($0, "import") }.compactMap { line in
      line.firstMatch(of: pattern).map { String($0.1) }
    }
  }

  /// Whether a text holds a word: by C, since patterns take long over much text.
  static func holds(_ text: some StringProtocol, _ word: String) -> Bool {
    text.withCString { strstr($0, word) != nil }
  }

  /// Knows nested comments, literals of one line and of several, raw literals and escapes; an interpolation goes with its
  /// literal.
  private static func stripped(_ text: String) -> String {
    // C finds the next byte of interest: a test is built without optimisation.
    text.withCString { start in
      var result: [UInt8] = []
      var next = start
      func stands(_ word: String) -> Bool { strncmp(next, word, word.utf8.count) == 0 }
      /// Leaves bytes out, but for line breaks.
      func drop(_ count: Int) {
        let dropped = UnsafeRawBufferPointer(start: next, count: min(count, strlen(next)))
        result += dropped.filter { $0 == UInt8(ascii: "\n") }
        next += dropped.count
      }
      while next.pointee != 0 {
        let plain = strcspn(next, "/\"#")
        result += UnsafeRawBufferPointer(start: next, count: plain)
        next += plain
        let pounds = strspn(next, "#")
        if stands("//") {
          drop(strcspn(next, "\n"))
        } else if stands("/*") {
          var depth = 0
          repeat {
            depth += stands("/*") ? 1 : stands("*/") ? -1 : 0
            drop(stands("/*") || stands("*/") ? 2 : max(1, strcspn(next, "/*")))
          } while depth > 0 && next.pointee != 0
        } else if next[pounds] == CChar(UInt8(ascii: "\"")) {
          let marks = String(repeating: "#", count: pounds)
          let quotes = strspn(next + pounds, "\"") >= 3 ? "\"\"\"" : "\""
          drop(pounds + quotes.utf8.count)
          while next.pointee != 0, !stands(quotes + marks) {
            drop(stands("\\" + marks) ? pounds + 2 : max(1, strcspn(next, "\"\\")))
          }
          drop(pounds + quotes.utf8.count)
          result += Array("\"\"".utf8)
        } else if next.pointee != 0 {
          result.append(UInt8(bitPattern: next.pointee))
          next += 1
        }
      }
      return String(decoding: result, as: UTF8.self)
    }
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
}
