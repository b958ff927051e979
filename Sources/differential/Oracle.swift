import Glibc

/// The program of Tools/oracle, running for as long as this value lives.
final class Oracle {
  /// The program could not be started, or ended.
  struct Trouble: Error, CustomStringConvertible {
    var description: String
  }

  private let pid: pid_t
  private let input: Int32
  private let output: Int32
  private var buffer = [UInt8](repeating: 0, count: 1 << 20)
  private var begin = 0
  private var end = 0

  init(path: String) throws(Trouble) {
    var input: [Int32] = [0, 0]
    var output: [Int32] = [0, 0]
    guard pipe(&input) == 0, pipe(&output) == 0 else {
      throw Trouble(description: "no pipe: \(String(cString: strerror(errno)))")
    }
    for end in input + output { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, input[0], 0)
    posix_spawn_file_actions_adddup2(&actions, output[1], 1)
    var arguments: [UnsafeMutablePointer<CChar>?] = [strdup(path), nil]
    var environment: [UnsafeMutablePointer<CChar>?] = [strdup("TZ=UTC"), nil]
    defer { (arguments + environment).forEach { free($0) } }
    var pid: pid_t = 0
    let failure = posix_spawn(&pid, path, &actions, nil, &arguments, &environment)
    close(input[0])
    close(output[1])
    guard failure == 0 else {
      close(input[1])
      close(output[0])
      throw Trouble(description: "\(path): \(String(cString: strerror(failure))); run Scripts/setup --tests")
    }
    signal(SIGPIPE, SIG_IGN)
    _ = fcntl(input[1], 1031 /* F_SETPIPE_SZ */, 1 << 20)
    _ = fcntl(output[0], 1031 /* F_SETPIPE_SZ */, 1 << 20)
    self.pid = pid
    self.input = input[1]
    self.output = output[0]
  }

  deinit {
    close(input)
    close(output)
    var status: Int32 = 0
    waitpid(pid, &status, 0)
  }

  /// Sends requests in one go. The program takes them in as they come and answers them in order.
  func send(_ requests: some Sequence<[UInt8]>) throws(Trouble) {
    var bytes: [UInt8] = []
    for request in requests {
      let length = UInt32(request.count)
      for shift in stride(from: 0, to: 32, by: 8) { bytes.append(UInt8(truncatingIfNeeded: length >> shift)) }
      bytes += request
    }
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes { write(input, $0.baseAddress! + sent, $0.count - sent) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw Trouble(description: "the oracle takes no more requests") }
      sent += count
    }
  }

  /// The next answer.
  func receive() throws(Trouble) -> [UInt8] {
    let head = try take(4)
    let length = head.reversed().reduce(0) { $0 << 8 | Int($1) }
    return try take(length)
  }

  private func take(_ count: Int) throws(Trouble) -> [UInt8] {
    while end - begin < count { try fill(for: count) }
    defer { begin += count }
    return Array(buffer[begin..<(begin + count)])
  }

  private func fill(for count: Int) throws(Trouble) {
    if begin > 0 {
      buffer.replaceSubrange(0..<(end - begin), with: buffer[begin..<end])
      buffer.removeLast(0)
      (begin, end) = (0, end - begin)
    }
    if buffer.count < count { buffer += [UInt8](repeating: 0, count: count - buffer.count) }
    let room = end
    let got = buffer.withUnsafeMutableBytes { read(output, $0.baseAddress! + room, $0.count - room) }
    if got < 0, errno == EINTR { return }
    guard got > 0 else { throw Trouble(description: "the oracle ended") }
    end += got
  }
}
