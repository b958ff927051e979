import GoWire
import ReferenceNode

extension Mutant {
  /// Changes to what becomes of files.
  static let diskMutants: [Mutant] = [
    disks("nothing-is-removed", "deleted files stay on the disk", groups: ["delete", "upload"]) {
      RemovingNothing(disk: $0)
    },
    disks("overwrite-always-allowed", "a session without overwrite empties a file", groups: ["upload"]) {
      OverwritingAlways(disk: $0)
    },
    disks("not-preallocated", "pre_allocate has no effect", groups: ["upload"]) {
      OtherFiles(disk: $0) { NotPreallocating(file: $0) }
    },
    disks("written-one-byte-late", "chunks are written one byte behind their place", groups: ["upload"]) {
      OtherFiles(disk: $0) { WritingLate(file: $0) }
    },
    disks("sizes-off-by-one", "files are said to be one byte longer", groups: ["list"]) { SayingMore(disk: $0) },
    disks("list-loses-the-last", "a list lacks the last name of each folder", groups: ["list"]) {
      ListingLess(disk: $0)
    },
    disks("list-reversed", "a list has the names of a folder in reverse", groups: ["list"]) {
      ListingReversed(disk: $0)
    },
  ]

  private static func disks(
    _ name: String, _ summary: String, groups: [String], _ change: @escaping @Sendable (any Disk) -> any Disk
  ) -> Mutant {
    Mutant(
      name, summary, groups: groups,
      world: { world in
        var changed = world
        changed.disk = change(world.disk)
        return changed
      })
  }
}

private struct RemovingNothing: ForwardingDisk {
  let disk: any Disk
  func confined(to root: DiskPath) -> any Disk { RemovingNothing(disk: disk.confined(to: root)) }
  func remove(_ path: DiskPath) async throws(DiskError) { _ = try await disk.status(path, followLinks: false) }
}

private struct OverwritingAlways: ForwardingDisk {
  let disk: any Disk
  func confined(to root: DiskPath) -> any Disk { OverwritingAlways(disk: disk.confined(to: root)) }

  func open(_ path: DiskPath, _ mode: OpenMode) async throws(DiskError) -> any DiskFile {
    guard case .create(_, exclusive: true) = mode else { return try await disk.open(path, mode) }
    return try await disk.open(path, .create(truncate: true, exclusive: false))
  }

  func status(_ path: DiskPath, followLinks: Bool) async throws(DiskError) -> FileStatus {
    try await disk.status(path, followLinks: followLinks)
  }
}

private struct OtherFiles: ForwardingDisk {
  let disk: any Disk
  let change: @Sendable (any DiskFile) -> any DiskFile
  func confined(to root: DiskPath) -> any Disk { OtherFiles(disk: disk.confined(to: root), change: change) }
  func open(_ path: DiskPath, _ mode: OpenMode) async throws(DiskError) -> any DiskFile {
    change(try await disk.open(path, mode))
  }
}

private final class NotPreallocating: ForwardingFile {
  let file: any DiskFile
  init(file: any DiskFile) { self.file = file }
  func preallocate(_ size: Int64) async throws(DiskError) {}
}

private final class WritingLate: ForwardingFile {
  let file: any DiskFile
  init(file: any DiskFile) { self.file = file }
  func write(_ bytes: [UInt8], at offset: Int64) async throws(DiskError) { try await file.write(bytes, at: offset + 1) }
}

private struct SayingMore: ForwardingDisk {
  let disk: any Disk
  func confined(to root: DiskPath) -> any Disk { SayingMore(disk: disk.confined(to: root)) }

  func status(_ path: DiskPath, followLinks: Bool) async throws(DiskError) -> FileStatus {
    var status = try await disk.status(path, followLinks: followLinks)
    if !status.isDirectory { status.size += 1 }
    return status
  }
}

private struct ListingLess: ForwardingDisk {
  let disk: any Disk
  func confined(to root: DiskPath) -> any Disk { ListingLess(disk: disk.confined(to: root)) }
  func list(_ path: DiskPath) async throws(DiskError) -> [GoString] { try await disk.list(path).dropLast() }
}

private struct ListingReversed: ForwardingDisk {
  let disk: any Disk
  func confined(to root: DiskPath) -> any Disk { ListingReversed(disk: disk.confined(to: root)) }
  func list(_ path: DiskPath) async throws(DiskError) -> [GoString] { try await disk.list(path).reversed() }
}
