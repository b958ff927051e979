import GoWire
import ReferenceNode

/// The client's bytes on their way to the server: at most a window of them in flight.
///
/// Confined to the kernel's thread, which is the invariant behind `@unchecked Sendable`.
final class WireInput: @unchecked Sendable {
  static let window = 65_536

  private let kernel: Kernel
  private var steps: ArraySlice<WireStep>
  private var pending: ArraySlice<UInt8> = []
  private var reader: OneShot<Void>?
  private var feeder: OneShot<Void>?
  private var isFeeding = false

  /// Whether the client has gone.
  private(set) var isGone = false
  /// Whether the client has sent all it had and waits.
  private(set) var isSilent = false
  /// Called once when the client goes.
  var onGone: (() -> Void)?

  init(_ kernel: Kernel, _ steps: [WireStep]) {
    self.kernel = kernel
    self.steps = steps[...]
    takeBytes()
    if !self.steps.isEmpty { feed() }
  }

  /// Makes what can be sent at once available, without a task of its own.
  private func takeBytes() {
    while pending.isEmpty, case .bytes(let bytes)? = steps.first {
      steps.removeFirst()
      pending = bytes[...]
    }
    isSilent = steps.isEmpty && pending.isEmpty
  }

  private func feed() {
    let hasOnlyBytes = steps.allSatisfy { if case .bytes = $0 { true } else { false } }
    guard !hasOnlyBytes else { return }
    isFeeding = true
    Task(name: "a client") {
      while let step = steps.popFirst(), !isGone {
        switch step {
        case .bytes(let bytes): await push(bytes)
        case .pause(let span): _ = await kernel.sleep(until: kernel.uptime + span)
        case .close: leave()
        }
      }
      isSilent = true
      reader?.deliver(())
    }
  }

  private func push(_ bytes: [UInt8]) async {
    var rest = bytes[...]
    while !rest.isEmpty, !isGone {
      if pending.count >= Self.window {
        let room = OneShot<Void>(kernel)
        feeder = room
        await room.wait("a client", for: { "the server to take more" }, otherwise: ())
        if kernel.isEnding { return }
        continue
      }
      let piece = rest.prefix(Self.window - pending.count)
      rest = rest.dropFirst(piece.count)
      pending = ArraySlice(Array(pending) + piece)
      reader?.deliver(())
    }
  }

  /// The client goes away: nothing more comes.
  func leave() {
    guard !isGone else { return }
    isGone = true
    pending = []
    reader?.deliver(())
    feeder?.deliver(())
    onGone?()
    onGone = nil
  }

  /// Up to `limit` bytes; waits for the first. Nil when the client has gone, or keeps silent and `waits` is false.
  func next(_ limit: Int, waits: Bool, _ who: String, for what: @escaping () -> String) async -> ArraySlice<UInt8>? {
    while !isGone {
      if pending.isEmpty, !isFeeding { takeBytes() }
      if !pending.isEmpty {
        let piece = pending.prefix(limit)
        pending = pending.dropFirst(piece.count)
        if pending.count < Self.window { feeder?.deliver(()) }
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

  /// Puts back what was read too far.
  func unread(_ bytes: ArraySlice<UInt8>) {
    guard !bytes.isEmpty else { return }
    pending = pending.isEmpty ? bytes : ArraySlice(Array(bytes) + pending)
    isSilent = false
  }
}
