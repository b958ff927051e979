import GoWire
import Testing

@Suite struct JSONStringTests {
  @Test(arguments: Vector.all("json-strings"))
  func `strings are escaped as Go escapes them`(_ vector: Vector) {
    var output: [UInt8] = []
    GoJSON.appendString(GoString(vector.bytes("hex")), to: &output)
    #expect(GoString(output) == vector.value["json"]?.string)
  }

  @Test func `all 217 vectors are read`() {
    #expect(Vector.all("json-strings").count == 217)
  }

  @Test func `a generic value is written as it was read`() throws {
    let text = #"{"b":[1,2.50,{"a":"\u003c","a":null}],"":[],"o":{},"t":true}"#
    let value = try GoJSON.parse(Array(text.utf8))
    #expect(GoString(GoJSON.write(value)) == GoString(text))
    #expect(value["b"]?[2]?.object?.count == 2)
  }
}
