import GoWire
import ReferenceNode

/// One end of a connection, byte by byte: what a client of HTTP is made of, and what a test plays malformed, slow and endless peers
/// with.
///
/// Confined to the kernel's thread, which is the invariant behind `@unchecked Sendable`.
public final class NetworkStream: @unchecked Sendable {
  let connection: NetworkConnection
  let isClient: Bool
  let input: NetworkPipe
  let output: NetworkPipe
  private(set) var isClosed = false

  init(_ connection: NetworkConnection, isClient: Bool) {
    self.connection = connection
    self.isClient = isClient
    input = isClient ? connection.down : connection.up
    output = isClient ? connection.up : connection.down
  }

  public var localAddress: GoString { isClient ? connection.clientAddress : connection.serverAddress }
  public var remoteAddress: GoString { isClient ? connection.serverAddress : connection.clientAddress }

  /// How a connection ended, as its reader meets it.
  public enum Ending: Hashable, Sendable {
    /// The peer has closed it.
    case end
    /// The peer, or somebody in between, has reset it.
    case reset
    /// The network did not let packets through for too long.
    case timedOut
  }

  /// How the connection has ended, once everything before was read; nil while it lives.
  public var ending: Ending? {
    guard input.arrivedCount == 0 else { return nil }
    return switch input.ending {
    case .end: .end
    case .reset: .reset
    case .timedOut: .timedOut
    case nil: nil
    }
  }

  /// Sends bytes; waits while the peer's window is full. False when the connection is gone before all of them were taken.
  @discardableResult
  public func send(_ bytes: [UInt8]) async -> Bool { await send(bytes[...]) }

  func send(_ bytes: ArraySlice<UInt8>) async -> Bool {
    var rest = bytes
    while !rest.isEmpty {
      if isClosed || input.ending == .reset || input.ending == .timedOut { return false }
      let room = output.room
      if room > 0 {
        let piece = rest.prefix(min(room, NetworkPipe.window))
        output.send(piece)
        rest = rest.dropFirst(piece.count)
        continue
      }
      if Task.isCancelled || output.kernel.isEnding { return false }
      await output.writable.wait(owner) { "\(self.remoteAddress) to take more" }
    }
    return true
  }

  /// The next bytes, as many as have come; nil at the end, or when the task was cancelled.
  public func receive(_ limit: Int = 65_536) async -> [UInt8]? {
    await next(limit).map(Array.init)
  }

  func next(_ limit: Int) async -> ArraySlice<UInt8>? {
    while true {
      if let bytes = input.take(limit) { return bytes }
      if isClosed || input.ending != nil || Task.isCancelled || output.kernel.isEnding { return nil }
      await input.readable.wait(owner) { "bytes from \(self.remoteAddress)" }
    }
  }

  /// Everything that comes until the connection ends.
  public func receiveAll() async -> [UInt8] {
    var all: [UInt8] = []
    while let bytes = await next(.max) { all += bytes }
    return all
  }

  /// Closes this direction alone: the peer meets the end behind the last byte, and can still answer.
  public func finish() {
    guard !isClosed else { return }
    output.end()
  }

  /// Closes both directions. What was not read makes a reset of it, as a system does.
  public func close() {
    guard !isClosed else { return }
    isClosed = true
    if input.arrivedCount > 0 { output.sendReset() } else { output.end() }
    leave()
  }

  /// Ends the connection with a reset.
  public func reset() {
    guard !isClosed else { return }
    isClosed = true
    output.sendReset()
    leave()
  }

  private func leave() {
    input.deafen()
    input.readable.raise()
    output.writable.raise()
    connection.done(isClient: isClient)
  }

  private var owner: String { isClient ? connection.client.name : connection.server.name }
}
