import GoWire
import NodeProtocol

/// Lists what is below a folder (ST-15): depth first, names in byte order, links listed and not followed.
struct FolderWalk {
  /// Something below the base.
  struct Entry: Hashable, Sendable {
    var name: GoString
    /// Absolute and clean.
    var source: GoString
    /// Seen from the base, with slashes.
    var relativePath: GoString
    var status: FileStatus
  }

  let disk: any Disk
  let base: DiskPath
  let isRecursive: Bool

  /// The entries; none for a base that is not there or is no folder. What vanishes meanwhile is left out.
  /// - Throws: `outsideRoot` only.
  func entries() async throws(DiskError) -> [Entry] {
    var found: [Entry] = []
    guard let root = try await status(base), root.isDirectory else { return [] }
    let source = disk.absolute(base)
    // Folders still to be read, the next one last.
    var pending = try await children(of: base, source: source, relativePath: "")
    while let entry = pending.popLast() {
      found.append(entry.0)
      guard isRecursive, entry.0.status.isDirectory else { continue }
      pending += try await children(of: entry.1, source: entry.0.source, relativePath: entry.0.relativePath)
    }
    return found
  }

  /// What a folder holds, last name first; nothing for one that cannot be read.
  private func children(
    of folder: DiskPath, source: GoString, relativePath: GoString
  ) async throws(DiskError) -> [(Entry, DiskPath)] {
    let names: [GoString]
    do throws(DiskError) {
      names = try await disk.list(folder)
    } catch  where error.kind == .outsideRoot {
      throw error
    } catch {
      return []
    }
    var entries: [(Entry, DiskPath)] = []
    entries.reserveCapacity(names.count)
    for name in names.reversed() {
      guard let path = DiskPath(BlobPath.join(folder.text, name)), let status = try await status(path) else { continue }
      let entry = Entry(
        name: name, source: BlobPath.join(source, name),
        relativePath: relativePath.isEmpty ? name : relativePath + "/" + name, status: status)
      entries.append((entry, path))
    }
    return entries
  }

  private func status(_ path: DiskPath) async throws(DiskError) -> FileStatus? {
    do throws(DiskError) {
      return try await disk.status(path, followLinks: false)
    } catch  where error.kind == .outsideRoot {
      throw error
    } catch {
      return nil
    }
  }
}
