extension GobStream {
  private static let longestName = 200
  /// Names in error texts are cut here, so that a description which repeats long names stays small.
  private static let longestText = 1 << 16

  /// The type by bare names: `[]PhysicalObject`. What would be longer than a name should be is cut.
  func typeName(of id: Int32) -> GoString {
    var text: [UInt8] = []
    appendName(of: id, to: &text)
    return GoString(text)
  }

  private func appendName(of id: Int32, to text: inout [UInt8]) {
    guard text.count < GobStream.longestName else { return }
    switch id {
    case GobBuiltin.float: text += Array("float64".utf8)
    case GobBuiltin.bytes: text += Array("[]uint8".utf8)
    case GobBuiltin.complex: text += Array("complex128".utf8)
    case GobBuiltin.interface: text += Array("interface {}".utf8)
    default:
      guard let type = described(id) else {
        text += (GobBuiltin.plainNames[id] ?? "unknown type").bytes
        return
      }
      switch type.form {
      case .slice(let element):
        text += Array("[]".utf8)
        appendName(of: element, to: &text)
      case .array(let element, let count):
        text += Array("[\(count)]".utf8)
        appendName(of: element, to: &text)
      case .map(let key, let value):
        text += Array("map[".utf8)
        appendName(of: key, to: &text)
        text += Array("]".utf8)
        appendName(of: value, to: &text)
      case .structure, .gobEncoder, .binaryMarshaler, .textMarshaler, .unknown:
        text += type.name.isEmpty ? Array("struct".utf8) : Array(type.name.bytes.prefix(GobStream.longestName))
      }
    }
  }

  /// The type as Go's error texts show it: in full when the reading program knows it, else by its name in the description.
  func errorName(of id: Int32, inFull: Bool) -> GoString {
    if id < GobBuiltin.firstUserID {
      guard GobBuiltin.types[id] != nil else { return GobBuiltin.plainNames[id] ?? "unknown type" }
    } else if !inFull {
      guard let type = types[id], type.form != .unknown else { return "unknown type" }
      return type.name
    }
    var text = GoString()
    var seen: Set<Int32> = []
    var depth = 0
    appendDescription(of: id, to: &text, &seen, &depth)
    return text
  }

  /// Each type is spelled out once and then named.
  private func appendDescription(
    of id: Int32, to text: inout GoString, _ seen: inout Set<Int32>, _ depth: inout Int
  ) {
    guard text.count < GobStream.longestText else { return }
    guard let type = described(id), type.form != .unknown else {
      text += GobBuiltin.plainNames[id] ?? "unknown type"
      return
    }
    guard depth < limits.depth, seen.insert(id).inserted else {
      text += type.name
      return
    }
    depth += 1
    defer { depth -= 1 }
    switch type.form {
    case .slice(let element):
      text += "[]"
      appendDescription(of: element, to: &text, &seen, &depth)
    case .array(let element, let count):
      text += "[\(count)]"
      appendDescription(of: element, to: &text, &seen, &depth)
    case .map(let key, let value):
      text += "map["
      appendDescription(of: key, to: &text, &seen, &depth)
      text += "]"
      appendDescription(of: value, to: &text, &seen, &depth)
    case .structure(let fields):
      text += type.name + " = struct { "
      for field in fields where text.count < GobStream.longestText {
        text += field.name + " "
        appendDescription(of: field.type, to: &text, &seen, &depth)
        text += "; "
      }
      text += "}"
    case .gobEncoder, .binaryMarshaler, .textMarshaler, .unknown: text += type.name
    }
  }

  /// The type as the errors of skipping show it.
  func skippedName(of id: Int32) -> GoString {
    let name = errorName(of: id, inFull: true)
    return name == "unknown type" ? "<nil>" : name
  }
}
