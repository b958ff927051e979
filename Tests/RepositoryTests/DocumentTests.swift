import TestSupport
import Testing

@testable import nodelab

/// What the documents say is there.
@Suite struct DocumentTests {
  static let documents = ["README.md", "CONTRIBUTING.md"]

  /// The fenced blocks of a document; a line that begins with three blanks goes on the one before it.
  private func blocks(_ path: String) throws -> [[String]] {
    var blocks: [[String]] = []
    var isFenced = false
    for line in try Repository.text(path).split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("```") {
        isFenced.toggle()
        if isFenced { blocks.append([]) }
      } else if isFenced {
        let goesOn = line.hasPrefix("   ") && blocks[blocks.count - 1].last != nil
        let before = goesOn ? blocks[blocks.count - 1].removeLast() + " " + line.trimmed : String(line)
        blocks[blocks.count - 1].append(before)
      }
    }
    return blocks
  }

  @Test func `the synopsis of the README is the table of commands`() throws {
    let synopses = try #require(try blocks("README.md").first { $0.first?.contains("[server]") == true })
    var named: Set<String> = []
    for line in synopses {
      // Two blanks begin the explanation.
      let synopsis = line.split(separator: "  ")[0]
      let words = synopsis.replacing(#/'[^']*'/#, with: "X").split { " []|".contains($0) }.map(String.init)
      let (row, _) = try NodeLabCommand.find(words.dropFirst().filter { !$0.hasPrefix("-") && $0 != "conf.ini" })
      let command = try #require(row, "\(line)")
      named.insert(command.title)
      let options = words.filter { $0.hasPrefix("-") && $0 != "-" }
      for option in options {
        #expect(command.options.contains { $0.matches(option) }, "\(command.title) has no \(option)")
      }
      // The node in any mode is told by what starts it.
      if command.words.isEmpty { continue }
      for option in command.options {
        #expect(options.contains { option.matches($0) }, "the README leaves out --\(option.name) of \(command.title)")
      }
    }
    #expect(named == Set(NodeLabCommand.rows.map(\.title)))
  }

  @Test(arguments: documents) func `a command of a document is one the program understands`(_ path: String) throws {
    var count = 0
    for line in try blocks(path).joined() where line.hasPrefix("nodelab ") && !line.contains("  nodelab") {
      // The synopsis is another test's.
      if line.contains("[") || line.contains("…") || line.contains("|") { continue }
      let command = line.split(separator: "#")[0]
      let words = command.split(separator: " ").dropFirst().map { $0.trimmingQuotes }
      let (row, rest) = try NodeLabCommand.find(words)
      let found = try #require(row, "\(line)")
      _ = try Arguments.parse(rest, for: found)
      count += 1
    }
    #expect(path != "README.md" || count >= 4)
  }

  @Test(arguments: documents) func `what a document points to is there`(_ path: String) throws {
    let text = try Repository.text(path)
    var places = text.matches(of: /\]\(([^)#]+)\)/).map { String($0.1) }.filter { !$0.contains("://") }
    // Code spans that begin with a folder of the repository.
    places += text.matches(of: /`([A-Za-z.]+\/[A-Za-z0-9_.\/-]+)`/).map { String($0.1) }
    let missing = places.filter { place in
      let top = String(place.prefix { $0 != "/" })
      return top != ".build" && Repository.exists(top) && !Repository.exists(place)
    }
    #expect(places.count > 5)
    #expect(missing == [])
  }

  @Test func `profiles and exit codes are told as they are`() throws {
    let text = try Repository.text("README.md")
    for code in [ExitCode.asExpected, .differs, .usage, .unfinished] {
      #expect(text.contains("\n| \(code.rawValue) | "))
    }
    for profile in ["documented", "cloudreve-4.0", "cloudreve-4.14"] { #expect(text.contains("\n| `\(profile)` | ")) }
  }
}

extension StringProtocol {
  fileprivate var trimmingQuotes: String {
    guard count >= 2, hasPrefix("'"), hasSuffix("'") else { return String(self) }
    return String(dropFirst().dropLast())
  }
}
