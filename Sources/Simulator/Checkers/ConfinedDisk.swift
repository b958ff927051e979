import GoWire
import NodeProtocol
import ReferenceNode

/// INV-3: with a storage root nothing outside it is touched but the temp folder; without one, nothing but what signed requests name.
struct ConfinedDisk: Checker {
  let invariant = "INV-3"

  private var named: [String: Set<GoString>] = [:]

  mutating func see(_ sight: Sight, in scene: any CheckedScene) -> [String] {
    switch sight {
    case .took(let request, _), .request(let request):
      name(request, scene)
      return []
    case .event(let event):
      guard case .effect(_, let action, let failure) = event.kind, failure == nil, scene.slaves.contains(event.node)
      else { return [] }
      return Self.paths(of: action).compactMap { path in
        isAllowed(path, action, event.node, scene)
          ? nil : "\(event.node) touches \(path), which is neither its storage nor named by a signed request"
      }
    case .response, .answered, .masterReceived:
      return []
    }
  }

  /// What a request names, whoever sent it: whether it is signed is another checker's business.
  private mutating func name(_ request: WitnessedRequest, _ scene: any CheckedScene) {
    guard let target = RequestTarget(request.target) else { return }
    var paths: [GoString] = []
    let parts = target.path.bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
      .map { GoString($0) }
    if request.method == "PUT", target.path == "/api/v4/slave/upload" {
      let message = try? Binder.bind(CreateUploadSession.self, from: request.body)
      paths += [message?.session?.props?.savePath].compactMap { $0 }
    } else if target.path == "/api/v4/slave/file" {
      paths += (try? Binder.bind(DeleteFiles.self, from: request.body))?.files ?? []
    } else if target.path == "/api/v4/slave/file/list" {
      paths += [target.query["path"]].compactMap { $0 }
    } else if target.path == "/api/v4/slave/task/cleanup" {
      paths += (try? Binder.bind(CleanUpTask.self, from: request.body))?.paths ?? []
    } else if parts.count > 6, parts[3] == "slave", parts[4] == "file" {
      let source = parts[5] == "content" ? (parts.count > 7 ? parts[7] : "") : parts[6]
      if let path = try? Base64.url.decode(source) { paths.append(GoString(path)) }
    }
    for path in paths {
      let absolute = DiskPath(path).map { scene.disk(of: request.node).absolute($0) }
      if let absolute { named[request.node, default: []].insert(absolute) }
    }
  }

  private func isAllowed(
    _ path: GoString, _ action: Effect.Action, _ node: String, _ scene: any CheckedScene
  ) -> Bool {
    let disk = scene.disk(of: node)
    if Self.isBelow(path, disk.folder + "/data/temp") || path == disk.folder + "/data/conf.ini" { return true }
    // Making entries durable reads and changes nothing.
    if case .syncFolder = action { return true }
    if case .makeFolders = action, Self.isBelow(disk.folder, path) { return true }
    if let root = scene.storageRoot(of: node) { return Self.isBelow(path, root) }
    return (named[node] ?? []).contains { one in
      Self.isBelow(path, one) || Self.isBelow(one, path) || path.hasPrefix(one + "._")
    }
  }

  static func isBelow(_ path: GoString, _ folder: GoString) -> Bool {
    folder == "/" || path == folder || path.hasPrefix(folder + "/")
  }

  static func paths(of action: Effect.Action) -> [GoString] {
    switch action {
    case .open(let path, _), .read(let path, _, _), .write(let path, _, _), .truncate(let path, _),
      .preallocate(let path, _), .status(let path), .list(let path), .makeFolders(let path), .remove(let path),
      .removeTree(let path), .syncFolder(let path):
      [path]
    case .rename(let from, let to): [from, to]
    case .sync, .close, .freeSpace, .call, .reply, .request, .response: []
    }
  }
}
