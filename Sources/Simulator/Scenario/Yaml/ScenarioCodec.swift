import GoWire
import ReferenceNode

/// Where in a file a value stands, for messages.
struct ScenarioPlace {
  var fileName: String
  var key: String

  func field(_ name: String) -> ScenarioPlace {
    ScenarioPlace(fileName: fileName, key: key.isEmpty ? name : "\(key).\(name)")
  }

  func item(_ index: Int) -> ScenarioPlace { ScenarioPlace(fileName: fileName, key: "\(key)[\(index)]") }

  func error(_ text: String, at node: YamlNode) -> ScenarioError {
    ScenarioError(fileName: fileName, line: node.line, column: node.column, key: key, text: text)
  }
}

/// How a kind of value is read from a file, written into one, and described in the schema.
struct ScenarioCodec<Value> {
  var shape: ScenarioShape
  var read: (YamlNode, ScenarioPlace) throws(ScenarioError) -> Value
  var write: (Value) -> YamlNode

  /// The same file form for another type; `there` gives nil for what the type cannot be, which `wanted` names.
  func map<Other>(
    wanted: String, _ there: @escaping (Value) -> Other?, _ back: @escaping (Other) -> Value
  ) -> ScenarioCodec<Other> {
    ScenarioCodec<Other>(
      shape: shape,
      read: { [read] node, place throws(ScenarioError) in
        guard let value = there(try read(node, place)) else { throw place.error("is no \(wanted)", at: node) }
        return value
      },
      write: { [write] in write(back($0)) })
  }
}

extension ScenarioCodec where Value == String {
  static var text: ScenarioCodec<String> {
    ScenarioCodec(
      shape: .text,
      read: { node, place throws(ScenarioError) in
        guard case .scalar(let text, let isPlain) = node.content, !(isPlain && (text.isEmpty || text == "null")) else {
          throw place.error("is \(node.kindName); write text", at: node)
        }
        if isPlain, YamlNode.looksLikeOther(text) {
          throw place.error("\(text) is no text to YAML; write it in quotes: '\(text)'", at: node)
        }
        return text
      },
      write: { .text($0) })
  }
}

extension ScenarioCodec where Value == GoString {
  static var goText: ScenarioCodec<GoString> {
    ScenarioCodec<String>.text.map(wanted: "text", { GoString($0) }, { $0.text })
  }
}

extension ScenarioCodec where Value == Bool {
  static var truth: ScenarioCodec<Bool> {
    ScenarioCodec(
      shape: .truth,
      read: { node, place throws(ScenarioError) in
        switch node.content {
        case .scalar("true", isPlain: true): return true
        case .scalar("false", isPlain: true): return false
        case .scalar, .sequence, .mapping:
          throw place.error("is \(node.kindName); write true or false", at: node)
        }
      },
      write: { .literal($0 ? "true" : "false") })
  }
}

extension ScenarioCodec where Value == Int64 {
  static func integer(_ range: ClosedRange<Int64> = 0 ... .max) -> ScenarioCodec<Int64> {
    ScenarioCodec(
      shape: .integer(range),
      read: { node, place throws(ScenarioError) in
        guard case .scalar(let text, isPlain: true) = node.content, let number = Int64(text.replacing("_", with: ""))
        else {
          throw place.error("is \(node.kindName); write a whole number", at: node)
        }
        guard range.contains(number) else {
          throw place.error(
            range.upperBound == .max
              ? "is \(number); write a number from \(range.lowerBound) on"
              : "is \(number); write a number from \(range.lowerBound) to \(range.upperBound)", at: node)
        }
        return number
      },
      write: { .literal(String($0)) })
  }
}

extension ScenarioCodec where Value == Int {
  static func count(_ range: ClosedRange<Int64> = 0 ... .max) -> ScenarioCodec<Int> {
    ScenarioCodec<Int64>.integer(range).map(wanted: "number", { Int(exactly: $0) }, { Int64($0) })
  }
}

extension ScenarioCodec where Value == Span {
  /// Seconds with a fraction, down to the nanosecond.
  static func seconds(negative: Bool = false) -> ScenarioCodec<Span> {
    ScenarioCodec(
      shape: .number(least: negative ? nil : 0),
      read: { node, place throws(ScenarioError) in
        guard case .scalar(let text, isPlain: true) = node.content, let span = Span(seconds: text) else {
          throw place.error("is \(node.kindName); write seconds, such as 0.5", at: node)
        }
        guard negative || span >= .zero else { throw place.error("is \(text); write seconds from 0 on", at: node) }
        return span
      },
      write: { .literal($0.secondsText) })
  }
}

