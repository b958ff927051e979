import GoWire
import Testing

/// Go's rules for JSON beyond the vectors, each text as Go 1.26 gives it.
@Suite struct JSONRuleTests {
  private static let leaf = GoType.structure(
    GoStructure("Leaf", fields: [GoField("Num", json: "num", .int(bits: 8)), GoField("Text", json: "text", .string)]))

  private static let tree = GoType.structure(
    GoStructure(
      "Tree", package: "service",
      fields: [
        GoField("Leaf", json: "leaf", leaf), GoField("Twig", json: "twig", .pointer(leaf)),
        GoField("Leaves", json: "leaves", .slice(leaf)),
        GoField("ByName", json: "by_name", .map(key: .string, value: leaf)),
        GoField("ByNumber", json: "by_number", .map(key: .int(bits: 8), value: .bool)),
        GoField("Any", json: "any", .interface), GoField("Bytes", json: "bytes", .bytes),
        GoField("At", json: "at", .time),
        GoField("Until", json: "until", .pointer(.time)), GoField("Pair", json: "pair", .array(count: 2, .int)),
        GoField("Kind", json: "kind", .named("service.Kind", .string)),
        GoField("ID", json: "id", .opaque(name: "uuid.UUID")),
        GoField("Uri", json: "uri", .pointer(.opaque(name: "fs.URI"))),
        GoField("Ratio", json: "ratio", .float(bits: 32)),
        GoField("Hidden", hiddenInJSON: true, .int), GoField("Ks", json: "ks", .string),
      ]))

  private static func decode(_ text: String, mode: GoJSON.Mode = .unmarshal) -> GoJSONOutcome {
    GoJSON.decode(Array(text.utf8), as: tree, mode: mode)
  }

