import CYaml

/// Writes a value as YAML with libyaml, always in the same form: block style, but compact values on one line where they fit.
struct YamlWriter: ~Copyable {
  private let emitter: UnsafeMutablePointer<yaml_emitter_t>
  private let buffer: UnsafeMutableBufferPointer<UInt8>
  private let written: UnsafeMutablePointer<Int>
  /// Columns that a line should have at most.
  private static let width = 110

  /// More than any scenario has.
  private static let mostBytes = 1 << 26

  static func text(_ node: YamlNode) -> [UInt8] {
    var writer = YamlWriter()
    return writer.write(node)
  }

  private init() {
    emitter = .allocate(capacity: 1)
    buffer = .allocate(capacity: Self.mostBytes)
    written = .allocate(capacity: 1)
    written.initialize(to: 0)
    guard yaml_emitter_initialize(emitter) == 1 else { fatalError("libyaml is out of memory") }
    yaml_emitter_set_unicode(emitter, 1)
    yaml_emitter_set_width(emitter, Int32(Self.width))
    yaml_emitter_set_indent(emitter, 2)
    yaml_emitter_set_output_string(emitter, buffer.baseAddress, buffer.count, written)
  }

  deinit {
    yaml_emitter_delete(emitter)
    emitter.deallocate()
    buffer.deallocate()
    written.deallocate()
  }

  private mutating func write(_ node: YamlNode) -> [UInt8] {
    var event = yaml_event_t()
    yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING)
    emit(&event)
    yaml_document_start_event_initialize(&event, nil, nil, nil, 1)
    emit(&event)
    emit(node, indent: 0, inFlow: false)
    yaml_document_end_event_initialize(&event, 1)
    emit(&event)
    yaml_stream_end_event_initialize(&event)
    emit(&event)
    yaml_emitter_flush(emitter)
    return Array(buffer.prefix(written.pointee))
  }

  private mutating func emit(_ node: YamlNode, indent: Int, inFlow: Bool) {
    var event = yaml_event_t()
    let isFlow = inFlow || (node.isCompact && Self.flowWidth(node) + indent <= Self.width)
    switch node.content {
    case .scalar(let text, let isPlain):
      var bytes = Array(text.utf8)
      let count = Int32(bytes.count)
      if bytes.isEmpty { bytes = [0] }
      let style =
        if !inFlow && text.contains("\n") {
          YAML_LITERAL_SCALAR_STYLE
        } else if isPlain && !text.contains("\n") {
          YAML_PLAIN_SCALAR_STYLE
        } else if text.allSatisfy({ $0.isASCII && !$0.isNewline && ($0.asciiValue ?? 0) >= 0x20 }) {
          YAML_SINGLE_QUOTED_SCALAR_STYLE
        } else {
          YAML_DOUBLE_QUOTED_SCALAR_STYLE
        }
      yaml_scalar_event_initialize(&event, nil, nil, bytes, count, 1, 1, style)
      emit(&event)
    case .sequence(let nodes):
      yaml_sequence_start_event_initialize(
        &event, nil, nil, 1, isFlow || nodes.isEmpty ? YAML_FLOW_SEQUENCE_STYLE : YAML_BLOCK_SEQUENCE_STYLE)
      emit(&event)
      for node in nodes { emit(node, indent: indent + 2, inFlow: isFlow) }
      yaml_sequence_end_event_initialize(&event)
      emit(&event)
    case .mapping(let entries):
      yaml_mapping_start_event_initialize(
        &event, nil, nil, 1, isFlow || entries.isEmpty ? YAML_FLOW_MAPPING_STYLE : YAML_BLOCK_MAPPING_STYLE)
      emit(&event)
      for entry in entries {
        emit(entry.key, indent: indent, inFlow: isFlow)
        emit(entry.value, indent: indent + 2 + (entry.key.scalar?.count ?? 0), inFlow: isFlow)
      }
      yaml_mapping_end_event_initialize(&event)
      emit(&event)
    }
  }

  private func emit(_ event: inout yaml_event_t) {
    guard yaml_emitter_emit(emitter, &event) == 1 else {
      fatalError("libyaml cannot write: \(emitter.pointee.problem.map { String(cString: $0) } ?? "?")")
    }
  }

  /// Columns the value takes on one line.
  private static func flowWidth(_ node: YamlNode) -> Int {
    switch node.content {
    case .scalar(let text, let isPlain): text.contains("\n") ? 1000 : text.count + (isPlain ? 0 : 2)
    case .sequence(let nodes): nodes.reduce(2) { $0 + flowWidth($1) + 2 }
    case .mapping(let entries): entries.reduce(2) { $0 + flowWidth($1.key) + flowWidth($1.value) + 4 }
    }
  }
}
