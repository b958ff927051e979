import GoWire
import ReferenceNode

/// What the planned faults of scenarios.md 2.3 make of a disk.
extension MemoryDisk {
  /// The longest unit of bytes that a power loss leaves whole.
  static let sector: Int64 = 512

  /// What faults match of an effect; nil for what none meets.
  func moment(_ action: Effect.Action, number: Int) -> DiskMoment? {
    guard let (operation, path) = action.diskOperation else { return nil }
    return DiskMoment(
      node: store.node, operation: operation, pathClass: store.classes.of(path), path: path, effect: number)
  }

  /// How long an operation takes.
  func latency(of action: Effect.Action, number: Int) -> Span {
    let usual = store.hasLatency ? store.latency(action) : .zero
    guard store.faults.hasAny(.disk), let moment = moment(action, number: number) else { return usual }
    var total = usual.nanoseconds
    for chosen in store.faults.choose(.disk, at: moment, where: { $0.kind == .slowDisk }) {
      let extra = (chosen.fault.parameters.span ?? .zero).nanoseconds
      guard extra > 0 else { continue }
      total += extra
      store.faults.fired(chosen, at: moment, detail: "\(moment.path) takes \(extra / 1_000_000) ms")
    }
    return Span(nanoseconds: total)
  }

  /// Does an operation as the faults leave it.
  func meetingFaults<Result>(
    _ action: Effect.Action, _ moment: DiskMoment, _ body: () throws(DiskError) -> Result
  ) throws(DiskError) -> Result {
    store.moment = moment
    defer { store.moment = nil }
    try refuse(action, moment)
    if moment.operation != .create { vanish(action, moment) }
    let result = try body()
    if moment.operation == .create { vanish(action, moment) }
    return result
  }

  // MARK: FLT-NOFILES

  /// A process opens so many files and no more.
  func requireDescriptor(_ path: GoString) throws(DiskError) {
    guard store.faults.hasAny(.process) else { return }
    let moment = DiskMoment(
      node: store.node, operation: nil, pathClass: store.classes.of(path), path: path, effect: 0)
    let chosen = store.faults.choose(.process, at: moment) {
      $0.kind == .noFiles && openFiles >= Int($0.parameters.number ?? 0)
    }
    guard let first = chosen.first else { return }
    store.faults.fired(first, on: store.node, moment: "open", detail: "\(path): no descriptor left")
    throw DiskError(.failed, "too many open files")
  }

  // MARK: FLT-EIO, FLT-DENY

  private func refuse(_ action: Effect.Action, _ moment: DiskMoment) throws(DiskError) {
    var isOpening = false
    if case .open(_, let mode) = action {
      isOpening = true
      if case .create = mode { isOpening = false }
    }
    // Opening moves no bytes; and whether one may is asked when a file is opened, not at each read.
    let isTransfer =
      switch action {
      case .read, .write, .truncate, .preallocate: true
      default: false
      }
    let chosen = store.faults.choose(.disk, at: moment) { fault in
      switch fault.kind {
      case .inputOutput: !isOpening
      case .deny: !isTransfer && moment.operation != .sync
      default: false
      }
    }
    guard let first = chosen.first else { return }
    let failure: DiskError =
      first.fault.kind == .inputOutput
      ? .inputOutput : first.fault.parameters.variant == "read-only" ? .readOnly : .denied
    store.faults.fired(first, at: moment, detail: "\(moment.path): \(failure.text)")
    throw failure
  }

  // MARK: FLT-FULL

  /// Bytes that may still be taken by files of a class, when `wanted` are to be: never less unless something is full.
  func room(wanting wanted: Int64, in pathClass: Fault.PathClass) -> Int64 {
    let room = max(0, store.capacity - store.usage.total)
    guard let moment = store.moment else { return room }
    let left = { (fault: Fault) in self.left(fault) }
    let full = store.faults.choose(.disk, at: moment) { $0.kind == .full && left($0) < wanted && left($0) < room }
    guard let first = full.min(by: { left($0.fault) < left($1.fault) }) else { return room }
    store.faults.fired(first, at: moment, detail: "\(moment.path): \(left(first.fault)) of \(wanted) bytes fit")
    return max(0, left(first.fault))
  }

  /// A name takes room too, though the least.
  func requireRoom(for path: GoString) throws(DiskError) {
    guard let moment = store.moment else { return }
    let full = store.faults.choose(.disk, at: moment) { $0.kind == .full && left($0) <= 0 }
    guard let first = full.first else { return }
    store.faults.fired(first, at: moment, detail: "\(path): no room for another name")
    throw .noSpace
  }

  /// Bytes that a full disk has left, of which what was freed since is free again.
  private func left(_ fault: Fault) -> Int64 {
    let used = store.usage.of(fault.match.pathClass)
    guard let limit = store.limits[fault] else {
      let limit = used + (fault.parameters.bytes ?? 0)
      store.limits[fault] = limit
      return limit - used
    }
    return limit - used
  }

  /// A disk is as full as it was when the fault began.
  func note(_ change: FaultEngine.Change) {
    guard change.fault.kind == .full, case .node(let name) = change.fault.place, name == "*" || name == store.node
    else {
      return
    }
    store.limits[change.fault] = nil
    if change.isOn { _ = left(change.fault) }
  }

