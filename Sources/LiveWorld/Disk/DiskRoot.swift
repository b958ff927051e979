import CPosix
import Glibc
import GoWire
import ReferenceNode

/// How the paths of a disk reach the kernel: as they are, or beneath a root that they cannot leave (ST-16).
///
/// A confined path is opened from the root's own descriptor with `openat2` and `RESOLVE_BENEATH`: the kernel refuses each step
/// that would leave the root, `..`, absolute links and a link swapped in meanwhile included; relative links that stay inside are
/// followed. Where the kernel has no `openat2`, each component is opened by itself and no link is followed.
/// Calls block: they belong on the pool, except those that ask for what is cached.
struct DiskRoot: Sendable {
  /// The node's folder: absolute, cleaned.
  let base: GoString
  /// The folder that paths are confined to: absolute, cleaned; nil when they are not.
  let confinement: GoString?
  /// False makes every confined path take the way for old kernels.
  let hasOpenat2: Bool

  /// The absolute, cleaned form of a path, by its text alone.
  func absolute(_ path: DiskPath) -> GoString {
    path.text.bytes.first == UInt8(ascii: "/") ? DiskRoot.cleaned(path.text) : DiskRoot.cleaned(base + "/" + path.text)
  }

  /// Go's `filepath.Clean` of an absolute path.
  static func cleaned(_ path: GoString) -> GoString {
    var kept: [ArraySlice<UInt8>] = []
    for component in path.bytes.split(separator: UInt8(ascii: "/")) {
      if component.elementsEqual([UInt8(ascii: ".")]) { continue }
      if component.elementsEqual([UInt8(ascii: "."), UInt8(ascii: ".")]) {
        _ = kept.popLast()
      } else {
        kept.append(component)
      }
    }
    return GoString([UInt8(ascii: "/")] + kept.joined(separator: [UInt8(ascii: "/")]))
  }

  /// The path as the kernel gets it when nothing confines it.
  private func plain(_ path: DiskPath) -> GoString {
    if path.text.isEmpty { return base }
    if path.text.bytes.first == UInt8(ascii: "/") { return path.text }
    var whole: [UInt8] = []
    whole.reserveCapacity(base.count + 1 + path.text.count)
    whole += base.bytes
    whole.append(UInt8(ascii: "/"))
    whole += path.text.bytes
    return GoString(whole)
  }

  /// The components beneath the root; none for the root itself.
  private func components(_ path: DiskPath, beneath root: GoString) throws(DiskError) -> [GoString] {
    let whole = absolute(path)
    if whole == root { return [] }
    let prefix = root == "/" ? root : root + "/"
    guard whole.hasPrefix(prefix) else { throw SystemError.outsideRoot }
    return whole.bytes[prefix.count...].split(separator: UInt8(ascii: "/")).map { GoString($0) }
  }

  // MARK: Opening

  /// A descriptor for a path. `cachedOnly` fails with EAGAIN where the disk would have to be asked, and never blocks.
  func open(_ path: DiskPath, _ flags: Int32, mode: UInt32 = 0, cachedOnly: Bool = false) throws(DiskError) -> Int32 {
    let resolve = cachedOnly ? cposix_resolve_cached : 0
    guard let confinement else {
      return try DiskRoot.retried { () -> Int32 in
        plain(path).withCString { text in
          cachedOnly
            ? cposix_openat2(AT_FDCWD, text, flags | O_CLOEXEC, mode, resolve)
            : cposix_openat(AT_FDCWD, text, flags | O_CLOEXEC, mode)
        }
      }
    }
    let names = try components(path, beneath: confinement)
    let root = try openRoot(confinement, cachedOnly)
    defer { close(root) }
    return try openBeneath(root, names, flags, mode, resolve)
  }

  private func openRoot(_ confinement: GoString, _ cachedOnly: Bool) throws(DiskError) -> Int32 {
    try DiskRoot.retried { () -> Int32 in
      confinement.withCString { text in
        let flags = cposix_path_only | O_DIRECTORY | O_CLOEXEC
        return cachedOnly
          ? cposix_openat2(AT_FDCWD, text, flags, 0, cposix_resolve_cached) : cposix_openat(AT_FDCWD, text, flags, 0)
      }
    }
  }

  private func openBeneath(
    _ root: Int32, _ names: [GoString], _ flags: Int32, _ mode: UInt32, _ resolve: UInt64
  ) throws(DiskError) -> Int32 {
    let text = names.isEmpty ? GoString(".") : GoString(names.map(\.bytes).joined(separator: [UInt8(ascii: "/")]))
    if hasOpenat2 {
      // EAGAIN without RESOLVE_CACHED: something was renamed on the way, and the kernel cannot tell; a few more tries.
      for _ in 0..<32 {
        let fd = text.withCString {
          cposix_openat2(root, $0, flags | O_CLOEXEC, mode, cposix_resolve_beneath | resolve)
        }
        if fd >= 0 { return fd }
        let number = errno
        if number == EINTR || (number == EAGAIN && resolve == 0) { continue }
        if number == EXDEV { throw SystemError.outsideRoot }
        if number == ENOSYS || number == EPERM { break }
        throw SystemError.disk(number)
      }
      if resolve != 0 { throw SystemError.disk(EAGAIN) }
    }
    return try openStepwise(root, names, flags, mode)
  }

