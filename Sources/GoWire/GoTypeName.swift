extension GoType {
  /// The type as Go's `reflect` prints it, which error texts show: `*int8`, `[]main.Small`, `map[string]interface {}`.
  public var goName: GoString {
    var name: [UInt8] = []
    appendGoName(to: &name)
    return GoString(name)
  }

  private func appendGoName(to name: inout [UInt8]) {
    switch self {
    case .bool: name += Array("bool".utf8)
    case .int(let bits): name += Array((bits == 0 ? "int" : "int\(bits)").utf8)
    case .uint(let bits): name += Array((bits == 0 ? "uint" : "uint\(bits)").utf8)
    case .float(let bits): name += Array("float\(bits)".utf8)
    case .string: name += Array("string".utf8)
    case .bytes: name += Array("[]uint8".utf8)
    case .slice(let element):
      name += Array("[]".utf8)
      element.appendGoName(to: &name)
    case .array(let count, let element):
      name += Array("[\(count)]".utf8)
      element.appendGoName(to: &name)
    case .map(let key, let value):
      name += Array("map[".utf8)
      key.appendGoName(to: &name)
      name.append(UInt8(ascii: "]"))
      value.appendGoName(to: &name)
    case .structure(let structure): structure.appendGoName(to: &name)
    case .pointer(let target):
      name.append(UInt8(ascii: "*"))
      target.appendGoName(to: &name)
    case .interface: name += Array("interface {}".utf8)
    case .time: name += Array("time.Time".utf8)
    case .opaque(let own), .named(let own, _): name += own.bytes
    }
  }

  /// The bare name of a named type, as Go's `Type.Name()` gives it: `Small` for `main.Small`, empty for `[]int` and `*Small`.
  var bareName: GoString {
    switch self {
    case .bool, .int, .uint, .float, .string: goName
    case .bytes, .slice, .array, .map, .pointer, .interface: GoString()
    case .structure(let structure): structure.name
    case .time: "Time"
    case .opaque(let name), .named(let name, _): name.afterLastDot
    }
  }

  /// The type below names and pointers.
  var base: GoType {
    switch self {
    case .pointer(let target): target.base
    case .named(_, let target): target.base
    case .bool, .int, .uint, .float, .string, .bytes, .slice, .array, .map, .structure, .interface, .time, .opaque: self
    }
  }
}

extension GoStructure {
  fileprivate func appendGoName(to result: inout [UInt8]) {
    guard name.isEmpty else {
      if !package.isEmpty {
        result += package.bytes
        result.append(UInt8(ascii: "."))
      }
      result += name.bytes
      return
    }
    result += Array("struct {".utf8)
    for (index, field) in fields.enumerated() {
      result.append(UInt8(ascii: index == 0 ? " " : ";"))
      if index > 0 { result.append(UInt8(ascii: " ")) }
      result += field.name.bytes
      result.append(UInt8(ascii: " "))
      result += field.type.goName.bytes
      if let tag = field.jsonTag {
        result.append(UInt8(ascii: " "))
        result += tag.quoted.bytes
      }
    }
    result += Array((fields.isEmpty ? "}" : " }").utf8)
  }
}

extension GoField {
  /// The struct tag that says how the field looks in JSON, when it needs one.
  fileprivate var jsonTag: GoString? {
    guard let jsonName else { return "json:\"-\"" }
    let own = jsonName == name ? GoString() : jsonName
    if own.isEmpty, !omitEmpty { return nil }
    return "json:" + (omitEmpty ? own + ",omitempty" : own).quoted
  }
}

extension GoString {
  /// What follows the last dot; all of it when there is none.
  fileprivate var afterLastDot: GoString {
    guard let dot = bytes.lastIndex(of: UInt8(ascii: ".")) else { return self }
    return GoString(bytes[(dot + 1)...])
  }
}
