import GoWire
import ReferenceNode

/// What a power loss leaves of what was not durable (FLT-TORN), and what it shows of a disk that lied (FLT-NOSYNC).
extension MemoryDisk {
  /// Called when the power goes, before everything that is not durable is forgotten.
  func tear() {
    let hasFaults = store.faults.hasAny(.disk)
    var changed: [(GoString, MemoryNode)] = []
    store.tree.walk { path, node in
      if node.isDirty || node.promise != nil { changed.append((path, node)) }
    }
    for (path, node) in changed {
      show(node)
      guard hasFaults, node.isDirty else { continue }
      switch node.content {
      case .file(let bytes): tear(node, bytes, at: path)
      case .folder(let entries): tear(node, entries, at: path)
      case .link: break
      }
    }
  }

  private func chosen(_ operation: Fault.DiskOperation, _ path: GoString) -> (ChosenFault, DiskMoment)? {
    let moment = DiskMoment(
      node: store.node, operation: operation, pathClass: store.classes.of(path), path: path, effect: 0)
    return store.faults.choose(.disk, at: moment) { $0.kind == .torn }.first.map { ($0, moment) }
  }

  // MARK: Files

  /// Each sector that was written since the last sync is there or not.
  private func tear(_ node: MemoryNode, _ bytes: PagedBytes, at path: GoString) {
    guard case .file(let before) = node.durable, let (fault, moment) = chosen(node.syncing > 0 ? .sync : .write, path)
    else { return }
    let sectors = (max(bytes.count, before.count) + Self.sector - 1) / Self.sector
    var torn = before
    var survived = 0
    var lost = 0
    var end = before.count
    for index in 0..<sectors {
      let offset = index * Self.sector
      let new = bytes.read(at: offset, count: Int(Self.sector))
      guard new != before.read(at: offset, count: Int(Self.sector)) else { continue }
      guard store.faults.draw(fault, { $0.chance(1, of: 2) }) else {
        lost += 1
        continue
      }
      survived += 1
      torn.write(new[...], at: offset)
      end = max(end, min(bytes.count, offset + Int64(new.count)))
    }
    guard survived > 0 else { return }
    torn.truncate(to: max(end, torn.count))
    node.durable = .file(torn)
    store.faults.fired(fault, at: moment, detail: "\(path): \(survived) unsynced sectors survived, \(lost) did not")
  }

  // MARK: Folders

  /// Each name that was made, removed or moved since the last sync is so or not; a move is whole or did not happen.
  private func tear(_ node: MemoryNode, _ entries: [GoString: MemoryNode], at path: GoString) {
    guard case .folder(var durable) = node.durable else { return }
    let moved = Set(entries.values.map(\.identity)).intersection(durable.values.map(\.identity))
    for name in Set(entries.keys).union(durable.keys).sorted() {
      let (new, old) = (entries[name], durable[name])
      guard new !== old else { continue }
      let isMove = new.map { moved.contains($0.identity) } ?? false
      if new == nil, let old, moved.contains(old.identity) { continue }
      let operation: Fault.DiskOperation = isMove ? .rename : new == nil ? .remove : .write
      let full = path == "/" ? path + name : path + "/" + name
      guard let (fault, moment) = chosen(operation, full), store.faults.draw(fault, { $0.chance(1, of: 2) }) else {
        continue
      }
      if isMove, let source = durable.keys.sorted().first(where: { durable[$0] === new }) {
        durable.removeValue(forKey: source)
      }
      durable[name] = new
      store.faults.fired(fault, at: moment, detail: "\(full): an unsynced name survived")
    }
    node.durable = .folder(durable)
  }

  // MARK: Lies

  /// Counts what was promised and is lost now.
  private func show(_ node: MemoryNode) {
    guard let promise = node.promise else { return }
    switch (promise.content, node.durable) {
    case (.file, .file):
      store.faults.alsoHit(promise.by, .write)
    case (.folder(let said), .folder(let real)):
      let moved = Set(said.values.map(\.identity)).intersection(real.values.map(\.identity))
      for name in Set(said.keys).union(real.keys).sorted() where said[name] !== real[name] {
        if let new = said[name] {
          if moved.contains(new.identity) { store.faults.alsoHit(promise.by, .rename) }
        } else if let old = real[name], !moved.contains(old.identity) {
          store.faults.alsoHit(promise.by, .remove)
        }
      }
    default: break
    }
  }
}