extension ScenarioCodec {
  static func word<Word: RawRepresentable & CaseIterable>(_ type: Word.Type) -> ScenarioCodec<Word>
  where Word.RawValue == String {
    let words = Word.allCases.map(\.rawValue)
    return ScenarioCodec<Word>(
      shape: .word(words),
      read: { node, place throws(ScenarioError) in
        guard let text = node.scalar else {
          throw place.error("is \(node.kindName); write one of \(words.prefix(12).joined(separator: ", "))", at: node)
        }
        guard let word = Word(rawValue: text) else {
          throw place.error("there is no \(text)\(ScenarioError.advice(for: text, among: words))", at: node)
        }
        return word
      },
      write: { .text($0.rawValue) })
  }

  static func list<Element>(
    _ element: ScenarioCodec<Element>, atLeast: Int = 0, compact: Bool = true
  ) -> ScenarioCodec<[Element]> {
    ScenarioCodec<[Element]>(
      shape: .list(element.shape, atLeast: atLeast),
      read: { node, place throws(ScenarioError) in
        guard case .sequence(let nodes) = node.content else {
          throw place.error("is \(node.kindName); write a list", at: node)
        }
        guard nodes.count >= atLeast else { throw place.error("needs \(atLeast) items at least", at: node) }
        var values: [Element] = []
        for (index, node) in nodes.enumerated() { values.append(try element.read(node, place.item(index))) }
        return values
      },
      write: { .list($0.map(element.write), compact: compact) })
  }

  /// Names of the author's choice, each with a value, in their order.
  static func pairs<Element>(_ element: ScenarioCodec<Element>) -> ScenarioCodec<[ScenarioPair<Element>]> {
    ScenarioCodec<[ScenarioPair<Element>]>(
      shape: .pairs(element.shape),
      read: { node, place throws(ScenarioError) in
        guard case .mapping(let entries) = node.content else {
          throw place.error("is \(node.kindName); write a mapping", at: node)
        }
        var pairs: [ScenarioPair<Element>] = []
        for entry in entries {
          let name = entry.key.scalar ?? ""
          pairs.append(ScenarioPair(name, try element.read(entry.value, place.field(name))))
        }
        return pairs
      },
      write: { .record($0.map { ($0.name, element.write($0.value)) }) })
  }

  static func record<Record: ScenarioRecord>(_ type: Record.Type, compact: Bool = true) -> ScenarioCodec<Record> {
    ScenarioCodec<Record>(
      shape: .record(Record.shape), read: { node, place throws(ScenarioError) in try Record.read(node, place) },
      write: { $0.written(compact: compact) })
  }
}

/// A name with its value.
public struct ScenarioPair<Value: Hashable & Sendable>: Hashable, Sendable {
  public var name: String
  public var value: Value

  public init(_ name: String, _ value: Value) {
    self.name = name
    self.value = value
  }
}

extension Span {
  /// Seconds as decimal text, exactly; nil when it is none or finer than a nanosecond.
  public init?(seconds text: String) {
    var digits = text[...]
    let isNegative = digits.hasPrefix("-")
    if isNegative { digits = digits.dropFirst() }
    let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count <= 2, !parts[0].isEmpty, parts[0].utf8.allSatisfy({ 0x30...0x39 ~= $0 }),
      let whole = Int64(parts[0])
    else { return nil }
    var nanoseconds: Int64 = 0
    if parts.count == 2 {
      guard !parts[1].isEmpty, parts[1].count <= 9, parts[1].utf8.allSatisfy({ 0x30...0x39 ~= $0 }),
        let fraction = Int64(parts[1] + String(repeating: "0", count: 9 - parts[1].count))
      else { return nil }
      nanoseconds = fraction
    }
    let (product, overflow) = whole.multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, overflows) = product.addingReportingOverflow(nanoseconds)
    guard !overflow, !overflows else { return nil }
    self.init(nanoseconds: isNegative ? -sum : sum)
  }

  /// Seconds as decimal text, as short as it can be: `0.5`.
  public var secondsText: String {
    let magnitude = nanoseconds.magnitude
    let fraction = String(String(magnitude % 1_000_000_000 + 1_000_000_000).dropFirst())
    let digits = String(fraction.reversed().drop { $0 == "0" }.reversed())
    return (nanoseconds < 0 ? "-" : "") + String(magnitude / 1_000_000_000) + (digits.isEmpty ? "" : "." + digits)
  }
}
