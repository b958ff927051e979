import GoWire

/// Values of a type, made from numbers drawn.
struct GobValues {
  /// The most entries of a map; one where bytes are compared, since Go shuffles them.
  var longestMap = 4
  /// What interface values hold.
  var concrete = GobTypes.concrete
  /// Whether lists and maps may hold nil interface values, which Go cannot skip.
  var listsNil = true

  func value(of type: GoType, _ choices: inout Choices, depth: Int = 0) -> GoValue {
    switch type {
    case .named(_, let target): return value(of: target, &choices, depth: depth)
    case .pointer(let target):
      if depth > 0, choices.next(3) == 0 { return .null }
      return value(of: target, &choices, depth: depth == 0 ? 0 : depth + 1)
    case .bool: return .bool(choices.bool())
    case .int(let bits): return .int(GobValues.integer(&choices, bits: bits == 0 ? 64 : bits))
    case .uint(let bits):
      let number = UInt64(bitPattern: GobValues.integer(&choices, bits: 64))
      return .uint(bits % 64 == 0 ? number : number & (1 << UInt64(bits) - 1))
    case .float(let bits):
      let number = GobValues.float(&choices)
      return .float(bits == 32 ? Double(Float(number)) : number)
    case .string: return .string(choices.text())
    case .bytes: return .bytes(choices.bytes())
    case .opaque: return .opaque(choices.text().bytes)
    case .time: return .time(GobValues.time(&choices))
    case .slice(let element):
      if case .uint(8) = element.bottom, element.bottom == element || element != .pointer(element.bottom) {
        return .bytes(choices.bytes())
      }
      return .list((0..<length(&choices, depth)).map { _ in item(of: element, &choices, depth) })
    case .array(let count, let element):
      return .list((0..<count).map { _ in item(of: element, &choices, depth) })
    case .map(let key, let element): return map(key, element, &choices, depth)
    case .structure(let structure):
      return .structure(
        structure.fields.filter(\.isSent).map {
          GoFieldValue($0.name, value(of: $0.type, &choices, depth: depth + 1))
        })
    case .interface:
      if choices.next(4) == 0 || depth > 3 { return .null }
      return interface(&choices, depth)
    }
  }

  private func interface(_ choices: inout Choices, _ depth: Int) -> GoValue {
    let (name, type) = choices.pick(concrete)
    return .interface(name: name, value(of: type, &choices, depth: depth + 1))
  }

  private func length(_ choices: inout Choices, _ depth: Int) -> Int {
    depth > 2 ? choices.next(2) : choices.length(usual: 4, most: 40)
  }

  /// An element, which is never nil behind a pointer: gob cannot send it.
  private func item(of type: GoType, _ choices: inout Choices, _ depth: Int) -> GoValue {
    var type = type
    while case .pointer(let target) = type { type = target }
    if type == .interface, !listsNil {
      return depth > 3 ? .interface(name: "bool", .bool(choices.bool())) : interface(&choices, depth)
    }
    return value(of: type, &choices, depth: depth + 1)
  }

  private func map(_ key: GoType, _ element: GoType, _ choices: inout Choices, _ depth: Int) -> GoValue {
    if choices.next(4) == 0 { return .null }
    var entries: [GoMapEntry] = []
    for _ in 0..<choices.next(longestMap + 1) {
      let key = item(of: key, &choices, depth)
      let element = item(of: element, &choices, depth)
      if !entries.contains(where: { $0.key == key }) { entries.append(GoMapEntry(key, element)) }
    }
    return .map(entries)
  }

  static func integer(_ choices: inout Choices, bits: Int) -> Int64 {
    let number: Int64 =
      switch choices.next(4) {
      case 0: Int64(choices.next(4)) - 1
      case 1: Int64(choices.next(600)) - 300
      case 2: (choices.bool() ? 1 : -1) &* (Int64(1) << Int64(choices.next(64))) &+ Int64(choices.next(3)) &- 1
      default: Int64(bitPattern: choices.bits())
      }
    let spare = Int64(64 - bits)
    return (number << spare) >> spare
  }

  static func float(_ choices: inout Choices) -> Double {
    switch choices.next(4) {
    case 0: return Double(choices.next(5)) - 2
    case 1: return Double(choices.next(100_000)) / 64
    case 2:
      return choices.pick([
        0, -0.0, .infinity, -.infinity, .nan, .greatestFiniteMagnitude, .leastNonzeroMagnitude, 0.1, 1e21, 1e-7,
        Double(Float.greatestFiniteMagnitude), Double(Float.leastNonzeroMagnitude), 3.4028235677973366e+38,
      ])
    default:
      let number = Double(bitPattern: choices.bits())
      return number.isNaN ? .nan : number
    }
  }

