import GoWire
import Testing

@Suite struct URLEscapingTests {
  @Test(arguments: Vector.all("url-escapes", label: "text"))
  func `texts are escaped for paths and queries and come back`(_ vector: Vector) throws {
    let text = vector.value["text"]?.string ?? "?"
    #expect(text.pathEscaped == vector.value["path_escape"]?.string)
    #expect(text.queryEscaped == vector.value["query_escape"]?.string)
    #expect(try text.pathEscaped.pathUnescaped() == text)
    #expect(try text.queryEscaped.queryUnescaped() == text)
  }

  @Test func `all 11 vectors are read`() {
    #expect(Vector.all("url-escapes", label: "text").count == 11)
  }

  @Test(arguments: ["%", "a%4", "%zz", "%é"])
  func `a broken escape is named`(_ text: String) {
    #expect(throws: GoURLError.self) { try GoString(text).pathUnescaped() }
  }

  @Test func `a query keeps its order and drops broken pairs`() {
    // SIGN-9
    let query = GoQuery("a=1&b=x+y&a=2&c=%zz&d;e=1&=v&f&&g=%26")
    #expect(query.pairs.map(\.name) == ["a", "b", "a", "", "f", "g"])
    #expect(query["a"] == "1")
    #expect(query.values("a") == ["1", "2"])
    #expect(query["b"] == "x y")
    #expect(query["f"] == "")
    #expect(query["g"] == "&")
    #expect(query["c"] == nil)
    #expect(
      query.error?.text == "invalid URL escape \"%zz\"" || query.error?.text == "invalid semicolon separator in query")
  }

  @Test func `more than 10000 parameters give none`() {
    #expect(GoQuery(GoString(Array("a&".utf8) + Array(repeating: UInt8(ascii: "&"), count: 10_000))).pairs.isEmpty)
  }
}
