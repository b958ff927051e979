import GoWire

/// An entry of a listing (ST-15).
public struct PhysicalObject: WireMessage {
  public var name: GoString
  /// Absolute, cleaned path.
  public var source: GoString
  /// Relative to what was listed, with slashes.
  public var relativePath: GoString
  /// Bytes; a folder's as the file system gives it.
  public var size: Int64
  public var isDirectory: Bool
  public var lastModified: GoTime

  public init(
    name: GoString, source: GoString, relativePath: GoString, size: Int64, isDirectory: Bool, lastModified: GoTime
  ) {
    self.name = name
    self.source = source
    self.relativePath = relativePath
    self.size = size
    self.isDirectory = isDirectory
    self.lastModified = lastModified
  }

  public static let type: GoType = .structure(
    GoStructure(
      "PhysicalObject", package: "fs",
      fields: [
        GoField("Name", json: "name", .string), GoField("Source", json: "source", .string),
        GoField("RelativePath", json: "relative_path", .string), GoField("Size", json: "size", .int64),
        GoField("IsDir", json: "is_dir", .bool), GoField("LastModify", json: "last_modify", .time),
      ]))

  public init(_ value: GoValue) {
    name = value.text("Name")
    source = value.text("Source")
    relativePath = value.text("RelativePath")
    size = value.int("Size")
    isDirectory = value.flag("IsDir")
    lastModified = value.moment("LastModify")
  }

  public var value: GoValue {
    .fields([
      "Name": .string(name), "Source": .string(source), "RelativePath": .string(relativePath), "Size": .int(size),
      "IsDir": .bool(isDirectory), "LastModify": .time(lastModified),
    ])
  }
}

/// A piece of media metadata (ST-12).
public struct MediaMeta: WireMessage {
  public var key: GoString
  public var text: GoString
  /// `exif`, `music`, `stream`.
  public var kind: GoString

  public init(key: GoString, text: GoString, kind: GoString) {
    self.key = key
    self.text = text
    self.kind = kind
  }

  public static let type: GoType = .structure(
    GoStructure(
      "MediaMeta", package: "driver",
      fields: [
        GoField("Key", json: "key", .string), GoField("Value", json: "value", .string),
        GoField("Type", json: "type", .named("driver.MetaType", .string)),
      ]))

  public init(_ value: GoValue) {
    key = value.text("Key")
    text = value.text("Value")
    kind = value.text("Type")
  }

  public var value: GoValue { .fields(["Key": .string(key), "Value": .string(text), "Type": .string(kind)]) }
}

/// How far a part of a task is (TASK-2).
public struct TaskProgress: WireMessage {
  public var total: Int64
  public var current: Int64
  public var identifier: GoString

  public init(total: Int64 = 0, current: Int64 = 0, identifier: GoString = "") {
    self.total = total
    self.current = current
    self.identifier = identifier
  }

  public static let type: GoType = .structure(
    GoStructure(
      "Progress", package: "queue",
      fields: [
        GoField("Total", json: "total", .int64), GoField("Current", json: "current", .int64),
        GoField("Identifier", json: "identifier", .string),
      ]))

  public init(_ value: GoValue) {
    total = value.int("Total")
    current = value.int("Current")
    identifier = value.text("Identifier")
  }

  public var value: GoValue {
    .fields(["Total": .int(total), "Current": .int(current), "Identifier": .string(identifier)])
  }
}

/// The state of a slave's task (TASK-2).
public struct SlaveTaskSummary: WireMessage {
  /// A progress under its name: `archive_size`.
  public struct NamedProgress: Hashable, Sendable {
    public var name: GoString
    public var progress: TaskProgress

    public init(_ name: GoString, _ progress: TaskProgress) {
      self.name = name
      self.progress = progress
    }
  }

  /// A value of TASK-4.
  public var status: GoString
  public var error: GoString
  /// JSON text.
  public var privateState: GoString
  /// In the order in which it is to be sent, or came.
  public var progress: [NamedProgress]

  public init(status: GoString, error: GoString = "", privateState: GoString = "", progress: [NamedProgress] = []) {
    self.status = status
    self.error = error
    self.privateState = privateState
    self.progress = progress
  }

  public static let type: GoType = .structure(
    GoStructure(
      "SlaveTaskSummary", package: "cluster",
      fields: [
        GoField("Status", json: "status", .named("task.Status", .string)), GoField("Error", json: "error", .string),
        GoField("PrivateState", json: "private_state", .string),
        GoField(
          "Progress", json: "progress", omitEmpty: true,
          .named("queue.Progresses", .map(key: .string, value: .pointer(TaskProgress.type)))),
      ]))

