import GoWire
import ReferenceNode
import TestSupport
import Testing

@testable import ConformanceSuite

@Suite struct CaseReadingTests {
  private static let head = #""program":"cloudreve 4.14.0","role":"slave","secret":"s","site":"http://127.0.0.1:7701""#
  private static let request = #"{"method":"GET","target":"/","headers":[],"body":{"text":""}}"#

  private func read(_ text: String) throws -> [ConformanceCase] {
    let folder = try TemporaryFolder()
    try folder.write("f.json", text)
    return try withExtendedLifetime(folder) { try CaseLibrary(paths: [folder.path("f.json")]).cases }
  }

  private func single(_ exchange: String) -> String {
    #"{\#(Self.head),"cases":[{"id":"a/b","clauses":["ENV-1"],"exchanges":[\#(exchange)]}]}"#
  }

  private static let broken: [(String, String)] = [
    ("{", "f.json: is not JSON: unexpected end of JSON input"),
    (#"{"role":"slave","cases":1,"program":"x","secret":"s","site":"x"}"#, "f.json: cases has to be a list"),
    (#"{\#(head),"cases":[{"clauses":[]}]}"#, "f.json: case 1: id has to be a text"),
    (
      #"{\#(head),"cases":[{"id":"a/b","clauses":[1],"exchanges":[]}]}"#,
      "f.json: case a/b: clauses has to be a list of texts"
    ),
    (
      #"{\#(head),"cases":[{"id":"a/b","clauses":[],"exchanges":[]}]}"#,
      "f.json: case a/b: exchanges has to be a list with one exchange at least"
    ),
    (
      #"{\#(head),"cases":[{"id":"a/b","clauses":[],"exchanges":[{}]}]}"#,
      "f.json: case a/b: exchange 1: request has to be there, or raw_request or pause_seconds"
    ),
    (
      #"{\#(head),"cases":[{"id":"a/b","clauses":[],"exchanges":[{"pause_seconds":1},{"request":\#(request)}]}]}"#,
      "f.json: case a/b: exchange 2: response has to be there"
    ),
    (
      #"{\#(head),"cases":[{"id":"a/b","clauses":[],"files":[{"path":"../x","base64":""}],"exchanges":[]}]}"#,
      "f.json: case a/b: files.path has to be a path inside the slave's working folder"
    ),
  ]

  @Test(arguments: broken.indices)
  func `what is wrong with a file is told in one line with file, case and key`(_ index: Int) throws {
    let (text, message) = Self.broken[index]
    let error = #expect(throws: SuiteError.self) { try read(text) }
    #expect(error?.text.hasSuffix(message) == true, "\(error?.text ?? "")")
    #expect(error?.exitCode == .usage)
  }

  @Test func `ids are unique among all files`() throws {
    let folder = try TemporaryFolder()
    let text = single(#"{"request":\#(Self.request),"response":{"status":200,"headers":[]}}"#)
    try folder.write("f.json", text)
    try folder.write("g.json", text)
    let error = #expect(throws: SuiteError.self) {
      try withExtendedLifetime(folder) { _ = try CaseLibrary(paths: [folder.path]) }
    }
    #expect(error?.text == "the case a/b stands in \(folder.path)/f.json and in \(folder.path)/g.json")
  }

  @Test func `flows and cases of a master are passed over, and a folder without a slave's cases is an error`() throws {
    let recorded = Repository.path("Fixtures/recorded/cloudreve-4.14.0")
    #expect(try CaseLibrary(paths: [recorded]).cases.count == 302)
    #expect(throws: SuiteError.usage("\(recorded)/master: holds no cases for a slave")) {
      try CaseLibrary(paths: ["\(recorded)/master"])
    }
  }

  @Test(arguments: [
    ("upload", "upload/a", true), ("upload", "uploads/a", false), ("upload/", "upload/a", true),
    ("upload/a", "upload/a", true), ("upload/a", "upload/ab", false), ("bind/ping", "bind/ping/html", true),
    ("*/a", "upload/a", true), ("u*d/?", "upload/a", true), ("u*d/?", "upload/ab", false), ("*", "x/y/z", true),
  ])
  func `a pattern is an id, a prefix of one or has wildcards`(_ pattern: String, _ id: String, _ matches: Bool) {
    #expect(CaseSelection.matches(pattern, id) == matches)
  }

  @Test func `a pattern that matches no case is an error`() throws {
    let cases = try RecordedCases.cases("recorded/cloudreve-4.14.0/slave/route.json")
    #expect(try CaseSelection(["route/root"]).select(from: cases).map(\.id) == ["route/root"])
    #expect(throws: SuiteError.usage("the pattern rout matches no case")) {
      try CaseSelection(["route", "rout"]).select(from: cases)
    }
  }

  @Test func `a header that only Latin-1 can carry is sent as Latin-1`() throws {
    let cases = try RecordedCases.cases("recorded/cloudreve-4.14.0/slave/sign.json")
    let single = try #require(cases.first { $0.id == "sign/header-unicode-value" })
    guard case .call(let call) = single.exchanges[0] else { return }
    #expect(call.request.fields.first("X-Cr-Zz")?.bytes == [60, 38, 62, 34, 0xE9, 34])
  }
}
