import GoWire

/// An upload session (chapter 7): made by the master, carried out by whoever holds the storage.
public struct UploadSession: Hashable, Sendable {
  /// The user's id.
  public var userID: Int64
  /// Nil when missing, which no session may be (ENV-8).
  public var policy: StoragePolicy?
  public var fileID: Int64
  public var entityID: Int64
  /// The URL to call when the upload is complete; empty for none (ST-6).
  public var callback: GoString
  public var callbackSecret: GoString
  public var uploadID: GoString
  public var uploadURL: GoString
  public var credential: GoString
  /// Bytes; what counts on a slave is the policy's (ST-3).
  public var chunkSize: Int64
  public var sentinelTaskID: Int64
  public var isNewFile: Bool
  public var isImporting: Bool
  /// `[4.14]` how the blob is encrypted; nil when it is not.
  public var encryption: EncryptMetadata?
  public var lockToken: GoString
  /// Nil when missing, which no session may be (ENV-8).
  public var props: UploadProps?
  /// `[4.14]` the master's bookkeeping; nil when null.
  public var chunksReceived: [Int64]?

  /// `[4.14]` how a blob is encrypted.
  public struct EncryptMetadata: WireMessage {
    public var algorithm: GoString
    public var key: [UInt8]?
    public var initialisationVector: [UInt8]?
  }

  public init(policy: StoragePolicy?, props: UploadProps?) {
    userID = 0
    self.policy = policy
    fileID = 0
    entityID = 0
    callback = ""
    callbackSecret = ""
    uploadID = ""
    uploadURL = ""
    credential = ""
    chunkSize = 0
    sentinelTaskID = 0
    isNewFile = false
    isImporting = false
    lockToken = ""
    self.props = props
  }

  /// The first of the parts that no session may be without and that is not there (ENV-8).
  public var missingPart: GoString? {
    guard let policy else { return "Policy" }
    if policy.settings == nil { return "Settings" }
    return props == nil ? "Props" : nil
  }

  /// The type of `[4.14]`; `[4.0]` has neither `EncryptMetadata` nor `ChunksReceived`.
  public static func type(in format: WireFormat) -> GoType {
    .structure(
      GoStructure(
        "UploadSession", package: "fs",
        fields: [
          GoField("UID", .int),
          GoField("Policy", .pointer(StoragePolicy.type(in: format))),
          GoField("FileID", .int),
          GoField("EntityID", .int),
          GoField("Callback", .string),
          GoField("CallbackSecret", .string),
          GoField("UploadID", .string),
          GoField("UploadURL", .string),
          GoField("Credential", .string),
          GoField("ChunkSize", .int64),
          GoField("SentinelTaskID", .int),
          GoField("NewFileCreated", .bool),
          GoField("Importing", .bool),
          GoField("EncryptMetadata", .pointer(EncryptMetadata.type)),
          GoField("LockToken", .string),
          GoField("Props", .pointer(UploadProps.type)),
          GoField(
            "ChunksReceived",
            .map(key: .int, value: .structure(GoStructure("", fields: [])))),
        ]))
  }

  public init(_ value: GoValue) {
    userID = value.int("UID")
    policy = value.part("Policy").map { StoragePolicy($0) }
    fileID = value.int("FileID")
    entityID = value.int("EntityID")
    callback = value.text("Callback")
    callbackSecret = value.text("CallbackSecret")
    uploadID = value.text("UploadID")
    uploadURL = value.text("UploadURL")
    credential = value.text("Credential")
    chunkSize = value.int("ChunkSize")
    sentinelTaskID = value.int("SentinelTaskID")
    isNewFile = value.flag("NewFileCreated")
    isImporting = value.flag("Importing")
    encryption = value.part("EncryptMetadata").map { EncryptMetadata($0) }
    lockToken = value.text("LockToken")
    props = value.part("Props").map { UploadProps($0) }
    if case .map(let entries) = value.part("ChunksReceived") {
      chunksReceived = entries.compactMap(\.key.int).sorted()
    }
  }

  public func value(in format: WireFormat) -> GoValue {
    .fields([
      "UID": .int(userID), "Policy": policy?.value(in: format), "FileID": .int(fileID), "EntityID": .int(entityID),
      "Callback": .string(callback), "CallbackSecret": .string(callbackSecret), "UploadID": .string(uploadID),
      "UploadURL": .string(uploadURL), "Credential": .string(credential), "ChunkSize": .int(chunkSize),
      "SentinelTaskID": .int(sentinelTaskID), "NewFileCreated": .bool(isNewFile), "Importing": .bool(isImporting),
      "EncryptMetadata": encryption?.value, "LockToken": .string(lockToken), "Props": props?.value,
      "ChunksReceived": chunksReceived.map { .map($0.map { GoMapEntry(.int($0), .structure([])) }) },
    ])
  }
}

extension UploadSession.EncryptMetadata {
  public static let type: GoType = .structure(
    GoStructure(
      "EncryptMetadata", package: "types",
      fields: [
        GoField("Algorithm", json: "algorithm", .named("types.Cipher", .string)),
        GoField("Key", json: "key", .bytes),
        GoField("KeyPlainText", json: "key_plain_text", omitEmpty: true, .bytes),
        GoField("IV", json: "iv", .bytes),
      ]))

  public init(_ value: GoValue) {
    algorithm = value.text("Algorithm")
    key = value.part("Key")?.rawBytes
    initialisationVector = value.part("IV")?.rawBytes
  }

  public var value: GoValue {
    .fields([
      "Algorithm": .string(algorithm), "Key": key.map { .bytes($0) }, "IV": initialisationVector.map { .bytes($0) },
    ])
  }
}
