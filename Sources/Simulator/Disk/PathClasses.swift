import GoWire

/// Which of a node's files are which (scenarios.md 2.3): by folder or file, the most specific first.
public struct PathClasses: Hashable, Sendable {
  /// What lies at or below a path.
  public struct Rule: Hashable, Sendable {
    /// Absolute and clean.
    public var path: GoString
    public var pathClass: Fault.PathClass

    public init(_ path: GoString, _ pathClass: Fault.PathClass) {
      self.path = path
      self.pathClass = pathClass
    }
  }

  /// The first that holds a path decides; a path that none holds is a blob's.
  public var rules: [Rule]

  public init(_ rules: [Rule]) {
    self.rules = rules
  }

  /// As a node with default settings has them, below its folder.
  public init(folder: GoString) {
    rules = [
      Rule(folder + "/data/temp", .temp), Rule(folder + "/data/downloads", .download),
      Rule(folder + "/data/conf.ini", .configuration), Rule(folder + "/data/cloudreve.db", .database),
    ]
  }

  public func of(_ path: GoString) -> Fault.PathClass {
    for rule in rules where path.hasPrefix(rule.path) {
      let rest = path.bytes.dropFirst(rule.path.count)
      if rest.isEmpty || rest.first == UInt8(ascii: "/") { return rule.pathClass }
    }
    return .blob
  }
}

/// How much room the files of each class take, and the most they took.
struct DiskUsage {
  private var now = [Int64](repeating: 0, count: Fault.PathClass.allCases.count)
  private var most = [Int64](repeating: 0, count: Fault.PathClass.allCases.count)

  var total: Int64 { now[Self.index(.any)] }
  func of(_ pathClass: Fault.PathClass) -> Int64 { now[Self.index(pathClass)] }
  func highWater(of pathClass: Fault.PathClass) -> Int64 { most[Self.index(pathClass)] }

  mutating func add(_ bytes: Int64, to pathClass: Fault.PathClass) {
    if bytes == 0 { return }
    let all = Self.index(.any)
    let one = Self.index(pathClass)
    now[all] += bytes
    most[all] = max(most[all], now[all])
    if one == all { return }
    now[one] += bytes
    most[one] = max(most[one], now[one])
  }

  mutating func clear() {
    for index in now.indices { now[index] = 0 }
  }

  mutating func resetHighWater() { most = now }

  private static func index(_ pathClass: Fault.PathClass) -> Int {
    switch pathClass {
    case .any: 0
    case .blob: 1
    case .temp: 2
    case .download: 3
    case .configuration: 4
    case .database: 5
    }
  }
}
