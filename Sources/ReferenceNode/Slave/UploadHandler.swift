import GoWire
import NodeProtocol

/// The routes of upload sessions (ST-3…7).
struct UploadHandler: Sendable {
  let profile: Profile
  let store: BlobStore
  let uploads: OpenUploads
  let caller: UploadCallbackCaller

  /// `PUT upload` (ST-3).
  func create(_ context: RequestContext) async throws(Refusal) -> HTTPResponse {
    let message = try binding { () throws(NodeError) in try Binder.bind(CreateUploadSession.self, from: context.body) }
    guard message.missingPart == nil, let session = message.session, let policy = session.policy,
      let settings = policy.settings, let props = session.props
    else {
      guard profile.namesMissingParts else { throw .crashed }  // QUIRK-20
      throw .unbound(.emptyField(message.missingPart ?? "Session"))
    }
    if profile.refusesUnsafeUploads { try refuseUnsafe(props, settings, policy) }
    guard let path = BlobPath.path(props.savePath) else { throw .failed(Self.notCreated("a NUL byte in the path")) }
    let order = OpenUpload.Order(
      sessionID: props.uploadSessionID, savePath: props.savePath, path: path,
      plan: ChunkPlan(size: props.size, chunkSize: settings.chunkSize),
      callback: session.callback.isEmpty
        ? nil : UploadCallback(url: session.callback, key: policy.node?.slaveKey, nodeID: policy.nodeID),
      expiresAt: props.expireAt)
    let location = store.disk.absolute(path)
    // What an older session still writes to the file must not reach the new one.
    if message.overwrite {
      if let predecessor = uploads[order.sessionID], predecessor.location == location { await predecessor.replace() }
      await openSession(at: location)?.replace()
    }
    do throws(DiskError) {
      try await store.makePlaceholder(
        path, overwrites: message.overwrite, preallocates: settings.preAllocate ? props.size : nil)
    } catch  where error.kind == .outsideRoot {
      throw .failed(BlobStore.outside(props.savePath))
    } catch {
      throw .failed(Self.notCreated(GoString(error.text)))
    }
    let replaced = uploads[order.sessionID]
    let displaced = openSession(at: location)
    if let displaced { uploads.forget(displaced) }
    uploads.remember(
      OpenUpload(order: order, store: store, caller: caller, profile: profile),
      removesLeftovers: profile.removesExpiredUploads)
    await replaced?.replace()
    await displaced?.replace()
    return Reply.success
  }

  /// `POST upload/:sessionId` (ST-4).
  func takeChunk(sessionID: GoString, _ context: RequestContext) async throws(Refusal) -> HTTPResponse {
    let request = context.request
    guard let upload = uploads[sessionID] else {
      guard await request.body.drain() else { throw .peerGone }
      throw .failed(UploadSessionMachine.sessionGone)
    }
    let outcome = await upload.take(
      chunk: ChunkIndex.of(context.target.query), announced: Self.announcedLength(of: request), body: request.body,
      correlationID: context.correlationID)
    if upload.isOver { uploads.forget(upload) }
    switch outcome {
    case .stored: return Reply.success
    case .failed(let error): throw .failed(error)
    case .senderGone: throw .peerGone
    }
  }

  /// `DELETE upload/:sessionId` (ST-7).
  func delete(sessionID: GoString) async throws(Refusal) -> HTTPResponse {
    guard let upload = uploads[sessionID] else { return Reply.success }
    uploads.forget(upload)
    do throws(DiskError) {
      try await upload.delete()
    } catch  where error.kind == .outsideRoot {
      throw .failed(BlobStore.outside(upload.order.savePath))
    } catch {
      throw .failed(NodeError(.ioFailed, "Failed to delete upload session", cause: GoString(error.text)))
    }
    return Reply.success
  }

  /// The session that a new one on the same path puts an end to: a file is one session's, the latest (QUIRK-15). Upstream lets
  /// both write to it, and either delete it.
  private func openSession(at location: GoString) -> OpenUpload? {
    profile.refusesUnsafeUploads ? uploads.session(at: location) : nil
  }

  /// ST-1.
  private static let policyKinds: [GoString] = [
    "local", "remote", "s3", "ks3", "oss", "cos", "obs", "onedrive", "qiniu", "upyun",
  ]

  // QUIRK-15
  private func refuseUnsafe(
    _ props: UploadProps, _ settings: PolicySettings, _ policy: StoragePolicy
  ) throws(Refusal) {
    if !policy.kind.isEmpty, !Self.policyKinds.contains(policy.kind) {
      throw .failed(NodeError(.parameterError, "Policy type is unknown", cause: policy.kind))
    }
    if props.size < 0 { throw .failed(NodeError(.parameterError, "Size cannot be negative")) }
    if settings.chunkSize < 0 { throw .failed(NodeError(.parameterError, "Chunk size cannot be negative")) }
    if BlobPath.climbs(props.savePath) {
      throw .failed(NodeError(.noPermission, "Path cannot contain ..", cause: props.savePath))
    }
  }

  private static func notCreated(_ cause: GoString) -> NodeError {
    NodeError(.cacheOperationFailed, "Failed to create upload session in slave node", cause: cause)
  }

  /// `Content-Length`, else `X-Expected-Entity-Length`, else 0; nil for a text that is no number of 64 bits (ST-4).
  private static func announcedLength(of request: HTTPRequest) -> Int64? {
    if let length = request.contentLength { return length }
    guard let text = request.fields.first(HeaderName.expectedEntityLength), !text.isEmpty else { return 0 }
    return try? text.parseInt()
  }
}
