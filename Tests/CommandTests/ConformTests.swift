import Foundation
import TestSupport
import Testing

@Suite struct ConformTests {
  private func conform(_ words: String..., folder: String = Repository.root) async throws -> Ended {
    try await Child.run(NodeLab.path, ["conform", "slave"] + words, folder: folder)
  }

  /// The numbers of a row of the table by the names of its columns.
  private func row(_ name: String, _ ended: Ended) throws -> [String: Int] {
    let rows = ended.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    let head = try #require(rows.first { $0.first == "group" }, "no table: \(ended.output)\(ended.errors)")
    let row = try #require(rows.first { $0.first == name && $0.count > 1 })
    // "not run" is the last column, in two words.
    return Dictionary(uniqueKeysWithValues: zip(head.dropFirst(), row.dropFirst().map { Int($0) ?? -1 }))
  }

  @Test func `a group is run, told in a table, and nothing is written over itself in a pipe`() async throws {
    let ended = try await conform("--spawn", "--only", "sign")
    #expect(ended.code == 0, "\(ended.output)\(ended.errors)")
    let sign = try row("sign", ended)
    #expect(sign["cases"] ?? 0 >= 32 && sign["pass"] == sign["cases"] && sign["failing"] == 0)
    #expect(try row("all", ended) == sign)
    #expect(ended.output.contains("profile: documented; seed: 1"))
    #expect(ended.errors == "")
    #expect(!(ended.output + ended.errors).contains("\r"))
  }

  @Test func `in virtual time the same cases have the same verdicts`() async throws {
    let words = ["--only", "upload", "--only", "content"]
    let live = try await Child.run(NodeLab.path, ["conform", "slave", "--spawn"] + words, folder: Repository.root)
    let simulated = try await Child.run(
      NodeLab.path, ["conform", "slave", "--simulated"] + words, folder: Repository.root)
    #expect(simulated.code == 0, "\(simulated.output)\(simulated.errors)")
    #expect(try row("all", simulated)["cases"] ?? 0 > 50)
    #expect(simulated.output == live.output)
  }

  // One after the other: the recorded master has one address.
  @Test(.serialized, arguments: ["cloudreve-4.0", "cloudreve-4.14"])
  func `verbatim cases pass in their own profile`(_ profile: String) async throws {
    let ended = try await conform("--profile", profile, "--verbatim", "--only", "callback", "--only", "ping/ok")
    #expect(ended.code == 0, "\(ended.output)\(ended.errors)")
    #expect(try row("callback", ended)["deviating"] == 0)
    #expect(try row("all", ended)["cases"] ?? 0 > 5)
  }

  @Test func `a pattern that matches nothing, a profile nobody knows and cases nobody has are usage errors`()
    async throws
  {
    for words in [
      ["--only", "sign/header-ok", "--only", "nothing/here"], ["--profile", "cloudreve-9"],
      ["--cases", "/nonexistent/folder"], ["--spawn", "--url", "http://127.0.0.1:1"], ["--dir", "/tmp"],
      ["--spawn", "--simulated"], ["--simulated", "--url", "http://127.0.0.1:1", "--secret", "s", "--dir", "/tmp"],
      ["--url", "http://127.0.0.1:1", "--secret", "s"], ["--seed", "-1"], ["--expect", "/nonexistent/file"],
    ] {
      let ended = try await Child.run(NodeLab.path, ["conform", "slave"] + words, folder: Repository.root)
      #expect(ended.code == 2, "\(words): \(ended.lines)")
      #expect(ended.errors.split(separator: "\n").count == 1, "\(words): \(ended.lines)")
    }
  }

