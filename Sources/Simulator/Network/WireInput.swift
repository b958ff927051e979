import GoWire
import ReferenceNode

/// The client's bytes on their way to the server: at most a window of them in flight.
///
/// Confined to the kernel's thread, which is the invariant behind `@unchecked Sendable`.
final class WireInput: WireSource, @unchecked Sendable {
  static let window = 65_536
  /// Bytes beyond which the end of a connection lies unseen.
  static let readAhead = 262_144

  private let kernel: Kernel
  private var steps: ArraySlice<WireStep>
  /// What is on its way; the last is the next to arrive.
  private var pending: [ArraySlice<UInt8>] = []
  private var pendingCount = 0
  private var reader: OneShot<Void>?
  private var feeder: OneShot<Void>?
  private var isFeeding = false

  /// Whether the client has gone.
  private(set) var isGone = false
  /// Called once when the client goes.
  var onGone: (() -> Void)?

  init(_ kernel: Kernel, _ steps: [WireStep]) {
    self.kernel = kernel
    self.steps = steps[...]
    if !steps.allSatisfy({ if case .bytes = $0 { true } else { false } }) { feed() }
  }

  /// Whether the client has sent all it had, and waits.
  private var isSilent: Bool { steps.isEmpty && pending.isEmpty && !isFeeding }

  /// A client that also waits or leaves needs a task of its own; one that only sends is read from where its bytes lie.
  private func feed() {
    isFeeding = true
    Task(name: "a client") {
      while let step = steps.popFirst(), !isGone, !kernel.isEnding {
        switch step {
        case .bytes(let bytes): await push(bytes)
        case .pause(let span): _ = await kernel.sleep(until: kernel.uptime + span)
        case .close: leave()
        }
      }
      isFeeding = false
      reader?.deliver(())
    }
  }

  private func push(_ bytes: [UInt8]) async {
    var rest = bytes[...]
    while !rest.isEmpty, !isGone, !kernel.isEnding {
      if pendingCount >= Self.window {
        let room = OneShot<Void>(kernel)
        feeder = room
        await room.wait("a client", for: { "the server to take more" }, otherwise: ())
        continue
      }
      let piece = rest.prefix(Self.window - pendingCount)
      rest = rest.dropFirst(piece.count)
      pending.insert(piece, at: 0)
      pendingCount += piece.count
      reader?.deliver(())
    }
  }

  /// The client goes away: nothing more comes. What was on its way still arrives, and the server sees the end behind it.
  func leave() {
    guard !isGone else { return }
    isGone = true
    if !isFeeding { fillReadAhead() }
    reader?.deliver(())
    feeder?.deliver(())
    noticeEnd()
  }

  /// Whether the client has gone and the server, which reads ahead a little, has seen it.
  var isSeenGone: Bool { isGone && pendingCount <= Self.readAhead }

  /// What a client that only sends has sent by now, read or not.
  private func fillReadAhead() {
    while pendingCount < Self.readAhead, case .bytes(let bytes)? = steps.popFirst() {
      let piece = bytes.prefix(Self.readAhead - pendingCount)
      pending.insert(piece, at: 0)
      pendingCount += piece.count
    }
  }

  private func noticeEnd() {
    guard isSeenGone else { return }
    onGone?()
    onGone = nil
  }

  /// Up to `limit` bytes; waits for the first. Nil when the client has gone, or keeps silent and `waits` is false.
  func next(_ limit: Int, waits: Bool, _ who: String, for what: @escaping () -> String) async -> ArraySlice<UInt8>? {
    while !isGone || !pending.isEmpty {
      if pending.isEmpty, !isFeeding, case .bytes(let bytes)? = steps.popFirst() {
        if bytes.isEmpty { continue }
        pending.append(bytes[...])
        pendingCount += bytes.count
      }
      if let front = pending.popLast() {
        let piece = front.prefix(limit)
        if piece.count < front.count { pending.append(front.dropFirst(piece.count)) }
        pendingCount -= piece.count
        if pendingCount < Self.window { feeder?.deliver(()) }
        if isGone { noticeEnd() }
        return piece
      }
      if isSilent, !waits { return nil }
      if kernel.isEnding || Task.isCancelled { return nil }
      let arrival = OneShot<Void>(kernel)
      reader = arrival
      await arrival.wait(who, for: what, otherwise: ())
      reader = nil
    }
    return nil
  }

  /// A scripted client is waited for as long as it has something to say.
  func expect(_ part: WirePart) {}

  /// Puts back what was read too far.
  func unread(_ bytes: ArraySlice<UInt8>) {
    guard !bytes.isEmpty else { return }
    pending.append(bytes)
    pendingCount += bytes.count
  }
}
