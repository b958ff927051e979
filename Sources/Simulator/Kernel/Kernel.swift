import GoWire
import NodeLoop
import ReferenceNode

/// Virtual time: runs real Swift async code on one thread, job by job, and moves its clock only when nothing is ready.
///
/// Every job that code started on the kernel's thread makes ready comes to the kernel's own list (`NodeLoop`), so plain tasks,
/// groups, actors and continuations need not know. Time is nanoseconds since the start of the simulation.
///
/// Confined to the thread that runs it, which is the invariant behind `@unchecked Sendable`; each public member checks it.
public final class Kernel: @unchecked Sendable {
  /// How the next of several ready jobs is chosen.
  public enum Order: Hashable, Sendable {
    /// The oldest first.
    case fifo
    /// Any of them, drawn from the simulation's seed: explores interleavings.
    case seeded
  }

  /// How a part of a run ended.
  enum Stop: Hashable {
    /// Nothing is ready and no timer is set.
    case idle
    /// The time that was asked for.
    case time
    /// The condition that was asked for.
    case condition
    case stepBudgetSpent
  }

  /// Somebody who waits for the others.
  private struct Idler {
    enum Moment {
      /// Nothing is ready.
      case settled
      /// Nothing is ready and the condition holds.
      case condition(() -> Bool)
      /// Nothing is ready and no timer is set.
      case quiet
    }

    var moment: Moment
    var hand: OneShot<Void>

    func hasCome(isQuiet: Bool) -> Bool {
      switch moment {
      case .settled: true
      case .condition(let holds): holds()
      case .quiet: isQuiet
      }
    }
  }

  private struct Waiting {
    var who: String
    var task: String?
    var what: () -> String
    var since: Uptime
    /// Sends the waiting task home when the simulation ends.
    var abandon: () -> Void

    var name: String {
      guard let task, task != who else { return who }
      return task.hasPrefix(who) ? task : "\(who) (\(task))"
    }
  }

  private let loop: NodeLoop
  private let course: Course
  private var timers = TimerQueue()
  private var idlers: [Idler] = []
  private var waits: [Int: Waiting] = [:]
  private var waitsBegun = 0
  private let stepBudget: UInt64
  private var sentHome = 0
  private static let mostSentHome = 100_000

  /// Time since the simulation began.
  public private(set) var uptime = Uptime(nanoseconds: 0)

  /// Whether what was to be run has ended.
  var bodyHasEnded = false

  /// Whether the run is over and everything that still waits is being sent home.
  public private(set) var isEnding = false

  /// Holds what the pick closure needs, so that it does not hold the kernel.
  private final class Course {
    let hashes: Bool
    var hash: RunningHash
    var generator: SeededGenerator

    init(seed: UInt64, hashes: Bool) {
      self.hashes = hashes
      hash = RunningHash(seed)
      generator = SeededGenerator(seed: seed, for: "order of jobs")
    }
  }

  init(seed: UInt64, order: Order, stepBudget: UInt64, hashes: Bool) {
    let course = Course(seed: seed, hashes: hashes)
    self.course = course
    self.stepBudget = stepBudget
    switch order {
    case .fifo:
      loop = NodeLoop()
    case .seeded:
      loop = NodeLoop { count in
        let index = course.generator.below(count)
        if hashes { course.hash.mix(UInt64(count) << 32 | UInt64(index)) }
        return index
      }
    }
  }

  // MARK: Driving

  /// Makes the calling thread the kernel's for the time of `body`, which starts tasks and drives them.
  /// - Parameter patience: real time that one job may take; nil for any.
  func occupy<Result>(patience: Span?, last: @escaping () -> String?, _ body: () -> Result) -> Result {
    guard let patience else { return loop.run(body) }
    let tenths = UInt32(clamping: patience.nanoseconds / 100_000_000)
    return loop.run(watchedFor: tenths, blocked: { [unowned self] in blocked(tenths, last()) }, body)
  }

  /// On the blocked thread, while it is blocked.
  private func blocked(_ tenths: UInt32, _ last: String?) -> Never {
    fatalError(
      """
      the thread of a simulation stands in one step since \(tenths / 10).\(tenths % 10) s of real time, at \
      \(SimulationFailure.Wait.seconds(uptime)) of virtual time, in the task "\(Task.name ?? "without a name")": a blocked thread (a \
      lock, a semaphore, a real sleep, a real file), or a loop without end; the last event was \(last ?? "none")
      """)
  }

  /// Runs what is ready, moving time on whenever nothing is, until `condition` holds, looked at after each job, or until a limit.
  func drive(limit: Uptime?, until condition: () -> Bool) -> Stop {
    while true {
      if condition() { return .condition }
      while loop.step() {
        if condition() { return .condition }
        if loop.jobsRun > stepBudget { return .stepBudgetSpent }
      }
      if resumeIdler() { continue }
      guard let next = timers.nextDeadline else { return .idle }
      if let limit, next > limit.nanoseconds {
        uptime = max(uptime, limit)
        return .time
      }
      if next > uptime.nanoseconds { uptime = Uptime(nanoseconds: next) }
      if course.hashes {
        course.hash.mix(next)
        course.hash.mix(loop.jobsRun)
      }
      while let action = timers.takeNext(dueBy: uptime.nanoseconds) {
        switch action {
        case .resume(let continuation): continuation.resume(returning: true)
        case .call(let body): body()
        }
      }
    }
  }

