import GoWire
import ReferenceNode

extension Mutant {
  /// Changes to what the slave asks of its master.
  static let callbackMutants: [Mutant] = [
    calls("callback-not-made", "a completed upload is not told to the master", groups: ["upload"]) {
      (call, master) async throws(TransportError) -> HTTPReply in
      guard call.isCallback else { return try await master.send(call) }
      return HTTPReply(status: 200, fields: HTTPFields(), body: BytesBody(Array(#"{"code":0,"msg":""}"#.utf8)))
    },
    calls("callback-made-twice", "a completed upload is told twice", groups: ["upload"]) {
      (call, master) async throws(TransportError) -> HTTPReply in
      if call.isCallback { _ = try await master.send(call) }
      return try await master.send(call)
    },
    calls("callback-without-request-id", "the callback lacks its request id", groups: ["upload", "callback"]) {
      (call, master) async throws(TransportError) -> HTTPReply in
      try await master.send(call.isCallback ? call.without("X-Cr-Correlation-Id") : call)
    },
    calls("callback-unsigned", "the callback lacks its signature", groups: ["upload", "callback"]) {
      (call, master) async throws(TransportError) -> HTTPReply in
      try await master.send(call.isCallback ? call.without("Authorization") : call)
    },
    calls("callback-error-ignored", "a master's refusal of the callback passes for success", groups: ["callback"]) {
      (call, master) async throws(TransportError) -> HTTPReply in
      let reply = try await master.send(call)
      guard call.isCallback else { return reply }
      return HTTPReply(status: 200, fields: HTTPFields(), body: BytesBody(Array(#"{"code":0,"msg":""}"#.utf8)))
    },
    calls("user-agent-dropped", "calls to the master lack User-Agent", groups: ["ping", "upload"]) {
      (call, master) async throws(TransportError) -> HTTPReply in
      try await master.send(call.without("User-Agent"))
    },
    calls("callback-to-another-path", "the callback goes to the path without its key", groups: ["upload"]) {
      (call, master) async throws(TransportError) -> HTTPReply in
      guard call.isCallback, let slash = call.target.bytes.lastIndex(of: UInt8(ascii: "/")) else {
        return try await master.send(call)
      }
      var changed = call
      changed.target = GoString(call.target.bytes[..<slash])
      return try await master.send(changed)
    },
    Mutant(
      "callback-before-the-chunk-is-on-disk", "the last chunk is written after the callback", groups: ["upload"],
      world: { world in
        let late = LateWrites()
        var changed = world
        changed.disk = LateDisk(disk: world.disk, late: late)
        changed.http = LateClient(client: world.http, late: late)
        return changed
      }),
  ]

  private static func calls(
    _ name: String, _ summary: String, groups: [String],
    _ change: @escaping @Sendable (HTTPCall, any HTTPClient) async throws(TransportError) -> HTTPReply
  ) -> Mutant {
    Mutant(
      name, summary, groups: groups,
      world: { world in
        var changed = world
        changed.http = ChangedClient(client: world.http, change: change)
        return changed
      })
  }
}

extension HTTPCall {
  fileprivate var isCallback: Bool { target.hasPrefix("/api/v4/callback/") }

  fileprivate func without(_ name: GoString) -> HTTPCall {
    var changed = self
    changed.fields.remove(name)
    return changed
  }
}

private struct ChangedClient: HTTPClient {
  let client: any HTTPClient
  let change: @Sendable (HTTPCall, any HTTPClient) async throws(TransportError) -> HTTPReply

  func send(_ call: HTTPCall) async throws(TransportError) -> HTTPReply { try await change(call, client) }
}

/// Writes that were told to be done and are not yet.
private actor LateWrites {
  private var pending: [@Sendable () async -> Void] = []

  func add(_ write: @escaping @Sendable () async -> Void) { pending.append(write) }

  func carryOut() async {
    let writes = pending
    pending = []
    for write in writes { await write() }
  }
}

/// Makes the writes only after a call to the master has come back, or when the bytes are asked for.
private struct LateClient: HTTPClient {
  let client: any HTTPClient
  let late: LateWrites

  func send(_ call: HTTPCall) async throws(TransportError) -> HTTPReply {
    do {
      let reply = try await client.send(call)
      await late.carryOut()
      return reply
    } catch {
      await late.carryOut()
      throw error
    }
  }
}

private struct LateDisk: ForwardingDisk {
  let disk: any Disk
  let late: LateWrites

  func confined(to root: DiskPath) -> any Disk { LateDisk(disk: disk.confined(to: root), late: late) }

  func open(_ path: DiskPath, _ mode: OpenMode) async throws(DiskError) -> any DiskFile {
    await late.carryOut()
    return LateFile(file: try await disk.open(path, mode), late: late)
  }

  func status(_ path: DiskPath, followLinks: Bool) async throws(DiskError) -> FileStatus {
    await late.carryOut()
    return try await disk.status(path, followLinks: followLinks)
  }
}

private final class LateFile: ForwardingFile {
  let file: any DiskFile
  let late: LateWrites

  init(file: any DiskFile, late: LateWrites) {
    self.file = file
    self.late = late
  }

  func write(_ bytes: [UInt8], at offset: Int64) async throws(DiskError) {
    let file = file
    await late.add { try? await file.write(bytes, at: offset) }
  }

  /// Left open: the late writes still need it; it closes with its last reference.
  func close() async {}
}