  @Test func `deviations are expected from a list, which has to be true`() async throws {
    let folder = try TemporaryFolder()
    let none = try folder.write("none.json", "[]")
    // QUIRK-14: ours refuses a folder.
    let unexpected = try await conform("--only", "content/directory", "--expect", none)
    #expect(unexpected.code == 1)
    #expect(unexpected.output.contains("fail content/directory"))
    let listed = try folder.write(
      "listed.json", #"[{"case": "content/directory", "because": "QUIRK-14", "reason": "a folder is no file"}]"#)
    let expected = try await conform("--only", "content/directory", "--expect", listed)
    #expect(expected.code == 0, "\(expected.output)")
    #expect(try row("content", expected)["deviating"] == 1)
    let stale = try folder.write(
      "stale.json", #"[{"case": "content/whole", "because": "QUIRK-14", "reason": "it does not differ"}]"#)
    let passing = try await conform("--only", "content/whole", "--expect", stale)
    #expect(passing.code == 1)
    #expect(passing.output.contains("unexpected-pass content/whole"))
    let unknown = try folder.write("unknown.json", #"[{"case": "no/case", "because": "QUIRK-1", "reason": "r"}]"#)
    #expect(try await conform("--only", "content/whole", "--expect", unknown).code == 1)
  }

  @Test func `verdicts are written for programs too, and the totals are those of the table`() async throws {
    let folder = try TemporaryFolder()
    let ended = try await conform(
      "--only", "content", "--json", folder.path("r.json"), "--junit", folder.path("r.xml"))
    let table = try row("all", ended)
    let json = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: folder.path("r.json"))))
    let report = try #require(json as? [String: Any])
    let totals = try #require(report["totals"] as? [String: Int])
    for name in ["cases", "pass", "deviating", "failing"] { #expect(totals[name] == table[name], "\(name)") }
    let verdicts = try #require(report["cases"] as? [[String: Any]]).compactMap { $0["verdict"] as? String }
    #expect(verdicts.count == table["cases"])
    #expect(verdicts.count { $0 == "expected-deviation" } == table["deviating"])
    let junit = try String(contentsOfFile: folder.path("r.xml"), encoding: .utf8)
    #expect(junit.components(separatedBy: "<testcase ").count - 1 == table["cases"])
    #expect(junit.contains("tests=\"\(table["cases"] ?? 0)\" failures=\"0\" errors=\"0\""))
    let lost = try await conform("--only", "sign/header-ok", "--json", "/nonexistent/folder/r.json")
    #expect(lost.code == 3)
  }

  @Test func `the page, the JSON and the JUnit file of one run have the same totals and cases`() async throws {
    let folder = try TemporaryFolder()
    let none = try folder.write("none.json", "[]")
    // Passes, failures and cases that are not run: QUIRK-14 makes a failure where nothing is expected.
    let ended = try await conform(
      "--only", "content", "--only", "meta", "--expect", none, "--json", folder.path("r.json"), "--junit",
      folder.path("r.xml"), "--html", folder.path("r.html"))
    #expect(ended.code == 1)
    let json = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: folder.path("r.json"))))
    let report = try #require(json as? [String: Any])
    let totals = try #require(report["totals"] as? [String: Int])
    let junit = try String(contentsOfFile: folder.path("r.xml"), encoding: .utf8)
    let page = try String(contentsOfFile: folder.path("r.html"), encoding: .utf8)
    let shown = page.matches(of: /data-total="(\w+)">(\d+)</).map { (String($0.1), Int($0.2) ?? -1) }
    #expect(Dictionary(uniqueKeysWithValues: shown) == totals)
    let (cases, failing, notRun) = (totals["cases"] ?? 0, totals["failing"] ?? 0, totals["notRun"] ?? 0)
    #expect(failing > 0 && notRun > 0 && totals["pass"] ?? 0 > 0)
    #expect(junit.contains(#"<testsuites name="conformance" tests="\#(cases)" failures="\#(failing)" errors="0""#))
    #expect(junit.contains(#"errors="0" skipped="\#(notRun)""#))
    // Case for case: id and verdict.
    let verdicts = try #require(report["cases"] as? [[String: Any]]).compactMap { entry in
      (entry["id"] as? String).flatMap { id in (entry["verdict"] as? String).map { "\(id) \($0)" } }
    }
    let onPage = page.matches(of: /<details class="case" id="([^"]+)" data-index="\d+" data-verdict="([^"]+)"/)
    #expect(onPage.map { "\($0.1) \($0.2)" }.sorted() == verdicts.sorted())
    #expect(verdicts.count == cases)
    #expect(page.contains("<title>nodelab slave "))
    #expect(try await conform("--only", "sign/header-ok", "--html", "/nonexistent/folder/r.html").code == 3)
  }

  @Test func `outside of the checkout the page has the texts of the clauses all the same`() async throws {
    let folder = try TemporaryFolder()
    let program = try folder.adopt(NodeLab.path, as: "nodelab")
    try folder.write("mine/route.json", try Repository.bytes("Fixtures/recorded/cloudreve-4.14.0/slave/route.json"))
    func run(_ cases: String) async throws -> Ended {
      try await Child.run(
        program, ["conform", "slave", "--cases", cases, "--only", "route", "--html", "r.html"], folder: folder.path)
    }
    for cases in ["mine/route.json", Repository.path("Fixtures/recorded/cloudreve-4.14.0/slave")] {
      let ended = try await run(cases)
      #expect(ended.code == 0, "\(ended.lines)")
      let page = try String(contentsOfFile: folder.path("r.html"), encoding: .utf8)
      #expect(page.contains("Routing comes before the signature"))
    }
  }

  @Test func `a node of the user's own is told its configuration, and its folder stays as it was`() async throws {
    let folder = try TemporaryFolder()
    try folder.write("data/own.txt", "mine")
    try folder.write("conf/own.txt", "mine too")
    let conf = """
      [System]
      Mode = slave
      Listen = 127.0.0.1:0
      [Slave]
      Secret = \(RunningNode.secret)
      CallbackTimeout = 2
      [CORS]
      AllowOrigins = *
      AllowMethods = OPTIONS,GET,POST
      AllowHeaders = *

      """
    let node = try await RunningNode.slave(conf, profile: "cloudreve-4.14", in: folder)
    let own = [
      "--url", node.place, "--secret", RunningNode.secret, "--dir", folder.path, "--profile", "cloudreve-4.14",
    ]
    let patterns = ["upload/three-chunks", "content/whole", "content/range*", "delete", "list/flat", "ping/ok"].flatMap
    { ["--only", $0] }
    let ended = try await Child.run(NodeLab.path, ["conform", "slave"] + own + patterns, folder: Repository.root)
    #expect(ended.code == 0, "\(ended.output)\(ended.errors)")
    #expect(ended.output.contains("Secret = \(RunningNode.secret)"))
    #expect(try row("all", ended)["cases"] ?? 0 > 15)
    #expect(folder.files == ["conf/own.txt", "data/own.txt", "slave.ini"])

    let other = ["--url", node.place, "--secret", String(repeating: "x", count: 64), "--dir", folder.path]
    let wrong = try await Child.run(
      NodeLab.path, ["conform", "slave"] + other + ["--only", "ping/ok"], folder: Repository.root)
    #expect(wrong.code == 1)
    #expect(wrong.output.contains("invalid sign"))
    #expect(try await node.stop().code == 0)
    let gone = try await Child.run(NodeLab.path, ["conform", "slave"] + own + patterns, folder: Repository.root)
    #expect(gone.code == 3)
    #expect(gone.errors.contains(node.place) && gone.errors.split(separator: "\n").count == 1)
  }

  @Test func `cases of any folder are run, and the recordings are found from below the repository`() async throws {
    let folder = try TemporaryFolder()
    let source = try Repository.bytes("Fixtures/recorded/cloudreve-4.14.0/slave/route.json")
    try folder.write("mine/route.json", source)
    let ended = try await conform("--cases", folder.path("mine"), folder: Repository.path("Sources"))
    #expect(ended.code == 0, "\(ended.output)\(ended.errors)")
    #expect(try row("all", ended)["cases"] == 4)
    try folder.write("mine/broken.json", "{")
    let broken = try await conform("--cases", folder.path("mine"))
    #expect(broken.code == 2)
    #expect(broken.errors.contains("broken.json"))
  }
}
