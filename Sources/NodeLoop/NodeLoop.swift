import CNodeLoop

/// One loop: the ready list that one thread drains, and the foreign-thread check.
///
/// While a thread runs a loop (`run { … }`), every job that Swift code started there would send to the global pool lands in the
/// loop's ready list instead: plain tasks, default actors, groups, continuations. What drives it — epoll in life, virtual
/// time in a simulation — calls `drain()` whenever something may have become ready. `Task.sleep` and `Task.yield` do not pass
/// the hook in this toolchain and resume elsewhere: node code must not call them.
///
/// Not thread-safe on purpose: every member but `isCurrent` belongs to the loop's thread. That confinement is the invariant
/// behind `@unchecked Sendable`; `precondition`s guard it.
public final class NodeLoop: @unchecked Sendable {
  /// Chooses the next job among `count` ready ones; 0 is the oldest.
  public typealias Pick = (_ count: Int) -> Int

  private let list: OpaquePointer
  private let pick: Pick?

  /// Jobs run so far.
  public private(set) var jobsRun: UInt64 = 0

  /// Makes a loop that runs jobs in the order given by `pick`, or oldest first.
  public init(pick: Pick? = nil) {
    nodeloop_install_hooks()
    self.list = nodeloop_ready_list_create()
    self.pick = pick
  }

  deinit {
    nodeloop_ready_list_destroy(list)
  }

  /// Whether the calling thread runs this loop at the moment.
  public var isCurrent: Bool { nodeloop_current() == list }

  /// Whether the calling thread runs any loop at the moment.
  public static var isAnyCurrent: Bool { nodeloop_current() != nil }

  /// Makes the calling thread this loop's for the time of `body`.
  public func run<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
    precondition(nodeloop_current() == nil, "this thread runs a loop already")
    nodeloop_set_current(list)
    defer { nodeloop_set_current(nil) }
    return try body()
  }

  /// Jobs ready to run.
  public var readyCount: Int { nodeloop_ready_list_count(list) }

  /// Runs one ready job; false when there was none.
  @discardableResult
  public func step() -> Bool {
    precondition(isCurrent, "a loop's jobs run on its own thread only")
    let count = readyCount
    guard count > 0 else { return false }
    let index = count > 1 ? pick?(count) ?? 0 : 0
    guard let job = nodeloop_ready_list_take(list, index) else { return false }
    jobsRun &+= 1
    unsafeBitCast(job, to: UnownedJob.self).runSynchronously(on: Self.poolExecutor)
    return true
  }

  /// Runs ready jobs, and those that become ready meanwhile, until none is left.
  public func drain() {
    while step() {}
  }

  /// Makes the calling thread this loop's for the time of `body`, and has it watched: when it stands in one job for so many tenths
  /// of a second of real time, `blocked` is called on it, and must not return.
  public func run<Result, Failure: Error>(
    watchedFor tenths: UInt32, blocked: @escaping () -> Never, _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let alarm = Alarm(blocked)
    return try run { () throws(Failure) -> Result in
      nodeloop_watch_begin(
        list, tenths, { Unmanaged<Alarm>.fromOpaque($0).takeUnretainedValue().ring() },
        Unmanaged.passUnretained(alarm).toOpaque())
      defer { withExtendedLifetime(alarm) { nodeloop_watch_end(list) } }
      return try body()
    }
  }

  private final class Alarm {
    let ring: () -> Never
    init(_ ring: @escaping () -> Never) { self.ring = ring }
  }

  /// Jobs that were seen on a thread that runs no loop, in this process: 0 in a sound program.
  public static var foreignJobs: UInt64 { nodeloop_foreign_jobs() }

  /// From now on the process runs nothing but loops: any job enqueued by another thread is foreign. Stops a debug build, is
  /// counted in a release build. Not for processes with other users of the global pool, such as a test runner.
  public static func claimProcess() {
    nodeloop_install_hooks()
    nodeloop_set_exclusive(1)
  }

  /// The check of a door: node code has to be on this loop's thread. Stops a debug build; counted in a release build.
  @inline(__always)
  public func assertCurrent(_ door: StaticString = #function) {
    if !isCurrent {
      nodeloop_count_foreign_job()
      assertionFailure("\(door): node code ran on a thread that is not its loop's")
    }
  }

  /// What the runtime calls the generic executor: the null reference, where code that belongs to no actor is at home. A job that
  /// runs there goes into an idle actor and out of it at once, as on the global pool; on an executor of its own each way would be
  /// another job.
  private static let poolExecutor = unsafeBitCast((UInt(0), UInt(0)), to: UnownedSerialExecutor.self)
}
