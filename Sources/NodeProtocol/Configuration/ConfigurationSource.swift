import GoWire

/// An environment variable.
public struct EnvironmentVariable: Hashable, Sendable {
  public var name: GoString
  public var value: GoString

  public init(_ name: GoString, _ value: GoString) {
    self.name = name
    self.value = value
  }
}

/// The text of a configuration file under the overrides of the environment (CONF-2, CONF-4), with the place of each value.
struct ConfigurationSource {
  /// A value and where it stands.
  struct Entry {
    let section: GoString
    let key: GoString
    let value: GoString
    /// `slave.ini:5: [Slave] Secret`.
    let place: String

    /// The value in quotes, for messages; its beginning when it is long.
    var quoted: String {
      let shown = value.text.prefix(40)
      return "\"\(shown)\(shown.endIndex < value.text.endIndex ? "…" : "")\""
    }
  }

  static let variablePrefix: GoString = "CR_CONF_"
  static let settingPrefix: GoString = "CR_SETTING_"

  let fileName: String
  /// Every value that was set, the weaker before the stronger: the file's in its order, then the environment's.
  private(set) var entries: [Entry] = []
  /// Every section that was named, with or without keys, and where first: `slave.ini:4`.
  private(set) var sections: [(name: GoString, place: String)] = []

  /// - Throws: a file that is no ini.
  init(fileName: String, content: [UInt8]) throws(ConfigurationError) {
    self.fileName = fileName
    let ini: IniFile
    do {
      ini = try IniFile(content)
    } catch {
      let text = error.text.text.split(whereSeparator: \.isNewline).joined(separator: " ")
      throw ConfigurationError(
        "\(fileName):\(error.line): \(text): this is no ini file; write [Section] and Key = Value lines")
    }
    for section in ini.sections {
      let isNamed = section.name != IniFile.defaultSection
      if isNamed { sections.append((section.name, "\(fileName):\(section.line)")) }
      for key in section.keys {
        entries.append(
          Entry(
            section: isNamed ? section.name : "", key: key.name,
            value: ini.value(of: key.name, in: section.name) ?? key.rawValue,
            place: "\(fileName):\(key.line): \(isNamed ? "[\(section.name)] " : "")\(key.name)"))
      }
    }
  }

  /// Puts a variable `CR_CONF_<Section>.<Key>` above what the file says.
  /// - Parameter readsDoubleUnderscore: whether `CR_CONF_<Section>__<Key>` is read too.
  mutating func override(_ variable: EnvironmentVariable, readsDoubleUnderscore: Bool) throws(ConfigurationError) {
    guard let name = ConfigurationSource.overridden(variable.name, readsDoubleUnderscore: readsDoubleUnderscore) else {
      throw ConfigurationError(
        "environment \(variable.name): names no section and key; write CR_CONF_<Section>.<Key>")
    }
    if !sections.contains(where: { $0.name == name.section }) {
      sections.append((name.section, "environment \(variable.name)"))
    }
    entries.append(
      Entry(
        section: name.section, key: name.key, value: variable.value,
        place: "environment \(variable.name): [\(name.section)] \(name.key)"))
  }

  /// The section and key that a variable names; nil when it names none.
  static func overridden(
    _ variable: GoString, readsDoubleUnderscore: Bool
  ) -> (section: GoString, key: GoString)? {
    let name = variable.text.dropFirst(variablePrefix.text.count)
    let separators = readsDoubleUnderscore ? [".", "__"] : ["."]
    for separator in separators {
      guard let range = name.firstRange(of: separator) else { continue }
      return (GoString(String(name[..<range.lowerBound])), GoString(String(name[range.upperBound...])))
    }
    return nil
  }

  /// The strongest value of a key; nil when it is not set or empty.
  func entry(_ section: GoString, _ key: GoString) -> Entry? {
    guard let entry = entries.last(where: { $0.section == section && $0.key == key }), !entry.value.isEmpty else {
      return nil
    }
    return entry
  }
}