  private static let mismatches: [(String, GoString)] = [
    (#"{"leaf":{"num":"x"}}"#, "string into Go struct field Leaf.leaf.num of type int8"),
    (#"{"leaf":{"num":128}}"#, "number 128 into Go struct field Leaf.leaf.num of type int8"),
    (#"{"leaves":[{"num":1},{"text":[]}]}"#, "array into Go struct field Leaf.leaves.text of type string"),
    (#"{"by_name":{"a":{"num":true}}}"#, "bool into Go struct field Leaf.by_name.num of type int8"),
    (#"{"by_number":{"128":true}}"#, "number 128 into Go struct field Tree.by_number of type int8"),
    (#"{"leaf":5}"#, "number into Go struct field Tree.leaf of type main.Leaf"),
    (#"{"twig":[]}"#, "array into Go struct field Tree.twig of type main.Leaf"),
    (#"{"kind":{}}"#, "object into Go struct field Tree.kind of type service.Kind"),
    (#"{"bytes":{}}"#, "object into Go struct field Tree.bytes of type []uint8"),
    (#"{"pair":"x"}"#, "string into Go struct field Tree.pair of type [2]int"),
    (#"{"ratio":3.5e38}"#, "number 3.5e38 into Go struct field Tree.ratio of type float32"),
    (#"{"any":1e400}"#, "number 1e400 into Go struct field Tree.any of type float64"),
    (#"{"id":1}"#, "number into Go struct field Tree.id of type uuid.UUID"),
    (#"{"uri":"x"}"#, "string into Go struct field Tree.uri of type map[string]string"),
    (#""x""#, "string into Go value of type service.Tree"),
    (#"{"leaf":{"num":"x"},"twig":5}"#, "string into Go struct field Leaf.leaf.num of type int8"),
  ]

  private static let repeated: [(String, [Int64])] = [
    ("[1,2],[null]", [1]), ("[1,2],[null],[null,null]", [1, 2]), ("[1,2],[3],[null,null,null]", [3, 2, 0]),
    ("[1,2,3],[],[null,null]", [0, 0]), ("[1,2,3],null,[null,null]", [0, 0]), ("[1,2,3],[4],[5,null]", [5, 2]),
    ("[1,2,3],[4],[4,null],[null,null,null]", [4, 2, 3]),
  ]

  // ENV-5: the last of two wins, and what a shorter array left behind its end is met again by a longer one.
  @Test(arguments: repeated.indices)
  func `elements of a repeated array that are null stay as they were`(_ index: Int) {
    let (texts, numbers) = Self.repeated[index]
    var members: [String] = []
    var depth = 0
    for character in texts {
      if character == "[" { depth += 1 }
      if character == "]" { depth -= 1 }
      if members.isEmpty || character == "," && depth == 0 { members.append("") }
      if character != "," || depth > 0 { members[members.count - 1].append(character) }
    }
    let text = "{" + members.map { "\"list\":" + $0 }.joined(separator: ",") + "}"
    for (element, value) in [(GoType.int, numbers.map { GoValue.int($0) }), (.uint(bits: 8), [])] {
      let type = GoType.structure(GoStructure("L", fields: [GoField("List", json: "list", .slice(element))]))
      let outcome = GoJSON.decode(Array(text.utf8), as: type)
      #expect(outcome.error == nil)
      let expected: GoValue = value.isEmpty ? .bytes(numbers.map { UInt8($0) }) : .list(value)
      #expect(outcome.value == .structure([GoFieldValue("List", expected)]), "\(text)")
    }
  }

  @Test(arguments: mismatches.indices)
  func `the wrong type is named with its place`(_ index: Int) {
    // ENV-5
    let (text, reason) = Self.mismatches[index]
    let error = Self.decode(text).error
    #expect(error == GoJSONError(.type, "json: cannot unmarshal " + reason))
  }

  private static let broken: [(String, GoString, GoJSONError)] = [
    ("", "unexpected end of JSON input", GoJSONError(.endOfInput, "EOF")),
    (" \n", "unexpected end of JSON input", GoJSONError(.endOfInput, "EOF")),
    ("{", "unexpected end of JSON input", GoJSONError(.endOfInput, "unexpected EOF")),
    ("\"a", "unexpected end of JSON input", GoJSONError(.endOfInput, "unexpected EOF")),
    ("-", "invalid character ' ' in numeric literal", GoJSONError(.endOfInput, "unexpected EOF")),
    ("tr", "invalid character ' ' in literal true (expecting 'u')", GoJSONError(.endOfInput, "unexpected EOF")),
    ("<html>", "invalid character '<' looking for beginning of value", GoJSONError(.syntax, "")),
    ("\u{FEFF}{}", "invalid character 'ï' looking for beginning of value", GoJSONError(.syntax, "")),
    ("{'a'", "invalid character '\\'' looking for beginning of object key string", GoJSONError(.syntax, "")),
    ("{\"a\"\"", "invalid character '\"' after object key", GoJSONError(.syntax, "")),
    ("[1 2]", "invalid character '2' after array element", GoJSONError(.syntax, "")),
    ("{\"a\":1 \u{80}", "invalid character 'Â' after object key:value pair", GoJSONError(.syntax, "")),
    ("[01]", "invalid character '1' after array element", GoJSONError(.syntax, "")),
    ("1.x", "invalid character 'x' after decimal point in numeric literal", GoJSONError(.syntax, "")),
    ("1e+}", "invalid character '}' in exponent of numeric literal", GoJSONError(.syntax, "")),
    ("\"\\u12g4\"", "invalid character 'g' in \\u hexadecimal character escape", GoJSONError(.syntax, "")),
    ("\"\\'\"", "invalid character '\\'' in string escape code", GoJSONError(.syntax, "")),
    ("\"\t\"", "invalid character '\\t' in string literal", GoJSONError(.syntax, "")),
    ("nulL", "invalid character 'L' in literal null (expecting 'l')", GoJSONError(.syntax, "")),
  ]

  @Test(arguments: broken.indices)
  func `what is no JSON is told as Go tells it`(_ index: Int) {
    let (text, whole, first) = Self.broken[index]
    #expect(Self.decode(text).error == GoJSONError(.syntax, whole))
    let expected = first.kind == .syntax ? GoJSONError(.syntax, whole) : first
    #expect(Self.decode(text, mode: .decoder).error == expected)
    #expect(throws: GoJSONError(.syntax, whole)) { try GoJSON.parse(Array(text.utf8)) }
  }

  @Test func `a decoder leaves what follows the first value`() throws {
    for text in ["{} x", "{}{", "null1", "1x", "\"a\"b"] {
      #expect(GoJSON.decode(Array(text.utf8), as: .interface).error == nil)
      _ = try GoJSON.parseFirst(Array(text.utf8))
    }
    #expect(Self.decode("{} x").error?.text == "invalid character 'x' after top-level value")
  }

  @Test func `nesting is limited to 10000`() {
    func nested(_ depth: Int) -> [UInt8] {
      Array(repeating: UInt8(ascii: "["), count: depth) + Array(repeating: UInt8(ascii: "]"), count: depth)
    }
    #expect(GoJSON.decode(nested(10_000), as: .bool).error?.kind == .type)
    let error = GoJSON.decode(nested(10_001), as: .bool).error
    #expect(error == GoJSONError(.syntax, "invalid character '[' exceeded max depth"))
  }

  @Test func `the deepest values are read, written and compared`() throws {
    let depth = 10_000
    let text =
      Array(String(repeating: "{\"a\":", count: depth).utf8) + Array("1".utf8)
      + Array(repeating: UInt8(ascii: "}"), count: depth)
    let value = try GoJSON.parse(text)
    #expect(GoJSON.write(value) == text)
    #expect(GoJSON.encode(GoJSON.decode(text, as: .interface).value, as: .interface) == text)
  }

  @Test func `keys match exactly, then in any case`() {
    let value = Self.decode(#"{"KS":"a","ks":"b","\u212a\u017f":"c","Hidden":1,"hidden":2,"-":3}"#).value
    #expect(value["Ks"] == .string("c"))
    #expect(value["Hidden"] == nil)
    let pair = GoType.structure(
      GoStructure("P", fields: [GoField("A", json: "name", .int), GoField("B", json: "Name", .int)]))
    let both = GoJSON.decode(Array(#"{"NAME":1,"Name":2}"#.utf8), as: pair).value
    #expect(both["A"] == .int(1))
    #expect(both["B"] == .int(2))
  }

  @Test func `of two keys the last counts, and structs and maps are filled further`() {
    let value = Self.decode(
      #"{"leaf":{"num":1,"text":"a"},"leaf":{"num":2},"twig":{"num":1},"twig":{"text":"b"},"by_name":{"a":{"num":1}},"by_name":{"b":{},"a":{"text":"c"}},"leaves":[{"num":1},{"num":2}],"leaves":[{"text":"d"}]}"#
    ).value
    #expect(value["Leaf"]?["Num"] == .int(2))
    #expect(value["Leaf"]?["Text"] == .string("a"))
    #expect(value["Twig"]?["Num"] == .int(1))
    #expect(value["Twig"]?["Text"] == .string("b"))
    #expect(value["ByName"]?["a"] == .structure([GoFieldValue("Text", .string("c"))]))
    #expect(value["ByName"]?["b"] == .structure([]))
    #expect(value["Leaves"] == .list([.structure([GoFieldValue("Num", .int(1)), GoFieldValue("Text", .string("d"))])]))
  }

  @Test func `null empties pointers, maps, slices and interfaces and nothing else`() {
    let value = Self.decode(
      #"{"leaf":{"num":1},"leaf":null,"twig":{},"twig":null,"leaves":[{}],"leaves":null,"any":1,"any":null,"kind":"k","kind":null,"at":"2026-01-02T03:04:05Z","at":null,"until":"2026-01-02T03:04:05Z","until":null,"pair":[1,2],"pair":null}"#
    ).value
    #expect(value["Leaf"]?["Num"] == .int(1))
    for name in ["Twig", "Leaves", "Any", "Until"] as [GoString] { #expect(value[name] == .null) }
    #expect(value["Kind"] == .string("k"))
    #expect(value["At"]?.time?.unixSeconds == 1_767_323_045)
    #expect(value["Pair"] == .list([.int(1), .int(2)]))
    #expect(GoJSON.decode(Array("null".utf8), as: Self.tree).value == .structure([]))
  }

  @Test func `the first mismatch is reported and the rest is read`() {
    let outcome = Self.decode(#"{"leaf":{"num":"x","text":"a"},"kind":1,"ks":"b"}"#)
    #expect(outcome.error?.kind == .type)
    #expect(outcome.value["Leaf"] == .structure([GoFieldValue("Text", .string("a"))]))
    #expect(outcome.value["Ks"] == .string("b"))
  }

  @Test func `a type that reads itself stops the decoding`() {
    let outcome = Self.decode(#"{"ks":"a","at":"yesterday","ks":"b"}"#)
    #expect(
      outcome.error
        == GoJSONError(
          .other, "parsing time \"yesterday\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"yesterday\" as \"2006\"")
    )
    #expect(outcome.value["Ks"] == .string("a"))
    #expect(Self.decode(#"{"at":5}"#).error == GoJSONError(.other, "Time.UnmarshalJSON: input is not a JSON string"))
    #expect(Self.decode(#"{"id":"x"}"#).error == GoJSONError(.other, "invalid UUID length: 1"))
    #expect(Self.decode(#"{"uri":{"uri":":"}}"#).error == GoJSONError(.other, "parse \":\": missing protocol scheme"))
    #expect(
      Self.decode(#"{"uri":{"uri":"cloudreve://my/a%20b"}}"#).value["Uri"]
        == .opaque(Array("cloudreve://my/a%20b".utf8)))
  }

  @Test func `bytes are base64 or a list of numbers`() {
    #expect(Self.decode(#"{"bytes":"aG\nk="}"#).value["Bytes"] == .bytes([0x68, 0x69]))
    #expect(Self.decode(#"{"bytes":[1,255]}"#).value["Bytes"] == .bytes([1, 255]))
    let outcome = Self.decode(#"{"bytes":"aG!","ks":"a"}"#)
    #expect(outcome.error == GoJSONError(.other, "illegal base64 data at input byte 2"))
    #expect(outcome.value["Ks"] == .string("a"))
  }

  @Test func `an array keeps its length`() {
    #expect(Self.decode(#"{"pair":[1]}"#).value["Pair"] == .list([.int(1), .int(0)]))
    #expect(Self.decode(#"{"pair":[1,2,"x"]}"#).error == nil)
  }

  @Test func `an interface takes any value`() {
    let value = Self.decode(#"{"any":{"b":[1,"\ud83d\ude00\ud800",null,true],"a":{},"b":2.5}}"#).value
    #expect(value["Any"] == .map([GoMapEntry(.string("b"), .float(2.5)), GoMapEntry(.string("a"), .map([]))]))
  }

  @Test func `a value is written as Marshal writes it`() {
    let type = GoType.structure(
      GoStructure(
        "T",
        fields: [
          GoField("A", .int), GoField("B", json: "b&", .string), GoField("C", json: "c", omitEmpty: true, .slice(.int)),
          GoField("D", omitEmpty: true, .pointer(.int)), GoField("E", .map(key: .int, value: .float64)),
          GoField("F", .bytes),
          GoField("G", .slice(.string)), GoField("H", .array(count: 2, .bool)), GoField("I", omitEmpty: true, .time),
          GoField("J", hiddenInJSON: true, .int), GoField("K", .float(bits: 32)), GoField("L", .interface),
          GoField("M", .opaque(name: "uuid.UUID")), GoField("N", .pointer(.opaque(name: "fs.URI"))),
        ]))
    let value = GoValue.structure([
      GoFieldValue("J", .int(1)), GoFieldValue("B", .string("<")), GoFieldValue("C", .list([])),
      GoFieldValue("D", .int(0)),
      GoFieldValue("E", .map([GoMapEntry(.int(9), .float(1e21)), GoMapEntry(.int(10), .float(-1e-7))])),
      GoFieldValue("F", .bytes([0])), GoFieldValue("K", .float(Double(Float(0.1)))),
      GoFieldValue("L", .map([GoMapEntry(.string("z"), .int(1)), GoMapEntry(.string("y"), .null)])),
    ])
    #expect(
      GoString(GoJSON.encode(value, as: type))
        == #"{"A":0,"b\u0026":"\u003c","D":0,"E":{"10":-1e-7,"9":1e+21},"F":"AA==","G":null,"H":[false,false],"I":"0001-01-01T00:00:00Z","K":0.1,"L":{"y":null,"z":1},"M":"00000000-0000-0000-0000-000000000000","N":null}"#
    )
  }

  private static let floats: [(Double, GoString)] = [
    (0, "0"), (-0.0, "-0"), (1, "1"), (0.1, "0.1"), (1e-6, "0.000001"), (9.99e-7, "9.99e-7"),
    (1e20, "100000000000000000000"),
    (1e21, "1e+21"), (123_456.789, "123456.789"), (1.5e300, "1.5e+300"), (.leastNonzeroMagnitude, "5e-324"),
    (-2.5e-10, "-2.5e-10"),
  ]

  @Test(arguments: floats.indices)
  func `numbers are written as Marshal writes them`(_ index: Int) {
    #expect(GoString(GoJSON.encode(.float(Self.floats[index].0), as: .float64)) == Self.floats[index].1)
  }

  @Test func `a report is indented`() {
    let value: JSONValue = ["a": [1, "<", []], "b": [:], "c": nil]
    #expect(
      GoString(GoJSON.write(value, indent: 2, escapingHTML: false))
        == "{\n  \"a\": [\n    1,\n    \"<\",\n    []\n  ],\n  \"b\": {},\n  \"c\": null\n}")
  }
}
