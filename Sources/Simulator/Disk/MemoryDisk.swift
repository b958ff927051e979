import GoWire
import ReferenceNode

/// A node's disk in memory. What was not synced is kept apart from what was, so that a power loss can take it.
///
/// A new disk holds nothing but the node's folder, which is durable. Operations take no time unless `latency` says so.
/// Confined to the kernel's thread, which is the invariant behind `@unchecked Sendable`.
public final class MemoryDisk: Disk, @unchecked Sendable {
  /// What all views of one disk share.
  final class Store {
    let tree: MemoryTree
    let clock: SimulatedClock
    var folder: GoString
    var capacity: Int64 = 1 << 40
    var latency: @Sendable (Effect.Action) -> Span = { _ in .zero }
    var hasLatency = false
    var isReadOnly = false
    var usage = DiskUsage()
    /// Which files are which.
    var classes: PathClasses
    /// The operation under way, for the faults that meet it.
    var moment: DiskMoment?
    let faults: FaultEngine
    /// Room that files may take while a disk is full.
    var limits: [Fault: Int64] = [:]
    let node: String
    /// Counts power losses: a file opened before one is gone after it.
    var life = 0
    /// Files that are open though their name is gone, or still there: their room is taken.
    var openCounts: [UInt64: Int] = [:]
    var unlinked: Set<UInt64> = []

    init(clock: SimulatedClock, folder: GoString, effects: EffectDoor) {
      self.clock = clock
      self.folder = folder
      faults = effects.faults
      node = effects.node
      classes = PathClasses(folder: folder)
      tree = MemoryTree(now: clock.now)
    }
  }

  let store: Store
  let effects: EffectDoor
  private let confinement: [GoString]?

  /// The node's folder unless it is set: relative paths start there.
  public static let defaultFolder: GoString = "/cloudreve/slave"

  init(effects: EffectDoor, clock: SimulatedClock) {
    self.effects = effects
    store = Store(clock: clock, folder: Self.defaultFolder, effects: effects)
    confinement = nil
    makeDurableFolders(Self.defaultFolder)
  }

  /// The same disk through the doors of a process.
  init(_ other: MemoryDisk, through effects: EffectDoor) {
    self.effects = effects
    store = other.store
    confinement = other.confinement
  }

  private init(_ other: MemoryDisk, confinement: [GoString]) {
    effects = other.effects
    store = other.store
    self.confinement = confinement
  }

  // MARK: The door

  public func confined(to root: DiskPath) -> any Disk {
    MemoryDisk(self, confinement: MemoryTree.components(absolute(root)))
  }

  public func absolute(_ path: DiskPath) -> GoString {
    MemoryTree.cleaned(full(path))
  }

  public func open(_ path: DiskPath, _ mode: OpenMode) async throws(DiskError) -> any DiskFile {
    let name = absolute(path)
    return try await perform(.open(name, mode)) { () throws(DiskError) -> any DiskFile in
      try requireDescriptor(name)
      switch mode {
      case .read:
        let node = try find(path)
        guard node.isReadable else { throw .denied }
        return MemoryFile(self, node, name, isReadable: true, isWritable: false)
      case .write:
        let node = try find(path)
        if node.isFolder { throw .isADirectory }
        try requireWritable(node)
        return MemoryFile(self, node, name, isReadable: true, isWritable: true)
      case .create(let truncate, let exclusive):
        return try create(path, name, truncate: truncate, exclusive: exclusive)
      }
    }
  }

  public func status(_ path: DiskPath, followLinks: Bool) async throws(DiskError) -> FileStatus {
    try await perform(.status(absolute(path))) { () throws(DiskError) -> FileStatus in
      Self.status(of: try find(path, followLinks ? .followed : .notFollowed))
    }
  }

  public func list(_ path: DiskPath) async throws(DiskError) -> [GoString] {
    try await perform(.list(absolute(path))) { () throws(DiskError) -> [GoString] in
      let node = try find(path)
      guard let entries = node.entries else { throw .notADirectory }
      guard node.isReadable else { throw .denied }
      return entries.keys.sorted()
    }
  }

  public func makeFolders(_ path: DiskPath) async throws(DiskError) {
    try await perform(.makeFolders(absolute(path))) { () throws(DiskError) in
      try makeFoldersNow(path)
    }
  }

  public func remove(_ path: DiskPath) async throws(DiskError) {
    try await perform(.remove(absolute(path))) { () throws(DiskError) in
      let place = try locateName(path)
      let (node, name) = try removable(place)
      if let entries = node.entries, !entries.isEmpty { throw .notEmpty }
      try requireWritable(place.parent)
      unlink(node, name, from: place.parent)
    }
  }

  public func removeTree(_ path: DiskPath) async throws(DiskError) {
    try await perform(.removeTree(absolute(path))) { () throws(DiskError) in
      do throws(DiskError) {
        let place = try locateName(path)
        // Go refuses to remove a tree by such a name.
        if place.ending == .dot || place.ending == .dotDot { throw .invalidArgument }
        let (node, name) = try removable(place)
        try requireWritable(place.parent)
        try empty(node)
        unlink(node, name, from: place.parent)
      } catch {
        if error.kind != .notFound { throw error }
      }
    }
  }

