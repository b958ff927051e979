import GoWire
import ReferenceNode
import Testing

@testable import ConformanceSuite

@Suite struct ComparingTests {
  // MARK: Gob

  private func compare(
    _ recorded: GoValue, _ seen: GoValue, knowsFolder: Bool = true, given: [GoString] = []
  ) -> [Difference] {
    var comparison = GobComparison(mask: TextMask(given: given), folder: "/new", knowsFolder: knowsFolder) { text in
      GoString(text.text.replacing("/old", with: "/new"))
    }
    comparison.compare(recorded, seen, "gob")
    return comparison.differences
  }

  private static func file(_ name: GoString, size: Int64, isFolder: Bool = false) -> GoValue {
    .structure([
      .init("Name", .string(name)), .init("Size", .int(size)), .init("IsDir", .bool(isFolder)),
      .init("LastModify", .time(GoTime(unixSeconds: size))),
    ])
  }

  @Test func `zero fields may be left out, others not`() {
    let whole = GoValue.structure([.init("A", .int(0)), .init("B", .string("x")), .init("C", .list([]))])
    let short = GoValue.structure([.init("B", .string("x"))])
    #expect(compare(whole, short).isEmpty && compare(short, whole).isEmpty)
    #expect(!compare(whole, .structure([])).isEmpty && !compare(.structure([]), short).isEmpty)
    #expect(!compare(.structure([.init("A", .int(1))]), .structure([.init("A", .uint(1))])).isEmpty)
  }

  @Test func `a map has no order, a list has`() {
    let entries = [GoMapEntry(.string("a"), .int(1)), GoMapEntry(.string("b"), .int(2))]
    #expect(compare(.map(entries), .map(entries.reversed())).isEmpty)
    #expect(!compare(.map(entries), .map([entries[0]])).isEmpty && !compare(.map([entries[0]]), .map(entries)).isEmpty)
    #expect(!compare(.list([.int(1), .int(2)]), .list([.int(2), .int(1)])).isEmpty)
  }

