import GoWire

/// Gob: writing, reading as the type written, as another type, and after damage (GOB-1 … GOB-4).
struct GobSubject: Subject {
  let name = "gob"
  private let types = GobTypes(seed: 20_261_121)

  var preparations: [RequestWriter] {
    types.all.enumerated().map { RequestWriter(defining: $1, as: $0, isMetByGob: true) }
  }

  func question(_ choices: inout Choices) -> Question? {
    switch choices.next(4) {
    case 0, 1: writing(&choices)
    case 2: reading(&choices)
    default: readingDamaged(&choices)
    }
  }

  private struct Item {
    var number: Int
    var type: GoType
    var value: GoValue
  }

  private func item(_ choices: inout Choices, longestMap: Int, listsNil: Bool = true) -> Item {
    let number = choices.next(types.all.count)
    let type = types.all[number]
    return Item(
      number: number, type: type, value: GobValues(longestMap: longestMap, listsNil: listsNil).value(of: type, &choices)
    )
  }

  private func encode(_ items: [Item]) -> Result<[UInt8], GobError> {
    var encoder = GobEncoder(types: types.table, names: GobTypes.registered)
    var stream: [UInt8] = []
    do throws(GobError) {
      for item in items { stream += try encoder.encode(item.value, as: item.type) }
      return .success(stream)
    } catch {
      return .failure(error)
    }
  }

  private func describe(_ items: [Item]) -> String {
    items.map { "\($0.value) as \($0.type.goName)" }.joined(separator: "; ")
  }

  // MARK: Writing

  private func writing(_ choices: inout Choices) -> Question? {
    let items = (0...choices.next(3)).map { _ in item(&choices, longestMap: 1) }
    var request = RequestWriter("E")
    request.uint32(UInt32(items.count))
    for item in items {
      request.uint32(UInt32(item.number))
      request.value(item.value, item.type)
    }
    switch encode(items) {
    case .success(let stream):
      return Question(request, .result(stream), complaint: readBack(stream, items)) { describe(items) }
    case .failure(let error):
      return Question(request, .failure(error.text)) { describe(items) }
    }
  }

  /// What is wrong with our own reading of what we wrote.
  private func readBack(_ stream: [UInt8], _ items: [Item]) -> String? {
    var typed = GobDecoder(stream, names: GobTypes.registered)
    var generic = GobDecoder(stream)
    do throws(GobError) {
      for item in items {
        let written = GobSubject.dump(item.value, item.type)
        let value = try typed.next(as: item.type)
        if GobSubject.dump(value, item.type) != written { return "read back as \(value)" }
        let any = try generic.next()?.value ?? .null
        if GobSubject.dump(any, item.type) != written { return "read back without a type as \(any)" }
      }
      return try generic.next() == nil ? nil : "something follows"
    } catch {
      return "not read back: \(error)"
    }
  }

  /// A value as it is after it was sent: what a pointer leads to is not sent when it is zero, so the pointer is nil then.
  private static func dump(_ value: GoValue, _ type: GoType) -> [UInt8] {
    var written = RequestWriter()
    written.value(value.afterSending(as: type, isField: false), type, isDump: true)
    return written.bytes
  }

  // MARK: Reading

  private func reading(_ choices: inout Choices) -> Question? {
    let items = (0...choices.next(2)).map { _ in item(&choices, longestMap: 4, listsNil: false) }
    guard case .success(let stream) = encode(items) else { return nil }
    let targets = items.map { choices.bool() ? $0.number : choices.next(types.all.count) }
    var question = question(stream, targets) { "\(readable(stream)) of \(describe(items))" }
    if case .failure(let text) = question.expected {
      let expected = text.withoutOwnNames
      question.agrees = { if case .failure(let text) = $0 { text.withoutOwnNames == expected } else { false } }
    }
    return question
  }

