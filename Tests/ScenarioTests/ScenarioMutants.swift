import ConformanceSuite
import GoWire
import NodeProtocol
import ReferenceNode

@testable import Simulator

/// A slave that is wrong in one thing, and the scenarios that have to notice.
struct ScenarioMutant: Sendable {
  var name: String
  var scenarios: [String]
  var options: ScenarioRun.Options

  /// A changed slave of the conformance suite.
  static func suite(_ name: String, _ scenarios: String...) -> ScenarioMutant {
    var options = ScenarioRun.Options()
    if let mutant = Mutant.all.first(where: { $0.name == name }) {
      options.changesWorld = { mutant.world($0) }
      options.changesHandler = { mutant.around($0, key: $1) }
    }
    return ScenarioMutant(name: name, scenarios: scenarios.map { "SCN-\($0)" }, options: options)
  }

  /// A property of the profile turned to its other value; judged by the profile itself.
  static func flip(_ property: String, _ scenarios: String...) -> ScenarioMutant {
    var options = ScenarioRun.Options()
    options.changesProfile = { (profile: inout Profile) in _ = profile.flip(property) }
    return ScenarioMutant(name: "flip \(property)", scenarios: scenarios.map { "SCN-\($0)" }, options: options)
  }

  static func world(
    _ name: String, _ scenarios: String..., change: @escaping @Sendable (World) -> World
  ) -> ScenarioMutant {
    var options = ScenarioRun.Options()
    options.changesWorld = change
    return ScenarioMutant(name: name, scenarios: scenarios.map { "SCN-\($0)" }, options: options)
  }

  static func handler(
    _ name: String, _ scenarios: String...,
    change: @escaping @Sendable (any HTTPHandler) -> any HTTPHandler
  ) -> ScenarioMutant {
    var options = ScenarioRun.Options()
    options.changesHandler = { handler, _ in change(handler) }
    return ScenarioMutant(name: name, scenarios: scenarios.map { "SCN-\($0)" }, options: options)
  }

  static let all: [ScenarioMutant] = [
    flip("completionRule", "UPLOAD-4"), flip("etag", "DOWNLOAD-2"), flip("reportsPartialDelete", "DISK-5"),
    flip("checksPingAnswer", "PING-5"), flip("namesMissingParts", "HOSTILE-6"),
    flip("refusesFolderContent", "HOSTILE-6"),
    flip("refusesUnsafeUploads", "SECURITY-4"), flip("repeatsLostCallback", "CALLBACK-2"),
    flip("retriesFailedCallback", "CALLBACK-1"), flip("syncsChunks", "UPLOAD-1", "CRASH-3"),
    flip("removesExpiredUploads", "UPLOAD-5"),
    suite("callback-not-made", "UPLOAD-1"), suite("callback-made-twice", "UPLOAD-1"),
    suite("callback-without-request-id", "UPLOAD-1"), suite("callback-unsigned", "UPLOAD-1"),
    suite("callback-error-ignored", "CALLBACK-5"), suite("callback-before-the-chunk-is-on-disk", "UPLOAD-1"),
    suite("session-kept", "UPLOAD-1"), suite("session-lost", "UPLOAD-1"), suite("written-one-byte-late", "UPLOAD-1"),
    suite("nothing-is-removed", "DISK-5", "SECURITY-2"), suite("body-byte-flipped", "DOWNLOAD-1"),
    suite("body-cut-by-one", "DOWNLOAD-1"), suite("speed-limit-ignored", "DOWNLOAD-1"),
    suite("range-start-off-by-one", "DOWNLOAD-1"), suite("correlation-id-dropped", "UPLOAD-1", "UPLOAD-8"),
    suite("ping-back-not-made", "PING-4"), suite("cache-control-on-refusals", "SECURITY-1"),
    suite("expected-length-off-by-one", "UPLOAD-6"),
    world("leaves files open", "DOWNLOAD-1", "UPLOAD-1") { world in
      var changed = world
      changed.disk = OpenLeft(disk: world.disk)
      return changed
    },
    world("ignores its storage root", "SECURITY-4") { world in
      var changed = world
      changed.disk = Unconfined(disk: world.disk)
      return changed
    },
    world("logs signatures", "UPLOAD-1") { world in
      var changed = world
      changed.http = Telling(client: world.http, log: world.log)
      return changed
    },
    handler("forgets to drain", "UPLOAD-8", "HOSTILE-7") { handler in NotDraining(handler: handler) },
    handler("holds whole bodies", "LARGE") { handler in Holding(handler: handler) },
  ]
}

