/// A value of a YAML file with its place.
public struct YamlNode: Hashable, Sendable {
  public indirect enum Content: Hashable, Sendable {
    /// Text; `isPlain` when it stood without quotes, so that it may mean a number or a truth value.
    case scalar(String, isPlain: Bool)
    case sequence([YamlNode])
    case mapping([Entry])
  }

  public struct Entry: Hashable, Sendable {
    public var key: YamlNode
    public var value: YamlNode

    public init(key: YamlNode, value: YamlNode) {
      self.key = key
      self.value = value
    }
  }

  public var content: Content
  /// From 1; 0 for a value that stands in no file.
  public var line: Int
  /// From 1; 0 for a value that stands in no file.
  public var column: Int
  /// Written on one line, in braces or brackets, when it fits there.
  public var isCompact = false

  public init(_ content: Content, line: Int = 0, column: Int = 0) {
    self.content = content
    self.line = line
    self.column = column
  }

  /// Text, quoted where YAML would take it for something else.
  public static func text(_ text: String) -> YamlNode {
    YamlNode(.scalar(text, isPlain: !looksLikeOther(text)))
  }

  /// A number or a truth value, as it is written.
  public static func literal(_ text: String) -> YamlNode { YamlNode(.scalar(text, isPlain: true)) }

  public static func list(_ nodes: [YamlNode], compact: Bool = true) -> YamlNode {
    var node = YamlNode(.sequence(nodes))
    node.isCompact = compact
    return node
  }

  public static func record(_ entries: [(String, YamlNode)], compact: Bool = true) -> YamlNode {
    var node = YamlNode(.mapping(entries.map { Entry(key: .text($0.0), value: $0.1) }))
    node.isCompact = compact
    return node
  }

  /// What it is, for messages.
  var kindName: String {
    switch content {
    case .scalar(let text, let isPlain):
      if isPlain, text.isEmpty || text == "null" || text == "~" { return "nothing" }
      return "\"\(text.prefix(40))\(text.count > 40 ? "…" : "")\""
    case .sequence: return "a list"
    case .mapping: return "a mapping"
    }
  }

  /// The scalar's text; nil for a list or mapping.
  var scalar: String? {
    if case .scalar(let text, _) = content { return text }
    return nil
  }

  /// Whether YAML reads this plain text as null, a truth value or a number, and not as text.
  static func looksLikeOther(_ text: String) -> Bool {
    switch text.lowercased() {
    case "", "~", "null", "true", "false", "yes", "no", "on", "off", ".nan", ".inf", "-.inf", "+.inf": return true
    default: break
    }
    guard let first = text.utf8.first, (0x30...0x39).contains(first) || first == 0x2D || first == 0x2B || first == 0x2E
    else { return false }
    return Double(text) != nil || Int64(text.dropFirst(2), radix: 16) != nil && text.hasPrefix("0x")
  }
}
