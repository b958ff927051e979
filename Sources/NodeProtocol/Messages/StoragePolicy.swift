import GoWire

/// Where a file's bytes go, as the master describes it (chapter 7, ST-1).
public struct StoragePolicy: Hashable, Sendable {
  public var id: Int64
  public var createdAt: GoTime
  public var updatedAt: GoTime
  public var deletedAt: GoTime?
  public var name: GoString
  /// `local`, `remote`, or a cloud's name (ST-1).
  public var kind: GoString
  /// The URL of the storage; for a remote policy that of its slave.
  public var server: GoString
  public var bucketName: GoString
  public var isPrivate: Bool
  public var accessKey: GoString
  public var secretKey: GoString
  public var maxSize: Int64
  public var dirNameRule: GoString
  public var fileNameRule: GoString
  /// Nil when missing, which no session may be (ENV-8).
  public var settings: PolicySettings?
  /// The slave of a remote policy.
  public var nodeID: Int64
  /// `edges.node`: the slave, with the key for the callback.
  public var node: Node?

  public init(
    id: Int64 = 0, createdAt: GoTime = .zero, updatedAt: GoTime = .zero, deletedAt: GoTime? = nil,
    name: GoString = "", kind: GoString = "", server: GoString = "", bucketName: GoString = "",
    isPrivate: Bool = false, accessKey: GoString = "", secretKey: GoString = "", maxSize: Int64 = 0,
    dirNameRule: GoString = "", fileNameRule: GoString = "", settings: PolicySettings? = nil, nodeID: Int64 = 0,
    node: Node? = nil
  ) {
    self.id = id
    self.createdAt = createdAt
    self.updatedAt = updatedAt
    self.deletedAt = deletedAt
    self.name = name
    self.kind = kind
    self.server = server
    self.bucketName = bucketName
    self.isPrivate = isPrivate
    self.accessKey = accessKey
    self.secretKey = secretKey
    self.maxSize = maxSize
    self.dirNameRule = dirNameRule
    self.fileNameRule = fileNameRule
    self.settings = settings
    self.nodeID = nodeID
    self.node = node
  }

  public static func type(in format: WireFormat) -> GoType {
    let edges = GoStructure(
      "StoragePolicyEdges", package: "ent",
      fields: [GoField("Node", json: "node", omitEmpty: true, .pointer(Node.type(in: format)))])
    return .structure(
      GoStructure(
        "StoragePolicy", package: "ent",
        fields: [
          GoField("ID", json: "id", omitEmpty: true, .int),
          GoField("CreatedAt", json: "created_at", .time),
          GoField("UpdatedAt", json: "updated_at", .time),
          GoField("DeletedAt", json: "deleted_at", omitEmpty: true, .pointer(.time)),
          GoField("Name", json: "name", omitEmpty: true, .string),
          GoField("Type", json: "type", omitEmpty: true, .string),
          GoField("Server", json: "server", omitEmpty: true, .string),
          GoField("BucketName", json: "bucket_name", omitEmpty: true, .string),
          GoField("IsPrivate", json: "is_private", omitEmpty: true, .bool),
          GoField("AccessKey", json: "access_key", omitEmpty: true, .string),
          GoField("SecretKey", json: "secret_key", omitEmpty: true, .string),
          GoField("MaxSize", json: "max_size", omitEmpty: true, .int64),
          GoField("DirNameRule", json: "dir_name_rule", omitEmpty: true, .string),
          GoField("FileNameRule", json: "file_name_rule", omitEmpty: true, .string),
          GoField("Settings", json: "settings", omitEmpty: true, .pointer(PolicySettings.type)),
          GoField("NodeID", json: "node_id", omitEmpty: true, .int),
          GoField("Edges", json: "edges", .structure(edges)),
        ]))
  }

  public init(_ value: GoValue) {
    id = value.int("ID")
    createdAt = value.moment("CreatedAt")
    updatedAt = value.moment("UpdatedAt")
    deletedAt = value.part("DeletedAt")?.time
    name = value.text("Name")
    kind = value.text("Type")
    server = value.text("Server")
    bucketName = value.text("BucketName")
    isPrivate = value.flag("IsPrivate")
    accessKey = value.text("AccessKey")
    secretKey = value.text("SecretKey")
    maxSize = value.int("MaxSize")
    dirNameRule = value.text("DirNameRule")
    fileNameRule = value.text("FileNameRule")
    settings = value.part("Settings").map { PolicySettings($0) }
    nodeID = value.int("NodeID")
    node = value.part("Edges")?.part("Node").map { Node($0) }
  }

