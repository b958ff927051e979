import CPosix
import Glibc
import NodeLoop
import ReferenceNode

/// One thread that runs a node in life: epoll, timers, an inbox for other threads, and the ready list of `NodeLoop`.
///
/// A turn waits for something to happen, takes the inbox, fires due timers, runs every ready job, then lets its parts (HTTP
/// servers, the HTTP client) work and runs the jobs that this made ready. Everything but `deliver`, `stop`, `isCurrent`, `wait`
/// and `value` belongs to the loop's thread.
///
/// The invariant behind `@unchecked Sendable`: mutable state is touched by the loop's thread only, or before it runs, or lies
/// in a `Guarded`.
public final class LiveLoop: @unchecked Sendable {
  private struct Inbox {
    var work: [@Sendable () -> Void] = []
    var isStopping = false
    var hasThread = false
  }

  /// Runs the jobs of the node.
  public let jobs = NodeLoop()

  private let inbox = Guarded(Inbox())
  private let epoll: Int32
  private let wakeup: Int32
  private var watches: [LoopWatch?] = []
  private var freeWatches: [Int] = []
  private var watchesMade: UInt32 = 0
  private var timers = TimerHeap()
  private var parts: [any LoopPart] = []
  private var thread: pthread_t?
  /// When the current turn began: good enough for limits in seconds.
  private(set) var turnStart = LiveLoop.uptime
  private let pool: BlockingPool

  /// Makes a loop whose blocking work runs on `poolThreads` threads, started when first needed.
  public init(poolThreads: Int = 3) {
    _ = cposix_ignore_broken_pipes()
    epoll = cposix_epoll_create()
    wakeup = cposix_eventfd()
    pool = BlockingPool(threads: poolThreads)
    precondition(epoll >= 0 && wakeup >= 0, "the system gives no epoll or event descriptor")
    _ = watch(wakeup, events: cposix_readable) { [unowned self] _ in
      var count: UInt64 = 0
      _ = read(wakeup, &count, 8)
    }
  }

  deinit {
    pool.stop()
    close(wakeup)
    close(epoll)
  }

  // MARK: Any thread

  /// Whether the calling thread runs this loop.
  public var isCurrent: Bool { jobs.isCurrent }

  /// The check of a door: node code has to be on this loop's thread.
  func assertCurrent(_ door: StaticString = #function) {
    jobs.assertCurrent(door)
  }

  /// Runs `work` on the loop, in the order of delivery.
  public func deliver(_ work: @escaping @Sendable () -> Void) {
    let wasEmpty = inbox.withLock { inbox in
      inbox.work.append(work)
      return inbox.work.count == 1
    }
    if wasEmpty { wake() }
  }

  /// Ends `run` after the current turn, whatever is left to do.
  public func stop() {
    inbox.withLock { $0.isStopping = true }
    wake()
  }

  /// Runs an operation on the loop and waits for its result: the way in for threads outside. Never on the loop itself.
  public func wait<Result: Sendable>(_ operation: @escaping @Sendable () async -> Result) -> Result {
    precondition(!isCurrent, "the loop cannot wait for itself")
    let box = WaitingBox<Result>()
    deliver {
      Task {
        box.fill(await operation())
      }
    }
    return box.take()
  }

  /// Does something that has no wait in it: on the loop, or at once when the loop does not run yet.
  func settle<Result: Sendable, Failure: Error>(
    _ body: @escaping @Sendable () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    if isCurrent || !inbox.withLock({ $0.hasThread }) { return try body() }
    let box = WaitingBox<Swift.Result<Result, Failure>>()
    deliver {
      do throws(Failure) { box.fill(.success(try body())) } catch { box.fill(.failure(error)) }
    }
    return try box.take().get()
  }

  /// Runs an operation on the loop from a task outside it; the caller goes on where it was, not on the loop.
  public func value<Result: Sendable>(_ operation: @escaping @Sendable () async -> Result) async -> Result {
    precondition(!isCurrent, "on the loop, call the operation itself")
    return await withCheckedContinuation { continuation in
      deliver { [pool] in
        Task {
          let result = await operation()
          // Resumed by a thread that runs no loop, so that the caller's task does not move to this one.
          pool.submit { continuation.resume(returning: result) }
        }
      }
    }
  }

  private func wake() {
    var one: UInt64 = 1
    _ = write(wakeup, &one, 8)
  }

  // MARK: Running

