import TestSupport
import Testing

@Suite struct FileTests {
  /// Files that may be longer than one subject is, each with the reason.
  private static let longFiles: [String: String] = [:]

  @Test func `a file holds one subject: 600 lines at most`() async throws {
    let files = try await SourceText.all(below: "Sources", "Tests", "Benchmarks")
    let long = Set(files.filter { $0.lines.count > 601 }.map(\.path))
    #expect(long.subtracting(Self.longFiles.keys).sorted() == [])
    #expect(Set(Self.longFiles.keys).subtracting(long) == [], "these need no excuse any more")
    #expect(Self.longFiles.values.allSatisfy { !$0.isEmpty })
  }

  @Test func `no tracked file names a machine's folders or a registry's host`() async throws {
    // Put together here, so that this file does not hold them itself.
    let folders = ["work", "root", "home"].map { "/\($0)/" }
    let hosts = [
      "pypi org", "pythonhosted org", "deb debian org", "security debian org", "archive ubuntu com", "golang org",
      "npmjs org", "crates io", "docker io", "ghcr io", "quay io", "rubygems org",
    ].map { $0.replacing(" ", with: ".") }
    var found: [String] = []
    for path in try await TrackedFiles.all() where !path.hasPrefix("Fixtures/") {
      let text = try Repository.text(path)
      for word in folders + hosts where SourceText.holds(text, word) {
        // In the middle of a path it is no machine's folder.
        let isMachines = text.ranges(of: word).contains { range in
          let before = text[..<range.lowerBound].last
          return hosts.contains(word) || before.map { !$0.isLetter && !$0.isNumber && !".)}_".contains($0) } ?? true
        }
        if isMachines { found.append("\(path): \(word)") }
      }
    }
    #expect(found == [])
  }

  @Test func `nothing strays into the repository`() async throws {
    let known: Set = [
      ".ci", ".editorconfig", ".gitignore", ".swift-format", "Benchmarks", "CONTRIBUTING.md", "Fixtures", "Fuzz",
      "LICENSE",
      "Package.swift", "README.md", "Samples", "Scripts", "Sources", "Tests", "Tools", "docs",
    ]
    let tops = try await TrackedFiles.all().map { String($0.prefix { $0 != "/" }) }
    #expect(Set(tops).subtracting(known).sorted() == [])
  }

  @Test func `a script runs from any folder and stops at the first error`() async throws {
    let scripts = Repository.files(below: "Scripts") + [".ci/run"]
    for path in scripts {
      #expect(Repository.isExecutable(path), "\(path)")
      let text = try Repository.text(path)
      if text.hasPrefix("#!/usr/bin/env python3\n") {
        #expect(text.contains("__file__"), "\(path) depends on the folder it is called from")
        continue
      }
      #expect(text.hasPrefix("#!/usr/bin/env bash\n"), "\(path)")
      #expect(text.contains("\nset -eu"), "\(path)")
      #expect(text.contains("BASH_SOURCE[0]"), "\(path) depends on the folder it is called from")
      let read = try await Child.run("bash", ["-n", Repository.path(path)])
      #expect(read.code == 0, "\(path): \(read.errors)")
    }
    #expect(scripts.count >= 6)
  }

  @Test func `swift format finds nothing`() async throws {
    let files = try await TrackedFiles.all().filter { $0.hasSuffix(".swift") }
    let lint = try await Child.run(
      "swift", ["format", "lint", "--strict", "--parallel"] + files, folder: Repository.root)
    #expect(lint.lines == [])
    #expect(lint.code == 0)
  }
}
