import Dispatch
import Glibc
import GoWire
import NodeLoop
import ReferenceNode
import Synchronization
import Testing

@testable import LiveWorld

/// A live world in a temporary folder, on a thread of its own, for one test.
final class LiveTrial: @unchecked Sendable {
  let live: LiveWorld
  let folder: String
  private(set) var server: LiveHTTPServer?

  init(names: HostNames = .table([:]), authorities: String? = nil) throws {
    let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(base)/nodelab-live-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw RawSocket.Failure("mkdtemp") }
    folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    live = LiveWorld(
      folder: GoString(folder), log: LiveLog(level: .error), names: names, authorities: authorities.map { GoString($0) }
    )
    live.start()
  }

  var port: UInt16 { server?.port ?? 0 }

  @discardableResult
  func serve(
    on address: ListenAddress = .tcp("127.0.0.1:0"), tls: TLSIdentity? = nil, limits: ServerLimits = ServerLimits(),
    _ respond: @escaping @Sendable (HTTPRequest, World) async -> HTTPResponse
  ) throws -> LiveHTTPServer {
    let made = try live.serve(
      ClosureHandler(world: live.world, respond: respond), on: address, tls: tls, limits: limits)
    server = made
    return made
  }

  func connect() throws -> RawSocket { try RawSocket(port: port) }

  /// Runs node code and waits for it.
  func node<Result: Sendable>(_ operation: @escaping @Sendable (World) async -> Result) -> Result {
    live.wait(operation)
  }

  /// Ends the world; nothing may have run on a foreign thread.
  func end(sourceLocation: SourceLocation = #_sourceLocation) {
    live.stopNow()
    live.join()
    #expect(NodeLoop.foreignJobs == 0, sourceLocation: sourceLocation)
    removeFolder(folder)
  }

  private func removeFolder(_ path: String) {
    let loop = LiveLoop()
    loop.start()
    let disk = LiveDisk(folder: "/", loop: loop)
    loop.wait { [path] in
      if let path = DiskPath(GoString(path)) { try? await disk.removeTree(path) }
    }
    loop.stop()
    loop.join()
  }
}

struct ClosureHandler: HTTPHandler {
  let world: World
  let respond: @Sendable (HTTPRequest, World) async -> HTTPResponse

  func respond(to request: HTTPRequest) async -> HTTPResponse { await respond(request, world) }
}

/// Values that a handler tells a test, in order; a test can wait for them.
final class Notes<Value: Sendable>: Sendable {
  private let values = Mutex<[Value]>([])
  private let signal = DispatchSemaphore(value: 0)

  var all: [Value] { values.withLock { $0 } }

  func add(_ value: Value) {
    values.withLock { $0.append(value) }
    signal.signal()
  }

  /// The first `count` values or more, as soon as they are there; an error when they do not come.
  @discardableResult
  func wait(for count: Int) throws -> [Value] {
    while all.count < count {
      guard signal.wait(timeout: .now() + 60) == .success else {
        throw RawSocket.Failure("\(all.count) of \(count) notes came")
      }
    }
    return all
  }
}

extension HTTPResponse {
  static func text(_ text: String, status: Int = 200) -> HTTPResponse {
    HTTPResponse(
      status: status, fields: HTTPFields([.init("Content-Type", "text/plain")]), body: .bytes(Array(text.utf8)))
  }
}

extension HTTPBody {
  /// All of it.
  func collect() async throws(HTTPBodyError) -> [UInt8] {
    var all: [UInt8] = []
    while let piece = try await next() { all += piece }
    return all
  }
}

/// The error that an operation ends with, or nil.
func diskFailure<Value>(_ operation: () async throws(DiskError) -> Value) async -> DiskError? {
  do throws(DiskError) {
    _ = try await operation()
    return nil
  } catch {
    return error
  }
}

/// A source of `count` bytes that can be told apart by their place, in pieces.
actor PatternBody: HTTPBody {
  private var offset = 0
  private let count: Int
  private let piece: Int
  private let failsAt: Int?

  init(_ count: Int, piece: Int = 100_000, failsAt: Int? = nil) {
    self.count = count
    self.piece = piece
    self.failsAt = failsAt
  }

  /// A prime number of bytes, so that no block of a power of two looks like another.
  private static let table: [UInt8] = (0..<65_521).map { UInt8(truncatingIfNeeded: ($0 &* 31) ^ ($0 >> 7)) }

  static func bytes(_ range: Range<Int>) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(range.count)
    var offset = range.lowerBound
    while offset < range.upperBound {
      let start = offset % table.count
      let count = min(table.count - start, range.upperBound - offset)
      bytes += table[start..<(start + count)]
      offset += count
    }
    return bytes
  }

  func next() async throws(HTTPBodyError) -> [UInt8]? {
    if let failsAt, offset >= failsAt { throw .sourceFailed }
    guard offset < count else { return nil }
    let end = min(offset + piece, count)
    defer { offset = end }
    return PatternBody.bytes(offset..<end)
  }
}
