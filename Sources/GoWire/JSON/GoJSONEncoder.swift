extension GoJSON {
  /// Writes a value as `json.Marshal` writes one of that type.
  ///
  /// Struct fields come in the type's order, absent ones as their zero value or, with `omitempty`, not at all; map keys are
  /// sorted. A value that does not fit the type is written as what it is. A number that is not finite and a time that RFC 3339
  /// cannot express, which Go refuses, become null.
  public static func encode(_ value: GoValue, as type: GoType) -> [UInt8] {
    var encoder = GoJSONEncoder()
    return encoder.encode(value, type)
  }
}

/// Writes values of known types, without recursion.
struct GoJSONEncoder {
  /// What is still to be written.
  private enum Piece {
    case value(GoValue, GoType)
    case name(GoString)
    case byte(UInt8)
  }

  private var output: [UInt8] = []
  /// The last is written next.
  private var pieces: [Piece] = []

  mutating func encode(_ value: GoValue, _ type: GoType) -> [UInt8] {
    pieces = [.value(value, type)]
    while let piece = pieces.popLast() {
      switch piece {
      case .value(let value, let type): write(value, type)
      case .byte(let byte): output.append(byte)
      case .name(let name):
        GoJSON.appendString(name, to: &output)
        output.append(UInt8(ascii: ":"))
      }
    }
    return output
  }

  private mutating func write(_ value: GoValue, _ type: GoType) {
    switch (type.unnamed, value) {
    case (.pointer, .null): writeNull()
    case (.pointer(let target), _): write(value, target)
    case (.interface, _): writeUntyped(value)
    case (.structure(let structure), .structure(let fields)): write(fields, structure)
    case (.map(let key, let element), .map(let entries)): write(entries, key, element)
    case (.array(let count, let element), .list(let elements)):
      write(elements.prefix(max(0, count)), element, padding: max(0, count - elements.count))
    case (.array(_, let element), .bytes(let bytes)): write(bytes.map { GoValue.uint(UInt64($0)) }[...], element)
    case (.slice(let element), .list(let elements)) where element.isByte:
      writeBase64(elements.map { UInt8(truncatingIfNeeded: $0.int ?? 0) })
    case (.slice(let element), .list(let elements)): write(elements[...], element)
    case (.float(let bits), .float(let number)) where bits == 32: write(Float(number))
    case (.opaque(let name), .opaque(let bytes)): GoOpaque(name).append(bytes, to: &output)
    case (.bytes, .null), (.slice, .null), (.map, .null): writeNull()
    case (_, .null): writeZero(type)
    case (.bool, _), (.int, _), (.uint, _), (.float, _), (.string, _), (.bytes, _), (.slice, _), (.array, _), (.map, _),
      (.structure, _), (.time, _), (.opaque, _), (.named, _):
      writeUntyped(value)
    }
  }

  /// Writes what stands in an interface, or a value whose type is not known: as Go writes the type that such a value has.
  private mutating func writeUntyped(_ value: GoValue) {
    switch value {
    case .null: writeNull()
    case .bool(let value): output += Array(value ? "true".utf8 : "false".utf8)
    case .int(let number): output += Array(String(number).utf8)
    case .uint(let number): output += Array(String(number).utf8)
    case .float(let number): write(number)
    case .string(let string): GoJSON.appendString(string, to: &output)
    case .bytes(let bytes): writeBase64(bytes)
    case .time(let time): write(time)
    case .list(let elements): write(elements[...], .interface)
    case .map(let entries): write(entries, .string, .interface)
    case .structure(let fields):
      write(fields, GoStructure("", fields: fields.map { GoField($0.name, .interface) }))
    case .interface(_, let inner): writeUntyped(inner)
    case .opaque(let bytes): GoJSON.appendString(GoString(bytes), to: &output)
    }
  }

  private mutating func writeNull() { output += Array("null".utf8) }

