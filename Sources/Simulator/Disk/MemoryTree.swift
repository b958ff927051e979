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
  }

  func removeEntry(_ name: GoString) {
    guard case .folder(var entries) = content else { return }
    content = .folder([:])
    entries.removeValue(forKey: name)
    content = .folder(entries)
  }
}

/// The tree of names, walked as the kernel of an operating system walks it: component by component, links followed.
///
/// Confined to the kernel's thread.
final class MemoryTree {
  static let longestName = 255
  static let longestPath = 4_095
  private static let mostLinks = 40

  /// Where a path leads: the folder that holds the last name, and what stands there.
  struct Place {
    /// From the root's child down to the folder that holds the name; empty when that is the root.
    var folders: [MemoryNode]
    /// The last component; nil when the path is the root, or ends in `.` or `..`.
    var name: GoString?
    var node: MemoryNode?

    var parent: MemoryNode { folders[folders.count - 1] }
  }

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

  /// Finds what an absolute path names. `floor` is how many folders down the walk may not go back above, once it is below them;
  /// `floorPath` those folders' names.
  func place(_ path: GoString, followLast: Bool, confinedTo confinement: [GoString]?) throws(DiskError) -> Place {
    guard path.count <= Self.longestPath else { throw .nameTooLong }
    var pending = Self.components(path)
    let wantsFolder = path.bytes.last == UInt8(ascii: "/") || pending.last == "."
    var walked: [MemoryNode] = [root]
    var floor = 0
    if let confinement {
      // The root folder itself is the operator's: links on the way to it are followed.
      let base = try place(GoString(Self.joined(confinement)), followLast: true, confinedTo: nil)
      guard let node = base.node else { throw .notFound }
      walked = base.name == nil ? base.folders : base.folders + [node]
      floor = walked.count - 1
      guard pending.starts(with: confinement) else { throw .outsideRoot }
      pending.removeFirst(confinement.count)
    }
    pending.reverse()
    var links = 0
    while let name = pending.popLast() {
      guard let entries = walked[walked.count - 1].entries else { throw .notADirectory }
      if name == "." { continue }
      if name == ".." {
        if walked.count - 1 > floor {
          walked.removeLast()
        } else if confinement != nil {
          throw .outsideRoot
        }
        continue
      }
      guard name.count <= Self.longestName else { throw .nameTooLong }
      guard walked[walked.count - 1].isReadable else { throw .denied }
      let found = entries[name]
      let isLast = pending.isEmpty
      if case .link(let target)? = found?.content, !isLast || followLast || wantsFolder {
        links += 1
        guard links <= Self.mostLinks else { throw .tooManyLinks }
        if target.bytes.first == UInt8(ascii: "/") {
          guard confinement == nil else { throw .outsideRoot }
          walked = [root]
        }
        pending += Self.components(target).reversed()
        if pending.isEmpty { return Place(folders: walked, name: nil, node: walked[walked.count - 1]) }
        continue
      }
      if isLast {
        if wantsFolder, let found, !found.isFolder { throw .notADirectory }
        return Place(folders: walked, name: name, node: found)
      }
      guard let found else { throw .notFound }
      walked.append(found)
    }
    return Place(folders: walked, name: nil, node: walked[walked.count - 1])
  }

  /// What a path names, or `notFound`.
  func node(_ path: GoString, followLast: Bool, confinedTo confinement: [GoString]?) throws(DiskError) -> MemoryNode {
    guard let node = try place(path, followLast: followLast, confinedTo: confinement).node else { throw .notFound }
    return node
  }

  /// Forgets everything that was not synced, as a power loss does.
  func forgetVolatile() {
    var seen: Set<UInt64> = []
    var pending = [root]
    while let node = pending.popLast() {
      guard seen.insert(node.identity).inserted else { continue }
      node.content = node.durable
      node.reserved = 0
      if case .folder(let entries) = node.durable { pending += entries.values }
    }
  }

  /// Room taken by everything that has a name, in bytes.
  var charge: Int64 {
    var total: Int64 = 0
    var pending = [root]
    while let node = pending.popLast() {
      total += node.charge
      if let entries = node.entries { pending += entries.values }
    }
    return total
  }

  static func components(_ path: GoString) -> [GoString] {
    path.bytes.split(separator: UInt8(ascii: "/")).map { GoString(Array($0)) }
  }

  static func joined(_ components: [GoString]) -> [UInt8] {
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