  /// Runs the loop on a thread of its own, until `stop`.
  public func start() {
    claimThread()
    let unmanaged = Unmanaged.passRetained(self)
    var thread = pthread_t()
    let error = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        let loop = Unmanaged<LiveLoop>.fromOpaque(argument).takeRetainedValue()
        cposix_name_thread("nodelab-loop")
        loop.turnUntilStopped()
        return nil
      }, unmanaged.toOpaque())
    precondition(error == 0, "no thread for the loop")
    self.thread = thread
  }

  /// Waits until the thread made by `start` has ended.
  public func join() {
    guard let thread else { return }
    precondition(!isCurrent, "the loop cannot wait for itself")
    pthread_join(thread, nil)
    self.thread = nil
  }

  /// Runs the loop on the calling thread, until `stop`.
  public func run() {
    claimThread()
    turnUntilStopped()
  }

  private func claimThread() {
    let hadThread = inbox.withLock { inbox in
      defer { inbox.hasThread = true }
      return inbox.hasThread
    }
    precondition(!hadThread, "a loop runs once")
  }

  private func turnUntilStopped() {
    jobs.run {
      var events = [cposix_event](repeating: cposix_event(), count: 128)
      while turn(&events) {}
    }
  }

  /// One turn; false when the loop was stopped.
  private func turn(_ events: inout [cposix_event]) -> Bool {
    let found = Int(cposix_epoll_wait(epoll, &events, Int32(events.count), waitLimit()))
    for event in events.prefix(max(found, 0)) {
      let slot = Int(event.token & 0xFFFF_FFFF)
      guard let watch = watches[slot], watch.number == UInt32(event.token >> 32) else { continue }
      watch.happened(event.events)
    }
    let (work, isStopping) = inbox.withLock { inbox in
      defer { inbox.work.removeAll() }
      return (inbox.work, inbox.isStopping)
    }
    for item in work { item() }
    turnStart = LiveLoop.uptime
    while let fire = timers.takeDue(turnStart) { fire() }
    jobs.drain()
    for part in parts { part.work() }
    jobs.drain()
    return !isStopping
  }

  /// Milliseconds the next wait may last, -1 for no limit.
  private func waitLimit() -> Int32 {
    if jobs.readyCount > 0 { return 0 }
    var limit = Int64.max
    for part in parts {
      guard let milliseconds = part.waitLimit else { continue }
      limit = min(limit, milliseconds)
      if limit <= 0 { return 0 }
    }
    if let earliest = timers.earliest {
      let left = (earliest - LiveLoop.uptime).nanoseconds
      // Rounded up: a timer never fires early.
      limit = min(limit, left <= 0 ? 0 : (left + 999_999) / 1_000_000)
    }
    return limit == .max ? -1 : Int32(clamping: limit)
  }

  // MARK: On the loop

  /// The monotonic clock.
  static var uptime: Uptime {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Uptime(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
  }

  func schedule(at deadline: Uptime, _ fire: @escaping () -> Void) -> LoopTimer {
    timers.add(deadline, fire)
  }

  func cancel(_ timer: LoopTimer) {
    timers.cancel(timer)
  }

  /// Calls `happened` whenever one of `events` is true of `fd`, until `unwatch`. nil when the descriptor cannot be watched.
  func watch(_ fd: Int32, events: UInt32, _ happened: @escaping (UInt32) -> Void) -> LoopWatch? {
    let slot = freeWatches.popLast() ?? watches.count
    if slot == watches.count { watches.append(nil) }
    watchesMade &+= 1
    let watch = LoopWatch(fd: fd, slot: slot, number: watchesMade, happened)
    guard cposix_epoll_add(epoll, fd, events, watch.token) == 0 else {
      freeWatches.append(slot)
      return nil
    }
    watches[slot] = watch
    return watch
  }

  func change(_ watch: LoopWatch, events: UInt32) {
    _ = cposix_epoll_modify(epoll, watch.fd, events, watch.token)
  }

  /// Ends a watch; call it before the descriptor is closed.
  func unwatch(_ watch: LoopWatch) {
    guard watches[watch.slot] === watch else { return }
    _ = cposix_epoll_remove(epoll, watch.fd)
    watches[watch.slot] = nil
    freeWatches.append(watch.slot)
  }

  func add(_ part: any LoopPart) {
    parts.append(part)
  }

  func remove(_ part: any LoopPart) {
    parts.removeAll { $0 === part }
  }

  /// Runs blocking work on the pool; the caller goes on, on the loop, when it is done.
  func blocking<Result: Sendable>(_ work: @escaping @Sendable () -> Result) async -> Result {
    await withUnsafeContinuation { (continuation: UnsafeContinuation<Result, Never>) in
      pool.submit { [self] in
        let result = work()
        deliver { continuation.resume(returning: result) }
      }
    }
  }
}

/// A part of a live world that works a little in each turn: an HTTP server, the HTTP client.
protocol LoopPart: AnyObject {
  /// Milliseconds until it needs a turn though nothing happens; nil for no such need.
  var waitLimit: Int64? { get }
  /// One turn's work, on the loop; may make jobs ready.
  func work()
}

/// A descriptor that a loop watches.
final class LoopWatch {
  let fd: Int32
  fileprivate let slot: Int
  /// Tells a late event of an earlier watch in the same slot from one of this.
  fileprivate let number: UInt32
  fileprivate let happened: (UInt32) -> Void

  fileprivate init(fd: Int32, slot: Int, number: UInt32, _ happened: @escaping (UInt32) -> Void) {
    self.fd = fd
    self.slot = slot
    self.number = number
    self.happened = happened
  }

  fileprivate var token: UInt64 { UInt64(number) << 32 | UInt64(UInt32(slot)) }
}

/// A result that one thread waits for and another fills.
private final class WaitingBox<Value: Sendable>: Sendable {
  private let value = Guarded<Value?>(nil)
  private let signal = ThreadSignal()

  func fill(_ new: Value) {
    value.withLock { $0 = new }
    signal.raise()
  }

  func take() -> Value {
    while true {
      if let value = value.withLock({ $0 }) { return value }
      signal.wait()
    }
  }
}
