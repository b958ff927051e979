import TestSupport
import Testing

@Suite struct ForbiddenCallTests {
  /// A call that may not stand in the sources, but for some rooms.
  struct Ban: CustomTestStringConvertible, Sendable {
    var call: String
    /// One of them is in every match.
    var words: [String]
    var pattern: String
    var allowedIn: Set<String> = []
    /// A line that it has to find.
    var example: String

    var testDescription: String { call }
  }

  static let bans = [
    Ban(
      call: "Date()", words: ["Date", "Clock"], pattern: #"\bDate\(\)|\bDate\.now\b|Clock\.now\b"#, example: "= Date()"),
    // Neither passes the loop's hook.
    Ban(
      call: "Task.sleep", words: ["sleep"], pattern: #"\bTask\s*(<[^>]*>)?\s*\.\s*sleep\b"#,
      example: "Task.sleep(for: x)"),
    Ban(call: "Task.yield", words: ["yield"], pattern: #"\bTask\s*(<[^>]*>)?\s*\.\s*yield\b"#, example: "Task.yield()"),
    Ban(
      call: "the runtime's clocks", words: ["Clock"], pattern: #"\b(Continuous|Suspending)Clock\b"#,
      allowedIn: ["LiveWorld"], example: "ContinuousClock()"),
    Ban(
      call: "the system's clock", words: ["time"], pattern: #"\b(clock_gettime|gettimeofday)\(|\btime\(nil\)"#,
      allowedIn: ["LiveWorld", "ConformanceSuite", "differential"], example: "clock_gettime(CLOCK_REALTIME, &time)"),
    Ban(
      call: "the system's chance", words: ["Random", "random", "UUID"],
      pattern: #"\b(SystemRandomNumberGenerator|getrandom|arc4random|UUID)\("#, allowedIn: ["LiveWorld"],
      example: "var g = SystemRandomNumberGenerator()"),
    Ban(
      call: "chance without a generator", words: ["random", "shuffle"],
      pattern: #"\.(randomElement|shuffled?)\(\)|\.random\(in: [^,)]*\)"#, example: "let a = list.shuffled()"),
    Ban(
      call: "Dispatch", words: ["Dispatch"], pattern: #"\bDispatch(Queue|Group|Semaphore|WorkItem|Source)\b"#,
      example: "DispatchQueue.main"),
    Ban(
      call: "locks and threads", words: ["Mutex", "Atomic", "pthread", "sem_wait", "NSLock", "NSCondition", "Thread"],
      pattern: #"\b(Mutex\b|Atomic\b|pthread_|sem_wait\b|NSLock\b|NSCondition\b|Thread\b)"#,
      allowedIn: ["LiveWorld", "ConformanceSuite", "nodelab"], example: "let m = Mutex(0)"),
    Ban(
      call: "a foreign executor", words: ["Actor", "detached"],
      pattern: #"@MainActor\b|@globalActor\b|\bTask\.detached\b"#,
      example: "Task.detached {"),
    Ban(
      call: "the process's own hashes", words: ["Hasher", "hashValue"], pattern: #"\bHasher\(\)|\.hashValue\b"#,
      example: "return name.hashValue"),
    Ban(
      call: "an order of addresses", words: ["ObjectIdentifier", "toOpaque"],
      pattern: #"\bObjectIdentifier\(|\.toOpaque\(\)"#, allowedIn: ["LiveWorld", "NodeLoop", "ConformanceSuite"],
      example: "things.sorted { ObjectIdentifier($0) < ObjectIdentifier($1) }"),
    Ban(
      call: "print", words: ["print(", "Print(", "dump("], pattern: #"(^|[^.\w])(debugPrint|print|dump)\("#,
      allowedIn: ["nodelab", "differential"], example: "  print(1)"),
    Ban(
      call: "the environment", words: ["env", "ProcessInfo", "CommandLine"],
      pattern: #"\b(getenv|environ|ProcessInfo|CommandLine)\b"#,
      allowedIn: ["LiveWorld", "ConformanceSuite", "nodelab", "differential"], example: "getenv(name)"),
  ]

  @Test(arguments: bans) func `a forbidden call stands in no source`(_ ban: Ban) async throws {
    // Otherwise a full stop between two words is no boundary.
    let pattern = try Regex(ban.pattern).wordBoundaryKind(.simple)
    let example = SourceText("Sources/X/Y.swift", ban.example)
    #expect(example.lines(matching: pattern, words: ban.words) == [0], "the scan is blind")
    let files = try await SourceText.all(below: "Sources").filter { !ban.allowedIn.contains($0.room) }
    let found = files.flatMap { file in file.lines(matching: pattern, words: ban.words).map(file.place) }
    #expect(found == [])
  }

  @Test func `a check is turned off only with the invariant that makes it safe`() async throws {
    let pattern = /@unchecked\s+Sendable|nonisolated\(unsafe\)/
    let files = try await SourceText.all(below: "Sources", "Tests", "Benchmarks")
    let found = files.flatMap { file in
      file.lines(matching: pattern, words: ["@unchecked", "nonisolated"]).map { (file, $0) }
    }
    #expect(!found.isEmpty)
    let bare = found.filter { file, index in
      let above = file.lines[..<index].last { !$0.trimmed.hasPrefix("@") }?.trimmed ?? ""
      return !file.lines[index].contains("//") && !above.hasPrefix("//")
    }
    #expect(bare.map { file, index in file.place(index) } == [])
  }
}
