import GoWire
import ReferenceNode

/// What a name stands for: a file, a folder or a link. Both its present state and the state that is safe from a power loss.
///
/// Confined to the kernel's thread.
final class MemoryNode {
  enum Content {
    case file(PagedBytes)
    case folder([GoString: MemoryNode])
    case link(GoString)
  }

  let identity: UInt64
  var content: Content
  /// What a power loss leaves. A file that was never synced is left empty; a folder that was never synced, without entries.
  var durable: Content
  /// Room reserved by `preallocate`, in bytes.
  var reserved: Int64 = 0
  var modified: GoTime
  var changed: Int64
  var isReadable = true
  var isWritable = true
  /// Which of the node's files it is.
  var pathClass = Fault.PathClass.blob
  /// Whether `content` has changed since it was made durable.
  var isDirty = false
  /// Syncs of it that are under way.
  var syncing = 0
  /// What a disk that lies has said to be durable, and the fault that made it lie.
  var promise: (content: Content, by: ChosenFault)?

  init(identity: UInt64, _ content: Content, modified: GoTime, changed: Int64) {
    self.identity = identity
    self.content = content
    self.modified = modified
    self.changed = changed
    switch content {
    case .file: durable = .file(PagedBytes())
    case .folder: durable = .folder([:])
    case .link: durable = content
    }
  }

  var isFolder: Bool { if case .folder = content { true } else { false } }

  var entries: [GoString: MemoryNode]? { if case .folder(let entries) = content { entries } else { nil } }

  /// Room taken, in bytes.
  var charge: Int64 {
    switch content {
    case .file(let bytes): max(reserved, bytes.stored)
    case .folder, .link: 0
    }
  }

  func insert(_ node: MemoryNode, as name: GoString) {
    guard case .folder(var entries) = content else { return }
    content = .folder([:])
    entries[name] = node
    content = .folder(entries)
    isDirty = true
  }

  /// Makes the present state safe from a power loss.
  func makeDurable() {
    durable = content
    isDirty = false
    promise = nil
  }

  func removeEntry(_ name: GoString) {
    guard case .folder(var entries) = content else { return }
    content = .folder([:])
    entries.removeValue(forKey: name)
    content = .folder(entries)
    isDirty = true
  }
}

/// The tree of names.
///
/// Confined to the kernel's thread.
final class MemoryTree {
  let root: MemoryNode
  private var lastIdentity: UInt64 = 1
  private var lastChanged: Int64 = 0

  init(now: GoTime) {
    root = MemoryNode(identity: 1, .folder([:]), modified: now, changed: 0)
  }

  func makeNode(_ content: MemoryNode.Content, now: GoTime) -> MemoryNode {
    lastIdentity += 1
    return MemoryNode(identity: lastIdentity, content, modified: now, changed: tick(now))
  }

  /// Notes a change of data.
  func touch(_ node: MemoryNode, now: GoTime) {
    node.modified = now
    node.changed = tick(now)
  }

  /// The time in nanoseconds, never the same twice.
  private func tick(_ now: GoTime) -> Int64 {
    let (seconds, overflow) = now.unixSeconds.multipliedReportingOverflow(by: 1_000_000_000)
    let nanoseconds = overflow ? lastChanged : seconds &+ Int64(now.nanosecond)
    lastChanged = max(lastChanged &+ 1, nanoseconds)
    return lastChanged
  }

  /// Forgets everything that was not synced, as a power loss does.
  func forgetVolatile() {
    var seen: Set<UInt64> = []
    var pending = [root]
    while let node = pending.popLast() {
      guard seen.insert(node.identity).inserted else { continue }
      node.content = node.durable
      node.reserved = 0
      node.isDirty = false
      node.syncing = 0
      node.promise = nil
      if case .folder(let entries) = node.durable { pending += entries.values }
    }
  }

  /// Every file, folder and link by its path, in byte order, folders before what is in them.
  func walk(_ body: (GoString, MemoryNode) -> Void) {
    func visit(_ node: MemoryNode, _ path: GoString) {
      body(path.isEmpty ? "/" : path, node)
      guard let entries = node.entries else { return }
      for name in entries.keys.sorted() {
        if let child = entries[name] { visit(child, path + "/" + name) }
      }
    }
    visit(root, "")
  }

  static func components(_ path: GoString) -> [GoString] {
    path.bytes.split(separator: UInt8(ascii: "/")).map { GoString(Array($0)) }
  }

  static func joined(_ components: some Collection<GoString>) -> [UInt8] {
    components.isEmpty ? [UInt8(ascii: "/")] : components.flatMap { [UInt8(ascii: "/")] + $0.bytes }
  }

  /// The path without `.`, `..`, doubled and final slashes, by its text alone; `path` is absolute.
  static func cleaned(_ path: GoString) -> GoString {
    var kept: [GoString] = []
    for component in components(path) where component != "." {
      if component == ".." {
        _ = kept.popLast()
      } else {
        kept.append(component)
      }
    }
    return GoString(joined(kept))
  }
}
