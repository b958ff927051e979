import TestSupport
import Testing

@testable import nodelab

@Suite struct HelpTests {
  @Test(arguments: NodeLabCommand.rows.map(\.words)) func `each command tells its options`(_ words: [String])
    async throws
  {
    let row = try #require(NodeLabCommand.rows.first { $0.words == words })
    let help = try await Child.run(NodeLab.path, (words.isEmpty ? ["server"] : words) + ["--help"])
    #expect(help.code == 0)
    #expect(help.errors == "")
    #expect(help.output.contains(row.summary))
    for option in row.options { #expect(help.output.contains("--\(option.name)")) }
    #expect(help.output.split(separator: "\n").allSatisfy { $0.count <= 100 })
  }

  @Test func `the program as a whole tells its commands and exit codes`() async throws {
    for flag in ["--help", "-h"] {
      let help = try await NodeLab.run(flag)
      #expect(help.code == 0)
      for row in NodeLabCommand.rows { #expect(help.output.contains("  \(row.title) ")) }
      #expect(help.output.contains("2 usage or configuration"))
    }
    #expect(try await NodeLab.run("--version").output == "nodelab \(NodeLabCommand.version)\n")
  }

  /// Wrong words and what the one line says.
  static let mistakes: [([String], String)] = [
    (["nope"], "nodelab: unknown command nope; see nodelab --help"),
    (["--nope"], "nodelab: unknown option --nope; see nodelab --help"),
    (["slave", "--nope"], "nodelab slave: unknown option --nope; see nodelab slave --help"),
    (["slave", "-c"], "nodelab slave: -c needs FILE; see nodelab slave --help"),
    (["slave", "-c", "a", "--conf=b"], "nodelab slave: --conf is given twice; see nodelab slave --help"),
    (["slave", "-c", "a", "more"], "nodelab slave: unexpected more; see nodelab slave --help"),
    (["slave", "-w=yes"], "nodelab slave: unknown option -w=yes; see nodelab slave --help"),
    (["slave", "--use-working-dir=1"], "nodelab slave: --use-working-dir takes no value; see nodelab slave --help"),
    (
      ["slave", "--log-format", "xml"],
      "nodelab slave: --log-format xml is neither text nor json; see nodelab slave --help"
    ),
    (["gob"], "nodelab gob: FILE|- is missing; see nodelab gob --help"),
    (["gob", "a", "b"], "nodelab gob: unexpected b; see nodelab gob --help"),
    (["sign", "GET", "/"], "nodelab sign: --secret is missing; see nodelab sign --help"),
    (["conform"], "nodelab conform: a role is missing (slave); see nodelab --help"),
    (["conform", "master"], "nodelab conform: unknown role master (slave); see nodelab --help"),
  ]

  @Test(arguments: mistakes) func `a mistake is one line and exit code 2`(_ words: [String], _ line: String)
    async throws
  {
    let ended = try await Child.run(NodeLab.path, words)
    #expect(ended.code == 2)
    #expect(ended.output == "")
    #expect(ended.errors == line + "\n")
  }
}