  public func rename(_ from: DiskPath, to: DiskPath) async throws(DiskError) {
    try await perform(.rename(absolute(from), to: absolute(to))) { () throws(DiskError) in
      let source = try locateName(from)
      let target = try locateName(to)
      guard source.name != nil, target.name != nil else { throw .busy }
      guard let (sourceName, found) = try source.named(), let node = found else { throw .notFound }
      guard let (targetName, _) = try target.named() else { throw .busy }
      if !node.isFolder, source.hasTrailingSlash || target.hasTrailingSlash { throw .notADirectory }
      if target.folders.contains(where: { $0 === node }) { throw .invalidArgument }
      if let old = target.node {
        if source.folders.contains(where: { $0 === old }) { throw .notEmpty }
        if old === node { return }
        if node.isFolder, !old.isFolder { throw .notADirectory }
        if old.isFolder, !node.isFolder { throw .isADirectory }
        if let entries = old.entries, !entries.isEmpty { throw .notEmpty }
      }
      try requireWritable(source.parent)
      try requireWritable(target.parent)
      if let old = target.node { unlink(old, targetName, from: target.parent) }
      source.parent.removeEntry(sourceName)
      target.parent.insert(node, as: targetName)
      classify(node, at: absolute(to))
      store.tree.touch(source.parent, now: store.clock.now)
      store.tree.touch(target.parent, now: store.clock.now)
    }
  }

  public func syncFolder(_ path: DiskPath) async throws(DiskError) {
    try await perform(.syncFolder(absolute(path))) { () throws(DiskError) in
      let node = try find(path)
      guard node.isFolder else { throw .notADirectory }
      sync(node)
    }
  }

  public func freeSpace() async throws(DiskError) -> Int64 {
    try await perform(.freeSpace) { () throws(DiskError) -> Int64 in
      max(0, store.capacity - store.usage.total)
    }
  }

  // MARK: What files and the door share

  func perform<Result>(
    _ action: Effect.Action, _ body: () throws(DiskError) -> Result
  ) async throws(DiskError) -> Result {
    let life = store.life
    return try await effects.perform(
      action, latency: { latency(of: action, number: $0) }, at: { moment(action, number: $0) }
    ) { (number) throws(DiskError) -> Result in
      // What was under way when the power went, or the process, does not happen any more.
      guard life == store.life else { throw .inputOutput }
      guard store.faults.hasAny(.disk), let moment = moment(action, number: number) else { return try body() }
      return try meetingFaults(action, moment, body)
    }
  }

  func requireWritable(_ node: MemoryNode) throws(DiskError) {
    if store.isReadOnly { throw .readOnly }
    if !node.isWritable { throw .denied }
  }

  static func status(of node: MemoryNode) -> FileStatus {
    switch node.content {
    case .file(let bytes):
      FileStatus(
        size: bytes.count, isDirectory: false, isRegular: true, modified: node.modified, identity: node.identity,
        changed: node.changed)
    case .folder:
      FileStatus(
        size: 4_096, isDirectory: true, isRegular: false, modified: node.modified, identity: node.identity,
        changed: node.changed)
    case .link(let target):
      FileStatus(
        size: Int64(target.count), isDirectory: false, isLink: true, isRegular: false, modified: node.modified,
        identity: node.identity, changed: node.changed)
    }
  }

  /// Changes the data of a file, keeping the account of the room taken.
  func change(_ node: MemoryNode, _ body: (inout PagedBytes) -> Void) {
    guard case .file(var bytes) = node.content else { return }
    let before = node.charge
    node.content = .file(PagedBytes())
    body(&bytes)
    node.content = .file(bytes)
    store.usage.add(node.charge - before, to: node.pathClass)
    node.isDirty = true
    store.tree.touch(node, now: store.clock.now)
  }

  func noteOpened(_ node: MemoryNode) {
    store.openCounts[node.identity, default: 0] += 1
  }

  func noteClosed(_ node: MemoryNode, life: Int) {
    guard life == store.life, let count = store.openCounts[node.identity] else { return }
    store.openCounts[node.identity] = count > 1 ? count - 1 : nil
    if count == 1, store.unlinked.remove(node.identity) != nil {
      store.usage.add(-node.charge, to: node.pathClass)
    }
  }

  // MARK: Walking

  /// The path as it is walked: relative ones below the node's folder.
  private func full(_ path: DiskPath) -> GoString {
    if path.text.bytes.first == UInt8(ascii: "/") { return path.text }
    return path.text.isEmpty ? store.folder : store.folder + "/" + path.text
  }

  func locate(_ path: DiskPath, _ last: MemoryTree.Last) throws(DiskError) -> MemoryTree.Place {
    try locate(confinement == nil ? full(path) : absolute(path), last)
  }

