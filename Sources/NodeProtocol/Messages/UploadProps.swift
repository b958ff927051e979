import GoWire

/// What is known of the file of an upload (chapter 7).
public struct UploadProps: WireMessage {
  /// A `cloudreve://` URI; nil when missing.
  public var uri: GoString?
  /// Bytes.
  public var size: Int64
  public var uploadSessionID: GoString
  public var preferredStoragePolicy: Int64
  /// Where the blob goes (ST-2).
  public var savePath: GoString
  public var lastModified: GoTime?
  public var mimeType: GoString
  /// In the order in which they came; nil when null.
  public var metadata: [(name: GoString, value: GoString)]? {
    get { metadataEntries?.map { ($0.key.string ?? "", $0.value.string ?? "") } }
    set { metadataEntries = newValue?.map { GoMapEntry(.string($0.name), .string($0.value)) } }
  }
  public var previousVersion: GoString
  public var entityType: Int64?
  /// When the session ends (ST-3).
  public var expireAt: GoTime
  /// `[4.14]` ciphers that the sender can use; nil when null.
  public var encryptionSupported: [GoString]?
  /// `[4.14]`
  public var isClientSideEncrypted: Bool
  private var metadataEntries: [GoMapEntry]?

  public init(
    uri: GoString?, size: Int64, uploadSessionID: GoString = "", preferredStoragePolicy: Int64 = 0,
    savePath: GoString = "", lastModified: GoTime? = nil, mimeType: GoString = "", previousVersion: GoString = "",
    entityType: Int64? = nil, expireAt: GoTime = .zero
  ) {
    self.uri = uri
    self.size = size
    self.uploadSessionID = uploadSessionID
    self.preferredStoragePolicy = preferredStoragePolicy
    self.savePath = savePath
    self.lastModified = lastModified
    self.mimeType = mimeType
    self.previousVersion = previousVersion
    self.entityType = entityType
    self.expireAt = expireAt
    self.isClientSideEncrypted = false
  }

  /// The type of `[4.14]`; `[4.0]` has not the last two fields.
  public static let type: GoType = .structure(
    GoStructure(
      "UploadProps", package: "fs",
      fields: [
        GoField("Uri", .pointer(.opaque(name: "URI"))),
        GoField("Size", .int64),
        GoField("UploadSessionID", .string),
        GoField("PreferredStoragePolicy", .int),
        GoField("SavePath", .string),
        GoField("LastModified", .pointer(.time)),
        GoField("MimeType", .string),
        GoField("Metadata", .map(key: .string, value: .string)),
        GoField("PreviousVersion", .string),
        GoField("EntityType", .pointer(.named("types.EntityType", .int))),
        GoField("ExpireAt", .time),
        GoField("EncryptionSupported", .slice(.string)),
        GoField("ClientSideEncrypted", .bool),
      ]))

  public init(_ value: GoValue) {
    uri = value.part("Uri")?.rawBytes.map { GoString($0) }
    size = value.int("Size")
    uploadSessionID = value.text("UploadSessionID")
    preferredStoragePolicy = value.int("PreferredStoragePolicy")
    savePath = value.text("SavePath")
    lastModified = value.part("LastModified")?.time
    mimeType = value.text("MimeType")
    if case .map(let entries) = value.part("Metadata") { metadataEntries = entries }
    previousVersion = value.text("PreviousVersion")
    entityType = value.part("EntityType")?.int
    expireAt = value.moment("ExpireAt")
    encryptionSupported = value.texts("EncryptionSupported")
    isClientSideEncrypted = value.flag("ClientSideEncrypted")
  }

  public var value: GoValue {
    .fields([
      "Uri": uri.map { .opaque($0.bytes) }, "Size": .int(size), "UploadSessionID": .string(uploadSessionID),
      "PreferredStoragePolicy": .int(preferredStoragePolicy), "SavePath": .string(savePath),
      "LastModified": lastModified.map { .time($0) }, "MimeType": .string(mimeType),
      "Metadata": metadataEntries.map { .map($0) }, "PreviousVersion": .string(previousVersion),
      "EntityType": entityType.map { .int($0) }, "ExpireAt": .time(expireAt),
      "EncryptionSupported": .texts(encryptionSupported), "ClientSideEncrypted": .bool(isClientSideEncrypted),
    ])
  }
}
