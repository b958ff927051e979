import CPosix
import Glibc
import GoWire
import ReferenceNode

/// The third door for real: POSIX files.
///
/// What may have to wait for the disk runs on the loop's pool. What the kernel can answer from memory runs on the loop itself,
/// because a hop to another thread costs more than the answer: opening for reading and `status` (asked with `RESOLVE_CACHED`),
/// an open file's `status`, and reads of what is in the page cache (`RWF_NOWAIT`). The kernel says when it would have to wait,
/// and then the pool does it.
public final class LiveDisk: Disk {
  private let loop: LiveLoop
  private let root: DiskRoot

  /// A disk whose relative paths start at `folder`, itself relative to the working directory.
  public convenience init(folder: GoString, loop: LiveLoop) {
    self.init(root: DiskRoot(base: LiveDisk.absoluteFolder(folder), confinement: nil, hasOpenat2: true), loop: loop)
  }

  init(root: DiskRoot, loop: LiveLoop) {
    self.root = root
    self.loop = loop
  }

  static func absoluteFolder(_ folder: GoString) -> GoString {
    if folder.bytes.first == UInt8(ascii: "/") { return DiskRoot.cleaned(folder) }
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    guard getcwd(&buffer, buffer.count) != nil else { return DiskRoot.cleaned("/" + folder) }
    let current = GoString(buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) })
    return DiskRoot.cleaned(current + "/" + folder)
  }

  public func confined(to folder: DiskPath) -> any Disk {
    let confined = DiskRoot(base: root.base, confinement: root.absolute(folder), hasOpenat2: root.hasOpenat2)
    return LiveDisk(root: confined, loop: loop)
  }

  public func absolute(_ path: DiskPath) -> GoString {
    root.absolute(path)
  }

  public func open(_ path: DiskPath, _ mode: OpenMode) async throws(DiskError) -> any DiskFile {
    loop.assertCurrent()
    // A pipe or a device must not hold anything up.
    let harmless = O_NONBLOCK | O_NOCTTY
    switch mode {
    case .read:
      if let fd = try cached({ () throws(DiskError) in try root.open(path, O_RDONLY | harmless, cachedOnly: true) }) {
        return LiveDiskFile(fd, isWritable: false, loop)
      }
      let fd = try await blocking { (root) throws(DiskError) in try root.open(path, O_RDONLY | harmless) }
      return LiveDiskFile(fd, isWritable: false, loop)
    case .write:
      let fd = try await blocking { (root) throws(DiskError) in try root.open(path, O_RDWR | harmless) }
      return LiveDiskFile(fd, isWritable: true, loop)
    case .create(let truncate, let exclusive):
      let flags = O_RDWR | O_CREAT | harmless | (truncate ? O_TRUNC : 0) | (exclusive ? O_EXCL : 0)
      let fd = try await blocking { (root) throws(DiskError) in
        try root.open(path, flags, mode: 0o744)  // ST-2
      }
      return LiveDiskFile(fd, isWritable: true, loop)
    }
  }

  public func status(_ path: DiskPath, followLinks: Bool) async throws(DiskError) -> FileStatus {
    loop.assertCurrent()
    let flags = cposix_path_only | (followLinks ? 0 : O_NOFOLLOW)
    let look = { @Sendable (root: DiskRoot, cachedOnly: Bool) throws(DiskError) -> FileStatus in
      let fd = try root.open(path, flags, cachedOnly: cachedOnly)
      defer { Glibc.close(fd) }
      return try FileStatus(descriptor: fd)
    }
    if let known = try cached({ () throws(DiskError) in try look(root, true) }) { return known }
    return try await blocking { (root) throws(DiskError) in try look(root, false) }
  }

  public func list(_ path: DiskPath) async throws(DiskError) -> [GoString] {
    loop.assertCurrent()
    return try await blocking { (root) throws(DiskError) in
      let fd = try root.open(path, O_RDONLY | O_DIRECTORY)
      return try LiveDisk.names(in: fd).sorted()
    }
  }

  public func makeFolders(_ path: DiskPath) async throws(DiskError) {
    loop.assertCurrent()
    try await blocking { (root) throws(DiskError) in try root.makeFolders(path) }
  }

  public func remove(_ path: DiskPath) async throws(DiskError) {
    loop.assertCurrent()
    try await blocking { (root) throws(DiskError) in
      try root.withName(path) { (folder, name) throws(DiskError) in
        try LiveDisk.remove(name, in: folder)
      }
    }
  }

  public func removeTree(_ path: DiskPath) async throws(DiskError) {
    loop.assertCurrent()
    try await blocking { (root) throws(DiskError) in
      do throws(DiskError) {
        try root.withName(path) { (folder, name) throws(DiskError) in try LiveDisk.removeTree(name, in: folder) }
      } catch  where error.kind == .notFound {}
    }
  }

  public func rename(_ from: DiskPath, to: DiskPath) async throws(DiskError) {
    loop.assertCurrent()
    try await blocking { (root) throws(DiskError) in
      try root.withName(from) { (fromFolder, fromName) throws(DiskError) in
        try root.withName(to) { (toFolder, toName) throws(DiskError) in
          while renameat(fromFolder, fromName, toFolder, toName) != 0 {
            if errno != EINTR { throw SystemError.disk(errno) }
          }
        }
      }
    }
  }

  public func syncFolder(_ path: DiskPath) async throws(DiskError) {
    loop.assertCurrent()
    try await blocking { (root) throws(DiskError) in
      let fd = try root.open(path, O_RDONLY | O_DIRECTORY)
      defer { Glibc.close(fd) }
      _ = try DiskRoot.retried { fsync(fd) }
    }
  }

  public func freeSpace() async throws(DiskError) -> Int64 {
    loop.assertCurrent()
    return try await blocking { (root) throws(DiskError) in
      let folder = root.confinement ?? root.base
      var status = statvfs()
      _ = try DiskRoot.retried { () -> Int32 in folder.withCString { statvfs($0, &status) } }
      return Int64(
        clamping: UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize)).partialValue)
    }
  }

  // MARK: Ways to run

  /// The answer that the kernel has in memory, or its error; nil when it would have to ask the disk.
  private func cached<Result>(_ look: () throws(DiskError) -> Result) throws(DiskError) -> Result? {
    do throws(DiskError) {
      return try look()
    } catch {
      // EAGAIN: not in memory; ENOSYS, EINVAL, EPERM: this kernel cannot say.
      let unknown = [EAGAIN, ENOSYS, EINVAL, EPERM].map(SystemError.text)
      if unknown.contains(error.text) { return nil }
      throw error
    }
  }

  private func blocking<Value: Sendable>(
    _ work: @escaping @Sendable (DiskRoot) throws(DiskError) -> Value
  ) async throws(DiskError) -> Value {
    let root = root
    return try await loop.blocking { () -> Result<Value, DiskError> in
      do throws(DiskError) { return .success(try work(root)) } catch { return .failure(error) }
    }.get()
  }

  // MARK: On the pool

  /// The names in an open folder, which is closed.
  private static func names(in fd: Int32) throws(DiskError) -> [GoString] {
    guard let folder = fdopendir(fd) else {
      let number = errno
      Glibc.close(fd)
      throw SystemError.disk(number)
    }
    defer { closedir(folder) }
    var names: [GoString] = []
    while true {
      errno = 0
      guard let entry = readdir(folder) else {
        if errno != 0 { throw SystemError.disk(errno) }
        return names
      }
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: UInt8.self, capacity: Int(entry.pointee.d_reclen)) { bytes in
          GoString(
            UnsafeBufferPointer(
              start: bytes, count: strlen(UnsafeRawPointer(bytes).assumingMemoryBound(to: CChar.self))))
        }
      }
      if name != "." && name != ".." { names.append(name) }
    }
  }

  /// Removes a name as Go's `os.Remove` does: as a file, else as a folder; the more telling of the two errors.
  private static func remove(_ name: UnsafePointer<CChar>, in folder: Int32) throws(DiskError) {
    if unlinkat(folder, name, 0) == 0 { return }
    let asFile = errno
    if unlinkat(folder, name, AT_REMOVEDIR) == 0 { return }
    let asFolder = errno
    throw SystemError.disk(asFolder == ENOTDIR ? asFile : asFolder)
  }

  /// Removes a name with all beneath it, links not followed.
  private static func removeTree(_ name: UnsafePointer<CChar>, in folder: Int32) throws(DiskError) {
    do throws(DiskError) {
      try remove(name, in: folder)
      return
    } catch {
      switch error.kind {
      case .notFound: return
      case .directoryNotEmpty, .alreadyExists: break
      case .notADirectory, .isADirectory, .permissionDenied, .noSpace, .nameTooLong, .readOnly, .outsideRoot, .failed:
        throw error
      }
    }
    let fd = try DiskRoot.retried { cposix_openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0) }
    // `names` closes what it is given; removing needs the descriptor longer.
    let listing = dup(fd)
    defer { Glibc.close(fd) }
    guard listing >= 0 else { throw SystemError.disk(errno) }
    var failure: DiskError?
    for child in try names(in: listing) {
      do throws(DiskError) {
        try child.withCString { (text) throws(DiskError) in try removeTree(text, in: fd) }
      } catch {
        failure = failure ?? error
      }
    }
    do throws(DiskError) { try remove(name, in: folder) } catch { throw failure ?? error }
  }
}

extension FileStatus {
  /// What is known of an open file.
  init(descriptor: Int32) throws(DiskError) {
    var status = stat()
    _ = try DiskRoot.retried { fstat(descriptor, &status) }
    let kind = status.st_mode & S_IFMT
    self.init(
      size: Int64(status.st_size), isDirectory: kind == S_IFDIR, isLink: kind == S_IFLNK, isRegular: kind == S_IFREG,
      modified: GoTime(unixSeconds: Int64(status.st_mtim.tv_sec), nanosecond: Int32(status.st_mtim.tv_nsec)),
      identity: UInt64(status.st_ino) ^ (UInt64(status.st_dev) << 40 | UInt64(status.st_dev) >> 24),
      changed: Int64(status.st_ctim.tv_sec) &* 1_000_000_000 &+ Int64(status.st_ctim.tv_nsec))
  }
}
