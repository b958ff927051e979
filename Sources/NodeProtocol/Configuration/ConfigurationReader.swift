import GoWire

/// Reads typed values of a configuration, and collects what its operator should know.
struct ConfigurationReader {
  let source: ConfigurationSource
  let profile: Profile
  private(set) var warnings: [String] = []

  init(_ source: ConfigurationSource, profile: Profile) {
    self.source = source
    self.profile = profile
  }

  mutating func warn(_ line: String) { warnings.append(line) }

  /// Where a key stands, or where it is missed.
  func place(_ section: GoString, _ key: GoString) -> String {
    source.entry(section, key)?.place ?? "\(source.fileName): [\(section)] \(key)"
  }

  func error(_ section: GoString, _ key: GoString, _ text: String) -> ConfigurationError {
    ConfigurationError("\(place(section, key)): \(text)")
  }

  func text(_ section: GoString, _ key: GoString, default value: GoString = "") -> GoString {
    source.entry(section, key)?.value ?? value
  }

  /// A whole number, `0x…` and `0…` included, not below 0.
  func number(
    _ section: GoString, _ key: GoString, default value: Int64, advice: String
  ) throws(ConfigurationError) -> Int64 {
    guard let entry = source.entry(section, key) else { return value }
    guard let number = try? entry.value.iniInt() else {
      return try bad(section, key, "\(entry.quoted) is no whole number; \(advice)", zero: 0)
    }
    guard number >= 0 else { throw error(section, key, "\(number) is below 0; \(advice)") }
    return number
  }

  func bool(_ section: GoString, _ key: GoString) throws(ConfigurationError) -> Bool {
    guard let entry = source.entry(section, key) else { return false }
    guard let value = try? entry.value.iniBool() else {
      return try bad(section, key, "\(entry.quoted) is no truth value; write true or false", zero: false)
    }
    return value
  }

  /// The items of a comma list.
  func list(_ section: GoString, _ key: GoString, default value: [GoString] = []) -> [GoString] {
    guard let entry = source.entry(section, key) else { return value }
    return entry.value.iniList().filter { !$0.isEmpty }
  }

  /// A value of the wrong type: refused, or the zero value (CONF-6).
  func bad<Value>(
    _ section: GoString, _ key: GoString, _ text: String, zero: Value
  ) throws(ConfigurationError) -> Value {
    if profile.refusesBadValues { throw error(section, key, text) }
    return zero
  }

  /// The port of an address to listen at, which has to be there.
  func listen(_ section: GoString, _ key: GoString, default value: GoString) throws(ConfigurationError) -> GoString {
    let address = text(section, key, default: value)
    let advice = "write host:port, or :port for all addresses, such as \(value)"
    guard let colon = address.bytes.lastIndex(of: UInt8(ascii: ":")) else {
      throw error(section, key, "\"\(address)\" has no port; \(advice)")
    }
    guard UInt16(String(decoding: address.bytes[(colon + 1)...], as: UTF8.self)) != nil else {
      throw error(section, key, "\"\(address)\" has no port between 0 and 65535; \(advice)")
    }
    let host = address.bytes[..<colon]
    guard !host.contains(UInt8(ascii: ":")) || host.first == UInt8(ascii: "[") && host.last == UInt8(ascii: "]") else {
      throw error(section, key, "\"\(address)\" has too many colons; write an IPv6 address in brackets: [::1]:5212")
    }
    return address
  }

  /// Warns of every section and key that nobody reads (CONF-6).
  mutating func warnOfUnknown() {
    var told: [GoString] = []
    for section in source.sections where ConfigurationKeys.keys(of: section.name) == nil {
      told.append(section.name)
      let hint = ConfigurationKeys.similar(to: section.name, among: ConfigurationKeys.sections)
      warn("\(section.place): unknown section [\(section.name)]: nothing reads it\(meant(hint))")
    }
    for entry in source.entries where !told.contains(entry.section) {
      guard !entry.section.isEmpty else {
        warn("\(entry.place): stands outside any section: nothing reads it; write it below [System] or its own section")
        continue
      }
      guard let known = ConfigurationKeys.keys(of: entry.section), !known.isEmpty, !known.contains(entry.key) else {
        continue
      }
      let hint = ConfigurationKeys.similar(to: entry.key, among: known)
      warn("\(entry.place): unknown key: nothing reads it\(meant(hint))")
    }
  }

  private func meant(_ hint: GoString?) -> String { hint.map { "; \($0) is meant, perhaps" } ?? "" }
}