  // MARK: FLT-NOSYNC

  /// Makes a file or a folder durable, unless the disk lies.
  func sync(_ node: MemoryNode) {
    if node.isDirty, let moment = store.moment {
      let lies = store.faults.choose(.disk, at: moment) { $0.kind == .noSync }
      if let first = lies.first {
        node.promise = (node.content, first)
        store.faults.fired(first, at: moment, detail: "\(moment.path): said to be durable, and is not")
        return
      }
    }
    node.makeDurable()
  }

  // MARK: FLT-ROT

  /// Changes bits of what is about to be read, on the medium.
  func rot(_ node: MemoryNode, at offset: Int64, count: Int) {
    guard let moment = store.moment, case .file(let bytes) = node.content else { return }
    let end = min(bytes.count, offset + Int64(count))
    guard offset < end else { return }
    for chosen in store.faults.choose(.disk, at: moment, where: { $0.kind == .rot }) {
      let bits = Int(chosen.fault.parameters.number ?? 1)
      let places = store.faults.draw(chosen) { generator in
        (0..<bits).map { _ in (offset + Int64(generator.below(UInt64(end - offset))), UInt8(generator.below(8))) }
      }
      for (place, bit) in places {
        node.content = node.content.flipped(place, bit)
        node.durable = node.durable.flipped(place, bit)
      }
      store.faults.fired(chosen, at: moment, detail: "\(moment.path): \(bits) bits changed")
    }
  }

  // MARK: FLT-VANISH

  private func vanish(_ action: Effect.Action, _ moment: DiskMoment) {
    guard moment.operation != .sync, moment.operation != .mkdir else { return }
    for chosen in store.faults.choose(.disk, at: moment, where: { $0.kind == .vanish && victim(moment) != nil }) {
      guard let victim = victim(moment) else { continue }
      let what = chosen.fault.parameters.variant ?? "remove"
      guard meddle(victim, what, chosen) else { continue }
      store.faults.fired(chosen, at: moment, detail: "\(victim): \(what) by another program")
    }
  }

  /// The file that another program touches: the one at hand, or the first of the folder at hand.
  private func victim(_ moment: DiskMoment) -> GoString? {
    guard let node = peekNode(moment.path) else { return nil }
    guard let entries = node.entries else { return moment.path }
    guard let name = entries.keys.sorted().first(where: { entries[$0]?.isFolder == false }) else { return nil }
    return moment.path + "/" + name
  }

  private func meddle(_ path: GoString, _ what: String, _ chosen: ChosenFault) -> Bool {
    guard let place = try? store.tree.place(path, .named, confinedTo: nil), let node = place.node, let name = place.name
    else { return false }
    switch what {
    case "truncate":
      guard case .file(let bytes) = node.content, bytes.count > 0 else { return false }
      change(node) { $0.truncate(to: 0) }
      limitReserve(node, to: 0)
    case "replace":
      guard case .file(let bytes) = node.content else { return false }
      unlink(node, name, from: place.parent)
      let other = store.tree.makeNode(.file(PagedBytes()), now: store.clock.now)
      other.pathClass = node.pathClass
      place.parent.insert(other, as: name)
      let length = Int(min(max(bytes.count, 16), 4_096))
      let text = store.faults.draw(chosen) { $0.bytes(length) }
      change(other) { $0.write(text[...], at: 0) }
    default:
      unlink(node, name, from: place.parent)
    }
    return true
  }

  /// Gives a file, or a folder and all in it, the class of its place, and its room to that.
  func classify(_ node: MemoryNode, at path: GoString) {
    let pathClass = store.classes.of(path)
    if pathClass != node.pathClass {
      store.usage.add(-node.charge, to: node.pathClass)
      node.pathClass = pathClass
      store.usage.add(node.charge, to: pathClass)
    }
    guard let entries = node.entries else { return }
    for name in entries.keys.sorted() {
      if let child = entries[name] { classify(child, at: path + "/" + name) }
    }
  }
}

extension MemoryNode.Content {
  /// The same with one bit changed, where there is such a byte.
  func flipped(_ place: Int64, _ bit: UInt8) -> Self {
    guard case .file(var bytes) = self, place < bytes.count else { return self }
    let byte = bytes.read(at: place, count: 1)
    bytes.write([byte[0] ^ (1 << bit)], at: place)
    return .file(bytes)
  }
}

extension Effect.Action {
  /// What the table of faults calls it, and the path it concerns; nil for what is in no column.
  var diskOperation: (Fault.DiskOperation, GoString)? {
    switch self {
    case .open(let path, .create): (.create, path)
    case .open(let path, .read), .read(let path, _, _): (.read, path)
    case .open(let path, .write), .write(let path, _, _), .truncate(let path, _), .preallocate(let path, _):
      (.write, path)
    case .sync(let path), .syncFolder(let path): (.sync, path)
    case .makeFolders(let path): (.mkdir, path)
    case .remove(let path), .removeTree(let path): (.remove, path)
    case .rename(let path, _): (.rename, path)
    case .list(let path), .status(let path): (.listOrStatus, path)
    case .close, .freeSpace, .call, .reply, .request, .response: nil
    }
  }
}
