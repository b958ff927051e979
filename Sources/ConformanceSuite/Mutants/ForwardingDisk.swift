import GoWire
import ReferenceNode

/// A disk that does what another does, save where a conforming type says otherwise.
protocol ForwardingDisk: Disk {
  var disk: any Disk { get }
}

extension ForwardingDisk {
  func absolute(_ path: DiskPath) -> GoString { disk.absolute(path) }
  func open(_ path: DiskPath, _ mode: OpenMode) async throws(DiskError) -> any DiskFile {
    try await disk.open(path, mode)
  }
  func status(_ path: DiskPath, followLinks: Bool) async throws(DiskError) -> FileStatus {
    try await disk.status(path, followLinks: followLinks)
  }
  func list(_ path: DiskPath) async throws(DiskError) -> [GoString] { try await disk.list(path) }
  func makeFolders(_ path: DiskPath) async throws(DiskError) { try await disk.makeFolders(path) }
  func remove(_ path: DiskPath) async throws(DiskError) { try await disk.remove(path) }
  func removeTree(_ path: DiskPath) async throws(DiskError) { try await disk.removeTree(path) }
  func rename(_ from: DiskPath, to: DiskPath) async throws(DiskError) { try await disk.rename(from, to: to) }
  func syncFolder(_ path: DiskPath) async throws(DiskError) { try await disk.syncFolder(path) }
  func freeSpace() async throws(DiskError) -> Int64 { try await disk.freeSpace() }
}

/// A file that does what another does, save where a conforming type says otherwise.
protocol ForwardingFile: DiskFile {
  var file: any DiskFile { get }
}

extension ForwardingFile {
  func status() async throws(DiskError) -> FileStatus { try await file.status() }
  func read(at offset: Int64, count: Int) async throws(DiskError) -> [UInt8] {
    try await file.read(at: offset, count: count)
  }
  func write(_ bytes: [UInt8], at offset: Int64) async throws(DiskError) { try await file.write(bytes, at: offset) }
  func truncate(to size: Int64) async throws(DiskError) { try await file.truncate(to: size) }
  func preallocate(_ size: Int64) async throws(DiskError) { try await file.preallocate(size) }
  func sync() async throws(DiskError) { try await file.sync() }
  func close() async { await file.close() }
}
