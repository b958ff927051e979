import GoWire
import ReferenceNode

/// The disk as tests, scenarios and faults see it: from outside, at once, without a trace in the journal.
extension MemoryDisk {
  /// The node's folder, where relative paths start. Setting it makes the folder.
  public var folder: GoString {
    get { store.folder }
    set {
      store.folder = MemoryTree.cleaned(newValue)
      store.classes = PathClasses(folder: store.folder)
      plantFolder(newValue)
    }
  }

  /// Bytes that the disk holds in all.
  public var capacity: Int64 {
    get { store.capacity }
    set { store.capacity = newValue }
  }

  /// Bytes taken, those of removed files that are still open included.
  public var used: Int64 { store.usage.total }

  /// Bytes taken by the files of a class.
  public func used(by pathClass: Fault.PathClass) -> Int64 { store.usage.of(pathClass) }

  /// The most bytes that the files of a class have taken at a time, since the start or the last `resetHighWater`.
  public func highWater(of pathClass: Fault.PathClass) -> Int64 { store.usage.highWater(of: pathClass) }

  public func resetHighWater() { store.usage.resetHighWater() }

  /// Which files are which, for faults and high-water marks.
  public var pathClasses: PathClasses {
    get { store.classes }
    set {
      store.classes = newValue
      recount()
    }
  }

  /// Files that some process has open.
  public var openFiles: Int { store.openCounts.values.reduce(0, +) }

  /// While true every change is refused as on a read-only file system.
  public var isReadOnly: Bool {
    get { store.isReadOnly }
    set { store.isReadOnly = newValue }
  }

  /// How long each operation takes, in virtual time; nil for no time.
  public func setLatency(_ latency: (@Sendable (Effect.Action) -> Span)?) {
    store.latency = latency ?? { _ in .zero }
    store.hasLatency = latency != nil
  }

  /// Puts a durable file in place, its folders made as needed.
  public func plant(_ path: GoString, _ bytes: [UInt8]) {
    var content = PagedBytes()
    content.write(bytes[...], at: 0)
    let node = store.tree.makeNode(.file(content), now: store.clock.now)
    node.makeDurable()
    put(node, at: path)
  }

  /// Puts a durable folder in place.
  public func plantFolder(_ path: GoString) {
    if let node = peekNode(path), node.isFolder { return }
    put(store.tree.makeNode(.folder([:]), now: store.clock.now), at: path)
  }

  /// Puts a durable link in place.
  public func plantLink(_ path: GoString, to target: GoString) {
    put(store.tree.makeNode(.link(target), now: store.clock.now), at: path)
  }

  /// Takes a file, link or folder away, whatever is in it.
  public func uproot(_ path: GoString) {
    let full = outside(path)
    guard let place = try? store.tree.place(full, .named, confinedTo: nil), place.node != nil,
      let name = place.name
    else { return }
    place.parent.removeEntry(name)
    if case .folder(var entries) = place.parent.durable {
      entries.removeValue(forKey: name)
      place.parent.durable = .folder(entries)
    }
    recount()
  }

  /// Whether a file or folder may be read and changed.
  public func setAccess(_ path: GoString, isReadable: Bool, isWritable: Bool) {
    guard let node = peekNode(path) else { return }
    node.isReadable = isReadable
    node.isWritable = isWritable
  }

  /// The bytes of a file as the node sees them now; nil when there is no such file.
  public func peek(_ path: GoString) -> [UInt8]? {
    guard case .file(let bytes)? = peekNode(path)?.content else { return nil }
    return bytes.read(at: 0, count: Int(clamping: bytes.count))
  }

  /// The bytes of a file that a power loss now would leave; nil when it would leave none.
  public func peekDurable(_ path: GoString) -> [UInt8]? {
    var node = store.tree.root
    for name in MemoryTree.components(MemoryTree.cleaned(outside(path))) {
      guard case .folder(let entries) = node.durable, let next = entries[name] else { return nil }
      node = next
    }
    guard case .file(let bytes) = node.durable else { return nil }
    return bytes.read(at: 0, count: Int(clamping: bytes.count))
  }

  /// What stands at a path, links not followed.
  public func peekStatus(_ path: GoString) -> FileStatus? {
    (try? store.tree.place(outside(path), .notFollowed, confinedTo: nil))?.node.map(Self.status)
  }

  /// Every file below a folder by its path relative to it, in byte order; folders end in a slash.
  public func peekTree(_ path: GoString = "") -> [GoString] {
    var found: [GoString] = []
    func walk(_ node: MemoryNode, _ prefix: GoString) {
      guard let entries = node.entries else { return }
      for name in entries.keys.sorted() {
        guard let child = entries[name] else { continue }
        found.append(prefix + name + (child.isFolder ? "/" : ""))
        walk(child, prefix + name + "/")
      }
    }
    if let node = peekNode(path) { walk(node, "") }
    return found
  }

  /// A power loss: everything unsynced is gone, names too, and every open file with it; a fault may let some of it survive.
  public func crash() {
    store.life += 1
    tear()
    store.openCounts = [:]
    store.unlinked = []
    store.tree.forgetVolatile()
    recount()
  }

  /// The end of the process without a power loss: every open file is closed, what was written stays.
  public func closeAll() {
    store.life += 1
    store.openCounts = [:]
    store.unlinked = []
    recount()
  }

  /// Takes stock of the room that is taken by everything that has a name.
  func recount() {
    let before = store.usage
    store.usage.clear()
    store.tree.walk { path, node in
      node.pathClass = store.classes.of(path)
      store.usage.add(node.charge, to: node.pathClass)
    }
    // What is put there from outside takes nothing of what a full disk has left.
    store.limits = store.limits.reduce(into: [:]) { limits, entry in
      let pathClass = entry.key.match.pathClass
      limits[entry.key] = entry.value + store.usage.of(pathClass) - before.of(pathClass)
    }
  }

  private func outside(_ path: GoString) -> GoString {
    path.bytes.first == UInt8(ascii: "/") ? path : store.folder + "/" + path
  }

  func peekNode(_ path: GoString) -> MemoryNode? {
    (try? store.tree.place(outside(path), .followed, confinedTo: nil))?.node
  }

  private func put(_ node: MemoryNode, at path: GoString) {
    let components = MemoryTree.components(MemoryTree.cleaned(outside(path)))
    guard let last = components.last else { return }
    var folder = store.tree.root
    for name in components.dropLast() {
      if let next = folder.entries?[name], next.isFolder {
        folder = next
      } else {
        let next = store.tree.makeNode(.folder([:]), now: store.clock.now)
        plant(next, as: name, in: folder)
        folder = next
      }
    }
    plant(node, as: last, in: folder)
    recount()
  }

  private func plant(_ node: MemoryNode, as name: GoString, in folder: MemoryNode) {
    let wasDirty = folder.isDirty
    folder.insert(node, as: name)
    folder.isDirty = wasDirty
    if case .folder(var entries) = folder.durable {
      entries[name] = node
      folder.durable = .folder(entries)
    }
  }
}
