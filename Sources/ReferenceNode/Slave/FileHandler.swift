import GoWire
import NodeProtocol

/// The routes that list and delete files (ST-14, ST-15).
struct FileHandler: Sendable {
  let profile: Profile
  let store: BlobStore
  let isDebug: Bool

  /// `GET file/list` (ST-15).
  func list(_ context: RequestContext) async throws(Refusal) -> HTTPResponse {
    let message = try binding { () throws(NodeError) in try ListFiles(context.target.query) }
    guard let base = BlobPath.path(message.path) else { return Reply.envelope(.success([PhysicalObject]())) }
    let entries: [FolderWalk.Entry]
    do throws(DiskError) {
      entries = try await FolderWalk(disk: store.disk, base: base, isRecursive: message.isRecursive).entries()
    } catch {
      throw .failed(BlobStore.outside(message.path))
    }
    return Reply.envelope(
      .success(
        entries.map { entry in
          PhysicalObject(
            name: entry.name, source: entry.source, relativePath: entry.relativePath, size: entry.status.size,
            isDirectory: entry.status.isDirectory,
            lastModified: GoTime(
              unixSeconds: entry.status.modified.unixSeconds, nanosecond: entry.status.modified.nanosecond, isUTC: false
            ))
        }))
  }

  /// `DELETE file` (ST-14).
  func delete(_ context: RequestContext) async throws(Refusal) -> HTTPResponse {
    let body: [UInt8]
    do throws(BodyRefusal) {
      body = try await context.request.readBody()
    } catch {
      throw Refusal(error)
    }
    let message = try binding { () throws(NodeError) in try Binder.bind(DeleteFiles.self, from: body) }
    var failed: [GoString] = []
    var lastFailure: GoString = ""
    for file in message.files {
      guard let path = BlobPath.path(file) else {
        failed.append(file)
        lastFailure = "remove " + file + ": invalid argument"
        continue
      }
      do throws(DiskError) {
        try await store.remove(path)
      } catch  where error.kind == .outsideRoot {
        throw .failed(BlobStore.outside(file))
      } catch {
        failed.append(file)
        lastFailure = "remove " + store.disk.absolute(path) + ": " + GoString(error.text)
      }
    }
    guard !failed.isEmpty else { return Reply.envelope(.success(text: "")) }
    guard profile.reportsPartialDelete else {  // QUIRK-6
      return Reply.envelope(.hiddenPartialDelete(failed: failed, lastFailure: lastFailure))
    }
    return Reply.envelope(
      .partialDelete(
        failed: failed, lastFailure: lastFailure, correlationID: context.requestID, isDebug: isDebug))
  }
}
