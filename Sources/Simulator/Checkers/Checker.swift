import GoWire
import NodeProtocol
import ReferenceNode

/// Something that happened, as checkers are shown it.
enum Sight {
  case event(TraceEvent)
  /// A request reached a slave's door.
  case request(WitnessedRequest)
  /// A slave took bytes of a request's body.
  case took(WitnessedRequest, count: Int)
  /// A slave has answered it, or ended the connection.
  case response(WitnessedRequest)
  /// A sender has its answer, or the reason why it has none.
  case answered(StepAnswer)
  case masterReceived(ScriptedMaster.Arrival)
}

/// When a checker is asked what it can only tell now.
enum JudgedMoment {
  /// No request is under way.
  case quiet
  case end
}

/// Holds one invariant of scenarios.md against what happens: reads the world (disks, network, trace), never a node's own counters.
protocol Checker {
  /// `INV-1`.
  var invariant: String { get }
  /// Returns what is broken, one text each.
  mutating func see(_ sight: Sight, in scene: any CheckedScene) -> [String]
  mutating func judge(_ moment: JudgedMoment, in scene: any CheckedScene) -> [String]
}

extension Checker {
  mutating func see(_ sight: Sight, in scene: any CheckedScene) -> [String] { [] }
  mutating func judge(_ moment: JudgedMoment, in scene: any CheckedScene) -> [String] { [] }
}

/// What checkers may read of the world.
protocol CheckedScene: AnyObject {
  var now: Uptime { get }
  /// The profile that the slaves follow.
  var profile: Profile { get }
  func disk(of node: String) -> MemoryDisk
  /// Absolute; nil when the slave is confined to none.
  func storageRoot(of node: String) -> GoString?
  func secret(of node: String) -> GoString
  func wallClock(of node: String) -> GoTime
  var slaves: [String] { get }
  func session(_ id: GoString) -> MadeSession?
  /// Whether the master lists the file of a session.
  func isListed(_ session: GoString) -> Bool
  /// Requests that have not been answered yet.
  var openRequests: [WitnessedRequest] { get }
  /// The kinds of the faults that are planned.
  var plannedFaults: [FaultKind] { get }
  /// Seconds that a slave's callback may take.
  func callbackTimeout(of node: String) -> Int64
}

/// Every checker of a slave's invariants.
enum Checkers {
  static func all() -> [any Checker] {
    [
      AcknowledgedUploads(), ConfinedDisk(), EmptyTemp(), RequestIDs(), ForgottenPlaceholders(), LivingProcesses(),
      Signatures(), HonestBytes(), BoundedMemory(), NoLeftovers(), Envelopes(), Secrets(), OrderOfAcknowledgement(),
    ]
  }
}

extension ScenarioResult {
  /// The invariants that every run is held against.
  public static var checkedInvariants: [String] { Checkers.all().map(\.invariant) }
}

extension WitnessedRequest {
  /// The session that a chunk belongs to; nil for any other request.
  var chunkSession: GoString? {
    guard method == "POST" else { return nil }
    let prefix: GoString = "/api/v4/slave/upload/"
    return path.hasPrefix(prefix) ? GoString(path.bytes.dropFirst(prefix.count)) : nil
  }

  var chunkIndex: Int64 {
    guard let target = RequestTarget(target) else { return 0 }
    return ChunkIndex.of(target.query)
  }

  var isContent: Bool { target.hasPrefix("/api/v4/slave/file/content/") }

  /// The envelope's code in its answer; nil when it is none.
  var code: Int64? {
    guard let answer, answer.starts(with: Array(#"{"code":"#.utf8)) else { return nil }
    let digits = answer.dropFirst(8).prefix { $0 == UInt8(ascii: "-") || 0x30...0x39 ~= $0 }
    return Int64(String(decoding: digits, as: UTF8.self))
  }
}
