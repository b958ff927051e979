import GoWire

/// What a slave wants to upload to the master's file system (MST-2).
public struct UploadRequest: WireMessage {
  /// Nil when missing.
  public var props: UploadProps?
  /// A bit set: 0 for a new file.
  public var mode: Int64
  public var offset: Int64

  public init(props: UploadProps?, mode: Int64 = 0, offset: Int64 = 0) {
    self.props = props
    self.mode = mode
    self.offset = offset
  }

  public static let type: GoType = .structure(
    GoStructure(
      "UploadRequest", package: "fs",
      fields: [
        GoField("Props", .pointer(UploadProps.type)),
        GoField("Mode", .named("fs.WriteMode", .int)),
        GoField("Offset", .int64),
      ]))

  public init(_ value: GoValue) {
    props = value.part("Props").map { UploadProps($0) }
    mode = value.int("Mode")
    offset = value.int("Offset")
  }

  public var value: GoValue {
    .fields(["Props": props?.value, "Mode": .int(mode), "Offset": .int(offset)])
  }
}

/// `PUT /api/v4/slave/statelessUpload/prepare` (MST-2).
public struct PrepareStatelessUpload: RequestMessage {
  public var request: UploadRequest
  public var userID: Int64

  public init(request: UploadRequest, userID: Int64) {
    self.request = request
    self.userID = userID
  }

  public static let requirements = [Requirement("UploadRequest", .present)]
  public static let type: GoType = .structure(
    GoStructure(
      "StatelessPrepareUploadService", package: "fs",
      fields: [
        GoField("UploadRequest", json: "upload_request", .pointer(UploadRequest.type)),
        GoField("UserID", json: "user_id", .int),
      ]))

  public init(_ value: GoValue) {
    request = UploadRequest(value["UploadRequest"] ?? .null)
    userID = value.int("UserID")
  }

  public var value: GoValue { .fields(["UploadRequest": request.value, "UserID": .int(userID)]) }
}

/// `POST /api/v4/slave/statelessUpload/complete` and `…/failed` (MST-2).
public struct FinishStatelessUpload: RequestMessage {
  public var session: UploadSession
  public var userID: Int64

  public init(session: UploadSession, userID: Int64) {
    self.session = session
    self.userID = userID
  }

  public static let requirements = [Requirement("UploadSession", .present)]
  public static let type: GoType = .structure(
    GoStructure(
      "StatelessCompleteUploadService", package: "fs",
      fields: [
        GoField("UploadSession", json: "upload_session", .pointer(UploadSession.type(in: .json))),
        GoField("UserID", json: "user_id", .int),
      ]))

  public init(_ value: GoValue) {
    session = UploadSession(value["UploadSession"] ?? .null)
    userID = value.int("UserID")
  }

  public var value: GoValue { .fields(["UploadSession": session.value(in: .json), "UserID": .int(userID)]) }
}

/// `POST /api/v4/slave/statelessUpload/create` (MST-2).
public struct CreateStatelessFile: RequestMessage {
  /// What is created. The number 0 (a file) cannot be asked for: the field is required.
  public static let folder: Int64 = 1

  /// A `cloudreve://` URI.
  public var path: GoString
  public var kind: Int64
  public var userID: Int64

  public init(path: GoString, kind: Int64 = CreateStatelessFile.folder, userID: Int64) {
    self.path = path
    self.kind = kind
    self.userID = userID
  }

  public static let requirements = [Requirement("Type", .number)]
  public static let type: GoType = .structure(
    GoStructure(
      "StatelessCreateFileService", package: "fs",
      fields: [
        GoField("Path", json: "path", .string),
        GoField("Type", json: "type", .named("types.FileType", .int)),
        GoField("UserID", json: "user_id", .int),
      ]))

  public init(_ value: GoValue) {
    path = value.text("Path")
    kind = value.int("Type")
    userID = value.int("UserID")
  }

  public var value: GoValue { .fields(["Path": .string(path), "Type": .int(kind), "UserID": .int(userID)]) }
}

/// The gob answer to `prepare` (MST-2).
public struct StatelessPrepareUploadResponse: Hashable, Sendable {
  /// Nil when missing.
  public var session: UploadSession?
  /// Nil when missing.
  public var request: UploadRequest?

  public init(session: UploadSession?, request: UploadRequest?) {
    self.session = session
    self.request = request
  }
}

extension StatelessPrepareUploadResponse: WireMessage {
  public static let type: GoType = .structure(
    GoStructure(
      "StatelessPrepareUploadResponse", package: "fs",
      fields: [
        GoField("Session", .pointer(UploadSession.type(in: .gob))),
        GoField("Req", .pointer(UploadRequest.type)),
      ]))

  public init(_ value: GoValue) {
    session = value.part("Session").map { UploadSession($0) }
    request = value.part("Req").map { UploadRequest($0) }
  }

  public var value: GoValue { .fields(["Session": session?.value(in: .gob), "Req": request?.value]) }
}

/// The gob answer to `credential` (MST-4).
public struct CredentialResponse: WireMessage {
  public var token: GoString
  public var expireAt: GoTime

  public init(token: GoString, expireAt: GoTime) {
    self.token = token
    self.expireAt = expireAt
  }

  public static let type: GoType = .structure(
    GoStructure(
      "CredentialResponse", package: "credmanager", fields: [GoField("Token", .string), GoField("ExpireAt", .time)]))

  public init(_ value: GoValue) {
    token = value.text("Token")
    expireAt = value.moment("ExpireAt")
  }

  public var value: GoValue { .fields(["Token": .string(token), "ExpireAt": .time(expireAt)]) }
}
