import GoWire
import Testing

@Suite struct GoStringTests {
  @Test func `spellings that Swift calls equal stay apart`() {
    #expect("e\u{301}" as GoString != "\u{e9}" as GoString)
  }
}
