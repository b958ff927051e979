import Glibc
import GoWire
import NodeProtocol

/// Why a file could not be read, in the system's words.
struct SystemFailure: Error {
  var number: Int32

  /// Whether there is no such file, or no folder on the way to it.
  var isAbsence: Bool { number == ENOENT || number == ENOTDIR }

  /// `no such file or directory`.
  var text: String {
    let text = String(cString: strerror(number))
    return text.prefix(1).lowercased() + text.dropFirst()
  }
}

/// Whole files, before there is a loop.
enum SystemFile {
  /// The bytes of a file; `-` is the standard input.
  static func read(_ path: String) throws(SystemFailure) -> [UInt8] {
    let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemFailure(number: errno) }
    defer { if descriptor != STDIN_FILENO { close(descriptor) } }
    var bytes: [UInt8] = []
    let size = 1 << 16
    while true {
      var failure: Int32 = 0
      let piece = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
        let got = Glibc.read(descriptor, buffer.baseAddress, size)
        if got < 0 { failure = errno }
        count = max(0, got)
      }
      if failure == EINTR { continue }
      guard failure == 0 else { throw SystemFailure(number: failure) }
      if piece.isEmpty { return bytes }
      bytes += piece
    }
  }

  /// Writes a file anew.
  static func write(_ path: String, _ bytes: [UInt8]) throws(SystemFailure) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw SystemFailure(number: errno) }
    defer { close(descriptor) }
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno != EINTR { throw SystemFailure(number: errno) }
      rest = rest.dropFirst(max(0, count))
    }
  }

  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// Makes a folder and its missing parents; success when it exists.
  static func makeFolders(_ path: String) throws(SystemFailure) {
    var made = path.hasPrefix("/") ? "" : "."
    for name in path.split(separator: "/") {
      made += "/\(name)"
      guard mkdir(made, 0o755) != 0, errno != EEXIST else { continue }
      throw SystemFailure(number: errno)
    }
    var status = stat()
    guard stat(path, &status) == 0 else { throw SystemFailure(number: errno) }
    guard status.st_mode & S_IFMT == S_IFDIR else { throw SystemFailure(number: ENOTDIR) }
  }

  /// The folder of the running program, links followed; without a slash at its end.
  static let executableFolder: String = {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink("/proc/self/exe", &buffer, buffer.count)
    let path = String(decoding: buffer.prefix(max(0, count)).map(UInt8.init(bitPattern:)), as: UTF8.self)
    return path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
  }()

  /// The environment's variables whose names begin so, in its order.
  static func environment(beginning prefix: String) -> [EnvironmentVariable] {
    var variables: [EnvironmentVariable] = []
    guard var next = environ as UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? else { return [] }
    while let pointer = next.pointee {
      let bytes = Array(UnsafeRawBufferPointer(start: pointer, count: strlen(pointer)))
      if bytes.starts(with: prefix.utf8), let equals = bytes.firstIndex(of: UInt8(ascii: "=")) {
        variables.append(EnvironmentVariable(GoString(bytes[..<equals]), GoString(bytes[(equals + 1)...])))
      }
      next += 1
    }
    return variables
  }

  /// The working directory.
  static var workingFolder: String {
    guard let buffer = getcwd(nil, 0) else { return "." }
    defer { free(buffer) }
    return String(cString: buffer)
  }
}
