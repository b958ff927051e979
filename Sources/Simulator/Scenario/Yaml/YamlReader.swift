import CYaml

/// Reads a YAML file with libyaml into values that know their place. One document; anchors, aliases, tags and a key given twice are
/// refused, since nothing here needs them.
struct YamlReader: ~Copyable {
  private let fileName: String
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let bytes: UnsafeMutableBufferPointer<UInt8>
  private static let mostDepth = 64

  /// - Parameter fileName: for messages.
  static func read(_ content: [UInt8], fileName: String) throws(ScenarioError) -> YamlNode {
    var reader = YamlReader(content, fileName)
    return try reader.document()
  }

  private init(_ content: [UInt8], _ fileName: String) {
    self.fileName = fileName
    parser = .allocate(capacity: 1)
    bytes = .allocate(capacity: content.count)
    _ = bytes.initialize(from: content)
    guard yaml_parser_initialize(parser) == 1 else { fatalError("libyaml is out of memory") }
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    yaml_parser_set_input_string(parser, bytes.baseAddress, content.count)
  }

  deinit {
    yaml_parser_delete(parser)
    parser.deallocate()
    bytes.deallocate()
  }

  /// An event of the parser, in Swift's own values.
  private enum Event {
    case scalar(String, isPlain: Bool)
    case beginSequence, endSequence, beginMapping, endMapping
    case beginDocument, endDocument, beginStream, endStream
    case alias
  }

  private struct Placed {
    var event: Event
    var line: Int
    var column: Int
    var isTagged = false
  }

  private mutating func document() throws(ScenarioError) -> YamlNode {
    _ = try next()
    let begin = try next()
    guard case .beginDocument = begin.event else { throw error("the file is empty; write a scenario", at: begin) }
    let node = try value(try next(), depth: 0)
    _ = try next()
    let end = try next()
    guard case .endStream = end.event else {
      throw error("a second document begins; write one scenario a file", at: end)
    }
    return node
  }

  private mutating func value(_ placed: Placed, depth: Int) throws(ScenarioError) -> YamlNode {
    guard depth < Self.mostDepth else { throw error("nested deeper than \(Self.mostDepth)", at: placed) }
    if placed.isTagged { throw error("tags and anchors are not used here; write the value itself", at: placed) }
    switch placed.event {
    case .scalar(let text, let isPlain):
      return YamlNode(.scalar(text, isPlain: isPlain), line: placed.line, column: placed.column)
    case .beginSequence:
      var nodes: [YamlNode] = []
      while true {
        let item = try next()
        if case .endSequence = item.event { break }
        nodes.append(try value(item, depth: depth + 1))
      }
      return YamlNode(.sequence(nodes), line: placed.line, column: placed.column)
    case .beginMapping:
      var entries: [YamlNode.Entry] = []
      var seen: Set<String> = []
      while true {
        let first = try next()
        if case .endMapping = first.event { break }
        let key = try value(first, depth: depth + 1)
        guard let name = key.scalar else { throw error("a key is \(key.kindName); write a word", at: first) }
        guard seen.insert(name).inserted else { throw error("\(name): is given twice", at: first) }
        entries.append(YamlNode.Entry(key: key, value: try value(try next(), depth: depth + 1)))
      }
      return YamlNode(.mapping(entries), line: placed.line, column: placed.column)
    case .alias:
      throw error("aliases are not used here; write the value itself", at: placed)
    case .endSequence, .endMapping, .beginDocument, .endDocument, .beginStream, .endStream:
      throw error("a value is missing", at: placed)
    }
  }

  private mutating func next() throws(ScenarioError) -> Placed {
    var event = yaml_event_t()
    guard yaml_parser_parse(parser, &event) == 1 else { throw syntaxError() }
    defer { yaml_event_delete(&event) }
    var placed = Placed(
      event: .endStream, line: Int(event.start_mark.line) + 1, column: Int(event.start_mark.column) + 1)
    switch event.type {
    case YAML_SCALAR_EVENT:
      let scalar = event.data.scalar
      let text = String(
        decoding: UnsafeBufferPointer(start: scalar.value, count: Int(scalar.length)), as: UTF8.self)
      placed.event = .scalar(text, isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE)
      placed.isTagged = scalar.anchor != nil || scalar.tag != nil
    case YAML_SEQUENCE_START_EVENT:
      placed.event = .beginSequence
      placed.isTagged = event.data.sequence_start.anchor != nil || event.data.sequence_start.tag != nil
    case YAML_SEQUENCE_END_EVENT: placed.event = .endSequence
    case YAML_MAPPING_START_EVENT:
      placed.event = .beginMapping
      placed.isTagged = event.data.mapping_start.anchor != nil || event.data.mapping_start.tag != nil
    case YAML_MAPPING_END_EVENT: placed.event = .endMapping
    case YAML_DOCUMENT_START_EVENT: placed.event = .beginDocument
    case YAML_DOCUMENT_END_EVENT: placed.event = .endDocument
    case YAML_STREAM_START_EVENT: placed.event = .beginStream
    case YAML_ALIAS_EVENT: placed.event = .alias
    default: placed.event = .endStream
    }
    return placed
  }

  private func syntaxError() -> ScenarioError {
    let problem = parser.pointee.problem.map { String(cString: $0) } ?? "no YAML"
    let mark = parser.pointee.problem_mark
    return ScenarioError(
      fileName: fileName, line: Int(mark.line) + 1, column: Int(mark.column) + 1, key: "",
      text: "this is no YAML: \(problem)"
    )
  }

  private func error(_ text: String, at placed: Placed) -> ScenarioError {
    ScenarioError(fileName: fileName, line: placed.line, column: placed.column, key: "", text: text)
  }
}
