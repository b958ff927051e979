import Glibc

/// A value that several threads share, behind a lock of the C library.
///
/// In place of the standard library's `Mutex` because ThreadSanitizer sees this lock; of that one it sees nothing, and would call
/// every use of it a race. Not recursive.
///
/// The invariant behind `@unchecked Sendable`: the value is touched only while the lock is held.
public final class Guarded<Value>: @unchecked Sendable {
  // First: a value without bytes would have the same place, and its changes would be taken for changes of the lock.
  private let lock: UnsafeMutablePointer<pthread_mutex_t>
  private var value: Value

  public init(_ value: sending Value) {
    self.value = value
    lock = .allocate(capacity: 1)
    pthread_mutex_init(lock, nil)
  }

  deinit {
    pthread_mutex_destroy(lock)
    lock.deallocate()
  }

  /// Runs `body` alone with the value.
  public func withLock<Result, Failure: Error>(
    _ body: (inout sending Value) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    return try body(&value)
  }
}
