import GoWire
import NodeProtocol

/// A slave: the storage node of chapters 2–8, behind one HTTP door.
///
/// A request goes one way: CORS, routes, context, signature, binding, handler, answer. Everything happens on the node's loop
/// thread, between the doors of its world.
public final class SlaveNode: HTTPHandler {
  public let configuration: SlaveConfiguration
  private let world: World
  private let cors: CORSPolicy?
  private let routes = Routes(.slave)
  private let signatures: SignatureCheck
  private let journal: RequestJournal
  private let pings: PingHandler
  private let uploads: UploadHandler
  private let contents: ContentHandler
  private let files: FileHandler
  private let media: MediaHandler
  private let tasks: TaskHandler
  private let downloads: DownloadHandler

  /// - Parameters:
  ///   - configuration: with the profile, the advertised version and the storage root.
  ///   - world: the five doors.
  ///   - hostTypes: content types as the host knows them (ST-10), asked for when content is first served.
  public init(
    configuration: SlaveConfiguration, world: World,
    hostTypes: @autoclosure @escaping @Sendable () -> MIMETypes = MIMETypes()
  ) {
    self.configuration = configuration
    self.world = world
    let profile = configuration.profile
    let settings = configuration.settings
    let root = configuration.storageRoot.flatMap { $0.isEmpty ? nil : DiskPath($0) }
    let store = BlobStore(
      disk: world.disk, root: root, isSyncing: profile.syncsChunks,
      sidecarSuffix: settings.thumbnailSidecarSuffix)
    let caller = URLCaller(http: world.http, clock: world.clock)
    cors = CORSPolicy(configuration.cors)
    signatures = SignatureCheck(key: SigningKey(configuration.secret), profile: profile)
    journal = RequestJournal(clock: world.clock, log: world.log)
    pings = PingHandler(profile: profile, version: configuration.version, caller: caller)
    uploads = UploadHandler(
      profile: profile, store: store, uploads: OpenUploads(clock: world.clock),
      caller: UploadCallbackCaller(
        profile: profile, version: configuration.version, timeout: configuration.callbackTimeout,
        signatureTTL: configuration.signatureTTL, caller: caller))
    contents = ContentHandler(configuration: configuration, store: store, world: world, hostTypes: hostTypes)
    files = FileHandler(profile: profile, store: store, isDebug: configuration.isDebug)
    media = MediaHandler(store: store)
    tasks = TaskHandler(
      profile: profile, tasks: SlaveTasks(profile: profile), disk: world.disk, root: root,
      temporary: Self.temporaryFolder(settings))
    downloads = DownloadHandler(profile: profile)
  }

  public func respond(to request: HTTPRequest) async -> HTTPResponse {
    let began = journal.listens ? world.clock.uptime : nil
    // HDR-2
    let correlationID = CorrelationID(
      adopting: request.fields.first(HeaderName.correlationID), random: { world.entropy.bytes($0) })
    let requestID = correlationID.text
    let target = RequestTarget(request.target)
    let verdict = cors?.verdict(
      method: request.method, origin: request.fields.first(Self.origin), host: request.fields.first(Self.host) ?? "")
    var response: HTTPResponse
    if case .answer(let status, let headers)? = verdict {  // CONF-9
      response = HTTPResponse(status: status, fields: HTTPFields(headers.map { .init($0.name, $0.value) }))
    } else if let target {
      response = await answer(request, target: target, correlationID: correlationID, requestID: requestID)
    } else {
      response = Reply.badRequest  // HDR-8
    }
    if case .add(let headers)? = verdict, response.status != 301, response.status != 307 {
      for header in headers { response.fields.add(header.name, header.value) }
    }
    if let began { journal.answered(request, path: target?.path, response, began: began, requestID: requestID) }
    return response
  }

