import GoWire
import NodeProtocol

/// `GET|HEAD file/content` (ST-9…11).
struct ContentHandler: Sendable {
  private let profile: Profile
  private let store: BlobStore
  private let world: World
  private let types: ContentTypes
  private let cacheControl: HTTPFields.Field
  /// The one tag of a process (QUIRK-7).
  private let constantTag: GoString

  init(
    configuration: SlaveConfiguration, store: BlobStore, world: World,
    hostTypes: @escaping @Sendable () -> MIMETypes
  ) {
    profile = configuration.profile
    self.store = store
    self.world = world
    types = ContentTypes(setting: configuration.settings.mimeMapping, host: hostTypes)
    cacheControl = .init(
      HeaderName.cacheControl, HeaderValue.publicCache(maxAge: configuration.settings.publicResourceMaxAge))
    constantTag = "\"" + Base64.url.encode(world.entropy.bytes(3)) + "\""
  }

  func serve(
    source: GoString, speed: GoString, name: GoString, _ context: RequestContext
  ) async throws(Refusal) -> HTTPResponse {
    let message = try binding { () throws(NodeError) in
      try ContentRequest(source: source, speed: speed, name: name, query: context.target.query)
    }
    let text: GoString
    do throws(NodeError) {
      text = try ContentRequest.path(of: message.source)
    } catch {
      throw .failed(error, status: 400)
    }
    let (file, status) = try await open(text)
    let etag = tag(of: status)
    let type: GoString
    if let known = types.type(ofName: message.name) {
      type = known
    } else {
      type = await unknownType(of: file, status)
    }
    let request = context.request
    var plan = ContentPlan(
      method: request.method, conditions: ContentConditions { request.fields.first($0) }, size: status.size,
      etag: etag, contentType: type, boundary: { ContentPlan.boundary(random: world.entropy.bytes(30)) })
    // Taken out, so that they are not copied.
    var fields: [HTTPFields.Field] = []
    swap(&fields, &plan.fields)
    fields.append(cacheControl)
    if message.isDownload {  // ST-11
      fields.append(.init("Content-Disposition", ContentDisposition.attachment(named: message.name)))
    }
    var response = HTTPResponse(status: plan.status, fields: HTTPFields(fields))
    response.body = await body(plan, file, status, bytesPerSecond: message.speed)
    return response
  }

  private func open(_ text: GoString) async throws(Refusal) -> (any DiskFile, FileStatus) {
    do throws(DiskError) {
      guard let path = BlobPath.path(text) else { throw DiskError(.notFound, "invalid argument") }
      let file = try await store.disk.open(path, .read)
      do throws(DiskError) {
        let status = try await file.status()
        let isServed = status.isRegular || (status.isDirectory && !profile.refusesFolderContent)  // QUIRK-14
        guard isServed else { throw DiskError(.isADirectory, "not a regular file") }
        return (file, status)
      } catch {
        await file.close()
        throw error
      }
    } catch  where error.kind == .outsideRoot {
      throw .failed(BlobStore.outside(text), status: 400)
    } catch {
      throw .failed(NodeError(.pathNotExist, "Path not exist", cause: GoString(error.text)), status: 400)
    }
  }

  private func body(
    _ plan: ContentPlan, _ file: any DiskFile, _ status: FileStatus, bytesPerSecond: Int64
  ) async -> HTTPResponseBody {
    let count = plan.length
    if status.isDirectory, plan.status < 300 {
      await file.close()
      return .stream(count: count, BrokenBody())
    }
    if plan.parts.isEmpty {
      await file.close()
      return .empty
    }
    let limit = SpeedLimit(bytesPerSecond: bytesPerSecond, now: world.clock.uptime)
    if plan.parts.count == 1 {
      switch plan.parts[0] {
      case .bytes(let bytes):
        await file.close()
        return .bytes(bytes)
      case .file(let range) where limit == nil:
        return .file(file, offset: range.start, count: range.count)
      case .file:
        break
      }
    }
    let segments = plan.parts.map { part -> FileBody.Segment in
      switch part {
      case .bytes(let bytes): .bytes(bytes)
      case .file(let range): .file(offset: range.start, count: range.count)
      }
    }
    return .stream(count: count, FileBody(segments, of: file, limit: limit, clock: world.clock))
  }

  /// QUIRK-7
  private func tag(of status: FileStatus) -> GoString {
    switch profile.etag {
    case .constant: return constantTag
    case .contentVersion:
      var tag = [UInt8(ascii: "\"")]
      tag.reserveCapacity(52)
      Digits.append(status.identity, radix: 16, to: &tag)
      tag.append(UInt8(ascii: "-"))
      Digits.append(status.changed, radix: 16, to: &tag)
      tag.append(UInt8(ascii: "-"))
      Digits.append(status.size, radix: 16, to: &tag)
      tag.append(UInt8(ascii: "\""))
      return GoString(tag)
    }
  }

  /// The type of content whose name tells nothing (ST-10).
  private func unknownType(of file: any DiskFile, _ status: FileStatus) async -> GoString {
    switch profile.unknownContentType {
    case .octetStream: return "application/octet-stream"
    case .sniffed:
      // What cannot be read has nothing to tell.
      let head = status.isDirectory ? [] : (try? await file.read(at: 0, count: ContentSniffer.length)) ?? []
      return ContentSniffer.detect(head)
    }
  }
}
