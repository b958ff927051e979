import GoWire
import NodeProtocol
import ReferenceNode

extension ExchangeKind {
  /// What a request is for, by its method, its path and who sends it.
  /// - Parameters:
  ///   - target: the raw request target.
  ///   - isNode: whether a node sends it, by its User-Agent (HDR-1); else a browser.
  public init(method: GoString, target: GoString, isNode: Bool) {
    self = Self.api(method, target.bytes.prefix { $0 != UInt8(ascii: "?") }, isNode) ?? .other
  }

  private static let prefix = Array("/api/v4/".utf8)

  private static func api(_ method: GoString, _ path: ArraySlice<UInt8>, _ isNode: Bool) -> ExchangeKind? {
    guard path.starts(with: prefix) else { return nil }
    let rest = path.dropFirst(prefix.count)
    if rest.elementsEqual("site/ping".utf8) { return .sitePing }
    if rest.starts(with: "callback/".utf8) { return .callback }
    guard rest.starts(with: "slave/".utf8) else { return nil }
    let name = rest.dropFirst(6)
    let isDelete = method == "DELETE"
    if name.elementsEqual("ping".utf8) { return .ping }
    if name.starts(with: "upload".utf8) {
      if isDelete { return .sessionDelete }
      return method == "PUT" ? .sessionCreate : isNode ? .chunkFromNode : .chunkFromBrowser
    }
    if name.starts(with: "file/content/".utf8) { return isNode ? .contentToNode : .contentToBrowser }
    if name.starts(with: "file/thumb/".utf8) { return .thumbnail }
    if name.starts(with: "file/meta/".utf8) { return .metadata }
    if name.elementsEqual("file/list".utf8) { return .list }
    if name.elementsEqual("file".utf8) { return .delete }
    if name.elementsEqual("task/cleanup".utf8) { return .taskCleanup }
    if name.starts(with: "task".utf8) { return method == "PUT" ? .taskCreate : .taskRead }
    switch String(decoding: name, as: UTF8.self) {
    case "statelessUpload/prepare": return .prepare
    case "statelessUpload/complete": return .complete
    case "statelessUpload/failed": return .failed
    case "statelessUpload/create": return .createFolder
    case "download/task": return .downloadTask
    case "download/status": return .downloadStatus
    case "download/select": return .downloadSelect
    case "download/cancel": return .downloadCancel
    case "download/test": return .downloadTest
    default: return nil
    }
  }
}

/// The exchange that a connection carries at the moment, as both its ends and the faults know it.
struct ExchangeTag {
  /// Counts the exchanges of a run from 1; 0: none.
  var number = 0
  var kind = ExchangeKind.other
  var method: GoString = ""
  var target: GoString = ""

  var path: GoString { GoString(target.bytes.prefix { $0 != UInt8(ascii: "?") }) }
}