  private func answer(
    _ request: HTTPRequest, target: RequestTarget, correlationID: CorrelationID, requestID: GoString
  ) async -> HTTPResponse {
    let route: Route
    switch routes.match(method: request.method, target: target) {
    case .route(let found): route = found
    case .redirect(let redirect): return Reply.redirect(redirect)
    case .notFound: return Reply.notFound
    case .badRequest: return Reply.badRequest
    }
    var body: [UInt8] = []
    if RequestContent.coversBody(method: request.method, path: target.path) {
      do throws(BodyRefusal) {
        body = try await request.readBody()
      } catch {
        return refused(Refusal(error), requestID: requestID)
      }
    }
    let context = RequestContext(
      request: request, target: target, correlationID: correlationID, requestID: requestID, body: body)
    if let refusal = signatureRefusal(context) { return refusal }
    var response: HTTPResponse
    do throws(Refusal) {
      response = try await handle(route, context)
    } catch {
      response = refused(error, requestID: requestID)
    }
    if case .content = route, request.method.is("GET"), !response.isAborted {  // ST-9
      response.fields.fields.append(Self.contentPolicy)
    }
    return response
  }

  /// The answer to a request that is not signed with the node's key; nil when it is (SIGN-7).
  private func signatureRefusal(_ context: RequestContext) -> HTTPResponse? {
    let request = context.request
    var headers: [HeaderField] = []
    if RequestContent.isSignedInHeader(method: request.method) {
      headers = request.fields.fields.map { HeaderField($0.name, $0.value) }
    }
    let refusal = signatures.verify(
      method: request.method, target: context.target, headers: headers, body: context.body,
      now: world.clock.now.unixSeconds)
    guard let refusal else { return nil }
    journal.refusedSignature(refusal, of: request, path: context.target.path, requestID: context.requestID)
    return Reply.refused(refusal, requestID: context.requestID, isDebug: configuration.isDebug)
  }

  private func handle(_ route: Route, _ context: RequestContext) async throws(Refusal) -> HTTPResponse {
    switch route {
    case .ping: try await pings.ping(context)
    case .createUploadSession: try await uploads.create(context)
    case .uploadChunk(let sessionID): try await uploads.takeChunk(sessionID: sessionID, context)
    case .deleteUploadSession(let sessionID): try await uploads.delete(sessionID: sessionID)
    case .content(_, let source, let speed, let name):
      try await contents.serve(source: source, speed: speed, name: name, context)
    case .thumbnail(let source, _): try await media.thumbnail(source: source)
    case .mediaMeta(let source, let ext): try await media.metadata(source: source, ext: ext)
    case .listFiles: try await files.list(context)
    case .deleteFiles: try await files.delete(context)
    case .createTask: try tasks.create(context)
    case .readTask(let id): try tasks.read(id: id, context)
    case .cleanUpTask: try await tasks.cleanUp(context)
    case .download(let operation): try downloads.answer(operation, context)
    case .sitePing, .uploadCallback, .prepareStatelessUpload, .completeStatelessUpload, .failStatelessUpload,
      .createStatelessFile, .credential:
      Reply.notFound  // HDR-7
    }
  }

  private func refused(_ refusal: Refusal, requestID: GoString) -> HTTPResponse {
    switch refusal {
    case .unbound(let error):
      journal.failed(error, requestID: requestID)
      return Reply.envelope(Envelope(error, correlationID: nil, isDebug: configuration.isDebug))  // ENV-5
    case .failed(let error, let status):
      journal.failed(error, requestID: requestID)
      return Reply.envelope(
        Envelope(error, correlationID: requestID, isDebug: configuration.isDebug), status: status)
    case .crashed:
      return Reply.crashed
    case .tooLong:
      var response = Reply.refused(Self.tooLong, requestID: requestID, isDebug: false)
      response.closes = true
      return response
    case .peerGone:
      return .aborted
    }
  }

  // Names that every request is asked for, made once.
  private static let origin: GoString = "Origin"
  private static let host: GoString = "Host"
  private static let contentPolicy = HTTPFields.Field("Content-Security-Policy", "sandbox")

  private static func temporaryFolder(_ settings: NodeSettings) -> DiskPath {
    let path = settings.temporaryPath
    let isAbsolute = path.bytes.first == UInt8(ascii: "/")
    return DiskPath(isAbsolute ? path : BlobPath.join("data", path)) ?? .home
  }

  private static let tooLong = NodeError(
    .parameterError, "Request body is longer than \(HTTPRequest.bodyLimit) bytes")
}
