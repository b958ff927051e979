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

  /// The numbers of the lines, from 0, whose code `pattern` matches.
  func lines(matching pattern: some RegexComponent) -> [Int] {
    code.matches(of: pattern).map { match in code[..<match.range.upperBound].count { $0 == "\n" } }
  }

  /// The same as `path:line: text`.
  func matches(_ pattern: some RegexComponent) -> [String] {
    lines(matching: pattern).map { "\(path):\($0 + 1): \(lines[$0].trimmed)" }
  }

  /// The modules that are imported.
  var imports: [String] {
    let pattern =
      /(?m)^[ \t]*(?:@\w+[ \t]+|(?:public|package|internal|private)[ \t]+)*import[ \t]+(?:(?:class|struct|enum|func)[ \t]+)?(\w+)/
    return code.matches(of: pattern).map { String($0.1) }
  }

  /// Knows nested comments, literals of one line and of several, raw literals and escapes; an interpolation goes with its
  /// literal.
  private static func stripped(_ text: String) -> String {
    let bytes = Array(text.utf8)
    let (newline, slash, star) = (UInt8(ascii: "\n"), UInt8(ascii: "/"), UInt8(ascii: "*"))
    let (quote, pound, escape) = (UInt8(ascii: "\""), UInt8(ascii: "#"), UInt8(ascii: "\\"))
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var index = 0
    func byte(_ offset: Int) -> UInt8 { index + offset < bytes.count ? bytes[index + offset] : 0 }
    func count(_ value: UInt8, at offset: Int) -> Int {
      var count = 0
      while byte(offset + count) == value { count += 1 }
      return count
    }
    func skip(_ count: Int) {
      for _ in 0..<count where index < bytes.count {
        if bytes[index] == newline { result.append(newline) }
        index += 1
      }
    }
    while index < bytes.count {
      let first = bytes[index]
      if first == slash, byte(1) == slash {
        while index < bytes.count, bytes[index] != newline { index += 1 }
      } else if first == slash, byte(1) == star {
        var depth = 0
        repeat {
          let opens = byte(0) == slash && byte(1) == star
          let closes = byte(0) == star && byte(1) == slash
          depth += opens ? 1 : closes ? -1 : 0
          skip(opens || closes ? 2 : 1)
        } while depth > 0 && index < bytes.count
      } else if first == quote || first == pound, byte(count(pound, at: 0)) == quote {
        let pounds = count(pound, at: 0)
        let quotes = count(quote, at: pounds) >= 3 ? 3 : 1
        skip(pounds + quotes)
        while index < bytes.count, !(count(quote, at: 0) >= quotes && count(pound, at: quotes) >= pounds) {
          skip(byte(0) == escape && count(pound, at: 1) >= pounds ? pounds + 2 : 1)
        }
        skip(quotes + pounds)
        result += [quote, quote]
      } else {
        result.append(first)
        index += 1
      }
    }
    return String(decoding: result, as: UTF8.self)
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
