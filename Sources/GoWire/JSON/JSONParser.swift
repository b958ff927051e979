extension GoJSON {
  /// Reads a text that is one JSON value with blanks around it, as `json.Unmarshal` demands.
  public static func parse(_ bytes: [UInt8]) throws(GoJSONError) -> JSONValue {
    try parse(bytes, mode: .unmarshal)
  }

  /// Reads the first value of a text and ignores what follows it, as `json.Decoder` does.
  public static func parseFirst(_ bytes: [UInt8]) throws(GoJSONError) -> JSONValue {
    try parse(bytes, mode: .decoder)
  }

  private static func parse(_ bytes: [UInt8], mode: Mode) throws(GoJSONError) -> JSONValue {
    let extent = try JSONScanner.scan(bytes, mode: mode)
    var reader = JSONReader(bytes, extent)
    var builder = JSONValueBuilder()
    return JSONParser.parse(&reader, &builder)
  }
}

/// Makes values of some kind from the parts of a text.
protocol JSONBuilder {
  associatedtype Value
  var null: Value { get }
  func bool(_ value: Bool) -> Value
  mutating func number(_ literal: GoString) -> Value
  func string(_ value: GoString) -> Value
  func array(_ elements: [Value]) -> Value
  func object(_ members: [(name: GoString, value: Value)]) -> Value
}

private struct JSONValueBuilder: JSONBuilder {
  var null: JSONValue { .null }
  func bool(_ value: Bool) -> JSONValue { .bool(value) }
  func number(_ literal: GoString) -> JSONValue { .number(literal) }
  func string(_ value: GoString) -> JSONValue { .string(value) }
  func array(_ elements: [JSONValue]) -> JSONValue { .array(elements) }
  func object(_ members: [(name: GoString, value: JSONValue)]) -> JSONValue {
    .object(members.map { JSONMember($0.name, $0.value) })
  }
}

/// Builds a value of any shape from a text whose syntax has been checked, without recursion.
enum JSONParser {
  /// A container that is being read.
  private struct Container<Value> {
    var isObject: Bool
    var elements: [Value] = []
    var members: [(name: GoString, value: Value)] = []
    var key: GoString = ""

    mutating func add(_ value: Value) {
      if isObject { members.append((key, value)) } else { elements.append(value) }
    }
  }

  static func parse<Builder: JSONBuilder>(_ reader: inout JSONReader, _ builder: inout Builder) -> Builder.Value {
    var stack: [Container<Builder.Value>] = []
    while true {
      var done: Builder.Value
      switch reader.next() {
      case .beginArray:
        guard reader.closes() else {
          stack.append(Container(isObject: false))
          continue
        }
        done = builder.array([])
      case .beginObject:
        guard reader.closes() else {
          stack.append(Container(isObject: true, key: reader.key()))
          continue
        }
        done = builder.object([])
      case .string(let start, let end): done = builder.string(GoJSON.unquote(reader.bytes, start, end))
      case .number(let start, let end): done = builder.number(GoString(reader.bytes[start..<end]))
      case .bool(let value): done = builder.bool(value)
      case .null: done = builder.null
      }
      while true {
        guard !stack.isEmpty else { return done }
        let top = stack.count - 1
        stack[top].add(done)
        if reader.hasMore() {
          if stack[top].isObject { stack[top].key = reader.key() }
          break
        }
        let container = stack.removeLast()
        done = container.isObject ? builder.object(container.members) : builder.array(container.elements)
      }
    }
  }
}
