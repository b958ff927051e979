import GoWire

/// Runs against a slave that is the user's own: nothing is touched in its folder but what cases name, and that is taken away
/// again at the end.
enum UserStage {
  /// - Throws: when the folder is none, or holds already what cases would make, or nobody listens at the URL.
  static func make(
    _ url: String, isInsecure: Bool, secret: GoString, folder: String, cases: [ConformanceCase], staging: Staging
  ) throws(SuiteError) -> SharedStage {
    let address = try SocketAddress(url: url, isInsecure: isInsecure)
    guard HostFiles.isFolder(folder) else { throw .usage("\(folder): is no folder") }
    let root = try HostFiles.realPath(folder)
    if staging.variation == nil, let single = cases.first(where: { $0.origin.secret != secret }) {
      throw .usage("\(single.origin.path): was recorded with another secret: it cannot be sent verbatim")
    }
    let footprint = CaseFootprint(cases)
    if let path = footprint.paths.first(where: { HostFiles.exists("\(root)/\($0)") }) {
      throw .usage("\(root)/\(path): is there already, and the cases would overwrite and remove it")
    }
    do throws(ConnectionFailure) {
      _ = try SocketConnection(to: address, deadline: HostClock.uptime + 10_000_000_000)
    } catch {
      throw .unfinished("\(url): \(error.text)")
    }
    let folders = footprint.folders.filter { !HostFiles.exists("\(root)/\($0)") }
    return try SharedStage(
      address: address, secret: secret, folder: root, knowsFolder: false, staging: staging
    ) {
      for path in footprint.paths { HostFiles.removeTree("\(root)/\(path)") }
      // Deepest first; a folder that holds anything else stays.
      for path in folders.reversed() { HostFiles.removeEmptyFolder("\(root)/\(path)") }
    }
  }
}

/// The files that cases put or make in the slave's working folder.
struct CaseFootprint {
  /// Files, relative to the folder.
  private(set) var paths: [String] = []
  /// The folders they stand in, parents first.
  private(set) var folders: [String] = []

  init(_ cases: [ConformanceCase]) {
    for single in cases {
      for file in single.files {
        if file.bytes == nil { addFolders(file.path) } else { add(file.path) }
      }
      for exchange in single.exchanges {
        guard case .call(let call) = exchange, call.request.method == "PUT" else { continue }
        let session = (try? GoJSON.parseFirst(call.request.body))?["session"]
        guard let path = session?["Props"]?["SavePath"]?.text else { continue }
        add(path)
      }
    }
  }

  private mutating func add(_ path: String) {
    guard let path = CaseFootprint.cleaned(path), !path.isEmpty else { return }
    for made in [path, path + "._thumb_sidecar"] where !paths.contains(made) { paths.append(made) }
    if let slash = path.lastIndex(of: "/") { addFolders(String(path[..<slash])) }
  }

  private mutating func addFolders(_ path: String) {
    guard let path = CaseFootprint.cleaned(path), !path.isEmpty else { return }
    if let slash = path.lastIndex(of: "/") { addFolders(String(path[..<slash])) }
    if !folders.contains(path) { folders.append(path) }
  }

  /// A relative path without dots; nil for one that is absolute or leaves the folder.
  private static func cleaned(_ path: String) -> String? {
    guard !path.hasPrefix("/") else { return nil }
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      if part == ".." {
        guard parts.popLast() != nil else { return nil }
      } else {
        parts.append(part)
      }
    }
    return parts.joined(separator: "/")
  }
}
