import GoWire

/// JSON: texts in quotes, any value, values of types, both ways, with the errors (SIGN-5, ENV-1, ENV-5).
struct JSONSubject: Subject {
  let name = "json"
  private let types = JSONTypes(seed: 20_261_122)

  var preparations: [RequestWriter] {
    types.all.enumerated().map { RequestWriter(defining: $1, as: JSONTypes.firstNumber + $0, isMetByGob: false) }
  }

  func question(_ choices: inout Choices) -> Question? {
    switch choices.next(8) {
    case 0: writingString(&choices)
    case 1, 2: readingAny(&choices)
    case 3: writing(&choices)
    default: reading(&choices)
    }
  }

  private func writingString(_ choices: inout Choices) -> Question {
    let text = choices.text()
    var request = RequestWriter("s")
    request.rest(text.bytes)
    var output: [UInt8] = []
    GoJSON.appendString(text, to: &output)
    return Question(request, .result(output)) { readable(text.bytes) }
  }

  private func readingAny(_ choices: inout Choices) -> Question {
    let isWhole = choices.bool()
    let text = JSONTexts.text(for: .interface, &choices)
    var request = RequestWriter("j")
    request.bool(isWhole)
    request.rest(text)
    let outcome = GoJSON.decode(text, as: .interface, mode: isWhole ? .unmarshal : .decoder)
    let expected: Question.Answer =
      if let error = outcome.error {
        .failure(error.withKind)
      } else {
        .result(GoJSON.encode(outcome.value, as: .interface))
      }
    return Question(request, expected) { "\(isWhole ? "whole" : "first of") \(readable(text))" }
  }

  private func writing(_ choices: inout Choices) -> Question {
    let number = choices.next(types.all.count)
    let type = types.all[number]
    let value = GobValues(concrete: JSONTypes.concrete).value(of: type, &choices)
    var request = RequestWriter("m")
    request.uint32(UInt32(JSONTypes.firstNumber + number))
    request.value(value, type)
    let expected = GoJSON.encode(value, as: type)
    // What Go refuses, ours writes as null.
    let agrees = { (answer: Question.Answer) in
      switch answer {
      case .result(let text): text == expected
      case .failure(let text):
        text.hasPrefix("json: unsupported value: ")
          || text.hasPrefix("json: error calling MarshalJSON for type ")
      case .panic: false
      }
    }
    return Question(request, .result(expected), agrees: agrees) { "\(value) as \(type.goName)" }
  }

  private func reading(_ choices: inout Choices) -> Question {
    let isWhole = choices.bool()
    let number = choices.next(types.all.count)
    let type = types.all[number]
    let text = JSONTexts.text(for: type, &choices)
    var request = RequestWriter("J")
    request.bool(isWhole)
    request.uint32(UInt32(JSONTypes.firstNumber + number))
    request.rest(text)
    let outcome = GoJSON.decode(text, as: type, mode: isWhole ? .unmarshal : .decoder)
    var expected = RequestWriter()
    expected.string(outcome.error?.withKind ?? "")
    expected.jsonDump(outcome.value, type)
    return Question(request, .result(expected.bytes)) {
      "\(isWhole ? "whole" : "first of") \(readable(text)), read as \(type.goName)"
    }
  }
}

extension GoJSONError {
  /// The text, with the kind of the error before it.
  fileprivate var withKind: GoString {
    switch kind {
    case .syntax: "syntax: " + text
    case .type: "type: " + text
    case .endOfInput: "end: " + text
    case .other: "other: " + text
    }
  }
}

extension RequestWriter {
  /// A value in the form that the oracle dumps, interface values with the types that Go reads JSON as.
  fileprivate mutating func jsonDump(_ value: GoValue, _ type: GoType) {
    switch type {
    case .interface: jsonDumpAny(value)
    case .named(_, let target): jsonDump(value, target)
    case .pointer(let target):
      bool(value != .null)
      if value != .null { jsonDump(value, target) }
    case .slice(let element):
      let elements = value.list ?? []
      uint32(UInt32(elements.count))
      for one in elements { jsonDump(one, element) }
    case .array(let count, let element):
      let elements = value.list ?? []
      for index in 0..<count { jsonDump(index < elements.count ? elements[index] : .null, element) }
    case .map(let key, let element): jsonDumpMap(value, key, element)
    case .structure(let structure):
      for field in structure.fields where field.isSent { jsonDump(value[field.name] ?? .null, field.type) }
    case .bool, .int, .uint, .float, .string, .bytes, .time, .opaque: self.value(value, type, isDump: true)
    }
  }

  private mutating func jsonDumpMap(_ value: GoValue, _ key: GoType, _ element: GoType) {
    guard case .map(let entries) = value else { return uint32(.max) }
    let written = entries.map { entry in
      var name = RequestWriter()
      var content = RequestWriter()
      name.jsonDump(entry.key, key)
      content.jsonDump(entry.value, element)
      return (name: GoString(name.bytes), content: content.bytes)
    }
    uint32(UInt32(written.count))
    for (name, content) in written.sorted(by: { $0.name < $1.name }) { rest(name.bytes + content) }
  }

  private mutating func jsonDumpAny(_ value: GoValue) {
    let (name, type): (GoString, GoType)
    switch value {
    case .bool: (name, type) = ("bool", .bool)
    case .float: (name, type) = ("float64", .float64)
    case .string: (name, type) = ("string", .string)
    case .list: (name, type) = ("[]interface {}", .slice(.interface))
    case .map: (name, type) = ("map[string]interface {}", .map(key: .string, value: .interface))
    case .null, .int, .uint, .bytes, .time, .structure, .interface, .opaque: return bool(false)
    }
    bool(true)
    string(name)
    jsonDump(value, type)
  }
}
