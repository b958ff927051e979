import GoWire
import ReferenceNode

/// An open file of a `MemoryDisk`. It stays usable when its name is removed or given to another file, and is gone after a power loss.
///
/// Confined to the kernel's thread, which is the invariant behind `@unchecked Sendable`.
final class MemoryFile: DiskFile, @unchecked Sendable {
  /// Longest file that a file system holds.
  private static let longest: Int64 = 1 << 44

  private let disk: MemoryDisk
  private let node: MemoryNode
  private let path: GoString
  private let isReadable: Bool
  private let isWritable: Bool
  private let life: Int
  private var isClosed = false

  init(_ disk: MemoryDisk, _ node: MemoryNode, _ path: GoString, isReadable: Bool, isWritable: Bool) {
    self.disk = disk
    self.node = node
    self.path = path
    self.isReadable = isReadable
    self.isWritable = isWritable
    life = disk.store.life
    disk.noteOpened(node)
  }

  deinit {
    if !isClosed { disk.noteClosed(node, life: life) }
  }

  func status() async throws(DiskError) -> FileStatus {
    try await perform(.status(path)) { () throws(DiskError) -> FileStatus in MemoryDisk.status(of: node) }
  }

  func read(at offset: Int64, count: Int) async throws(DiskError) -> [UInt8] {
    try await perform(.read(path, offset: offset, count: count)) { () throws(DiskError) -> [UInt8] in
      guard offset >= 0, count >= 0 else { throw .invalidArgument }
      switch node.content {
      case .file:
        disk.rot(node, at: offset, count: count)
        guard case .file(let bytes) = node.content else { return [] }
        return bytes.read(at: offset, count: count)
      case .folder: throw .isADirectory
      case .link: throw .badDescriptor
      }
    }
  }

  func write(_ bytes: [UInt8], at offset: Int64) async throws(DiskError) {
    if isClosed { throw .closed }
    if bytes.isEmpty { return }
    try await perform(.write(path, offset: offset, count: bytes.count)) { () throws(DiskError) in
      try requireWritable(.badDescriptor)
      guard offset >= 0 else { throw .invalidArgument }
      guard offset <= Self.longest - Int64(bytes.count) else { throw .tooLarge }
      let count = fitting(bytes.count, at: offset)
      disk.change(node) { $0.write(bytes[..<count], at: offset) }
      if count < bytes.count { throw .noSpace }
    }
  }

  func truncate(to size: Int64) async throws(DiskError) {
    try await perform(.truncate(path, size: size)) { () throws(DiskError) in
      try requireWritable(.invalidArgument)
      guard size >= 0 else { throw .invalidArgument }
      guard size <= Self.longest else { throw .tooLarge }
      disk.limitReserve(node, to: size)
      disk.change(node) { $0.truncate(to: size) }
    }
  }

  func preallocate(_ size: Int64) async throws(DiskError) {
    try await perform(.preallocate(path, size: size)) { () throws(DiskError) in
      try requireWritable(.invalidArgument)
      guard size >= 0 else { throw .invalidArgument }
      guard size <= Self.longest else { throw .tooLarge }
      disk.limitReserve(node, to: size)
      disk.change(node) { $0.truncate(to: size) }
      let extra = max(0, size - node.charge)
      guard extra <= disk.room(wanting: extra, in: node.pathClass) else { throw .noSpace }
      disk.store.usage.add(extra, to: node.pathClass)
      node.reserved = max(node.reserved, size)
    }
  }

  func sync() async throws(DiskError) {
    node.syncing += 1
    defer { node.syncing = max(0, node.syncing - 1) }
    try await perform(.sync(path)) { () throws(DiskError) in
      disk.sync(node)
    }
  }

  func close() async {
    guard !isClosed else { return }
    do {
      try await perform(.close(path)) { () throws(DiskError) in }
    } catch {
      // A close that reports an error has closed nevertheless.
    }
    guard !isClosed else { return }
    isClosed = true
    disk.noteClosed(node, life: life)
  }

  /// How many of `count` bytes still fit on the disk.
  private func fitting(_ count: Int, at offset: Int64) -> Int {
    guard case .file(let bytes) = node.content else { return 0 }
    let reserved = max(0, node.reserved - bytes.stored)
    let wanted = max(0, bytes.growth(writing: count, at: offset) - reserved)
    let room = disk.room(wanting: wanted, in: node.pathClass) + reserved
    if bytes.growth(writing: count, at: offset) <= room { return count }
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high + 1) / 2
      if bytes.growth(writing: middle, at: offset) <= room { low = middle } else { high = middle - 1 }
    }
    return low
  }

  /// - Parameter otherwise: what the operation says of a file that was opened for reading.
  private func requireWritable(_ otherwise: DiskError) throws(DiskError) {
    guard isWritable else { throw otherwise }
    if disk.store.isReadOnly { throw .readOnly }
  }

  private func perform<Result>(
    _ action: Effect.Action, _ body: () throws(DiskError) -> Result
  ) async throws(DiskError) -> Result {
    try await disk.perform(action) { () throws(DiskError) -> Result in
      if isClosed { throw .closed }
      guard life == disk.store.life else { throw .inputOutput }
      return try body()
    }
  }
}
