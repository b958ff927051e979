/// What an exchange is for: a cell of the fault table is counted for each (scenarios.md 2.5).
public enum ExchangeKind: String, CaseIterable, Hashable, Sendable {
  case ping
  case sitePing = "site ping"
  case taskCreate = "task create"
  case taskRead = "task read"
  case taskCleanup = "task cleanup"
  case sessionCreate = "session create"
  case chunkFromBrowser = "chunk (browser)"
  case chunkFromNode = "chunk (node)"
  case sessionDelete = "session delete"
  case callback
  case prepare
  case complete
  case failed
  case createFolder = "create folder"
  case contentToBrowser = "content (browser)"
  case contentToNode = "content (node)"
  case list
  case delete
  case metadata
  case thumbnail
  case downloadTask = "download task"
  case downloadStatus = "download status"
  case downloadSelect = "download select"
  case downloadCancel = "download cancel"
  case downloadTest = "download test"
  case aria2 = "aria2 call"
  case qBittorrent = "qBittorrent call"
  /// Anything else: a user's request, a preflight, what no route takes.
  case other
}
