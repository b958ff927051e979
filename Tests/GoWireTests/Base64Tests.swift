import GoWire
import Testing

@Suite struct Base64Tests {
  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
    ("foobar", "Zm9vYmFy"),
  ])
  func `bytes are written with padding and read back`(_ plain: GoString, _ text: GoString) throws {
    #expect(Base64.standard.encode(plain.bytes) == text)
    #expect(try Base64.standard.decode(text) == plain.bytes)
  }

  @Test func `the two alphabets differ in two characters`() throws {
    let bytes: [UInt8] = [0xFB, 0xEF, 0xFF]
    #expect(Base64.standard.encode(bytes) == "++//")
    #expect(Base64.url.encode(bytes) == "--__")
    #expect(try Base64.url.decode("--__") == bytes)
    #expect(throws: Base64Error(offset: 0)) { try Base64.url.decode("++//") }
  }

  @Test(arguments: [("Zm\n9v", "foo"), ("Zg=\r\n=\n", "f"), ("\n", ""), ("Zh==", "f")])
  func `line ends and spare bits are let pass`(_ text: GoString, _ plain: GoString) throws {
    #expect(try Base64.standard.decode(text) == plain.bytes)
  }

  @Test(arguments: [
    ("Z", 0), ("Zg", 0), ("Zg=", 3), ("Zg==Zg==", 4), ("Zm9v=", 4), ("Zm9vZ", 4), ("Z===", 1), ("Zg=a", 2), ("Zm9 ", 3),
    ("Z\ng", 1),
  ])
  func `a broken text is refused where Go says`(_ text: GoString, _ offset: Int) {
    let error = #expect(throws: Base64Error.self) { try Base64.standard.decode(text) }
    #expect(error?.text == "illegal base64 data at input byte \(offset)")
  }
}
