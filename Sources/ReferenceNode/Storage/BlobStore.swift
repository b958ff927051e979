import GoWire
import NodeProtocol

/// The files of a node: what chapter 7 does to its disk, confined to the storage root when there is one (ST-16).
///
/// Unchecked sendable: confined to its node's loop thread.
final class BlobStore: @unchecked Sendable {
  let disk: any Disk
  /// Whether data and folder entries are made durable before they are answered (chapter 15).
  let isSyncing: Bool
  /// What a thumbnail's file has after the name of its blob (ST-13).
  private let sidecarSuffix: GoString

  /// Folders, by absolute path, in which a folder was made whose entry is not durable yet, each with the number of the latest
  /// one. Only looked up.
  private var unsynced: [GoString: Int] = [:]
  private var foldersMade = 0

  /// - Parameter root: confines every path, when given.
  init(disk: any Disk, root: DiskPath?, isSyncing: Bool, sidecarSuffix: GoString) {
    self.disk = root.map { disk.confined(to: $0) } ?? disk
    self.isSyncing = isSyncing
    self.sidecarSuffix = sidecarSuffix
  }

  /// The error of a path outside the storage root (ST-16).
  static func outside(_ path: GoString) -> NodeError {
    NodeError(.noPermission, "Path is outside of the storage root", cause: path)
  }

  // MARK: Uploads

  /// Makes the empty file of an upload, with the folders it needs (ST-3).
  /// - Parameter preallocates: bytes to reserve; nil for none.
  func makePlaceholder(_ path: DiskPath, overwrites: Bool, preallocates: Int64?) async throws(DiskError) {
    let mode = OpenMode.create(truncate: overwrites, exclusive: !overwrites)
    let file: any DiskFile
    do throws(DiskError) {
      file = try await disk.open(path, mode)
    } catch  where error.kind == .notFound {
      guard let folder = BlobPath.parent(path) else { throw error }
      try await makeFolders(folder)
      file = try await disk.open(path, mode)
    }
    if let preallocates {
      do throws(DiskError) {
        try await file.preallocate(preallocates)
      } catch {
        await file.close()
        // Nothing was there before: what has no room leaves nothing in the way of another try.
        if !overwrites { try? await disk.remove(path) }
        throw error
      }
    }
    await file.close()
  }

  /// Makes the data of a file and every new entry on the way to it durable.
  func sync(_ file: any DiskFile, at path: DiskPath) async throws(DiskError) {
    try await file.sync()
    var folder = BlobPath.parent(path)
    if let parent = folder { try await disk.syncFolder(parent) }
    while !unsynced.isEmpty, let current = folder {
      let name = disk.absolute(current)
      if let latest = unsynced[name] {
        try await disk.syncFolder(current)
        // Another folder may have been made in it meanwhile.
        if unsynced[name] == latest { unsynced[name] = nil }
      }
      folder = BlobPath.parent(current)
    }
  }

  private func makeFolders(_ folder: DiskPath) async throws(DiskError) {
    guard isSyncing else { return try await disk.makeFolders(folder) }
    // The folders that get a new entry: those above each missing one.
    var current = folder
    var touched: [GoString] = []
    while !(await exists(current)), let parent = BlobPath.parent(current) {
      touched.append(disk.absolute(parent))
      current = parent
    }
    foldersMade += 1
    for name in touched { unsynced[name] = foldersMade }
    try await disk.makeFolders(folder)
  }

  private func exists(_ path: DiskPath) async -> Bool {
    do throws(DiskError) {
      _ = try await disk.status(path, followLinks: true)
      return true
    } catch {
      return error.kind != .notFound
    }
  }

  // MARK: Removal

  /// Removes a blob and its thumbnail; a blob that is not there counts as removed (ST-14).
  func remove(_ path: DiskPath) async throws(DiskError) {
    var failure: DiskError?
    do throws(DiskError) {
      try await disk.remove(path)
    } catch  where error.kind == .notFound {
      // Counts as removed.
    } catch {
      failure = error
    }
    if let sidecar = DiskPath(path.text + sidecarSuffix) {
      do throws(DiskError) {
        try await disk.remove(sidecar)
      } catch {
        // Mostly there is none, and a blob without its thumbnail is no worse.
      }
    }
    if let failure { throw failure }
  }
}
