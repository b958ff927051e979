import GoWire
import NodeProtocol

/// A task that a master gave to this slave (TASK-1).
struct SlaveTask: Sendable {
  /// TASK-4.
  enum Status: String, Sendable {
    case queued, processing, suspending, error, canceled, completed
  }

  enum Kind: String, Sendable {
    case createArchive = "slave_create_archive"
    case extractArchive = "slave_extract_archive"
    case upload = "slave_upload"
  }

  var id: Int64
  var kind: Kind
  var status: Status
  /// JSON text; read when the task runs.
  var state: GoString
  /// Where the task's own calls to its master go.
  var master: MasterProperties
  /// The request that made it, whose id the task's lines and calls carry.
  var correlationID: CorrelationID
  /// The text of the last error; empty for none.
  var error: GoString = ""
  var progress: [SlaveTaskSummary.NamedProgress] = []

  var summary: SlaveTaskSummary {
    SlaveTaskSummary(status: GoString(status.rawValue), error: error, privateState: state, progress: progress)
  }
}

/// The tasks of a slave, in memory: a restart forgets them all (TASK-9). Ids count up from 1 at each start.
///
/// Unchecked sendable: confined to its node's loop thread.
final class SlaveTasks: @unchecked Sendable {
  private let keepsFailedTasks: Bool
  /// Only looked up.
  private var tasks: [Int64: SlaveTask] = [:]
  private var lastID: Int64 = 0

  init(profile: Profile) {
    keepsFailedTasks = profile.keepsFailedTasks
  }

  /// Takes a task and gives it its id (TASK-1).
  func add(
    _ kind: SlaveTask.Kind, state: GoString, master: MasterProperties, correlationID: CorrelationID
  ) -> Int64 {
    lastID += 1
    tasks[lastID] = SlaveTask(
      id: lastID, kind: kind, status: .queued, state: state, master: master, correlationID: correlationID)
    return lastID
  }

  /// Reads a task, which may be the last time (TASK-2).
  func read(_ id: Int64, deleteOnComplete: Bool) -> SlaveTaskSummary? {
    guard let task = tasks[id] else { return nil }
    if isForgotten(task.status, deleteOnComplete: deleteOnComplete) { tasks[id] = nil }
    return task.summary
  }

  private func isForgotten(_ status: SlaveTask.Status, deleteOnComplete: Bool) -> Bool {
    switch status {
    case .completed: deleteOnComplete
    case .error, .canceled: deleteOnComplete || !keepsFailedTasks  // QUIRK-4
    case .queued, .processing, .suspending: false
    }
  }
}
