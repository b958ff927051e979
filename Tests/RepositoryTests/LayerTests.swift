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
    "Simulator": node.union(["NodeLoop"]),
    "LiveWorld": node.union(system).union(["NodeLoop", "CCurl", "CMicrohttpd"]),
    "ConformanceSuite": node.union(system).union(["NodeLoop", "Simulator", "LiveWorld"]),
    "nodelab": node.union(system).union(["NodeLoop", "Simulator", "LiveWorld", "ConformanceSuite"]),
  ]

  @Test func `a room imports only what stands below it, and nobody Foundation`() async throws {
    let wrong = try await TrackedFiles.swift(below: "Sources").flatMap { file in
      let allowed = try #require(Self.allowed[file.room], "the room \(file.room) is not in the table of layers")
      return file.imports.filter { !allowed.contains($0) }.map { "\(file.path) imports \($0)" }
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
    let code = SourceText.stripped(text).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    #expect(code.compactMap(SourceText.imported) == ["Alpha", "Beta", "Gamma"])
    #expect(code.count == 8)
    #expect(!code.joined().contains("Seven"))
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
