import GoWire
import Testing

@Suite struct ContentPlanTests {
  /// A recorded answer of the content route that a plan has to give.
  struct Recorded: Sendable, CustomTestStringConvertible {
    let id: String
    let request: JSONValue
    let response: JSONValue

    var testDescription: String { id }

    /// The recorded content exchanges with a `Range` or a condition.
    static let all: [Recorded] = ["4.0.0", "4.14.0"].flatMap { version in
      let cases = Fixtures.json("recorded/cloudreve-\(version)/slave/content.json")["cases"]?.array ?? []
      return cases.flatMap { item in
        (item["exchanges"]?.array ?? []).enumerated().compactMap { index, exchange -> Recorded? in
          guard let request = exchange["request"], let response = exchange["response"] else { return nil }
          let recorded = Recorded(
            id: "\(version) \(item["id"]?.text ?? "?") \(index)", request: request, response: response)
          let names = ["Range", "If-Match", "If-None-Match", "If-Range", "If-Modified-Since", "If-Unmodified-Since"]
          return names.contains { recorded.field($0, of: request) != nil } ? recorded : nil
        }
      }
    }

    func field(_ name: String, of message: JSONValue) -> GoString? {
      message["headers"]?.array?.first { $0[0]?.text == name }?[1]?.string
    }
  }

