import GoWire
import NodeProtocol

/// The routes of tasks (TASK-1…3).
struct TaskHandler: Sendable {
  let profile: Profile
  let tasks: SlaveTasks
  let disk: any Disk
  let root: DiskPath?
  /// Where tasks keep their temporary files: a cleanup may always go there.
  let temporary: DiskPath

  /// `PUT task` (TASK-1).
  func create(_ context: RequestContext) throws(Refusal) -> HTTPResponse {
    let message = try binding { () throws(NodeError) in try Binder.bind(CreateTask.self, from: context.body) }
    let master: MasterProperties
    do throws(NodeError) {
      master = try MasterProperties { context.request.fields.first($0) }
    } catch {
      throw .failed(error)
    }
    guard let kind = SlaveTask.Kind(rawValue: message.kind.text) else {
      throw .failed(NodeError(.parameterError, "type not supported"))
    }
    let id = tasks.add(kind, state: message.state, master: master, correlationID: context.correlationID)
    return Reply.envelope(.success(gob: .int(id), as: .int))
  }

  /// `GET task/:id` (TASK-2).
  func read(id: GoString, _ context: RequestContext) throws(Refusal) -> HTTPResponse {
    let message = try binding { () throws(NodeError) in try ReadTask(id: id, query: context.target.query) }
    guard let summary = tasks.read(message.id, deleteOnComplete: message.deleteOnComplete) else {
      throw .failed(NodeError(.notFound, "task not found"))
    }
    return Reply.envelope(.success(summary))
  }

  /// `POST task/cleanup` (TASK-3).
  func cleanUp(_ context: RequestContext) async throws(Refusal) -> HTTPResponse {
    let message = try binding { () throws(NodeError) in try Binder.bind(CleanUpTask.self, from: context.body) }
    var failures: [NodeError.Part] = []
    for text in message.paths {
      do throws(DiskError) {
        try await remove(text)
      } catch  where error.kind == .outsideRoot {
        throw .failed(BlobStore.outside(text))
      } catch {
        failures.append(NodeError.Part(text, .unclassified(GoString(error.text))))
      }
    }
    guard failures.isEmpty else {
      throw .failed(NodeError(.batchNotFullyCompleted, "One or more operation failed", parts: failures))
    }
    return Reply.success
  }

  private func remove(_ text: GoString) async throws(DiskError) {
    guard let path = BlobPath.path(text) else { throw DiskError(.failed, "invalid argument") }
    let absolute = disk.absolute(path)
    // The node's own folder, with all that is in it, is no task's to remove.
    if profile.refusesUnsafeUploads, BlobPath.contains(absolute, disk.absolute(.home)) {
      throw DiskError(.outsideRoot, "the node's own folder")
    }
    guard let root else { return try await disk.removeTree(path) }
    let allowed = BlobPath.contains(disk.absolute(temporary), absolute) ? temporary : root
    try await disk.confined(to: allowed).removeTree(path)
  }
}