  /// Sends home whatever still waits at a door, so that no task outlives the simulation: sleeps and waits end as cancelled.
  func end() {
    isEnding = true
    let budget = loop.jobsRun &+ 10_000_000
    repeat {
      while loop.jobsRun < budget, loop.step() {}
      while let action = timers.takeNext(dueBy: .max) {
        switch action {
        case .resume(let continuation): continuation.resume(returning: false)
        case .call(let body): body()
        }
      }
      let left = waits.sorted { $0.key < $1.key }
      waits = [:]
      for (_, wait) in left { wait.abandon() }
    } while loop.jobsRun < budget && (loop.readyCount > 0 || !timers.isEmpty || !waits.isEmpty)
  }

  // MARK: What is known of the run

  /// Jobs run so far.
  public var steps: UInt64 { loop.jobsRun }

  /// Whether the running hash is made.
  var hashes: Bool { course.hashes }

  /// The running hash of every choice, time and effect so far.
  public var hash: UInt64 { course.hash.value }

  /// Mixes something observable into the running hash.
  public func mix(_ word: UInt64) { if course.hashes { course.hash.mix(word) } }

  @inline(__always)
  func mix(_ change: (inout RunningHash) -> Void) { if course.hashes { change(&course.hash) } }

  /// Who waits for what at this moment, oldest first.
  public var waiting: [SimulationFailure.Wait] {
    waits.sorted { $0.key < $1.key }
      .map { SimulationFailure.Wait(who: $0.value.name, what: $0.value.what(), since: $0.value.since) }
  }

  /// Stops the program with a clear message when the caller is not on the kernel's thread.
  @inline(__always)
  public func check(_ door: @autoclosure () -> String) {
    if !loop.isCurrent { Self.foreign(door()) }
  }

  private static func foreign(_ door: String) -> Never {
    fatalError(
      "\(door) was reached from a thread that does not run the simulation: something left virtual time before "
        + "(Task.sleep, Task.yield, a thread pool, a callback of a real library)")
  }

  // MARK: Waiting

  /// Waits until a time; false when the task was cancelled first. A time that has passed lets what is ready run first.
  /// - Parameter owner: whose sleep it is, for `wake`.
  nonisolated(nonsending) func sleep(until deadline: Uptime, owner: UInt32 = 0) async -> Bool {
    if isEnding { await sendHome() }
    if isEnding || Task.isCancelled { return false }
    let timer = timers.reserve()
    return await withTaskCancellationHandler {
      await withUnsafeContinuation { continuation in
        // A task cancelled since the check above has found nothing to cancel: it must not sleep.
        if Task.isCancelled {
          timers.release(timer)
          continuation.resume(returning: false)
        } else {
          timers.arm(timer, at: max(deadline, uptime).nanoseconds, owner: owner, .resume(continuation))
        }
      }
    } onCancel: {
      check("the cancellation of a sleep")
      if case .resume(let continuation)? = timers.cancel(timer) { continuation.resume(returning: false) }
    }
  }

  /// Ends every sleep of an owner as cancelled.
  func wake(owner: UInt32) {
    for case .resume(let continuation) in timers.cancelAll(of: owner) { continuation.resume(returning: false) }
  }

  /// Called by every wait once the run is over. What goes on waiting for ever, whatever it is told, is left behind.
  func sendHome() async {
    sentHome += 1
    if sentHome > Self.mostSentHome { await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in } }
  }

  /// Calls `body` at a time, on the kernel's thread, unless cancelled before; never once the run is over.
  func at(_ time: Uptime, _ body: @escaping () -> Void) -> TimerID {
    if isEnding {
      let timer = timers.reserve()
      timers.release(timer)
      return timer
    }
    return timers.arm(at: max(time, uptime).nanoseconds, .call(body))
  }

  func cancel(_ timer: TimerID) {
    _ = timers.cancel(timer)
  }

  /// Notes that somebody begins to wait for something, for the deadlock report; ends with `endWait`. `abandon` is called when the
  /// simulation ends before.
  func beginWait(_ who: String, for what: @escaping () -> String, abandon: @escaping () -> Void) -> Int {
    waitsBegun += 1
    waits[waitsBegun] = Waiting(who: who, task: Task.name, what: what, since: uptime, abandon: abandon)
    return waitsBegun
  }

  func endWait(_ wait: Int) {
    waits.removeValue(forKey: wait)
  }

  /// Returns when nothing else is ready at this moment of virtual time.
  public func settle() async {
    check("settle()")
    await idle(.settled, "the rest to settle")
  }

  /// Returns when nothing is ready and no timer is set: when nothing happens any more by itself, however late that is.
  public func untilQuiet() async {
    check("untilQuiet()")
    await idle(.quiet, "the rest to come to an end")
  }

  /// Returns when `condition` holds. It is looked at whenever nothing is ready, before time moves on; `what` names it in a
  /// deadlock report.
  public func until(_ what: String, _ condition: @escaping @Sendable () -> Bool) async {
    check("until(\(what))")
    if !condition() { await idle(.condition(condition), what) }
  }

  private func idle(_ moment: Idler.Moment, _ what: String) async {
    if isEnding { return await sendHome() }
    let hand = OneShot<Void>(self)
    idlers.append(Idler(moment: moment, hand: hand))
    await hand.wait(Task.name ?? "the body", for: { what }, otherwise: ())
  }

  private func resumeIdler() -> Bool {
    guard !idlers.isEmpty else { return false }
    let isQuiet = timers.isEmpty
    guard let index = idlers.firstIndex(where: { $0.hasCome(isQuiet: isQuiet) }) else { return false }
    idlers.remove(at: index).hand.deliver(())
    return true
  }
}