  static func time(_ choices: inout Choices) -> GoTime {
    let seconds: Int64 =
      switch choices.next(5) {
      case 0: -62_135_596_800
      case 1: Int64(choices.next(1 << 31))
      case 2: Int64(choices.next(1 << 40)) - 1 << 39
      case 3: Int64(bitPattern: choices.bits()) >> 8
      default: 1_767_323_045
      }
    let nanosecond =
      choices.bool() ? Int32(choices.next(1_000_000_000)) : choices.pick([0, 1, 120_000_000, 999_999_999])
    switch choices.next(6) {
    case 0, 1: return GoTime(unixSeconds: seconds, nanosecond: nanosecond)
    case 2: return GoTime(unixSeconds: seconds, nanosecond: nanosecond, offsetSeconds: 0, isUTC: false)
    case 3:
      // Below zero Go misreads the seconds of an offset, so these are left out.
      let offset = Int32(choices.next(200_000))
      return GoTime(unixSeconds: seconds, nanosecond: nanosecond, offsetSeconds: offset, isUTC: false)
    default:
      let offset = (Int32(choices.next(2_900)) - 1_450) * 60
      return GoTime(unixSeconds: seconds, nanosecond: nanosecond, offsetSeconds: offset, isUTC: false)
    }
  }
}

extension GoField {
  /// Whether gob and JSON send the field: its name begins with an upper-case letter.
  var isSent: Bool {
    name.text.unicodeScalars.first?.properties.generalCategory == .uppercaseLetter
  }
}

extension RequestWriter {
  /// A value in the form that the oracle reads and dumps. A dump does not tell a nil slice from an empty one, and has maps by key.
  mutating func value(_ value: GoValue, _ type: GoType, isDump: Bool = false) {
    switch type {
    case .named(_, let target): self.value(value, target, isDump: isDump)
    case .pointer(let target):
      bool(value != .null)
      if value != .null { self.value(value, target, isDump: isDump) }
    case .bool: bool(value.bool ?? false)
    case .int: uint64(UInt64(bitPattern: value.int ?? 0))
    case .uint: if case .uint(let number) = value { uint64(number) } else { uint64(0) }
    case .float: uint64((value.float ?? 0).bitPattern)
    case .string: string(value.string ?? "")
    case .bytes, .opaque:
      switch value {
      case .bytes(let bytes), .opaque(let bytes): string(bytes)
      default: string([])
      }
    case .time: time(value.time ?? .zero)
    case .slice(let element):
      if case .uint(8) = element.bottom { return self.value(value, .bytes, isDump: isDump) }
      let elements = value.list ?? []
      uint32(value == .null && !isDump ? .max : UInt32(elements.count))
      for one in elements { self.value(one, element, isDump: isDump) }
    case .array(let count, let element):
      let elements = value.list ?? Array(repeating: .null, count: count)
      for one in elements { self.value(one, element, isDump: isDump) }
    case .map(let key, let element): map(value, key, element, isDump: isDump)
    case .structure(let structure):
      for field in structure.fields where field.isSent {
        self.value(value[field.name] ?? .null, field.type, isDump: isDump)
      }
    case .interface:
      guard case .interface(let name, let held) = value,
        let type = GobTypes.concrete.first(where: { $0.0 == name })?.1
      else { return bool(false) }
      bool(true)
      string(name)
      self.value(held, type, isDump: isDump)
    }
  }

  private mutating func map(_ value: GoValue, _ key: GoType, _ element: GoType, isDump: Bool) {
    guard case .map(let entries) = value else { return uint32(.max) }
    var written: [(key: GoString, value: [UInt8])] = []
    for entry in entries {
      var writtenKey = RequestWriter()
      var writtenElement = RequestWriter()
      writtenKey.value(entry.key, key, isDump: isDump)
      writtenElement.value(entry.value, element, isDump: isDump)
      let name = GoString(writtenKey.bytes)
      // The last of several counts, as in any map.
      written.removeAll { $0.key == name }
      written.append((name, writtenElement.bytes))
    }
    if isDump { written.sort { $0.key < $1.key } }
    uint32(UInt32(written.count))
    for (key, value) in written { rest(key.bytes + value) }
  }

  mutating func time(_ time: GoTime) {
    uint64(UInt64(bitPattern: time.unixSeconds))
    uint32(UInt32(bitPattern: time.nanosecond))
    uint32(UInt32(bitPattern: time.offsetSeconds))
    bool(time.isUTC)
  }
}
