import GoWire
import ReferenceNode
import Simulator

@testable import NodeProtocol

/// A slave in virtual time with a client that signs what it sends.
struct SlaveBench: Sendable {
  static let secret: GoString = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

  let world: SimulatedWorld
  let node: SimulatedNode
  let server: InMemoryServer
  let signatures: SignatureCheck

  init(_ world: SimulatedWorld, _ profile: Profile = .documented, storageRoot: GoString? = nil) {
    self.world = world
    node = world.node("slave")
    node.disk.folder = "/srv/slave"
    var configuration = SlaveConfiguration.bench(profile)
    configuration.storageRoot = storageRoot
    server = node.serve(SlaveNode(configuration: configuration, world: node.world))
    signatures = SignatureCheck(key: SigningKey(Self.secret), profile: profile)
  }

  /// A signed request, ready to be changed and sent.
  func request(_ method: GoString, _ target: GoString, _ body: [UInt8] = [], signs: Bool = true) -> WireRequest {
    var request = WireRequest(method, target, body: body)
    guard signs, let parsed = RequestTarget(target) else { return request }
    if RequestContent.isSignedInHeader(method: method) {
      request.fields.add(
        "Authorization",
        signatures.authorization(method: method, path: parsed.path, headers: [], body: body, expires: 0))
    } else {
      let sign = signatures.querySignature(path: parsed.path, expires: 0).queryEscaped
      request.target += (parsed.rawQuery == nil ? "?sign=" : "&sign=") + sign
    }
    return request
  }

  func send(_ method: GoString, _ target: GoString, _ body: GoString = "") async -> Seen {
    Seen(await server.send(request(method, target, body.bytes)))
  }

  /// Opens an upload session.
  func open(
    _ id: GoString, _ path: GoString = "blob", size: Int64, chunkSize: Int64 = 10, callback: GoString = "",
    preallocates: Bool = false, overwrites: Bool = false, expires: GoString = "2036-01-01T00:00:00Z"
  ) async -> Seen {
    let policy: GoString =
      #"{"id":2,"settings":{"chunk_size":\#(GoString(String(chunkSize))),"pre_allocate":\#(preallocates ? "true" : "false")},"#
      + #""edges":{"node":{"slave_key":"node key"}}}"#
    let props: GoString =
      #"{"Size":\#(GoString(String(size))),"UploadSessionID":"\#(id)","SavePath":"\#(path)","ExpireAt":"\#(expires)"}"#
    return await send(
      "PUT", "/api/v4/slave/upload",
      #"{"session":{"Policy":\#(policy),"Callback":"\#(callback)","Props":\#(props)},"overwrite":\#(overwrites ? "true" : "false")}"#
    )
  }

  /// A chunk whose bytes come in steps.
  func chunk(_ id: GoString, _ index: Int, steps: [WireStep]) -> WireRequest {
    var request = request("POST", "/api/v4/slave/upload/\(id)?chunk=\(GoString(String(index)))")
    let count = steps.reduce(0) { if case .bytes(let bytes) = $1 { $0 + bytes.count } else { $0 } }
    request.framing = .asGiven
    request.fields.add("Content-Length", GoString(String(count)))
    request.body = steps
    return request
  }

  func send(chunk index: Int, of id: GoString, _ bytes: GoString) async -> Seen {
    Seen(await server.send(chunk(id, index, steps: [.bytes(bytes.bytes)])))
  }

  func file(_ path: GoString = "blob") -> String? {
    node.disk.peek(path).map { String(decoding: $0, as: UTF8.self) }
  }

  /// The target of a file's content.
  func content(_ path: GoString, speed: Int64 = 0, name: GoString = "f.bin") -> GoString {
    "/api/v4/slave/file/content/0/" + Base64.url.encode(path.bytes) + "/\(GoString(String(speed)))/" + name
  }
}

/// An answer, short enough to stand in an expectation.
struct Seen: Equatable, CustomStringConvertible, Sendable {
  var status: Int?
  var body: String
  var answer: WireAnswer?

  init(_ answer: WireAnswer?) {
    self.answer = answer
    status = answer?.status
    let text = String(decoding: answer?.body ?? [], as: UTF8.self)
    body = text.replacing(/,"correlation_id":"[0-9a-f-]*"/, with: "")
  }

  static func == (left: Seen, right: Seen) -> Bool { left.description == right.description }
  static let success = #"200 {"code":0,"msg":""}"#
  static let gone = #"200 {"code":40011,"msg":""}"#

  func field(_ name: GoString) -> String? { answer?.fields.first(name)?.text }
  var description: String { status.map { "\($0) \(body)" } ?? "no answer" }
}

extension SlaveConfiguration {
  static func bench(_ profile: Profile) -> SlaveConfiguration {
    SlaveConfiguration(
      profile: profile, version: profile.version, storageRoot: nil, isDebug: false, logLevel: .debug,
      door: .plain(listen: ":5212"), gracePeriod: 0, proxyHeader: "", secret: SlaveBench.secret, callbackTimeout: 20,
      signatureTTL: 600,
      cors: .init(allowOrigins: [], allowMethods: [], allowHeaders: [], allowCredentials: false, exposeHeaders: []),
      redis: .init(network: "", server: "", user: "", password: "", database: ""), settings: NodeSettings())
  }
}
