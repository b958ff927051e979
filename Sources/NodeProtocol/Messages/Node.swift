import GoWire

/// Which of the two encodings a type is for, where they differ.
public enum WireFormat: Hashable, Sendable {
  case json, gob
}

/// A node as the master describes it: to its policies, and to the slave that calls back (chapter 7).
public struct Node: Hashable, Sendable {
  public var id: Int64
  public var createdAt: GoTime
  public var updatedAt: GoTime
  public var deletedAt: GoTime?
  /// `active`, `suspended`.
  public var status: GoString
  public var name: GoString
  /// `master`, `slave`.
  public var kind: GoString
  /// The node's URL.
  public var server: GoString
  /// The secret shared with the slave: the key of its callbacks (CB-1).
  public var slaveKey: GoString
  /// One bit a capability, low bit first (LB-1).
  public var capabilities: [UInt8]?
  public var settings: NodeSetting?
  public var weight: Int64

  public init(
    id: Int64 = 0, createdAt: GoTime = .zero, updatedAt: GoTime = .zero, deletedAt: GoTime? = nil,
    status: GoString = "", name: GoString = "", kind: GoString = "", server: GoString = "", slaveKey: GoString = "",
    capabilities: [UInt8]? = nil, settings: NodeSetting? = nil, weight: Int64 = 0
  ) {
    self.id = id
    self.createdAt = createdAt
    self.updatedAt = updatedAt
    self.deletedAt = deletedAt
    self.status = status
    self.name = name
    self.kind = kind
    self.server = server
    self.slaveKey = slaveKey
    self.capabilities = capabilities
    self.settings = settings
    self.weight = weight
  }

  public static func type(in format: WireFormat) -> GoType {
    // A bit set: base64 in JSON, a type that writes itself in gob (GOB-3).
    let capabilities: GoType = format == .json ? .bytes : .pointer(.opaque(name: "BooleanSet"))
    return .structure(
      GoStructure(
        "Node", package: "ent",
        fields: [
          GoField("ID", json: "id", omitEmpty: true, .int),
          GoField("CreatedAt", json: "created_at", .time),
          GoField("UpdatedAt", json: "updated_at", .time),
          GoField("DeletedAt", json: "deleted_at", omitEmpty: true, .pointer(.time)),
          GoField("Status", json: "status", omitEmpty: true, .named("node.Status", .string)),
          GoField("Name", json: "name", omitEmpty: true, .string),
          GoField("Type", json: "type", omitEmpty: true, .named("node.Type", .string)),
          GoField("Server", json: "server", omitEmpty: true, .string),
          GoField("SlaveKey", json: "slave_key", omitEmpty: true, .string),
          GoField("Capabilities", json: "capabilities", omitEmpty: true, capabilities),
          GoField("Settings", json: "settings", omitEmpty: true, .pointer(NodeSetting.type)),
          GoField("Weight", json: "weight", omitEmpty: true, .int),
          GoField("Edges", json: "edges", .structure(GoStructure("NodeEdges", package: "ent", fields: []))),
        ]))
  }

  public init(_ value: GoValue) {
    id = value.int("ID")
    createdAt = value.moment("CreatedAt")
    updatedAt = value.moment("UpdatedAt")
    deletedAt = value.part("DeletedAt")?.time
    status = value.text("Status")
    name = value.text("Name")
    kind = value.text("Type")
    server = value.text("Server")
    slaveKey = value.text("SlaveKey")
    capabilities = value.part("Capabilities")?.rawBytes
    settings = value.part("Settings").map { NodeSetting($0) }
    weight = value.int("Weight")
  }

  public func value(in format: WireFormat) -> GoValue {
    .fields([
      "ID": .int(id), "CreatedAt": .time(createdAt), "UpdatedAt": .time(updatedAt),
      "DeletedAt": deletedAt.map { .time($0) }, "Status": .string(status), "Name": .string(name), "Type": .string(kind),
      "Server": .string(server), "SlaveKey": .string(slaveKey),
      "Capabilities": capabilities.map { format == .json ? .bytes($0) : .opaque($0) },
      "Settings": settings?.value, "Weight": .int(weight),
    ])
  }
}
