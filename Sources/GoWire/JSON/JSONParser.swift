extension GoJSON {
  /// Reads a text that is one JSON value with blanks around it, as `json.Unmarshal` demands.
  public static func parse(_ bytes: [UInt8]) throws(GoJSONError) -> JSONValue {
    let extent = try JSONScanner.scan(bytes, mode: .unmarshal)
    return JSONParser.parse(bytes, extent)
  }

  /// Reads the first value of a text and ignores what follows it, as `json.Decoder` does.
  public static func parseFirst(_ bytes: [UInt8]) throws(GoJSONError) -> JSONValue {
    let extent = try JSONScanner.scan(bytes, mode: .decoder)
    return JSONParser.parse(bytes, extent)
  }
}

/// Builds a generic value from a text whose syntax has been checked, without recursion.
enum JSONParser {
  /// A container that is being read.
  private struct Container {
    var isObject: Bool
    var elements: [JSONValue] = []
    var members: [JSONMember] = []
    var key: GoString = ""

    mutating func add(_ value: JSONValue) {
      if isObject { members.append(JSONMember(key, value)) } else { elements.append(value) }
    }

    var value: JSONValue { isObject ? .object(members) : .array(elements) }
  }

  static func parse(_ bytes: [UInt8], _ extent: JSONScanner.Extent) -> JSONValue {
    var reader = JSONReader(bytes, from: extent.start)
    var stack: [Container] = []
    while true {
      var done: JSONValue
      switch reader.next() {
      case .beginArray:
        guard reader.closes() else {
          stack.append(Container(isObject: false))
          continue
        }
        done = .array([])
      case .beginObject:
        guard reader.closes() else {
          stack.append(Container(isObject: true, key: reader.key()))
          continue
        }
        done = .object([])
      case .string(let start, let end): done = .string(GoJSON.unquote(bytes, start, end))
      case .number(let start, let end): done = .number(GoString(bytes[start..<end]))
      case .bool(let value): done = .bool(value)
      case .null: done = .null
      }
      while true {
        guard !stack.isEmpty else { return done }
        let top = stack.count - 1
        stack[top].add(done)
        if reader.hasMore() {
          if stack[top].isObject { stack[top].key = reader.key() }
          break
        }
        done = stack.removeLast().value
      }
    }
  }
}