  public init(_ value: GoValue) {
    status = value.text("Status")
    error = value.text("Error")
    privateState = value.text("PrivateState")
    progress = (value["Progress"] ?? .null).textEntries.map { NamedProgress($0.name, TaskProgress($0.value)) }
  }

  public var value: GoValue {
    .fields([
      "Status": .string(status), "Error": .string(error), "PrivateState": .string(privateState),
      "Progress": progress.isEmpty
        ? nil : .map(progress.map { GoMapEntry(.string($0.name), $0.progress.value) }),
    ])
  }
}

/// The state of a download (DL-2).
public struct TaskStatus: WireMessage {
  public struct File: WireMessage {
    public var index: Int64
    public var name: GoString
    public var size: Int64
    /// 0 … 1.
    public var progress: Double
    public var isSelected: Bool

    public init(index: Int64, name: GoString, size: Int64, progress: Double, isSelected: Bool) {
      self.index = index
      self.name = name
      self.size = size
      self.progress = progress
      self.isSelected = isSelected
    }
  }

  /// The handle that takes this one's place.
  public var followedBy: TaskHandle?
  public var savePath: GoString
  public var name: GoString
  /// A value of DL-3.
  public var state: GoString
  public var total: Int64
  public var downloaded: Int64
  public var downloadSpeed: Int64
  public var uploaded: Int64
  public var uploadSpeed: Int64
  public var hash: GoString
  public var files: [File]
  /// One bit a piece, high bit first.
  public var pieces: [UInt8]
  public var pieceCount: Int64
  public var errorMessage: GoString

  public init(state: GoString, savePath: GoString = "", name: GoString = "") {
    self.savePath = savePath
    self.name = name
    self.state = state
    total = 0
    downloaded = 0
    downloadSpeed = 0
    uploaded = 0
    uploadSpeed = 0
    hash = ""
    files = []
    pieces = []
    pieceCount = 0
    errorMessage = ""
  }
}

extension TaskStatus {
  public static let type: GoType = .structure(
    GoStructure(
      "TaskStatus", package: "downloader",
      fields: [
        GoField("FollowedBy", .pointer(TaskHandle.type)), GoField("SavePath", .string), GoField("Name", .string),
        GoField("State", .named("downloader.Status", .string)), GoField("Total", .int64),
        GoField("Downloaded", .int64), GoField("DownloadSpeed", .int64), GoField("Uploaded", .int64),
        GoField("UploadSpeed", .int64), GoField("Hash", .string), GoField("Files", .slice(File.type)),
        GoField("Pieces", .bytes), GoField("NumPieces", .int), GoField("ErrorMessage", .string),
      ]))

  public init(_ value: GoValue) {
    followedBy = value.part("FollowedBy").map { TaskHandle($0) }
    savePath = value.text("SavePath")
    name = value.text("Name")
    state = value.text("State")
    total = value.int("Total")
    downloaded = value.int("Downloaded")
    downloadSpeed = value.int("DownloadSpeed")
    uploaded = value.int("Uploaded")
    uploadSpeed = value.int("UploadSpeed")
    hash = value.text("Hash")
    files = (value["Files"]?.list ?? []).map { File($0) }
    pieces = value.part("Pieces")?.rawBytes ?? []
    pieceCount = value.int("NumPieces")
    errorMessage = value.text("ErrorMessage")
  }

  public var value: GoValue {
    .fields([
      "FollowedBy": followedBy?.value, "SavePath": .string(savePath), "Name": .string(name), "State": .string(state),
      "Total": .int(total), "Downloaded": .int(downloaded), "DownloadSpeed": .int(downloadSpeed),
      "Uploaded": .int(uploaded), "UploadSpeed": .int(uploadSpeed), "Hash": .string(hash),
      "Files": .list(files.map(\.value)), "Pieces": .bytes(pieces), "NumPieces": .int(pieceCount),
      "ErrorMessage": .string(errorMessage),
    ])
  }
}

extension TaskStatus.File {
  public static let type: GoType = .structure(
    GoStructure(
      "TaskFile", package: "downloader",
      fields: [
        GoField("Index", .int), GoField("Name", .string), GoField("Size", .int64), GoField("Progress", .float64),
        GoField("Selected", .bool),
      ]))

  public init(_ value: GoValue) {
    index = value.int("Index")
    name = value.text("Name")
    size = value.int("Size")
    progress = value.number("Progress")
    isSelected = value.flag("Selected")
  }

  public var value: GoValue {
    .fields([
      "Index": .int(index), "Name": .string(name), "Size": .int(size), "Progress": .float(progress),
      "Selected": .bool(isSelected),
    ])
  }
}