  public func value(in format: WireFormat) -> GoValue {
    .fields([
      "ID": .int(id), "CreatedAt": .time(createdAt), "UpdatedAt": .time(updatedAt),
      "DeletedAt": deletedAt.map { .time($0) }, "Name": .string(name), "Type": .string(kind),
      "Server": .string(server), "BucketName": .string(bucketName), "IsPrivate": .bool(isPrivate),
      "AccessKey": .string(accessKey), "SecretKey": .string(secretKey), "MaxSize": .int(maxSize),
      "DirNameRule": .string(dirNameRule), "FileNameRule": .string(fileNameRule), "Settings": settings?.value,
      "NodeID": .int(nodeID), "Edges": .fields(["Node": node?.value(in: format)]),
    ])
  }
}

/// The settings of a policy. Keeps all that its type knows, so that a session can be sent back as it came.
public struct PolicySettings: WireMessage {
  private var fields: [GoFieldValue]

  public init(chunkSize: Int64 = 0, preAllocate: Bool = false) {
    fields = []
    self.chunkSize = chunkSize
    self.preAllocate = preAllocate
  }

  /// Bytes a chunk has; 0 for one chunk (ST-3).
  public var chunkSize: Int64 {
    get { value.int("ChunkSize") }
    set { set("ChunkSize", .int(newValue)) }
  }

  /// Whether the placeholder gets its whole size at once (ST-3).
  public var preAllocate: Bool {
    get { value.flag("PreAllocate") }
    set { set("PreAllocate", .bool(newValue)) }
  }

  public init(_ value: GoValue) {
    guard case .structure(let type) = PolicySettings.type else { preconditionFailure("settings are a struct") }
    fields = type.fields.compactMap { field in
      value[field.name].flatMap { $0 == .zero(of: field.type) ? nil : GoFieldValue(field.name, $0) }
    }
  }

  public var value: GoValue { .structure(fields) }

  private mutating func set(_ name: GoString, _ value: GoValue) {
    self = PolicySettings(.structure(fields.filter { $0.name != name } + [GoFieldValue(name, value)]))
  }

  public static let type: GoType = .structure(
    GoStructure(
      "PolicySetting", package: "types",
      fields: [
        GoField("Token", json: "token", .string),
        GoField("FileType", json: "file_type", .slice(.string)),
        optional("IsFileTypeDenyList", "is_file_type_deny_list", .bool),
        optional("NameRegexp", "file_regexp", .string),
        optional("IsNameRegexpDenyList", "is_name_regexp_deny_list", .bool),
        optional("OauthRedirect", "od_redirect", .string),
        optional("CustomProxy", "custom_proxy", .bool),
        optional("ProxyServer", "proxy_server", .string),
        optional("InternalProxy", "internal_proxy", .bool),
        optional("OdDriver", "od_driver", .string),
        optional("Region", "region", .string),
        optional("ServerSideEndpoint", "server_side_endpoint", .string),
        optional("ChunkSize", "chunk_size", .int64),
        optional("TPSLimit", "tps_limit", .float64),
        optional("TPSLimitBurst", "tps_limit_burst", .int),
        GoField("S3ForcePathStyle", json: "s3_path_style", .bool),
        optional("ThumbExts", "thumb_exts", .slice(.string)),
        optional("ThumbSupportAllExts", "thumb_support_all_exts", .bool),
        optional("ThumbMaxSize", "thumb_max_size", .int64),
        optional("Relay", "relay", .bool),
        optional("PreAllocate", "pre_allocate", .bool),
        optional("MediaMetaExts", "media_meta_exts", .slice(.string)),
        optional("MediaMetaGeneratorProxy", "media_meta_generator_proxy", .bool),
        optional("ThumbGeneratorProxy", "thumb_generator_proxy", .bool),
        GoField("NativeMediaProcessing", json: "native_media_processing", .bool),
        optional("S3DeleteBatchSize", "s3_delete_batch_size", .int),
        optional("StreamSaver", "stream_saver", .bool),
        optional("UseCname", "use_cname", .bool),
        optional("SourceAuth", "source_auth", .bool),
        optional("QiniuUploadCdn", "qiniu_upload_cdn", .bool),
        optional("ChunkConcurrency", "chunk_concurrency", .int),
        optional("Encryption", "encryption", .bool),
      ]))

  private static func optional(_ name: GoString, _ json: GoString, _ type: GoType) -> GoField {
    GoField(name, json: json, omitEmpty: true, type)
  }
}