/// Writes what it signs into the log.
struct Telling: HTTPClient {
  let client: any HTTPClient
  let log: any NodeLog

  func send(_ call: HTTPCall) async throws(TransportError) -> HTTPReply {
    log.write(LogLine(.info, "calls", details: [.init("authorization", call.fields.first("Authorization") ?? "")]))
    return try await client.send(call)
  }
}

/// Takes the whole body into memory before anything of it is written.
struct Holding: HTTPHandler {
  let handler: any HTTPHandler

  func respond(to request: HTTPRequest) async -> HTTPResponse {
    var changed = request
    guard let bytes = try? await request.body.collect() else { return .aborted }
    changed.body = BytesBody(bytes)
    return await handler.respond(to: changed)
  }
}

/// Lets a refused chunk's body lie.
struct NotDraining: HTTPHandler {
  let handler: any HTTPHandler

  func respond(to request: HTTPRequest) async -> HTTPResponse {
    var response = await handler.respond(to: request)
    if case .bytes(let bytes) = response.body, bytes.starts(with: Array(#"{"code":40011"#.utf8)) {
      response = .aborted
    }
    return response
  }
}

struct OpenLeft: Disk {
  let disk: any Disk
  func confined(to root: DiskPath) -> any Disk { OpenLeft(disk: disk.confined(to: root)) }
  func absolute(_ path: DiskPath) -> GoString { disk.absolute(path) }
  func open(_ path: DiskPath, _ mode: OpenMode) async throws(DiskError) -> any DiskFile {
    LeftFile(try await disk.open(path, mode))
  }
  func status(_ path: DiskPath, followLinks: Bool) async throws(DiskError) -> FileStatus {
    try await disk.status(path, followLinks: followLinks)
  }
  func list(_ path: DiskPath) async throws(DiskError) -> [GoString] { try await disk.list(path) }
  func makeFolders(_ path: DiskPath) async throws(DiskError) { try await disk.makeFolders(path) }
  func remove(_ path: DiskPath) async throws(DiskError) { try await disk.remove(path) }
  func removeTree(_ path: DiskPath) async throws(DiskError) { try await disk.removeTree(path) }
  func rename(_ from: DiskPath, to: DiskPath) async throws(DiskError) { try await disk.rename(from, to: to) }
  func syncFolder(_ path: DiskPath) async throws(DiskError) { try await disk.syncFolder(path) }
  func freeSpace() async throws(DiskError) -> Int64 { try await disk.freeSpace() }
}

/// A file that nobody closes. The references are kept for the whole run: closing comes with the last of them.
final class LeftFile: DiskFile, @unchecked Sendable {  // confined to the kernel's thread
  private let file: any DiskFile
  private var itself: LeftFile?

  init(_ file: any DiskFile) {
    self.file = file
    itself = self
  }

  func status() async throws(DiskError) -> FileStatus { try await file.status() }
  func read(at offset: Int64, count: Int) async throws(DiskError) -> [UInt8] {
    try await file.read(at: offset, count: count)
  }
  func write(_ bytes: [UInt8], at offset: Int64) async throws(DiskError) { try await file.write(bytes, at: offset) }
  func truncate(to size: Int64) async throws(DiskError) { try await file.truncate(to: size) }
  func preallocate(_ size: Int64) async throws(DiskError) { try await file.preallocate(size) }
  func sync() async throws(DiskError) { try await file.sync() }
  func close() async {}
}

struct Unconfined: Disk {
  let disk: any Disk
  func confined(to root: DiskPath) -> any Disk { self }
  func absolute(_ path: DiskPath) -> GoString { disk.absolute(path) }
  func open(_ path: DiskPath, _ mode: OpenMode) async throws(DiskError) -> any DiskFile {
    try await disk.open(path, mode)
  }
  func status(_ path: DiskPath, followLinks: Bool) async throws(DiskError) -> FileStatus {
    try await disk.status(path, followLinks: followLinks)
  }
  func list(_ path: DiskPath) async throws(DiskError) -> [GoString] { try await disk.list(path) }
  func makeFolders(_ path: DiskPath) async throws(DiskError) { try await disk.makeFolders(path) }
  func remove(_ path: DiskPath) async throws(DiskError) { try await disk.remove(path) }
  func removeTree(_ path: DiskPath) async throws(DiskError) { try await disk.removeTree(path) }
  func rename(_ from: DiskPath, to: DiskPath) async throws(DiskError) { try await disk.rename(from, to: to) }
  func syncFolder(_ path: DiskPath) async throws(DiskError) { try await disk.syncFolder(path) }
  func freeSpace() async throws(DiskError) -> Int64 { try await disk.freeSpace() }
}
