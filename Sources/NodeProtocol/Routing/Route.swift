import GoWire

/// ROLE-2.
public enum Role: Hashable, Sendable {
  case master, slave
}

/// What a request asks for: a route of the node protocol with its decoded path parameters (ROLE-3, HDR-7).
public enum Route: Hashable, Sendable {
  /// `POST /api/v4/slave/ping` (PING-1); slave only.
  case ping
  /// `PUT /api/v4/slave/upload` (ST-3).
  case createUploadSession
  /// `POST /api/v4/slave/upload/:sessionId` (ST-4).
  case uploadChunk(sessionID: GoString)
  /// `DELETE /api/v4/slave/upload/:sessionId` (ST-7).
  case deleteUploadSession(sessionID: GoString)
  /// `GET|HEAD /api/v4/slave/file/content/:nodeId/:src/:speed/:name` (ST-9).
  case content(nodeID: GoString, source: GoString, speed: GoString, name: GoString)
  /// `GET /api/v4/slave/file/thumb/:src/:ext` (ST-13).
  case thumbnail(source: GoString, ext: GoString)
  /// `GET /api/v4/slave/file/meta/:src/:ext` (ST-12).
  case mediaMeta(source: GoString, ext: GoString)
  /// `GET /api/v4/slave/file/list` (ST-15).
  case listFiles
  /// `DELETE /api/v4/slave/file` (ST-14).
  case deleteFiles
  /// `PUT /api/v4/slave/task` (TASK-1); slave only.
  case createTask
  /// `GET /api/v4/slave/task/:id` (TASK-2); slave only.
  case readTask(id: GoString)
  /// `POST /api/v4/slave/task/cleanup` (TASK-3); slave only.
  case cleanUpTask
  /// `POST /api/v4/slave/download/…` (DL-1); slave only.
  case download(DownloadOperation)
  /// `GET /api/v4/site/ping` (PING-3); master only.
  case sitePing
  /// `POST /api/v4/callback/remote/:sessionID/:key` (CB-2); master only.
  case uploadCallback(sessionID: GoString, key: GoString)
  /// `PUT /api/v4/slave/statelessUpload/prepare` (MST-2); master only.
  case prepareStatelessUpload
  /// `POST /api/v4/slave/statelessUpload/complete` (MST-2); master only.
  case completeStatelessUpload
  /// `POST /api/v4/slave/statelessUpload/failed` (MST-2); master only.
  case failStatelessUpload
  /// `POST /api/v4/slave/statelessUpload/create` (MST-2); master only.
  case createStatelessFile
  /// `GET /api/v4/slave/credential/:id` (MST-4); master only.
  case credential(id: GoString)
}

/// What is asked of a slave's downloader (DL-1).
public enum DownloadOperation: String, Hashable, Sendable, CaseIterable {
  case task, status, cancel, select, test
}

/// Where a request goes, before its signature is looked at (HDR-7).
public enum RouteMatch: Hashable, Sendable {
  case route(Route)
  /// One slash too many.
  case redirect(Redirect)
  /// An unknown path or a wrong method: 404, `404 page not found`.
  case notFound
  /// A target that cannot be read (HDR-8).
  case badRequest
}