  private mutating func writeZero(_ type: GoType) {
    let zero = GoValue.zero(of: type)
    if zero == .null { writeNull() } else { write(zero, type) }
  }

  private mutating func write(_ number: Double) {
    if number.isFinite { output += GoNumber.json(number).bytes } else { writeNull() }
  }

  private mutating func write(_ number: Float) {
    if number.isFinite { output += GoNumber.json(number).bytes } else { writeNull() }
  }

  private mutating func write(_ time: GoTime) {
    do throws(GoTimeError) {
      output += try time.json().bytes
    } catch {
      writeNull()
    }
  }

  private mutating func writeBase64(_ bytes: [UInt8]) {
    output.append(UInt8(ascii: "\""))
    Base64.standard.append(bytes, to: &output)
    output.append(UInt8(ascii: "\""))
  }

  /// Leaves a container's children to be written: with names, or without.
  private mutating func open(
    _ opening: UInt8, _ closing: UInt8, _ children: [(name: GoString?, value: GoValue, type: GoType)]
  ) {
    output.append(opening)
    pieces.append(.byte(closing))
    for (index, child) in children.enumerated().reversed() {
      pieces.append(.value(child.value, child.type))
      if let name = child.name { pieces.append(.name(name)) }
      if index > 0 { pieces.append(.byte(UInt8(ascii: ","))) }
    }
  }

  private mutating func write(_ elements: ArraySlice<GoValue>, _ type: GoType, padding: Int = 0) {
    let all = elements + Array(repeating: GoValue.zero(of: type), count: padding)
    open(UInt8(ascii: "["), UInt8(ascii: "]"), all.map { (nil, $0, type) })
  }

  private mutating func write(_ fields: [GoFieldValue], _ structure: GoStructure) {
    var children: [(name: GoString?, value: GoValue, type: GoType)] = []
    for field in structure.fields {
      guard let name = field.jsonName else { continue }
      let value = fields.last { $0.name == field.name }?.value ?? .zero(of: field.type)
      if field.omitEmpty, isEmpty(value, field.type) { continue }
      children.append((name, value, field.type))
    }
    open(UInt8(ascii: "{"), UInt8(ascii: "}"), children)
  }

  /// What `omitempty` leaves out: false, 0, "", nil, and what has no elements; never a struct or a time.
  private func isEmpty(_ value: GoValue, _ type: GoType) -> Bool {
    switch (type.unnamed, value) {
    case (.pointer, _), (.interface, _): value == .null
    case (.array(let count, _), _): count == 0
    case (_, .null): GoValue.zero(of: type) == .null
    case (_, .bool(let value)): !value
    case (_, .int(let number)): number == 0
    case (_, .uint(let number)): number == 0
    case (_, .float(let number)): number == 0
    case (_, .string(let string)): string.isEmpty
    case (_, .bytes(let bytes)): bytes.isEmpty
    case (_, .list(let elements)): elements.isEmpty
    case (_, .map(let entries)): entries.isEmpty
    case (_, .time), (_, .structure), (_, .interface), (_, .opaque): false
    }
  }

  private mutating func write(_ entries: [GoMapEntry], _ key: GoType, _ type: GoType) {
    let named = entries.map { (name: Optional(name(of: $0.key, key)), value: $0.value, type: type) }
    open(UInt8(ascii: "{"), UInt8(ascii: "}"), named.sorted { ($0.name ?? "") < ($1.name ?? "") })
  }

  private func name(of key: GoValue, _ type: GoType) -> GoString {
    switch key {
    case .string(let string): return string
    case .int(let number): return GoString(String(number))
    case .uint(let number): return GoString(String(number))
    case .opaque(let bytes):
      if case .opaque(let name) = type.unnamed, case .uuid = GoOpaque(name) {
        return (GoUUID(bytes: bytes) ?? .zero).text
      }
      return GoString(bytes)
    case .bool(let value): return value ? "true" : "false"
    case .null, .float, .bytes, .time, .list, .map, .structure, .interface: return ""
    }
  }
}