  /// For kernels without `openat2`: every component by itself, links refused.
  private func openStepwise(_ root: Int32, _ names: [GoString], _ flags: Int32, _ mode: UInt32) throws(DiskError)
    -> Int32
  {
    var folder = root
    defer { if folder != root { close(folder) } }
    for name in names.dropLast() {
      let next = try DiskRoot.retried { () -> Int32 in
        name.withCString { cposix_openat(folder, $0, cposix_path_only | O_NOFOLLOW | O_CLOEXEC, 0) }
      }
      if folder != root { close(folder) }
      folder = next
      var status = stat()
      if fstat(next, &status) == 0, status.st_mode & S_IFMT == S_IFLNK { throw SystemError.outsideRoot }
    }
    let last = names.last ?? "."
    let fd = try DiskRoot.retried { () -> Int32 in
      last.withCString { name in
        let fd = cposix_openat(folder, name, flags | O_NOFOLLOW | O_CLOEXEC, mode)
        guard fd < 0, errno == ELOOP || errno == ENOTDIR else { return fd }
        let number = errno
        var status = stat()
        let isLink = fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && status.st_mode & S_IFMT == S_IFLNK
        errno = isLink ? EXDEV : number
        return fd
      }
    }
    // With O_PATH a link itself is opened.
    var status = stat()
    if flags & O_NOFOLLOW == 0, fstat(fd, &status) == 0, status.st_mode & S_IFMT == S_IFLNK {
      close(fd)
      throw SystemError.outsideRoot
    }
    return fd
  }

  // MARK: Names

  /// Calls `body` with the descriptor of a path's folder and its last component: what removing and renaming need.
  /// Unconfined: AT_FDCWD and the whole path. The root of a confinement itself has no name in it: `outsideRoot`.
  func withName<Result>(
    _ path: DiskPath, _ body: (Int32, UnsafePointer<CChar>) throws(DiskError) -> Result
  ) throws(DiskError) -> Result {
    guard let confinement else {
      return try plain(path).withCString { (text) throws(DiskError) in try body(AT_FDCWD, text) }
    }
    let names = try components(path, beneath: confinement)
    guard let last = names.last else { throw SystemError.outsideRoot }
    let root = try openRoot(confinement, false)
    defer { close(root) }
    let folder = try openBeneath(root, names.dropLast(), cposix_path_only | O_DIRECTORY, 0, 0)
    defer { close(folder) }
    return try last.withCString { (text) throws(DiskError) in try body(folder, text) }
  }

  /// Makes a folder and its missing parents, as Go's `os.MkdirAll` does.
  func makeFolders(_ path: DiskPath) throws(DiskError) {
    var missing: [DiskPath] = []
    var current = path
    while true {
      do throws(DiskError) {
        let fd = try open(current, cposix_path_only | O_DIRECTORY)
        close(fd)
        break
      } catch {
        // A file, or a component that is one, or a root that is left: the first answer stands.
        guard error.kind == .notFound else { throw error }
        missing.append(current)
        guard let parent = parent(of: current) else { throw error }
        current = parent
      }
    }
    for folder in missing.reversed() {
      try withName(folder) { (at, name) throws(DiskError) in
        _ = try DiskRoot.retried { () -> Int32 in
          let made = mkdirat(at, name, 0o755)
          return made != 0 && errno == EEXIST ? 0 : made
        }
      }
    }
    // EEXIST may have meant a file that someone else made meanwhile.
    if !missing.isEmpty { close(try open(path, cposix_path_only | O_DIRECTORY)) }
  }

  private func parent(of path: DiskPath) -> DiskPath? {
    let whole = absolute(path)
    guard whole != "/", whole != confinement, let slash = whole.bytes.lastIndex(of: UInt8(ascii: "/")) else {
      return nil
    }
    return DiskPath(slash == 0 ? "/" : GoString(whole.bytes[..<slash]))
  }

  /// Calls a system call again while it is interrupted.
  static func retried(_ call: () -> Int32) throws(DiskError) -> Int32 {
    while true {
      let result = call()
      if result >= 0 { return result }
      let number = errno
      if number == EINTR { continue }
      throw number == EXDEV ? SystemError.outsideRoot : SystemError.disk(number)
    }
  }
}

extension GoString {
  /// The bytes with a zero at their end.
  func withCString<Result, Failure: Error>(
    _ body: (UnsafePointer<CChar>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    // A short text needs no allocation.
    try withUnsafeTemporaryAllocation(of: CChar.self, capacity: bytes.count + 1) { (buffer) throws(Failure) -> Result in
      guard let start = buffer.baseAddress else { preconditionFailure("a terminated text has a byte") }
      bytes.withUnsafeBytes { if let first = $0.baseAddress { memcpy(start, first, $0.count) } }
      start[bytes.count] = 0
      return try body(UnsafePointer(start))
    }
  }
}
