import TestSupport
import Testing

@Suite struct LayerTests {
  private static let node: Set = ["GoWire", "NodeProtocol", "ReferenceNode"]
  private static let system: Set = ["Glibc", "Synchronization"]

  /// What each room may import: the table of the architecture.
  private static let allowed: [String: Set<String>] = [
    "GoWire": [],
    "NodeProtocol": ["GoWire", "CCrypto"],
    "ReferenceNode": node,
    "NodeLoop": ["CNodeLoop"],
    "Simulator": node.union(["NodeLoop", "CYaml", "CCrypto"]),
    "LiveWorld": node.union(system).union(["NodeLoop", "CCrypto", "CCurl", "CMicrohttpd", "CPosix"]),
    "ConformanceSuite": node.union(system).union(["NodeLoop", "Simulator", "LiveWorld", "CCrypto", "CTLS"]),
    "differential": ["GoWire", "NodeProtocol", "Glibc"],
    "nodelab": node.union(system).union(["NodeLoop", "Simulator", "LiveWorld", "ConformanceSuite"]),
  ]

  @Test func `a room imports only what stands below it, and nobody Foundation`() async throws {
    let files = try await SourceText.all(below: "Sources")
    #expect(Set(files.map(\.room)).subtracting(Self.allowed.keys) == [], "not in the table of layers")
    let wrong = files.flatMap { file in
      file.imports.filter { Self.allowed[file.room]?.contains($0) == false }.map { "\(file.path) imports \($0)" }
    }
    #expect(wrong == [])
  }

  @Test func `the scan sees imports, but not in comments and literals`() {
    let text = #"""
      @preconcurrency import Alpha
      public import struct Beta.Mutex
      // import One
      /* import Two /* import Three */
      import Four */ import Gamma
      let s = """
        import Five \("import Six")
        """; let t = "\"import Seven"
      """#
    let file = SourceText("Sources/X/Y.swift", text)
    #expect(file.imports == ["Alpha", "Beta", "Gamma"])
    #expect(file.code.split(separator: "\n", omittingEmptySubsequences: false).count == file.lines.count)
    #expect(!file.code.contains("Seven"))
  }

  @Test func `every folder of sources and tests is a target, each with the one array of settings`() async throws {
    let manifest = try Repository.text("Package.swift")
    let folders = try await TrackedFiles.all().compactMap { name -> String? in
      let parts = name.split(separator: "/")
      return parts.count > 2 && ["Sources", "Tests"].contains(parts[0]) ? String(parts[1]) : nil
    }
    for folder in Set(folders).sorted() {
      #expect(manifest.contains("name: \"\(folder)\""), "\(folder) is no target of Package.swift")
    }
    for declaration in manifest.matches(of: /\.(target|executableTarget|testTarget)\(/) {
      let rest = manifest[declaration.range.upperBound...]
      let name = try #require(rest.firstMatch(of: /name: "(\w+)"/)).1
      let own = rest.prefix(upTo: rest.firstRange(of: "\n    .")?.lowerBound ?? rest.endIndex)
      let isC = name.hasPrefix("C") && name.dropFirst().first?.isUppercase == true
      #expect(isC || own.contains("swiftSettings: settings"), "\(name) has settings of its own")
    }
  }
}
