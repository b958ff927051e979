import Testing

@testable import ConformanceSuite

@Suite struct HTMLDiffTests {
  @Test func `a difference marks what differs and nothing else`() {
    let marked = HTMLDiff.marked("status 200 OK", "status 404 OK")
    #expect(marked.expected == "status <mark>200</mark> OK")
    #expect(marked.seen == "status <mark>404</mark> OK")
    #expect(HTMLDiff.marked("aa", "aaa").seen == "aa<mark>a</mark>")
    #expect(HTMLDiff.marked("", "<") == ("", "<mark>&lt;</mark>", true))
  }

  @Test func `objects are compared a member a line`() {
    let (left, right) = HTMLDiff.listings(#"{"a":1,"b":[2,3],"c":4}"#, #"{"a":1,"b":[2,9],"c":4}"#)
    #expect(left == ["{", #"  "a": 1,"#, #"  "b": ["#, "    2,", "    3", "  ],", #"  "c": 4"#, "}"])
    #expect(HTMLDiff.lines(left, right).contains(.changed("    3", "    9")))
    #expect(HTMLDiff.lines(left, right).count { if case .changed = $0 { true } else { false } } == 1)
    #expect(HTMLDiff.listings(#"{"a":1}"#, "nothing").expected == [#"{"a":1}"#])
  }

  @Test func `lines that came in between leave the others alike`() {
    let left = ["a", "b", "c", "d"]
    #expect(HTMLDiff.lines(left, ["a", "x", "b", "d"]) == [.same("a"), .new("x"), .same("b"), .gone("c"), .same("d")])
    #expect(HTMLDiff.lines(left, left) == [.folded(4)])
    #expect(HTMLDiff.lines([], ["a"]) == [.new("a")])
  }

  @Test func `what is alike for long is folded but around a change`() {
    let left = (0..<40).map { "line \($0)" }
    var right = left
    right[20] = "other"
    #expect(
      HTMLDiff.lines(left, right) == [
        .folded(18), .same("line 18"), .same("line 19"), .changed("line 20", "other"), .same("line 21"),
        .same("line 22"), .folded(17),
      ])
  }

  @Test func `a long value is cut around what differs, and stands whole beside it`() {
    let long = String(repeating: "x", count: 5000)
    let page = HTMLDiff.render([
      Difference("exchange 1: answer: body", expected: long + "A<" + long, seen: long + "B" + long)
    ])
    let shown = page.split(separator: "<details class=\"everything\">")[0]
    #expect(shown.contains("x<mark>A&lt;</mark>x") && shown.contains("x<mark>B</mark>x"))
    #expect(shown.count < 1000)
    #expect(page.contains("Expected, 10002 characters</p><pre tabindex=\"0\">\(long)A&lt;\(long)</pre>"))
    #expect(page.contains("<p class=\"place\">exchange 1 · answer</p>"))
    #expect(!HTMLDiff.render([Difference("a: b", expected: "1", seen: "2")]).contains("everything"))
  }

  @Test func `a carriage return is seen`() {
    #expect(HTMLDiff.listings("a\r\nb", "a\nb").expected == ["a\\r", "b"])
  }
}
