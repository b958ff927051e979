/// Walks over a text whose syntax has been checked, token by token.
struct JSONReader {
  enum Token {
    case beginArray
    case beginObject
    /// The literal with its quotes.
    case string(start: Int, end: Int)
    case number(start: Int, end: Int)
    case bool(Bool)
    case null
  }

  let bytes: [UInt8]
  private(set) var index: Int
  private let end: Int

  init(_ bytes: [UInt8], _ extent: JSONScanner.Extent) {
    self.bytes = bytes
    index = extent.start
    end = extent.end
  }

  private mutating func skipBlanks() {
    while JSONScanner.isBlank(bytes[index]) { index += 1 }
  }

  /// Reads a scalar or the opening of a container.
  mutating func next() -> Token {
    skipBlanks()
    let start = index
    switch bytes[index] {
    case UInt8(ascii: "["):
      index += 1
      return .beginArray
    case UInt8(ascii: "{"):
      index += 1
      return .beginObject
    case UInt8(ascii: "\""):
      skipString()
      return .string(start: start, end: index)
    case UInt8(ascii: "t"):
      index += 4
      return .bool(true)
    case UInt8(ascii: "f"):
      index += 5
      return .bool(false)
    case UInt8(ascii: "n"):
      index += 4
      return .null
    default:
      skipNumber()
      return .number(start: start, end: index)
    }
  }

  /// Whether the container just opened is empty; its end is then read.
  mutating func closes() -> Bool {
    skipBlanks()
    guard bytes[index] == UInt8(ascii: "]") || bytes[index] == UInt8(ascii: "}") else { return false }
    index += 1
    return true
  }

  /// Reads a comma, or the end of the container: whether more follows.
  mutating func hasMore() -> Bool {
    skipBlanks()
    let comma = bytes[index] == UInt8(ascii: ",")
    index += 1
    return comma
  }

  /// Reads a key and the colon after it; gives the literal's extent.
  mutating func keyExtent() -> (start: Int, end: Int) {
    skipBlanks()
    let start = index
    skipString()
    let end = index
    skipBlanks()
    index += 1
    return (start, end)
  }

  /// Reads a key and the colon after it.
  mutating func key() -> GoString {
    let (start, end) = keyExtent()
    return GoJSON.unquote(bytes, start, end)
  }

  /// Where the next value begins.
  var valueStart: Int {
    var start = index
    while JSONScanner.isBlank(bytes[start]) { start += 1 }
    return start
  }

  /// Whether the next value is `null`.
  var isNull: Bool { bytes[valueStart] == UInt8(ascii: "n") }

  /// Skips a whole value.
  mutating func skipValue() {
    skip(depth: 0)
  }

  /// Skips the rest of the container just opened.
  mutating func skipContainer() {
    skip(depth: 1)
  }

  private mutating func skip(depth opened: Int) {
    var depth = opened
    repeat {
      skipBlanks()
      switch bytes[index] {
      case UInt8(ascii: "\""): skipString()
      case UInt8(ascii: "["), UInt8(ascii: "{"):
        depth += 1
        index += 1
      case UInt8(ascii: "]"), UInt8(ascii: "}"):
        depth -= 1
        index += 1
      case UInt8(ascii: ","), UInt8(ascii: ":"): index += 1
      default: skipNumber()
      }
    } while depth > 0
  }

  private mutating func skipString() {
    index += 1
    while bytes[index] != UInt8(ascii: "\"") {
      index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
    }
    index += 1
  }

  /// Skips a number or a word.
  private mutating func skipNumber() {
    while index < end {
      switch bytes[index] {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "E"),
        UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
        index += 1
      default: return
      }
    }
  }
}
