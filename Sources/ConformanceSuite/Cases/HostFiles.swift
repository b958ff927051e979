import Glibc

/// The files of the machine the suite runs on: recordings, reports and what cases put into a slave's folder.
public enum HostFiles {
  /// All bytes of a file.
  public static func read(_ path: String) throws(SuiteError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .usage("\(path): \(reason())") }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .usage("\(path): \(reason())") }
      guard count > 0 else { return bytes }
      bytes += buffer[..<count]
    }
  }

  /// Replaces a file by `bytes`.
  public static func write(_ path: String, _ bytes: [UInt8]) throws(SuiteError) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw .unfinished("\(path): \(reason())") }
    defer { close(descriptor) }
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw .unfinished("\(path): \(reason())") }
      rest = rest.dropFirst(count)
    }
  }

  public static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  public static func exists(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0
  }

  /// The names in a folder in byte order, without `.` and `..`.
  public static func list(_ path: String) throws(SuiteError) -> [String] {
    guard let stream = opendir(path) else { throw .usage("\(path): \(reason())") }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Makes a folder and its missing parents.
  public static func makeFolders(_ path: String) throws(SuiteError) {
    if path.isEmpty || isFolder(path) { return }
    if let slash = path.lastIndex(of: "/"), slash > path.startIndex { try makeFolders(String(path[..<slash])) }
    guard mkdir(path, 0o755) == 0 || errno == EEXIST else { throw .unfinished("\(path): \(reason())") }
  }

  /// Removes a file or a folder with all in it; nothing there is fine. Links are not followed.
  public static func removeTree(_ path: String) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return }
    if status.st_mode & S_IFMT == S_IFDIR {
      for name in (try? list(path)) ?? [] { removeTree("\(path)/\(name)") }
      rmdir(path)
    } else {
      unlink(path)
    }
  }

  /// Removes a folder when nothing is in it.
  public static func removeEmptyFolder(_ path: String) { rmdir(path) }

  /// A fresh, empty folder below the system's folder for temporary files, as its real path.
  public static func makeTemporaryFolder(_ prefix: String) throws(SuiteError) -> String {
    let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(base)/\(prefix)-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw .unfinished("\(base): \(reason())") }
    return try realPath(String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
  }

  /// The absolute path with all links resolved.
  public static func realPath(_ path: String) throws(SuiteError) -> String {
    guard let resolved = realpath(path, nil) else { throw .usage("\(path): \(reason())") }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  private static func reason() -> String { String(cString: strerror(errno)) }
}
