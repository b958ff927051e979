import GoWire

/// A downloader's name for a task (DL-2).
public struct TaskHandle: WireMessage {
  public var id: GoString
  public var hash: GoString

  public init(id: GoString, hash: GoString = "") {
    self.id = id
    self.hash = hash
  }

  public static let type: GoType = .structure(
    GoStructure(
      "TaskHandle", package: "downloader",
      fields: [GoField("ID", json: "id", .string), GoField("Hash", json: "hash", .string)]))

  public init(_ value: GoValue) {
    id = value.text("ID")
    hash = value.text("Hash")
  }

  public var value: GoValue { .fields(["ID": .string(id), "Hash": .string(hash)]) }
}

/// The downloader that a request is for: part of every request of DL-1.
public struct DownloaderReference: Hashable, Sendable {
  public var setting: NodeSetting
  /// Hex SHA-1 of the setting's JSON; names the client that the slave keeps.
  public var hash: GoString

  public init(setting: NodeSetting, hash: GoString) {
    self.setting = setting
    self.hash = hash
  }

  static let fields = [
    GoField("NodeSetting", json: "node_setting", .pointer(NodeSetting.type)),
    GoField("NodeSettingHash", json: "node_setting_hash", .string),
  ]

  init(_ value: GoValue) {
    setting = NodeSetting(value["NodeSetting"] ?? .null)
    hash = value.text("NodeSettingHash")
  }
}

/// `POST /api/v4/slave/download/task` (DL-1).
public struct CreateDownload: RequestMessage {
  public var downloader: DownloaderReference
  public var url: GoString
  /// The group's options; nil when null.
  public var options: [GoMapEntry]?

  public init(downloader: DownloaderReference, url: GoString, options: [GoMapEntry]? = nil) {
    self.downloader = downloader
    self.url = url
    self.options = options
  }

  public static let requirements = [
    Requirement("NodeSetting", .present), Requirement("NodeSettingHash", .text), Requirement("Url", .text),
  ]
  public static let type: GoType = .structure(
    GoStructure(
      "CreateDownloadTask", package: "cluster",
      fields: DownloaderReference.fields + [
        GoField("Url", json: "url", .string),
        GoField("Options", json: "options", .map(key: .string, value: .interface)),
      ]))

  public init(_ value: GoValue) {
    downloader = DownloaderReference(value)
    url = value.text("Url")
    if case .map(let entries) = value.part("Options") { options = entries }
  }

  public var value: GoValue {
    .fields([
      "NodeSetting": downloader.setting.value, "NodeSettingHash": .string(downloader.hash), "Url": .string(url),
      "Options": options.map { .map($0) },
    ])
  }
}

/// `POST /api/v4/slave/download/status` (DL-1).
public struct ReadDownload: RequestMessage {
  public var handle: TaskHandle
  public var downloader: DownloaderReference

  public init(handle: TaskHandle, downloader: DownloaderReference) {
    self.handle = handle
    self.downloader = downloader
  }

  public static let requirements = [
    Requirement("Handle", .present), Requirement("NodeSetting", .present), Requirement("NodeSettingHash", .text),
  ]
  public static let type: GoType = .structure(
    GoStructure(
      "GetDownloadTask", package: "cluster",
      fields: [GoField("Handle", json: "handle", .pointer(TaskHandle.type))] + DownloaderReference.fields))

  public init(_ value: GoValue) {
    handle = TaskHandle(value["Handle"] ?? .null)
    downloader = DownloaderReference(value)
  }

  public var value: GoValue {
    .fields([
      "Handle": handle.value, "NodeSetting": downloader.setting.value, "NodeSettingHash": .string(downloader.hash),
    ])
  }
}

/// `POST /api/v4/slave/download/cancel` (DL-1).
public struct CancelDownload: RequestMessage {
  public var handle: TaskHandle
  public var downloader: DownloaderReference

  public init(handle: TaskHandle, downloader: DownloaderReference) {
    self.handle = handle
    self.downloader = downloader
  }

  public static let requirements = ReadDownload.requirements
  public static let type: GoType = .structure(
    GoStructure(
      "CancelDownloadTask", package: "cluster",
      fields: [GoField("Handle", json: "handle", .pointer(TaskHandle.type))] + DownloaderReference.fields))

  public init(_ value: GoValue) {
    handle = TaskHandle(value["Handle"] ?? .null)
    downloader = DownloaderReference(value)
  }

  public var value: GoValue { ReadDownload(handle: handle, downloader: downloader).value }
}

/// `POST /api/v4/slave/download/select` (DL-1).
public struct SelectDownloadFiles: RequestMessage {
  /// A file of a download, and whether it is wanted.
  public struct Choice: WireMessage {
    public var index: Int64
    public var isWanted: Bool

    public init(index: Int64, isWanted: Bool) {
      self.index = index
      self.isWanted = isWanted
    }
  }

  public var handle: TaskHandle
  public var choices: [Choice]
  public var downloader: DownloaderReference

  public init(handle: TaskHandle, choices: [Choice], downloader: DownloaderReference) {
    self.handle = handle
    self.choices = choices
    self.downloader = downloader
  }

  public static let requirements = [
    Requirement("Handle", .present), Requirement("Args", .present), Requirement("NodeSettingHash", .text),
    Requirement("NodeSetting", .present),
  ]
  public static let type: GoType = .structure(
    GoStructure(
      "SetDownloadFiles", package: "cluster",
      fields: [
        GoField("Handle", json: "handle", .pointer(TaskHandle.type)),
        GoField("Args", json: "args", .slice(.pointer(Choice.type))),
        DownloaderReference.fields[1], DownloaderReference.fields[0],
      ]))

  public init(_ value: GoValue) {
    handle = TaskHandle(value["Handle"] ?? .null)
    choices = (value["Args"]?.list ?? []).filter { $0 != .null }.map { Choice($0) }
    downloader = DownloaderReference(value)
  }

  public var value: GoValue {
    .fields([
      "Handle": handle.value, "Args": .list(choices.map(\.value)), "NodeSettingHash": .string(downloader.hash),
      "NodeSetting": downloader.setting.value,
    ])
  }
}

extension SelectDownloadFiles.Choice {
  public static let type: GoType = .structure(
    GoStructure(
      "SetFileToDownloadArgs", package: "downloader",
      fields: [GoField("Index", json: "index", .int), GoField("Download", json: "download", .bool)]))

  public init(_ value: GoValue) {
    index = value.int("Index")
    isWanted = value.flag("Download")
  }

  public var value: GoValue { .fields(["Index": .int(index), "Download": .bool(isWanted)]) }
}

/// `POST /api/v4/slave/download/test` (DL-1).
public struct TestDownloader: RequestMessage {
  public var downloader: DownloaderReference

  public init(downloader: DownloaderReference) {
    self.downloader = downloader
  }

  public static let requirements = [Requirement("NodeSetting", .present), Requirement("NodeSettingHash", .text)]
  public static let type: GoType = .structure(
    GoStructure("TestDownload", package: "cluster", fields: DownloaderReference.fields))

  public init(_ value: GoValue) { downloader = DownloaderReference(value) }

  public var value: GoValue {
    .fields(["NodeSetting": downloader.setting.value, "NodeSettingHash": .string(downloader.hash)])
  }
}
