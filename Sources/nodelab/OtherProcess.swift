import Glibc

/// This program once more, in a process of its own.
enum OtherProcess {
  /// Starts it with these words and returns what it writes to its standard output, whatever its exit code.
  static func output(_ words: [String]) throws(CommandFailure) -> String {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw failure("no pipe") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
    defer { posix_spawn_file_actions_destroy(&actions) }
    var arguments: [UnsafeMutablePointer<CChar>?] = (["nodelab"] + words).map { strdup($0) }
    arguments.append(nil)
    defer { for argument in arguments { free(argument) } }
    var child: pid_t = 0
    let code = posix_spawn(&child, "/proc/self/exe", &actions, nil, &arguments, environ)
    close(ends[1])
    defer { close(ends[0]) }
    guard code == 0 else { throw failure(String(cString: strerror(code))) }
    var bytes: [UInt8] = []
    let size = 1 << 16
    while true {
      let piece = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
        count = max(0, read(ends[0], buffer.baseAddress, size))
      }
      if piece.isEmpty { break }
      bytes += piece
    }
    var status: Int32 = 0
    waitpid(child, &status, 0)
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func failure(_ text: String) -> CommandFailure {
    CommandFailure("nodelab: a second process cannot be started: \(text)", exitCode: .unfinished)
  }
}
