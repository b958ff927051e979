import GoWire

/// `POST /api/v4/slave/ping` (PING-1).
public struct PingRequest: RequestMessage {
  /// The master's primary URL.
  public var callback: GoString

  public init(callback: GoString) {
    self.callback = callback
  }

  public static let requirements = [Requirement("Callback", .text)]
  public static let type: GoType = .structure(
    GoStructure("SlavePingService", package: "node", fields: [GoField("Callback", json: "callback", .string)]))

  public init(_ value: GoValue) { callback = value.text("Callback") }
  public var value: GoValue { .fields(["Callback": .string(callback)]) }
}

/// `PUT /api/v4/slave/task` (TASK-1). Nothing is required by binding.
public struct CreateTask: RequestMessage {
  public var kind: GoString
  /// JSON text; not read when the task is created.
  public var state: GoString

  public init(kind: GoString, state: GoString) {
    self.kind = kind
    self.state = state
  }

  public static let requirements: [Requirement] = []
  public static let type: GoType = .structure(
    GoStructure(
      "CreateSlaveTask", package: "cluster",
      fields: [GoField("Type", json: "type", .string), GoField("State", json: "state", .string)]))

  public init(_ value: GoValue) {
    kind = value.text("Type")
    state = value.text("State")
  }

  public var value: GoValue { .fields(["Type": .string(kind), "State": .string(state)]) }
}

/// `POST /api/v4/slave/task/cleanup` (TASK-3).
public struct CleanUpTask: RequestMessage {
  public var paths: [GoString]

  public init(paths: [GoString]) {
    self.paths = paths
  }

  public static let requirements = [Requirement("Path", .present)]
  public static let type: GoType = .structure(
    GoStructure(
      "FolderCleanup", package: "cluster", fields: [GoField("Path", json: "path", .slice(.string))]))

  public init(_ value: GoValue) { paths = value.texts("Path") ?? [] }
  public var value: GoValue { .fields(["Path": .texts(paths)]) }
}

/// `GET /api/v4/slave/task/:id` (TASK-2).
public struct ReadTask: Hashable, Sendable {
  /// Negative ids are only unknown.
  public var id: Int64
  /// A completed task is forgotten after this answer.
  public var deleteOnComplete: Bool

  public init(id: GoString, query: GoQuery) throws(NodeError) {
    self.id = try Binder.integer(id)
    guard self.id != 0 else { throw .emptyField("ID") }
    deleteOnComplete = try Binder.bool(query.first("deleteOnComplete"))
  }
}

extension MasterProperties {
  /// The properties of a task from the headers of the request that made it (TASK-1).
  /// - Parameter header: gives the first value of a header.
  public init(header: (GoString) -> GoString?) throws(NodeError) {
    guard let siteURL = header(HeaderName.siteURL), !siteURL.isEmpty,
      let siteID = header(HeaderName.siteID), !siteID.isEmpty,
      let version = header(HeaderName.version), !version.isEmpty,
      let node = header(HeaderName.nodeID), let nodeID = Int64(node.text)
    else { throw NodeError(.parameterError, "failed to get master props from header") }
    self.init(siteURL: siteURL, siteID: siteID, version: version, nodeID: nodeID)
  }
}
