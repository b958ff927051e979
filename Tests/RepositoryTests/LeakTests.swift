import TestSupport
import Testing

/// The ways out of a simulation that cannot be written into code of a node: the compiler refuses them, given the imports that
/// `LayerTests` allows, or a rule of `ForbiddenCallTests` does. `SimulatorTests.LeakTests` has those that are caught at run time.
@Suite struct LeakTests {
  struct Leak: CustomTestStringConvertible, Sendable {
    var name: String
    var code: String

    var testDescription: String { name }
  }

  static let refusedByTheCompiler = [
    Leak(name: "a static variable", code: "struct Node { static var count = 0 }"),
    Leak(name: "a global variable", code: "public var shared = [Int]()\npublic func bump() async { shared.append(1) }"),
    Leak(
      name: "a variable of two tasks",
      code: "func f() { var n = 0; let bump: @Sendable () -> Void = { n += 1 }; bump() }"),
    Leak(name: "a real file", code: #"let file = fopen("/etc/passwd", "r")"#),
    Leak(name: "a real socket", code: "let descriptor = socket(2, 1, 0)"),
    Leak(name: "a real sleep", code: "func f() { usleep(1) }"),
    Leak(name: "the environment", code: #"let home = getenv("HOME")"#),
    Leak(name: "the time zone", code: "var t = 0; let here = localtime(&t)"),
    Leak(name: "the locale", code: #"let before = setlocale(0, "")"#),
    Leak(name: "Foundation's locale", code: "let locale = Locale.current"),
    Leak(name: "Foundation's time zone", code: "let zone = TimeZone.current"),
    Leak(name: "Foundation's date", code: "let now = Date()"),
    Leak(name: "Foundation's UUID", code: "let id = UUID()"),
    Leak(name: "the process", code: "let number = ProcessInfo.processInfo.processIdentifier"),
    Leak(name: "a file of Foundation's", code: #"let there = FileManager.default.fileExists(atPath: "/")"#),
    Leak(name: "a queue", code: "func f() { DispatchQueue.global().async {} }"),
    Leak(name: "a semaphore", code: "func f() { DispatchSemaphore(value: 0).wait() }"),
    Leak(name: "a pool of threads", code: "func f() { OperationQueue().addOperation {} }"),
    Leak(name: "a thread", code: "func f() { Thread.detachNewThread {} }"),
    Leak(name: "a thread of the system", code: "func f() { pthread_create(nil, nil, { _ in nil }, nil) }"),
    Leak(name: "a lock", code: "let lock = Mutex(0)"),
  ]

  @Test func `the compiler refuses what needs an import that a node may not have`() async throws {
    let folder = try TemporaryFolder()
    var paths: [String] = []
    for (index, leak) in Self.refusedByTheCompiler.enumerated() {
      // Each in a file of its own, so that one error hides no other.
      let path = folder.path + "/leak\(index).swift"
      try folder.write("leak\(index).swift", leak.code.replacing("func f(", with: "func leak\(index)(") + "\n")
      paths.append(path)
    }
    let sound = folder.path + "/sound.swift"
    try folder.write("sound.swift", "public actor Sound { var count = 0; func add() { count += 1 } }\n")
    let compiled = try await Child.run(
      "swiftc",
      ["-typecheck", "-wmo", "-swift-version", "6", "-parse-as-library", "-module-name", "Leaks"] + paths + [sound])
    let text = compiled.lines.joined(separator: "\n") + compiled.errors
    for (leak, path) in zip(Self.refusedByTheCompiler, paths) {
      #expect(text.contains("\(path):1:") || text.contains("\(path):2:"), "compiles: \(leak.name)")
    }
    #expect(!text.contains(sound))
  }

  static let refusedByARule = [
    Leak(name: "Task.sleep", code: "try await Task.sleep(for: .seconds(1))"),
    Leak(name: "Task.yield", code: "await Task.yield()"),
    Leak(name: "a detached task", code: "Task.detached { await work() }"),
    Leak(name: "the main actor", code: "@MainActor func f() {}"),
    Leak(name: "ContinuousClock", code: "let now = ContinuousClock.now"),
    Leak(name: "SuspendingClock", code: "let clock = SuspendingClock()"),
    Leak(name: "SystemRandomNumberGenerator", code: "var generator = SystemRandomNumberGenerator()"),
    Leak(name: "chance without a generator", code: "let n = Int.random(in: 0..<10)"),
    Leak(name: "a shuffle without a generator", code: "let list = names.shuffled()"),
    Leak(name: "Hasher", code: "var hasher = Hasher()"),
    Leak(name: "hashValue", code: "let place = name.hashValue % 8"),
    Leak(name: "an order of addresses", code: "nodes.sort { ObjectIdentifier($0) < ObjectIdentifier($1) }"),
    Leak(name: "the command line", code: "let name = CommandLine.arguments[0]"),
  ]

  @Test(arguments: refusedByARule) func `a rule of the sources names the line`(_ leak: Leak) throws {
    let file = SourceText("Sources/ReferenceNode/Leaks/Leak.swift", "\n\(leak.code)\n")
    let found = try ForbiddenCallTests.bans.filter { ban in
      let pattern = try Regex(ban.pattern).wordBoundaryKind(.simple)
      return !ban.allowedIn.contains(file.room) && file.lines(matching: pattern, words: ban.words) == [1]
    }
    #expect(!found.isEmpty)
    #expect(file.place(1).contains("Sources/ReferenceNode/Leaks/Leak.swift:2"))
  }
}
