import CPosix
import Glibc

/// A few threads for work that may block: disk, archives, whatever must not hold up the loop. Threads start when needed.
/// Thread-safe.
final class BlockingPool: Sendable {
  private struct State {
    var queue: [@Sendable () -> Void] = []
    /// Where the queue begins: taken work is removed in one go.
    var head = 0
    var idle = 0
    var threads: [pthread_t] = []
    var isStopping = false
  }

  private let limit: Int
  private let state = Guarded(State())
  private let signal = ThreadSignal()

  init(threads: Int) {
    limit = max(1, threads)
  }

  /// Runs `work` on one of the threads, in the order of submission as far as there is one thread free.
  func submit(_ work: @escaping @Sendable () -> Void) {
    state.withLock { state in
      state.queue.append(work)
      if state.idle < state.queue.count - state.head, state.threads.count < limit { startThread(&state) }
    }
    signal.raise()
  }

  /// Lets the threads finish what was submitted, then end. Does not wait for them.
  func stop() {
    let count = state.withLock { state in
      state.isStopping = true
      return state.threads.count
    }
    for _ in 0..<count { signal.raise() }
  }

  private func startThread(_ state: inout State) {
    var thread = pthread_t()
    let error = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        cposix_name_thread("nodelab-pool")
        Worker.run(Unmanaged<Worker>.fromOpaque(argument).takeRetainedValue())
        return nil
      }, Unmanaged.passRetained(Worker(self)).toOpaque())
    precondition(error == 0 || !state.threads.isEmpty, "no thread for blocking work")
    guard error == 0 else { return }
    pthread_detach(thread)
    state.threads.append(thread)
  }

  /// The next piece of work; nil when the pool has stopped and nothing is left.
  fileprivate func next() -> (@Sendable () -> Void)? {
    while true {
      let (work, ends) = state.withLock { state -> ((@Sendable () -> Void)?, Bool) in
        if state.head < state.queue.count {
          let work = state.queue[state.head]
          state.head += 1
          if state.head == state.queue.count {
            state.queue.removeAll(keepingCapacity: true)
            state.head = 0
          }
          return (work, false)
        }
        if state.isStopping { return (nil, true) }
        state.idle += 1
        return (nil, false)
      }
      if let work { return work }
      if ends { return nil }
      signal.wait()
      state.withLock { $0.idle -= 1 }
    }
  }

  /// What a thread holds: the pool, which lives as long as its threads.
  private final class Worker: Sendable {
    let pool: BlockingPool
    init(_ pool: BlockingPool) { self.pool = pool }

    static func run(_ worker: Worker) {
      while let work = worker.pool.next() { work() }
    }
  }
}

/// A counting signal between threads: each `raise` lets one `wait` pass.
///
/// The invariant behind `@unchecked Sendable`: the semaphore's storage is set up once, and used through its thread-safe calls only.
final class ThreadSignal: @unchecked Sendable {
  private let semaphore: UnsafeMutablePointer<sem_t>

  init() {
    semaphore = .allocate(capacity: 1)
    sem_init(semaphore, 0, 0)
  }

  deinit {
    sem_destroy(semaphore)
    semaphore.deallocate()
  }

  func raise() { sem_post(semaphore) }

  func wait() {
    while sem_wait(semaphore) != 0 {}
  }
}
