import Glibc
import GoWire
import ReferenceNode

/// The first door for real: the system's clocks and the loop's timers.
public final class LiveClock: NodeClock {
  private let loop: LiveLoop

  public init(loop: LiveLoop) {
    self.loop = loop
  }

  public var now: GoTime {
    loop.assertCurrent()
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return GoTime(unixSeconds: Int64(time.tv_sec), nanosecond: Int32(time.tv_nsec))
  }

  public var uptime: Uptime {
    loop.assertCurrent()
    return LiveLoop.uptime
  }

  public func sleep(until deadline: Uptime) async throws(CancellationError) {
    loop.assertCurrent()
    let sleeper = Sleeper(loop)
    let wasCancelled = await withTaskCancellationHandler {
      await withUnsafeContinuation { sleeper.begin(deadline, $0) }
    } onCancel: {
      sleeper.cancel()
    }
    if wasCancelled { throw CancellationError() }
  }
}

/// One sleep: ended by its timer or by a cancellation, whichever is first.
///
/// The invariant behind `@unchecked Sendable`: confined to its node's loop thread; `cancel` goes there when called elsewhere.
private final class Sleeper: @unchecked Sendable {
  private let loop: LiveLoop
  private var continuation: UnsafeContinuation<Bool, Never>?
  private var timer: LoopTimer?
  private var isCancelled = false

  init(_ loop: LiveLoop) {
    self.loop = loop
  }

  func begin(_ deadline: Uptime, _ continuation: UnsafeContinuation<Bool, Never>) {
    if isCancelled || Task.isCancelled {
      continuation.resume(returning: true)
      return
    }
    self.continuation = continuation
    timer = loop.schedule(at: deadline) { self.end(cancelled: false) }
  }

  func cancel() {
    guard loop.isCurrent else {
      loop.deliver { self.cancel() }
      return
    }
    isCancelled = true
    end(cancelled: true)
  }

  private func end(cancelled: Bool) {
    guard let continuation else { return }
    self.continuation = nil
    if let timer { loop.cancel(timer) }
    timer = nil
    continuation.resume(returning: cancelled)
  }
}
