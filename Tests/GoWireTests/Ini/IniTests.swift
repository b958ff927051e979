import GoWire
import Testing

@Suite struct IniTests {
  @Test(arguments: Vector.all("ini"))
  func `a file is read as go-ini reads it`(_ vector: Vector) throws {
    // CONF-2
    let text = vector.value["text"]?.string?.bytes ?? []
    if let expected = vector.value["error"]?.string {
      let error = #expect(throws: IniError.self) { try IniFile(text) }
      #expect(error?.text == expected)
      return
    }
    let file = try IniFile(text)
    let expected = vector.value["sections"]?.array ?? []
    #expect(file.sections.map(\.name) == expected.map { $0["section"]?.string })
    for (section, expected) in zip(file.sections, expected) {
      let keys = expected["keys"]?.array ?? []
      #expect(section.keys.map(\.name) == keys.map { $0[0]?.string })
      #expect(section.keys.map { file.value(of: $0.name, in: section.name) } == keys.map { $0[1]?.string })
    }
  }

  @Test(arguments: Vector.all("ini-bools", label: "text"))
  func `a truth value is read as go-ini reads it`(_ vector: Vector) throws {
    let file = try IniFile(Array("[s]\nk = ".utf8) + (vector.value["text"]?.string?.bytes ?? []) + [0x0A])
    let value = try #require(file.value(of: "k", in: "s"))
    let expected = vector.value["error"]?.string ?? ""
    do throws(IniValueError) {
      #expect(try value.iniBool() == vector.value["bool"]?.bool)
      #expect(expected.isEmpty)
    } catch {
      #expect(error.text == expected)
    }
  }

  @Test func `all 26 and 15 vectors are read`() {
    #expect(Vector.all("ini").count == 26)
    #expect(Vector.all("ini-bools").count == 15)
  }

  private static let refused: [(String, GoString, Int)] = [
    ("a = 1\n[open\n", "unclosed section: [open\n", 2), ("\n[]", "empty section name", 2),
    ("= x", "empty key name: = x", 1), ("\"a = 1\n", "missing closing key quote: \"a = 1\n", 1),
    ("`a`\n", "key-value delimiter not found: `a`\n", 1),
    ("a = b\nk = \"\"\"x\ny", "missing closing key quote from \"\\\"\\\"\\\"x\\n\" to \"y\"", 2),
    ("\"\" = x", "error creating new key: empty key name", 1),
  ]

  @Test(arguments: refused.indices)
  func `what is no ini is refused with its line`(_ index: Int) {
    let (text, reason, line) = Self.refused[index]
    let error = #expect(throws: IniError.self) { try IniFile(Array(text.utf8)) }
    #expect(error == IniError(reason, line: line))
  }

  @Test func `keys and sections know their lines`() throws {
    let text =
      "\n; c\n[System]\nMode = a, \\\n  b\nListen = 1\nMode = slave\n[Slave]\nSecret = `x\ny`\nTTL=1\n[System]\nA=1"
    let file = try IniFile(Array(text.utf8))
    #expect(file["System"]?.line == 3)
    #expect(file["System"]?.keys.map(\.line) == [7, 6, 13])
    #expect(file["Slave"]?.keys.map(\.line) == [9, 11])
    #expect(file.value(of: "Secret", in: "Slave") == "x\ny")
  }

  @Test func `names are replaced by their values`() throws {
    let text =
      "d = %(x)s\nb = default\n[s]\na = %(b)s-%(c)s%(b)s\nc = %(missing)s\nb = %(b)s!\nloop1 = %(loop2)s\nloop2 = %(loop1)s\n[s.t]\n"
    let file = try IniFile(Array(text.utf8))
    #expect(file.value(of: "b", in: "s") == "default!")
    #expect(file.value(of: "d", in: "DEFAULT") == "%(x)s")
    #expect(file.value(of: "c", in: "s") == "%(missing)s")
    #expect(file.value(of: "c", in: "s.t") == "%(missing)s")
    #expect(file.value(of: "c", in: "t") == nil)
    #expect(file.value(of: "loop1", in: "s")?.hasPrefix("%(loop") == true)
  }

  @Test func `what grows without end stops`() throws {
    let file = try IniFile(Array("[s]\na = %(b)s%(b)s%(b)s\nb = %(a)s%(a)s%(a)s\n".utf8))
    #expect((file.value(of: "a", in: "s")?.count ?? 0) < 1 << 22)
  }

  @Test func `a further text goes before the first`() throws {
    var file = try IniFile(Array("[a]\nx = 1\ny = 1\n".utf8))
    try file.read(Array("[a]\ny = 2\n[b]\nz = 3".utf8))
    #expect(file.value(of: "x", in: "a") == "1")
    #expect(file.value(of: "y", in: "a") == "2")
    #expect(file.value(of: "z", in: "b") == "3")
    #expect(file.sections.map(\.name) == ["DEFAULT", "a", "b"])
  }

  @Test func `numbers, lists and durations are read`() throws {
    #expect(try ("0x10" as GoString).iniInt() == 16)
    let error = #expect(throws: IniValueError.self) { try ("ten" as GoString).iniInt() }
    #expect(error?.text == "strconv.ParseInt: parsing \"ten\": invalid syntax")
    #expect(("a, b ,,c\\,d,\\e\\" as GoString).iniList() == ["a", "b", "", "c,d", "\\e"])
    #expect(("" as GoString).iniList().isEmpty)
    #expect(("a," as GoString).iniList() == ["a"])
    #expect(try ("1h2m3.5s" as GoString).parseDuration() == 3_723_500_000_000)
    #expect(try ("-1.5ms" as GoString).parseDuration() == -1_500_000)
    #expect(try ("2562047h47m16.854775807s" as GoString).parseDuration() == .max)
    for (text, reason) in [
      ("10", "time: missing unit in duration \"10\""), ("x", "time: invalid duration \"x\""),
      ("", "time: invalid duration \"\""),
      ("1é", "time: unknown unit \"\\xc3\\xa9\" in duration \"1\\xc3\\xa9\""),
      ("9223372036854775808ns", "time: invalid duration \"9223372036854775808ns\""),
    ] {
      let error = #expect(throws: GoDurationError.self) { try GoString(text).parseDuration() }
      #expect(error?.text == GoString(reason))
    }
  }
}
