/// A configuration file as `gopkg.in/ini.v1` reads it with its default options (CONF-2).
///
/// Names are case-sensitive; of two keys with one name in a section the last counts, and sections with one name are one.
public struct IniFile: Hashable, Sendable {
  public struct Key: Hashable, Sendable {
    public var name: GoString
    /// The value before `%(name)s` in it is replaced.
    public var rawValue: GoString
    /// The line of the text it stands on, counted from 1; of several with this name, the last.
    public var line: Int
  }

  public struct Section: Hashable, Sendable {
    public var name: GoString
    /// The line of the text on which it is first opened, counted from 1; 0 for what comes before the first.
    public var line: Int
    public fileprivate(set) var keys: [Key] = []

    /// The key with exactly this name.
    public subscript(_ name: GoString) -> Key? { keys.first { $0.name == name } }
  }

  /// The section of what comes before the first one.
  public static let defaultSection: GoString = "DEFAULT"

  /// In the order of the text; the first is `defaultSection`, though it be empty.
  public private(set) var sections: [Section]

  /// Reads a text.
  public init(_ text: [UInt8] = []) throws(IniError) {
    sections = []
    try read(text)
  }

  /// Reads a further text on top: its values go before what was read.
  public mutating func read(_ text: [UInt8]) throws(IniError) {
    var parser = IniParser(text)
    try parser.parse(into: &self)
  }

  /// The section with exactly this name.
  public subscript(_ name: GoString) -> Section? { sections.first { $0.name == name } }

  /// The index of a section, which is made when it does not exist.
  mutating func open(_ name: GoString, line: Int) -> Int {
    if let index = sections.firstIndex(where: { $0.name == name }) { return index }
    sections.append(Section(name: name, line: line))
    return sections.count - 1
  }

  mutating func set(_ name: GoString, _ value: GoString, line: Int, in section: Int) {
    let key = Key(name: name, rawValue: value, line: line)
    if let index = sections[section].keys.firstIndex(where: { $0.name == name }) {
      sections[section].keys[index] = key
    } else {
      sections[section].keys.append(key)
    }
  }

  /// A key by section and name; a section `a.b` also has the keys of `a` that it does not have itself.
  public func key(_ name: GoString, in section: GoString) -> Key? {
    var section = section
    while true {
      if let key = self[section]?[name] { return key }
      guard let dot = section.bytes.lastIndex(of: UInt8(ascii: ".")) else { return nil }
      section = section.keeping(dot)
    }
  }

  /// A key's value, each `%(name)s` in it replaced by that key's value, from the same section or else the default one.
  public func value(of name: GoString, in section: GoString) -> GoString? {
    guard let key = key(name, in: section) else { return nil }
    return expand(key, in: section)
  }

  /// How often names are replaced, as in the original, and how long a value may become by it, in bytes.
  private static let depth = 99
  private static let limit = 1 << 16

  private func expand(_ key: Key, in section: GoString) -> GoString {
    var value = key.rawValue
    for _ in 0..<IniFile.depth {
      guard let (range, name) = IniFile.variable(in: value.bytes) else { break }
      var found = self.key(name, in: section)
      if found == nil || found == key { found = self.key(name, in: IniFile.defaultSection) }
      guard let found else { break }
      // A name that stands twice in its own value would double it each time.
      guard
        let replaced = value.replacing(Array(value.bytes[range]), with: found.rawValue.bytes, upTo: IniFile.limit)
      else { break }
      value = replaced
    }
    return value
  }

  /// The first `%(name)s`.
  private static func variable(in bytes: [UInt8]) -> (Range<Int>, GoString)? {
    var search = 0
    while let start = bytes[search...].firstIndex(of: UInt8(ascii: "%")) {
      search = start + 1
      guard search < bytes.count, bytes[search] == UInt8(ascii: "("),
        let end = bytes[search...].firstIndex(of: UInt8(ascii: ")"))
      else { continue }
      if end > start + 2, end + 1 < bytes.count, bytes[end + 1] == UInt8(ascii: "s") {
        return (start..<(end + 2), GoString(bytes[(start + 2)..<end]))
      }
    }
    return nil
  }
}

extension GoString {
  /// Every occurrence of some bytes replaced, from the left; nil when that gives more than `limit` bytes.
  fileprivate func replacing(_ old: [UInt8], with new: [UInt8], upTo limit: Int) -> GoString? {
    guard let first = old.first else { return self }
    var output: [UInt8] = []
    var index = 0
    while index < bytes.count {
      if bytes[index] == first, bytes[index...].starts(with: old) {
        output += new
        index += old.count
      } else {
        output.append(bytes[index])
        index += 1
      }
      if output.count > limit { return nil }
    }
    return GoString(output)
  }
}

/// Why a text is no ini, as the original says it.
public struct IniError: Error, Hashable, Sendable {
  public var text: GoString
  /// The line that is wrong, counted from 1.
  public var line: Int

  public init(_ text: GoString, line: Int) {
    self.text = text
    self.line = line
  }
}

extension IniError: CustomStringConvertible {
  public var description: String { text.text }
}