  private func locate(_ path: GoString, _ last: MemoryTree.Last) throws(DiskError) -> MemoryTree.Place {
    try store.tree.place(path, last, confinedTo: confinement)
  }

  /// The place of a name that is to be removed or renamed; the root of a confinement has none in it.
  private func locateName(_ path: DiskPath) throws(DiskError) -> MemoryTree.Place {
    if let confinement, MemoryTree.components(absolute(path)) == confinement { throw .outsideRoot }
    return try locate(path, .named)
  }

  func find(_ path: DiskPath, _ last: MemoryTree.Last = .followed) throws(DiskError) -> MemoryNode {
    guard let node = try locate(path, last).node else { throw .notFound }
    return node
  }

  private func removable(_ place: MemoryTree.Place) throws(DiskError) -> (MemoryNode, GoString) {
    switch place.ending {
    case .dot: throw .invalidArgument
    case .dotDot: throw .notEmpty
    case .root: throw .busy
    case .name:
      guard let (name, found) = try place.named(), let node = found else { throw .notFound }
      if place.hasTrailingSlash, !node.isFolder { throw .notADirectory }
      return (node, name)
    }
  }

  // MARK: Changing the tree

  private func create(
    _ path: DiskPath, _ name: GoString, truncate: Bool, exclusive: Bool
  ) throws(DiskError) -> any DiskFile {
    var place = try locate(path, .named)
    if confinement == nil, place.name != nil, place.hasTrailingSlash { throw .isADirectory }
    if !exclusive { place = try locate(path, .followed) }
    guard let (last, _) = try place.named() else { throw exclusive ? .exists : .isADirectory }
    if let node = place.node {
      if exclusive { throw .exists }
      if node.isFolder { throw .isADirectory }
      try requireWritable(node)
      if truncate {
        change(node) { $0.truncate(to: 0) }
        limitReserve(node, to: 0)
      }
      return MemoryFile(self, node, name, isReadable: true, isWritable: true)
    }
    try requireWritable(place.parent)
    try requireRoom(for: name)
    let node = store.tree.makeNode(.file(PagedBytes()), now: store.clock.now)
    node.pathClass = store.classes.of(name)
    place.parent.insert(node, as: last)
    store.tree.touch(place.parent, now: store.clock.now)
    return MemoryFile(self, node, name, isReadable: true, isWritable: true)
  }

  /// Gives back room that was reserved beyond a size.
  func limitReserve(_ node: MemoryNode, to size: Int64) {
    let before = node.charge
    node.reserved = min(node.reserved, size)
    store.usage.add(node.charge - before, to: node.pathClass)
  }

  /// Looks upwards by the path's text for a folder that exists, then makes what is missing below it, as Go does.
  private func makeFoldersNow(_ path: DiskPath) throws(DiskError) {
    let top = confinement.map { GoString(MemoryTree.joined($0)) } ?? "/"
    var missing: [GoString] = []
    var current = confinement == nil ? full(path) : absolute(path)
    while true {
      do throws(DiskError) {
        guard let node = try locate(current, .followed).node else { throw .notFound }
        guard node.isFolder else { throw .notADirectory }
        break
      } catch {
        guard error.kind == .notFound else { throw error }
        missing.append(current)
        let clean = MemoryTree.cleaned(current)
        guard clean != top else { throw error }
        current = GoString(MemoryTree.joined(MemoryTree.components(clean).dropLast()))
      }
    }
    for path in missing.reversed() {
      let place = try locate(path, .named)
      guard let (name, found) = try place.named(), found == nil else { continue }
      try requireWritable(place.parent)
      try requireRoom(for: MemoryTree.cleaned(path))
      place.parent.insert(store.tree.makeNode(.folder([:]), now: store.clock.now), as: name)
      store.tree.touch(place.parent, now: store.clock.now)
    }
    // What stood there already may have been a link that leads nowhere.
    if let path = missing.first, try locate(path, .followed).node == nil { throw .notFound }
  }

  private func empty(_ folder: MemoryNode) throws(DiskError) {
    guard let entries = folder.entries else { return }
    if !entries.isEmpty { try requireWritable(folder) }
    for name in entries.keys.sorted() {
      guard let node = entries[name] else { continue }
      try empty(node)
      unlink(node, name, from: folder)
    }
  }

  func unlink(_ node: MemoryNode, _ name: GoString, from folder: MemoryNode) {
    folder.removeEntry(name)
    store.tree.touch(folder, now: store.clock.now)
    if store.openCounts[node.identity] == nil {
      store.usage.add(-node.charge, to: node.pathClass)
    } else {
      store.unlinked.insert(node.identity)
    }
  }

  private func makeDurableFolders(_ path: GoString) {
    var node = store.tree.root
    for name in MemoryTree.components(path) {
      if let next = node.entries?[name] {
        node = next
        continue
      }
      let next = store.tree.makeNode(.folder([:]), now: store.clock.now)
      node.insert(next, as: name)
      node.makeDurable()
      node = next
    }
  }
}