  @Test(arguments: Recorded.all)
  func `recorded ranges and conditions are answered as recorded`(_ recorded: Recorded) throws {
    // ST-10
    let response = recorded.response
    let file = Array("0123456789".utf8)
    let etag = recorded.field("Etag", of: response) ?? ""
    let boundary =
      recorded.field("Content-Type", of: response)?.text.split(separator: "boundary=").last.map { GoString(String($0)) }
      ?? ""
    let plan = ContentPlan(
      method: recorded.request["method"]?.string ?? "",
      conditions: ContentConditions { recorded.field($0.text, of: recorded.request) }, size: Int64(file.count),
      etag: etag,
      contentType: "application/octet-stream", boundary: { boundary })
    #expect(plan.status == response["status"]?.int)
    let callers: Set<String> = ["Cache-Control", "Content-Security-Policy", "Date", "Content-Length"]
    let expected = (response["headers"]?.array ?? []).filter { !callers.contains($0[0]?.text ?? "") }
    #expect(
      Set(plan.fields.map { "\($0.name): \($0.value)" })
        == Set(expected.map { "\($0[0]?.text ?? ""): \($0[1]?.text ?? "")" }))
    #expect(plan.length.map { GoString("\($0)") } == recorded.field("Content-Length", of: response))
    #expect(
      recorded.request["method"]?.text == "HEAD" || Self.body(plan, of: file) == response["body"]?["text"]?.string)
  }

  @Test func `the recordings have ranges and conditions`() {
    #expect(Recorded.all.count >= 48)
  }

  private static func body(_ plan: ContentPlan, of file: [UInt8]) -> GoString {
    GoString(
      plan.parts.flatMap { part in
        switch part {
        case .bytes(let bytes): bytes
        case .file(let range): Array(file[Int(range.start)..<Int(range.start + range.count)])
        }
      })
  }

  private static func plan(
    _ range: GoString, size: Int64 = 10, method: GoString = "GET", etag: GoString = "\"a\"",
    _ set: (inout ContentConditions) -> Void = { _ in }
  ) -> ContentPlan {
    var conditions = ContentConditions(range: range.isEmpty ? nil : range)
    set(&conditions)
    return ContentPlan(
      method: method, conditions: conditions, size: size, etag: etag, contentType: "text/plain", boundary: { "B" })
  }

  /// Range field, size of the file, status, ranges as `start+count`.
  private static let ranges: [(GoString, Int64, Int, [String])] = [
    ("bytes=0-4", 10, 206, ["0+5"]), ("bytes=-3", 10, 206, ["7+3"]), ("bytes=-300", 10, 206, ["0+10"]),
    ("bytes=-0", 10, 206, []),
    ("bytes=9-", 10, 206, ["9+1"]), ("bytes=10-", 10, 416, []), ("bytes=10-,0-0", 10, 206, ["0+1"]),
    ("bytes=10-,20-", 10, 416, []),
    ("bytes=0-0,-1", 10, 206, ["0+1", "9+1"]), ("bytes=0-,0-0", 10, 200, ["0+10"]),
    ("bytes= 1 - 2 , ", 10, 206, ["1+2"]),
    ("bytes=,,", 10, 200, ["0+10"]), ("bytes=", 10, 200, ["0+10"]), ("bytes=5-4", 10, 416, []),
    ("bytes=x-", 10, 416, []),
    ("bytes=1-x", 10, 416, []), ("bytes=-", 10, 416, []), ("bytes=1", 10, 416, []), ("bytes=--1", 10, 416, []),
    ("Bytes=0-1", 10, 416, []),
    ("bytes 0-1", 10, 416, []), ("bytes=0-99999999999999999999", 10, 416, []),
    ("bytes=0-9223372036854775807", 10, 206, ["0+10"]),
    ("bytes=0-", 0, 200, []), ("bytes=-5", 0, 206, []), ("bytes=+0-+4", 10, 206, ["0+5"]), ("bytes=0-1,x", 10, 416, []),
    ("bytes=0-9223372036854775806,1-9223372036854775806", 9_223_372_036_854_775_807, 200, ["0+9223372036854775807"]),
  ]

  @Test(arguments: ranges.indices)
  func `ranges are read as Go reads them`(_ index: Int) {
    // ST-10
    let (field, size, status, expected) = Self.ranges[index]
    let plan = Self.plan(field, size: size)
    #expect(plan.status == status)
    let files = plan.parts.compactMap { if case .file(let range) = $0 { "\(range.start)+\(range.count)" } else { nil } }
    #expect(files == expected)
  }

  @Test func `an empty suffix is a part of no bytes`() {
    let plan = Self.plan("bytes=-0")
    #expect(plan.fields.contains(ContentPlan.Field("Content-Range", "bytes 10-9/10")))
    #expect(plan.length == 0)
  }

  @Test func `several ranges make a multipart body`() {
    let plan = Self.plan("bytes=0-0,-0,8-")
    let file = Array("0123456789".utf8)
    let head = "Content-Type: text/plain\r\n\r\n"
    #expect(
      Self.body(plan, of: file)
        == GoString(
          "--B\r\nContent-Range: bytes 0-0/10\r\n\(head)0\r\n--B\r\nContent-Range: bytes 10-9/10\r\n\(head)\r\n--B\r\nContent-Range: bytes 8-9/10\r\n\(head)89\r\n--B--\r\n"
        ))
    #expect(plan.length == Int64(Self.body(plan, of: file).count))
  }

  /// Condition, its value, the file's tag, status.
  private static let tags: [(GoString, GoString, GoString, Int)] = [
    ("If-Match", "\"a\"", "\"a\"", 206), ("If-Match", "W/\"a\"", "\"a\"", 412),
    ("If-Match", "\"b\", \"a\"", "\"a\"", 206),
    ("If-Match", "*", "", 206), ("If-Match", "a", "\"a\"", 412), ("If-Match", ",,\"a\"", "\"a\"", 206),
    ("If-Match", "", "\"a\"", 206),
    ("If-Match", "\"a", "\"a\"", 412), ("If-Match", "x, \"a\"", "\"a\"", 412), ("If-Match", " ", "\"a\"", 412),
    ("If-None-Match", "\"a\"", "\"a\"", 304), ("If-None-Match", "W/\"a\"", "\"a\"", 304),
    ("If-None-Match", "*", "", 304),
    ("If-None-Match", "\"b\"", "\"a\"", 206), ("If-None-Match", "\"a b\"", "\"a b\"", 206),
    ("If-None-Match", "\"b\",W/\"a\"", "W/\"a\"", 304),
    ("If-Range", "\"a\"", "\"a\"", 206), ("If-Range", "W/\"a\"", "W/\"a\"", 200), ("If-Range", "\"b\"", "\"a\"", 200),
    ("If-Range", "Wed, 01 Jan 2036 00:00:00 GMT", "\"a\"", 200), ("If-Range", "", "\"a\"", 206),
  ]

  @Test(arguments: tags.indices)
  func `conditions compare tags as RFC 9110 says`(_ index: Int) {
    // ST-10
    let (condition, value, etag, status) = Self.tags[index]
    let plan = Self.plan("bytes=0-1", etag: etag) { conditions in
      conditions = ContentConditions { $0 == condition ? value : $0 == "Range" ? "bytes=0-1" : nil }
    }
    #expect(plan.status == status)
  }

  @Test func `a condition met by a writing method is 412`() {
    #expect(Self.plan("", method: "POST") { $0.ifNoneMatch = "*" }.status == 412)
  }

  @Test func `412 and 304 carry no type`() {
    let failed = Self.plan("") { $0.ifMatch = "\"b\"" }
    #expect(failed.fields == [ContentPlan.Field("Etag", "\"a\"")])
    #expect(failed.length == 0)
    let same = Self.plan("") { $0.ifNoneMatch = "*" }
    #expect(same.fields == [ContentPlan.Field("Etag", "\"a\"")])
    #expect(same.length == nil)
  }

  @Test func `a boundary is 60 digits from 30 random bytes`() {
    #expect(
      ContentPlan.boundary(random: Array(repeating: 0xA5, count: 30)) == GoString(String(repeating: "a5", count: 30)))
  }
}
