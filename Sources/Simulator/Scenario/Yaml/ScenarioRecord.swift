/// A value with named parts, as it stands in a scenario file: its fields, in their canonical order, serve the reader, the writer
/// and the schema.
protocol ScenarioRecord: Hashable, Sendable {
  /// With what counts where a field is not given.
  init()
  static var summary: String { get }
  static var fields: [ScenarioField<Self>] { get }
  /// What is wrong with it that no field shows by itself: the field to point at, and the text.
  func complaint() -> (field: String, text: String)?
}

extension ScenarioRecord {
  func complaint() -> (field: String, text: String)? { nil }

  static var shape: ScenarioShape.Record {
    ScenarioShape.Record(summary: summary, fields: fields.map(\.shape))
  }

  static func read(_ node: YamlNode, _ place: ScenarioPlace) throws(ScenarioError) -> Self {
    guard case .mapping(let entries) = node.content else {
      throw place.error(
        "is \(node.kindName); write \(fields.prefix(4).map(\.name).joined(separator: ", ")), …", at: node)
    }
    var value = Self()
    let fields = Self.fields
    var given: [String: YamlNode] = [:]
    for entry in entries {
      let name = entry.key.scalar ?? ""
      guard let field = fields.first(where: { $0.name == name }) else {
        throw place.error(
          "there is no key \(name) here\(ScenarioError.advice(for: name, among: fields.map(\.name)))", at: entry.key)
      }
      if let group = field.group, let other = fields.first(where: { $0.group == group && given[$0.name] != nil }) {
        throw place.error("\(name) and \(other.name) exclude each other", at: entry.key)
      }
      given[name] = entry.key
      try field.read(&value, entry.value, place.field(name))
    }
    if let missing = fields.first(where: { $0.isRequired && given[$0.name] == nil }) {
      throw place.error("\(missing.name) is missing", at: node)
    }
    for field in fields {
      guard let group = field.group, !fields.contains(where: { $0.group == group && given[$0.name] != nil }) else {
        continue
      }
      let names = fields.filter { $0.group == group }.map(\.name)
      throw place.error("one of \(names.joined(separator: ", ")) is missing", at: node)
    }
    if let complaint = value.complaint() {
      throw place.field(complaint.field).error(complaint.text, at: given[complaint.field] ?? node)
    }
    return value
  }

  func written(compact: Bool) -> YamlNode {
    .record(Self.fields.compactMap { field in field.write(self).map { (field.name, $0) } }, compact: compact)
  }
}

/// One part of a record.
struct ScenarioField<Root> {
  var name: String
  var summary: String
  var isRequired: Bool
  var group: String?
  var shapeOfValue: ScenarioShape
  var read: (inout Root, YamlNode, ScenarioPlace) throws(ScenarioError) -> Void
  var write: (Root) -> YamlNode?

  var shape: ScenarioShape.Field {
    ScenarioShape.Field(name: name, summary: summary, shape: shapeOfValue, isRequired: isRequired, group: group)
  }

  /// A part that has to be given.
  static func required<Value>(
    _ name: String, _ path: WritableKeyPath<Root, Value>, _ codec: ScenarioCodec<Value>, _ summary: String = ""
  ) -> ScenarioField {
    ScenarioField(
      name: name, summary: summary, isRequired: true, group: nil, shapeOfValue: codec.shape,
      read: { root, node, place throws(ScenarioError) in root[keyPath: path] = try codec.read(node, place) },
      write: { codec.write($0[keyPath: path]) })
  }

  /// A part that counts as `value` when it is not given, and is not written then.
  static func defaulted<Value: Equatable>(
    _ name: String, _ path: WritableKeyPath<Root, Value>, _ codec: ScenarioCodec<Value>, _ value: Value,
    _ summary: String = ""
  ) -> ScenarioField {
    ScenarioField(
      name: name, summary: summary, isRequired: false, group: nil, shapeOfValue: codec.shape,
      read: { root, node, place throws(ScenarioError) in root[keyPath: path] = try codec.read(node, place) },
      write: { $0[keyPath: path] == value ? nil : codec.write($0[keyPath: path]) })
  }

  static func optional<Value>(
    _ name: String, _ path: WritableKeyPath<Root, Value?>, _ codec: ScenarioCodec<Value>, _ summary: String = ""
  ) -> ScenarioField {
    ScenarioField(
      name: name, summary: summary, isRequired: false, group: nil, shapeOfValue: codec.shape,
      read: { root, node, place throws(ScenarioError) in root[keyPath: path] = try codec.read(node, place) },
      write: { $0[keyPath: path].map(codec.write) })
  }

  /// One case of an enumeration: of all fields of the group exactly one is given.
  static func choice<Choice, Value>(
    _ name: String, group: String, _ path: WritableKeyPath<Root, Choice>, _ codec: ScenarioCodec<Value>,
    _ embed: @escaping (Value) -> Choice, _ extract: @escaping (Choice) -> Value?, _ summary: String = ""
  ) -> ScenarioField {
    ScenarioField(
      name: name, summary: summary, isRequired: false, group: group, shapeOfValue: codec.shape,
      read: { root, node, place throws(ScenarioError) in root[keyPath: path] = embed(try codec.read(node, place)) },
      write: { extract($0[keyPath: path]).map(codec.write) })
  }
}
