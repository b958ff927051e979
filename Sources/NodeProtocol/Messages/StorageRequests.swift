import GoWire

/// `PUT /api/v4/slave/upload` (ST-3). Nothing is required by binding: see `missingPart`.
public struct CreateUploadSession: RequestMessage {
  /// Nil when missing (ENV-8).
  public var session: UploadSession?
  /// Whether a file that exists may be replaced.
  public var overwrite: Bool

  public init(session: UploadSession?, overwrite: Bool) {
    self.session = session
    self.overwrite = overwrite
  }

  /// The first part that the session cannot do without and that is missing (ENV-8).
  public var missingPart: GoString? {
    guard let session else { return "Session" }
    return session.missingPart
  }

  public static let requirements: [Requirement] = []
  public static let type: GoType = .structure(
    GoStructure(
      "CreateUploadSessionService", package: "explorer",
      fields: [
        GoField("Session", json: "session", .pointer(UploadSession.type(in: .json))),
        GoField("Overwrite", json: "overwrite", .bool),
      ]))

  public init(_ value: GoValue) {
    session = value.part("Session").map { UploadSession($0) }
    overwrite = value.flag("Overwrite")
  }

  public var value: GoValue {
    .fields(["Session": session?.value(in: .json), "Overwrite": .bool(overwrite)])
  }
}

/// `DELETE /api/v4/slave/file` (ST-14).
public struct DeleteFiles: RequestMessage {
  public var files: [GoString]

  public init(files: [GoString]) {
    self.files = files
  }

  public static let requirements = [Requirement("Files", .elements)]
  public static let type: GoType = .structure(
    GoStructure(
      "SlaveDeleteFileService", package: "explorer", fields: [GoField("Files", json: "files", .slice(.string))]))

  public init(_ value: GoValue) { files = value.texts("Files") ?? [] }
  public var value: GoValue { .fields(["Files": .texts(files)]) }
}

/// `GET /api/v4/slave/file/list` (ST-15).
public struct ListFiles: Hashable, Sendable {
  public var path: GoString
  public var isRecursive: Bool

  public init(path: GoString, isRecursive: Bool) {
    self.path = path
    self.isRecursive = isRecursive
  }

  public init(_ query: GoQuery) throws(NodeError) {
    isRecursive = try Binder.bool(query["recursive"])
    guard let path = query["path"], !path.isEmpty else { throw .emptyField("Path") }
    self.path = path
  }
}

/// The parameters of `GET|HEAD /api/v4/slave/file/content/:nodeId/:src/:speed/:name` (ST-9, ST-11).
public struct ContentRequest: Hashable, Sendable {
  /// base64url of the path, not decoded.
  public var source: GoString
  /// Bytes a second; 0 or less for no limit.
  public var speed: Int64
  /// The display name.
  public var name: GoString
  /// Whether the answer is an attachment.
  public var isDownload: Bool

  public init(source: GoString, speed: GoString, name: GoString, query: GoQuery) throws(NodeError) {
    self.source = source
    self.speed = try Binder.integer(speed)
    self.name = name
    isDownload = query.first("download")?.isEmpty == false
  }

  /// The path that `source` stands for; `-1` when it is no padded base64url (ST-9, ST-12).
  public static func path(of source: GoString) throws(NodeError) -> GoString {
    do {
      return GoString(try Base64.url.decode(source))
    } catch {
      throw .unclassified(error.text)
    }
  }
}

/// The chunk that `POST /api/v4/slave/upload/:sessionId` brings (ST-4).
public enum ChunkIndex {
  /// Absent or no number: 0. One that does not fit is the nearest that does, as Go's `Atoi` leaves it.
  public static func of(_ query: GoQuery) -> Int64 {
    guard let text = query["chunk"] else { return 0 }
    do throws(GoNumberError) {
      return try text.atoi()
    } catch {
      guard error.reason == .range else { return 0 }
      return text.hasPrefix("-") ? .min : .max
    }
  }
}