  @Test func `the size of a folder and of a thumbnail and each time are the slave's own`() {
    #expect(compare(Self.file("a", size: 4096, isFolder: true), Self.file("a", size: 7, isFolder: true)).isEmpty)
    #expect(compare(Self.file("a._thumb_sidecar", size: 1), Self.file("a._thumb_sidecar", size: 7)).isEmpty)
    #expect(!compare(Self.file("a", size: 1), Self.file("a", size: 7)).isEmpty)
    #expect(!compare(Self.file("a", size: 4096, isFolder: true), Self.file("a", size: 0, isFolder: true)).isEmpty)
    #expect(
      !compare(Self.file("a", size: 1), .structure([.init("Name", .string("a")), .init("Size", .int(1))])).isEmpty)
  }

  @Test func `the folder is put in, and found anywhere when it is not known`() {
    let recorded = GoValue.string("remove /old/conf/x: directory not empty")
    #expect(compare(recorded, .string("remove /new/conf/x: directory not empty")).isEmpty)
    #expect(!compare(recorded, .string("remove /else/conf/x: directory not empty")).isEmpty)
    #expect(compare(recorded, .string("remove /else/conf/x: directory not empty"), knowsFolder: false).isEmpty)
    #expect(!compare(recorded, .string("remove else/conf/x: directory not empty"), knowsFolder: false).isEmpty)
    #expect(!compare(recorded, .string("remove /else/conf/y: directory not empty"), knowsFolder: false).isEmpty)
  }

  @Test func `an interface keeps the name of its type`() {
    #expect(compare(.interface(name: "[]string", .list([])), .interface(name: "[]string", .list([]))).isEmpty)
    #expect(!compare(.interface(name: "[]string", .list([])), .interface(name: "other", .list([]))).isEmpty)
  }

  // MARK: Masks

  private static let made: GoString = "2015bf25-7c20-4dfe-b4fb-1670dec6db7a"

  @Test func `made ids are taken out and given ones stay`() {
    let given: GoString = "5f0c1d9e-1111-4222-8333-0123456789ab"
    let masked = TextMask(given: [given]).apply(("a " + Self.made + " b " + given).bytes)
    #expect(GoString(masked.bytes) == "a <id> b " + given && masked.ids == [Self.made])
    // What is no id a node makes stays: a nil one, capital letters, another version.
    for id in [
      "00000000-0000-0000-0000-000000000000", "2015BF25-7C20-4DFE-B4FB-1670DEC6DB7A",
      "2015bf25-7c20-1dfe-b4fb-1670dec6db7a",
    ] {
      #expect(GoString(TextMask(given: []).apply(Array(id.utf8)).bytes).text == id)
    }
  }

  @Test(arguments: [
    (#"{"msg":"Master: 3.8.3, Slave: 4.14.0"}"#, #"{"msg":"Master: 3.8.3, Slave: 4.15.1-pro"}"#, true),
    (#"{"msg":"Master: 3.8.3, Slave: 4.14.0"}"#, #"{"msg":"Master: 3.8.4, Slave: 4.14.0"}"#, false),
    (#"{"LastModify":"2026-01-01T00:00:00Z"}"#, #"{"LastModify":"2027-01-01T00:00:00Z"}"#, true),
    (#"{"LastUsed":"2026-01-01T00:00:00Z"}"#, #"{"LastUsed":"2027-01-01T00:00:00Z"}"#, false),
    ("/data/temp/fm_workflows/4/x", "/data/temp/fm_workflows/77/x", true),
  ])
  func `what differs from run to run is masked`(_ left: String, _ right: String, _ isSame: Bool) {
    let mask = TextMask(given: [])
    #expect((mask.apply(Array(left.utf8)).bytes == mask.apply(Array(right.utf8)).bytes) == isSame)
  }

  @Test func `the same id stands for the same`() {
    var ids = IDPairs()
    #expect(ids.match(["a", "b", "a"], ["1", "2", "1"], "x").isEmpty)
    #expect(!ids.match(["a"], ["3"], "x").isEmpty)
    #expect(!ids.match(["c"], ["2"], "x").isEmpty)
  }

  // MARK: Answers

  private func differences(
    _ recorded: CaseAnswer, _ seen: CaseAnswer, method: GoString = "GET", target: GoString = "/"
  ) -> [Difference] {
    var ids = IDPairs()
    return AnswerComparison.differences(
      ExpectedAnswer(
        status: recorded.status, fields: recorded.fields, body: .bytes(recorded.body), gobRewrite: nil,
        request: CaseRequest(method: method, target: target)), seen, folder: "/", knowsFolder: true, ids: &ids)
  }

  private func answer(_ fields: [(GoString, GoString)], _ body: String = "") -> CaseAnswer {
    CaseAnswer(status: 200, fields: HTTPFields(fields.map { .init($0.0, $0.1) }), body: Array(body.utf8))
  }

  @Test func `headers are a set whose names have no case, and the connection's own do not count`() {
    let recorded = answer([("ETag", "\"a\""), ("X-A", "1"), ("X-A", "2"), ("Date", "x")])
    #expect(
      differences(recorded, answer([("x-a", "2"), ("X-A", "1"), ("etag", "\"b\""), ("Connection", "close")])).isEmpty)
    #expect(differences(recorded, answer([("x-a", "2"), ("X-A", "1"), ("etag", "W/\"b\"")])).count == 1)
    #expect(differences(recorded, answer([("x-a", "1"), ("etag", "\"b\"")])).count == 1)
    #expect(differences(recorded, answer([("x-a", "1"), ("x-a", "2"), ("etag", "\"b\""), ("X-B", "")])).count == 1)
    #expect(
      differences(recorded, answer([("x-a", "1"), ("x-a", "2"), ("etag", "\"b\""), ("Server", "nginx")])).isEmpty)
  }

  @Test func `a length is that of the body, and without a body the recorded one`() {
    let recorded = answer([("Content-Length", "10")], "0123456789")
    #expect(differences(recorded, answer([("Content-Length", "10")], "0123456789")).isEmpty)
    #expect(differences(recorded, answer([("Content-Length", "11")], "0123456789")).count == 1)
    let head = answer([("Content-Length", "10")])
    #expect(differences(head, answer([("Content-Length", "10")]), method: "HEAD").isEmpty)
    #expect(differences(head, answer([("Content-Length", "9")]), method: "HEAD").count == 1)
  }

  @Test func `a boundary is made anew for each answer`() {
    func parts(_ boundary: String, _ inner: String? = nil) -> CaseAnswer {
      answer(
        [("Content-Type", GoString("multipart/byteranges; boundary=\(boundary)"))],
        "--\(inner ?? boundary)\r\nx\r\n--\(boundary)--")
    }
    #expect(differences(parts("abc"), parts("defghi")).isEmpty)
    #expect(!differences(parts("abc"), parts("def", "abc")).isEmpty)
  }

  @Test func `of a thumbnail its format and dimensions count`() {
    func png(_ width: UInt8, _ pixel: UInt8) -> CaseAnswer {
      let head: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10, 0, 0, 0, 13, 73, 72, 68, 82]
      return CaseAnswer(status: 200, fields: HTTPFields(), body: head + [0, 0, 0, width, 0, 0, 0, 5, pixel])
    }
    let thumbnail: GoString = "/api/v4/slave/file/thumb/eA==/png"
    #expect(differences(png(4, 1), png(4, 2), target: thumbnail).isEmpty)
    #expect(!differences(png(4, 1), png(5, 1), target: thumbnail).isEmpty)
    #expect(!differences(png(4, 1), png(4, 2), target: "/api/v4/slave/file/content/0/eA==/0/x").isEmpty)
  }

  @Test func `a digest stands for a body that was not kept`() {
    var ids = IDPairs()
    func differences(_ body: String) -> [Difference] {
      AnswerComparison.differences(
        ExpectedAnswer(
          status: 200, fields: HTTPFields(),
          body: .digest(length: 3, sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
          gobRewrite: nil, request: CaseRequest(method: "GET", target: "/")),
        answer([], body), folder: "/", knowsFolder: true, ids: &ids)
    }
    #expect(differences("abc").isEmpty && differences("abd").count == 1 && differences("abcd").count == 1)
  }
}
