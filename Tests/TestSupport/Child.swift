import Foundation

/// Runs blocking work on a thread of its own, so that no thread of the tests' pool waits for it.
public func onThread<Result: Sendable>(_ work: @escaping @Sendable () -> Result) async -> Result {
  await withCheckedContinuation { continuation in
    Thread { continuation.resume(returning: work()) }.start()
  }
}

/// What one program wrote and how it ended.
public struct Ended: Sendable {
  /// The exit code, or minus the number of the signal that ended it.
  public var code: Int32
  public var output: String
  public var errors: String

  /// The lines of both outputs.
  public var lines: [String] {
    (output + errors).split(separator: "\n").map(String.init)
  }
}

/// A program started by a test; killed, when it still runs, with the value.
public final class Child: Sendable {
  public struct Trouble: Error, CustomStringConvertible {
    public var description: String

    public init(description: String) { self.description = description }
  }

  /// What a test may wait for at most: far more than anything takes.
  public static let patience = 60.0

  public let pid: pid_t
  private let output: Pipe
  private let errors: Pipe
  private let ending: Ending

  /// Held while a child begins, and while a file is written that a child is to be begun from: it would inherit the writing end.
  static let starting = NSLock()

  /// Starts a program found in PATH. Variables whose names begin with `CR_` are not inherited.
  public init(
    _ program: String, _ arguments: [String], environment: [String: String] = [:], folder: String? = nil,
    input: [UInt8] = []
  ) throws {
    // One start at a time: between `pipe` and its flag no other child may inherit the ends.
    Self.starting.lock()
    defer { Self.starting.unlock() }
    let source = tmpfile()!
    defer { fclose(source) }
    input.withUnsafeBytes { _ = fwrite($0.baseAddress, 1, $0.count, source) }
    rewind(source)
    let output = try Pipe()
    let errors = try Pipe()

    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, fileno(source), 0)
    posix_spawn_file_actions_adddup2(&actions, output.writeEnd, 1)
    posix_spawn_file_actions_adddup2(&actions, errors.writeEnd, 2)

    // What the runner blocks or ignores is not for its children.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

    let inherited = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("CR_") }
    let line = folder.map { ["env", "--chdir=\($0)", program] } ?? [program]
    var words = (line + arguments).map { strdup($0) } + [nil]
    var variables = inherited.merging(environment) { $1 }.map { strdup("\($0)=\($1)") } + [nil]
    defer { (words + variables).forEach { free($0) } }
    var started: pid_t = 0
    let failure = posix_spawnp(&started, line[0], &actions, &attributes, &words, &variables)
    output.closeWriteEnd()
    errors.closeWriteEnd()
    guard failure == 0 else { throw Trouble(description: "\(program): \(String(cString: strerror(failure)))") }
    let pid = started
    self.pid = pid
    self.output = output
    self.errors = errors
    output.startReading()
    errors.startReading()
    ending = Ending(pid)
  }

  deinit { signal(SIGKILL) }

  /// Runs a program to its end.
  public static func run(
    _ program: String, _ arguments: [String], environment: [String: String] = [:], folder: String? = nil,
    input: [UInt8] = []
  ) async throws -> Ended {
    try await Child(program, arguments, environment: environment, folder: folder, input: input).end()
  }

  /// Sends a signal; nothing happens when the program has ended.
  public func signal(_ number: Int32) { ending.signal(number) }

  /// Waits for the end; a program that outlasts the patience is killed and is an error.
  public func end(within seconds: Double = patience) async throws -> Ended {
    let (ending, output, errors) = (ending, output, errors)
    let code = await onThread { ending.wait(seconds) }
    guard let code else {
      signal(SIGKILL)
      throw Trouble(description: "still running after \(seconds) s: \(output.text)\(errors.text)")
    }
    return await onThread { Ended(code: code, output: output.wholeText(), errors: errors.wholeText()) }
  }

  /// Waits for a line of either output that holds `text`; an end before it is an error.
  public func line(with text: String, within seconds: Double = patience) async throws -> String {
    let (output, errors) = (output, errors)
    let found = await onThread { () -> String? in
      let deadline = Date(timeIntervalSinceNow: seconds)
      while true {
        let seen = Pipe.changes()
        if let line = (output.lines + errors.lines).first(where: { $0.contains(text) }) { return line }
        if output.isAtEnd, errors.isAtEnd { return nil }
        guard Pipe.waitForChange(after: seen, until: deadline) else { return nil }
      }
    }
    guard let found else {
      throw Trouble(description: "no line with \"\(text)\" came: \(output.text)\(errors.text)")
    }
    return found
  }
}

/// How a child ends. Guarded by its condition.
private final class Ending: @unchecked Sendable {
  private let condition = NSCondition()
  private let pid: pid_t
  private var code: Int32?

  init(_ pid: pid_t) {
    self.pid = pid
    Thread { [self] in
      var information = siginfo_t()
      // Not reaped before the lock is held, so that a signal never reaches another process of the same number.
      while waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
      condition.withLock {
        var status: Int32 = 0
        waitpid(pid, &status, 0)
        code = status & 0x7F == 0 ? (status >> 8) & 0xFF : -(status & 0x7F)
        condition.broadcast()
      }
    }.start()
  }

  func signal(_ number: Int32) {
    condition.withLock { if code == nil { kill(pid, number) } }
  }

  func wait(_ seconds: Double) -> Int32? {
    let deadline = Date(timeIntervalSinceNow: seconds)
    return condition.withLock {
      while code == nil, condition.wait(until: deadline) {}
      return code
    }
  }
}

/// One output of a child. Guarded by the condition that all pipes share.
private final class Pipe: @unchecked Sendable {
  private static let condition = NSCondition()
  nonisolated(unsafe) private static var changeCount = 0  // guarded by `condition`

  private let readEnd: Int32
  let writeEnd: Int32
  private var bytes: [UInt8] = []
  private var ended = false

  init() throws {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw Child.Trouble(description: "no pipe") }
    ends.forEach { _ = fcntl($0, F_SETFD, FD_CLOEXEC) }
    readEnd = ends[0]
    writeEnd = ends[1]
  }

  func closeWriteEnd() { close(writeEnd) }

  func startReading() {
    Thread { [self] in
      var buffer = [UInt8](repeating: 0, count: 65536)
      while true {
        let count = read(readEnd, &buffer, buffer.count)
        if count < 0, errno == EINTR { continue }
        Self.condition.withLock {
          if count > 0 { bytes += buffer[..<count] } else { ended = true }
          Self.changeCount += 1
          Self.condition.broadcast()
        }
        if count <= 0 { break }
      }
      close(readEnd)
    }.start()
  }

  var text: String { Self.condition.withLock { String(decoding: bytes, as: UTF8.self) } }
  var isAtEnd: Bool { Self.condition.withLock { ended } }

  /// The lines that are complete.
  var lines: [String] { text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init) }

  /// Everything up to the end; a grandchild that keeps the pipe open is not waited for.
  func wholeText() -> String {
    let deadline = Date(timeIntervalSinceNow: 5)
    return Self.condition.withLock {
      while !ended, Self.condition.wait(until: deadline) {}
      return String(decoding: bytes, as: UTF8.self)
    }
  }

  static func changes() -> Int { condition.withLock { changeCount } }

  static func waitForChange(after seen: Int, until deadline: Date) -> Bool {
    condition.withLock {
      while changeCount == seen {
        if !condition.wait(until: deadline) { return false }
      }
      return true
    }
  }
}