  private func readingDamaged(_ choices: inout Choices) -> Question? {
    let item = item(&choices, longestMap: 4)
    // Go takes any count of a map's entries for true and any bytes for a time.
    let isFragile = item.type.contains { type in
      switch type {
      case .map, .time, .interface: true
      case .structure(let structure): structure.name == "Nested" || structure.name == "Lists"
      case .bool, .int, .uint, .float, .string, .bytes, .slice, .array, .pointer, .opaque, .named: false
      }
    }
    guard !isFragile, case .success(let stream) = encode([item]) else { return nil }
    let damaged = choices.damaged(stream)
    var question = question(damaged, [item.number]) {
      "\(readable(damaged)), damaged \(readable(stream)) of \(describe([item]))"
    }
    if case .failure(let text) = question.expected {
      let start = text.upToRemoteType
      question.agrees = { if case .failure(let text) = $0 { text.upToRemoteType == start } else { false } }
    }
    return question
  }

  private func question(_ stream: [UInt8], _ targets: [Int], input: @escaping () -> String) -> Question {
    var request = RequestWriter("D")
    request.string(stream)
    request.uint32(UInt32(targets.count))
    for target in targets { request.uint32(UInt32(target)) }
    let names = targets.map { types.all[$0].goName.text }.joined(separator: ", ")
    return Question(request, expected(stream, targets)) { "\(input()), read as \(names)" }
  }

  private func expected(_ stream: [UInt8], _ targets: [Int]) -> Question.Answer {
    var decoder = GobDecoder(stream, names: GobTypes.registered)
    var dump = RequestWriter()
    do throws(GobError) {
      for target in targets {
        let type = types.all[target]
        dump.value(try decoder.next(as: type), type, isDump: true)
      }
      return .result(dump.bytes)
    } catch {
      return .failure(error.text)
    }
  }
}

extension GoString {
  /// An error's text without the description of the stream's type. Go prints its own type with the id that the stream names, which
  /// damage makes another one; so it also differs whether a damaged description counts as no type or as one that is no struct.
  fileprivate var upToRemoteType: GoString {
    if text == "gob: unknown type id or corrupted data" || text.hasSuffix("; got non-struct") {
      return "no struct type"
    }
    for end in [", received remote type ", "; received concrete type ", "undefined type "] {
      if let range = text.firstRange(of: end) { return GoString(String(text[..<range.upperBound])) }
    }
    return self
  }

  /// An error's text without the names of types that write themselves: the stream of a pointer to one has none, but Go prints its
  /// own type of that id.
  fileprivate var withoutOwnNames: GoString {
    GoString(text.replacing("URI", with: "").replacing("Time", with: ""))
  }
}

extension GoValue {
  /// The value that arrives when this one is sent: a pointer to a zero that gob leaves out arrives as nil.
  fileprivate func afterSending(as type: GoType, isField: Bool) -> GoValue {
    switch (type, self) {
    case (.named(_, let target), _): return afterSending(as: target, isField: isField)
    case (.map, .null): return isField ? .null : .map([])
    case (_, .null): return .null
    case (.pointer(let target), _):
      let value = afterSending(as: target, isField: isField)
      return isField && value.isLeftOutBehindPointer(to: target) ? .null : value
    case (.slice(let element), .list(let values)), (.array(_, let element), .list(let values)):
      return .list(values.map { $0.afterSending(as: element, isField: false) })
    case (.map(_, let element), .map(let entries)):
      return .map(entries.map { GoMapEntry($0.key, $0.value.afterSending(as: element, isField: false)) })
    case (.structure(let structure), .structure(let fields)):
      return .structure(
        fields.map { field in
          let type = structure.fields.first { $0.name == field.name }?.type ?? .interface
          return GoFieldValue(field.name, field.value.afterSending(as: type, isField: true))
        })
    case (.interface, .interface(let name, let held)):
      let type = GobTypes.registered[name] ?? .interface
      return .interface(name: name, held.afterSending(as: type, isField: false))
    // Minus zero is a zero.
    case (.float, .float(0)) where isField: return .float(0)
    default: return self
    }
  }

  private func isLeftOutBehindPointer(to type: GoType) -> Bool {
    switch (type.bottom, self) {
    case (.bool, .bool(false)), (.int, .int(0)), (.uint, .uint(0)), (.float, .float(0)): true
    case (.string, .string(let text)): text.isEmpty
    case (_, .bytes(let bytes)): bytes.isEmpty
    case (.slice, .list(let values)): values.isEmpty
    default: false
    }
  }
}
