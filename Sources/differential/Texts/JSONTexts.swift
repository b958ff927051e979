import GoWire

/// Texts that are JSON of a type, more or less.
struct JSONTexts {
  private var text: [UInt8] = []

  /// A text that mostly fits the type, with what surrounds it, and now and then damage.
  static func text(for type: GoType, _ choices: inout Choices) -> [UInt8] {
    var texts = JSONTexts()
    texts.blank(&choices)
    texts.value(type, &choices, depth: 0)
    texts.blank(&choices)
    if choices.once(in: 12) { texts.append(choices.pick(["x", "{}", "}", "]", ",", "\u{0}", "1", "\"", "é", ":"])) }
    if choices.once(in: 40) { texts.text = [0xEF, 0xBB, 0xBF] + texts.text }
    return choices.once(in: 5) ? choices.damaged(texts.text) : texts.text
  }

  private mutating func append(_ piece: GoString) { text += piece.bytes }

  private mutating func blank(_ choices: inout Choices) {
    if choices.next(8) == 7 { append(choices.pick([" ", "\n", "\t", "\r", "  ", "\u{B}", "\u{A0}"])) }
  }

  private mutating func value(_ type: GoType, _ choices: inout Choices, depth: Int) {
    if choices.once(in: 12) { return append("null") }
    if choices.once(in: 14) { return any(&choices, depth: depth) }
    switch type {
    case .named(_, let target), .pointer(let target): value(target, &choices, depth: depth)
    case .bool: append(choices.bool() ? "true" : "false")
    case .int, .uint, .float: number(&choices)
    case .string, .opaque: string(&choices)
    case .bytes: append("\"" + Base64.standard.encode(choices.bytes()) + "\"")
    case .time: append("\"" + GobValues.time(&choices).rfc3339 + "\"")
    case .slice(let element): list(element, &choices, depth: depth, count: choices.next(4))
    case .array(let count, let element):
      list(element, &choices, depth: depth, count: choices.once(in: 4) ? choices.next(5) : count)
    case .map(let key, let element): map(key, element, &choices, depth: depth)
    case .structure(let structure): object(structure, &choices, depth: depth)
    case .interface: any(&choices, depth: depth)
    }
  }

  private static let numbers: [GoString] = [
    "0", "1", "-1", "127", "128", "-129", "255", "256", "65536", "-0", "1.5", "1e2", "1E+2", "1e-7", "0.1", "1e400",
    "-1e400", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "18446744073709551616", "1e21",
    "123456789012345678901234567890", "3.4028235e38", "3.5e38", "0.000001", "1e-400", "2.0", "1.0e0",
  ]
  private static let brokenNumbers: [GoString] = ["01", "-", "1.", ".5", "1e", "+1", "0x1", "1e+", "--1", "NaN", "1_0"]

  private mutating func number(_ choices: inout Choices) {
    switch choices.next(6) {
    case 0, 1: append(choices.pick(JSONTexts.numbers))
    case 2: append(GoString(String(GobValues.integer(&choices, bits: 64))))
    case 3: append(GoString(String(choices.next(300))))
    case 4:
      let number = GobValues.float(&choices)
      append(GoString(number.isFinite ? "\(number)" : "1"))
    default: append(choices.once(in: 6) ? choices.pick(JSONTexts.brokenNumbers) : "7")
    }
  }

  private static let pieces: [GoString] = [
    "a", "é", "日", "😀", "\\n", "\\\"", "\\\\", "\\/", "\\u0041", "\\u00e9", "\\ud83d\\ude00", "\\ud83d", "\\ude00",
    "\\uD83D\\u0041", "\\u2028", "<", "&", "\\b", "\\f", "\\t", "\\r", " ",
  ]
  private static let brokenPieces: [[UInt8]] = [
    Array("\\x".utf8), Array("\\u12".utf8), Array("\\u12g4".utf8), [0x0A], [0x00], [0x1F], [0xFF], [0xC3],
    [0xED, 0xA0, 0x80],
    Array("\\".utf8), Array("'".utf8), Array("\\'".utf8), [0x7F],
  ]

  private mutating func string(_ choices: inout Choices) {
    append("\"")
    for _ in 0..<choices.length(usual: 6, most: 60) {
      if choices.once(in: 16) {
        text += choices.pick(JSONTexts.brokenPieces)
      } else {
        append(choices.pick(JSONTexts.pieces))
      }
    }
    append("\"")
  }

  private mutating func list(_ element: GoType, _ choices: inout Choices, depth: Int, count: Int) {
    append("[")
    for index in 0..<count {
      if index > 0 { separator(",", &choices) }
      value(element, &choices, depth: depth + 1)
    }
    append("]")
  }

  private mutating func map(_ key: GoType, _ element: GoType, _ choices: inout Choices, depth: Int) {
    append("{")
    for index in 0..<choices.next(4) {
      if index > 0 { separator(",", &choices) }
      if key.bottom == .string {
        string(&choices)
      } else {
        append("\"")
        number(&choices)
        append("\"")
      }
      separator(":", &choices)
      value(element, &choices, depth: depth + 1)
    }
    append("}")
  }

  private mutating func object(_ structure: GoStructure, _ choices: inout Choices, depth: Int) {
    append("{")
    for index in 0..<choices.next(structure.fields.count + 3) {
      if index > 0 { separator(",", &choices) }
      if structure.fields.isEmpty || choices.once(in: 8) {
        string(&choices)
        separator(":", &choices)
        any(&choices, depth: depth + 1)
        continue
      }
      let field = choices.pick(structure.fields)
      append("\"" + JSONTexts.spelling(of: field.jsonName ?? field.name, &choices) + "\"")
      separator(":", &choices)
      value(field.type, &choices, depth: depth + 1)
    }
    append("}")
  }

  /// A name as it is, in other cases, or with letters that Go takes for the same.
  private static func spelling(of name: GoString, _ choices: inout Choices) -> GoString {
    switch choices.next(8) {
    case 0: GoString(name.text.uppercased())
    case 1: name.asciiLowercased
    case 2: GoString(name.text.replacing("s", with: "\u{17F}").replacing("k", with: "\u{212A}"))
    case 3: GoString(name.text.replacing("a", with: "\\u0061"))
    default: name
    }
  }

  private mutating func separator(_ separator: GoString, _ choices: inout Choices) {
    blank(&choices)
    append(choices.once(in: 100) ? choices.pick(["", ",,", ":", ";", " "]) : separator)
    blank(&choices)
  }

  private mutating func any(_ choices: inout Choices, depth: Int) {
    switch choices.next(depth > 4 ? 5 : 7) {
    case 0: append("null")
    case 1: append(choices.bool() ? "true" : "false")
    case 2: number(&choices)
    case 3: string(&choices)
    case 4: append(choices.once(in: 8) ? choices.pick(["nul", "True", "undefined", "'a'", "", "tru"]) : "{}")
    case 5: list(.interface, &choices, depth: depth, count: choices.next(4))
    default: map(.string, .interface, &choices, depth: depth)
    }
  }
}
