import GoWire
import Testing

/// Paths, header names, UUIDs, numbers.
@Suite struct GoNamesTests {
  private static let paths: [(String, String)] = [
    ("", "."), ("a/", "a"), ("a//b/./c", "a/b/c"), ("/..", "/"), ("../a/..", ".."), ("/a/../../b", "/b"),
    ("a/../..", ".."),
    ("/", "/"), ("./", "."),
  ]

  @Test(arguments: paths.indices)
  func `paths are cleaned`(_ index: Int) {
    #expect(GoPath.clean(GoString(Self.paths[index].0)) == GoString(Self.paths[index].1))
  }

  @Test func `paths are joined and taken apart`() {
    #expect(GoPath.join("", "a", "", "../b") == "b")
    #expect(GoPath.join("/a/", "/b") == "/a/b")
    #expect(GoPath.join("", "") == "")
    #expect(GoPath.base("/a/b/") == "b")
    #expect(GoPath.base("//") == "/")
    #expect(GoPath.directory("/a/b") == "/a")
    #expect(GoPath.directory("a") == ".")
    #expect(GoPath.fileExtension("/a.b/c") == "")
    #expect(GoPath.fileExtension("a.tar.gz") == ".gz")
    #expect(GoPath.fileExtension(".txt") == ".txt")
  }

  @Test func `header names are spelled as Go spells them`() {
    #expect(("x-cr-SITE-url" as GoString).canonicalHeaderName == "X-Cr-Site-Url")
    #expect(("ETag" as GoString).canonicalHeaderName == "Etag")
    #expect(("a b" as GoString).canonicalHeaderName == "a b")
    #expect(("x-é" as GoString).canonicalHeaderName == "x-é")
    #expect(!("" as GoString).isHeaderName)
  }

  @Test(arguments: [
    "5f0c1d9e-1111-4222-8333-0123456789ab", "5F0C1D9E-1111-4222-8333-0123456789AB",
    "{5f0c1d9e-1111-4222-8333-0123456789ab}",
    "urn:uuid:5f0c1d9e-1111-4222-8333-0123456789ab", "URN:UUID:5f0c1d9e-1111-4222-8333-0123456789ab",
    "5f0c1d9e1111422283330123456789ab",
  ])
  func `a UUID is understood in all its forms`(_ text: String) throws {
    // HDR-2
    #expect(try GoUUID(GoString(text)).text == "5f0c1d9e-1111-4222-8333-0123456789ab")
  }

  private static let notUUIDs: [(String, String)] = [
    ("", "invalid UUID length: 0"), ("x", "invalid UUID length: 1"),
    ("5f0c1d9e-1111-4222-8333-0123456789ag", "invalid UUID format"),
    ("5f0c1d9e+1111-4222-8333-0123456789ab", "invalid UUID format"),
    ("5f0c1d9e1111422283330123456789ag", "invalid UUID format"),
    ("urn:uuix:5f0c1d9e-1111-4222-8333-0123456789ab", "invalid urn prefix: \"urn:uuix:\""),
  ]

  @Test(arguments: notUUIDs.indices)
  func `what is no UUID is refused`(_ index: Int) {
    let error = #expect(throws: GoUUID.ParseError.self) { try GoUUID(GoString(Self.notUUIDs[index].0)) }
    #expect(error?.text == GoString(Self.notUUIDs[index].1))
  }

  @Test func `a random UUID is of version 4`() {
    #expect(GoUUID(version4: Array(repeating: 0xFF, count: 16))?.text == "ffffffff-ffff-4fff-bfff-ffffffffffff")
    #expect(GoUUID(version4: []) == nil)
  }

  @Test func `truth values and numbers are read as strconv reads them`() throws {
    #expect(try ["1", "t", "T", "TRUE", "true", "True"].allSatisfy { try GoString($0).parseBool() })
    #expect(try !["0", "f", "F", "FALSE", "false", "False"].contains { try GoString($0).parseBool() })
    let boolError = #expect(throws: GoNumberError.self) { try ("yes" as GoString).parseBool() }
    #expect(boolError?.text == "strconv.ParseBool: parsing \"yes\": invalid syntax")
    #expect(try ("-0x80" as GoString).parseInt(base: 0, bits: 8) == -128)
    #expect(try ("1_000" as GoString).parseInt(base: 0) == 1000)
    #expect(try ("-9223372036854775808" as GoString).parseInt() == .min)
    let rangeError = #expect(throws: GoNumberError.self) { try ("9223372036854775808" as GoString).atoi() }
    #expect(rangeError?.text == "strconv.Atoi: parsing \"9223372036854775808\": value out of range")
  }
}
