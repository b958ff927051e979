/// Finds the end of a JSON value and every syntax error, in one pass without recursion.
///
/// Grammar, limits and texts are those of Go's scanner. At the end of the text it behaves as Go does: as if one blank followed.
struct JSONScanner {
  /// Where a value lies in the text, blanks around it excluded.
  struct Extent {
    var start: Int
    var end: Int
  }

  private enum Failure: Error {
    case invalid(at: Int, context: String)
    case truncated
  }

  private let bytes: [UInt8]
  private var index: Int
  /// For each open container, outermost first: whether it is an object.
  private var containers: [Bool] = []

  private init(_ bytes: [UInt8], from index: Int) {
    self.bytes = bytes
    self.index = index
  }

  /// The extent of the one value a text consists of, or of its first value in `decoder` mode.
  static func scan(_ bytes: [UInt8], mode: GoJSON.Mode) throws(GoJSONError) -> Extent {
    var scanner = JSONScanner(bytes, from: 0)
    do throws(Failure) {
      scanner.skipBlanks()
      let start = scanner.index
      try scanner.value()
      let end = scanner.index
      if case .unmarshal = mode {
        scanner.skipBlanks()
        guard scanner.index == bytes.count else {
          throw .invalid(at: scanner.index, context: "after top-level value")
        }
      }
      return Extent(start: start, end: end)
    } catch {
      throw report(error, bytes, mode)
    }
  }

  private static func report(_ failure: Failure, _ bytes: [UInt8], _ mode: GoJSON.Mode) -> GoJSONError {
    switch (failure, mode) {
    case (.invalid(let index, let context), _) where index < bytes.count:
      return invalid(bytes[index], context)
    case (.invalid(_, let context), .unmarshal):
      return invalid(0x20, context)
    case (.truncated, .unmarshal):
      return GoJSONError(.syntax, "unexpected end of JSON input")
    case (.invalid, .decoder), (.truncated, .decoder):
      return GoJSONError(.endOfInput, bytes.allSatisfy(isBlank) ? "EOF" : "unexpected EOF")
    }
  }

  private static func invalid(_ byte: UInt8, _ context: String) -> GoJSONError {
    GoJSONError(.syntax, GoString("invalid character \(quoted(byte)) \(context)"))
  }

  /// A byte as Go shows it: taken for the character of that number, in single quotes.
  private static func quoted(_ byte: UInt8) -> String {
    switch byte {
    case UInt8(ascii: "'"): return "'\\''"
    case UInt8(ascii: "\""): return "'\"'"
    default:
      let text = GoString(String(Unicode.Scalar(byte))).quoted.text
      return "'\(text.dropFirst().dropLast())'"
    }
  }

  @inline(__always)
  static func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
  }

  private mutating func skipBlanks() {
    while index < bytes.count, JSONScanner.isBlank(bytes[index]) { index += 1 }
  }

  /// The next byte that is not blank; the text must not end before it.
  private mutating func nextToken() throws(Failure) -> UInt8 {
    skipBlanks()
    guard index < bytes.count else { throw .truncated }
    return bytes[index]
  }

  /// The byte here, a blank past the end.
  private var byteOrBlank: UInt8 { index < bytes.count ? bytes[index] : 0x20 }

  private mutating func value() throws(Failure) {
    repeat {
      try openOrScalar()
      while let inObject = containers.last {
        let byte = try nextToken()
        if byte == UInt8(ascii: ",") {
          index += 1
          if inObject { try key() }
          break
        }
        guard byte == (inObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else {
          throw .invalid(at: index, context: inObject ? "after object key:value pair" : "after array element")
        }
        index += 1
        containers.removeLast()
      }
    } while !containers.isEmpty
  }

  /// Reads a scalar, an empty container, or the openings of containers up to the first scalar in them.
  private mutating func openOrScalar() throws(Failure) {
    while true {
      let byte = try nextToken()
      switch byte {
      case UInt8(ascii: "{"):
        try open(object: true)
        if try nextToken() == UInt8(ascii: "}") {
          index += 1
          containers.removeLast()
          return
        }
        try key()
      case UInt8(ascii: "["):
        try open(object: false)
        if try nextToken() == UInt8(ascii: "]") {
          index += 1
          containers.removeLast()
          return
        }
      case UInt8(ascii: "\""): return try string()
      case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
      case UInt8(ascii: "t"): return try literal("true")
      case UInt8(ascii: "f"): return try literal("false")
      case UInt8(ascii: "n"): return try literal("null")
      default: throw .invalid(at: index, context: "looking for beginning of value")
      }
    }
  }

  private mutating func open(object: Bool) throws(Failure) {
    guard containers.count < GoJSON.depthLimit else { throw .invalid(at: index, context: "exceeded max depth") }
    containers.append(object)
    index += 1
  }

  /// A key and the colon after it.
  private mutating func key() throws(Failure) {
    guard try nextToken() == UInt8(ascii: "\"") else {
      throw .invalid(at: index, context: "looking for beginning of object key string")
    }
    try string()
    guard try nextToken() == UInt8(ascii: ":") else { throw .invalid(at: index, context: "after object key") }
    index += 1
  }

  private mutating func string() throws(Failure) {
    index += 1
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      if byte == UInt8(ascii: "\"") { return }
      if byte == UInt8(ascii: "\\") {
        try escape()
      } else if byte < 0x20 {
        throw .invalid(at: index - 1, context: "in string literal")
      }
    }
    throw .truncated
  }

  private mutating func escape() throws(Failure) {
    switch byteOrBlank {
    case UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"),
      UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "\""):
      index += 1
    case UInt8(ascii: "u"):
      index += 1
      for _ in 0..<4 {
        guard Hexadecimal.value(byteOrBlank) != nil else {
          throw .invalid(at: index, context: "in \\u hexadecimal character escape")
        }
        index += 1
      }
    default:
      throw .invalid(at: index, context: "in string escape code")
    }
  }

  private mutating func number() throws(Failure) {
    if byteOrBlank == UInt8(ascii: "-") {
      index += 1
      guard isDigit(byteOrBlank) else { throw .invalid(at: index, context: "in numeric literal") }
    }
    if byteOrBlank == UInt8(ascii: "0") { index += 1 } else { skipDigits() }
    if byteOrBlank == UInt8(ascii: ".") {
      index += 1
      guard isDigit(byteOrBlank) else {
        throw .invalid(at: index, context: "after decimal point in numeric literal")
      }
      skipDigits()
    }
    if byteOrBlank | 0x20 == UInt8(ascii: "e") {
      index += 1
      if byteOrBlank == UInt8(ascii: "+") || byteOrBlank == UInt8(ascii: "-") { index += 1 }
      guard isDigit(byteOrBlank) else { throw .invalid(at: index, context: "in exponent of numeric literal") }
      skipDigits()
    }
  }

  private func isDigit(_ byte: UInt8) -> Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte }

  private mutating func skipDigits() {
    while index < bytes.count, isDigit(bytes[index]) { index += 1 }
  }

  private mutating func literal(_ text: String) throws(Failure) {
    for expected in text.utf8 {
      guard byteOrBlank == expected else {
        throw .invalid(
          at: index, context: "in literal \(text) (expecting '\(Unicode.Scalar(expected))')")
      }
      index += 1
    }
  }
}
