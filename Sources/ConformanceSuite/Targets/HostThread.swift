import Glibc
import Synchronization

/// A thread of the machine, for code that blocks on sockets.
final class HostThread: Sendable {
  private let handle: pthread_t
  private let isJoined = Atomic(false)

  private final class Start: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  /// Starts a thread that runs `body`.
  init(_ body: @escaping @Sendable () -> Void) {
    var handle = pthread_t()
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setstacksize(&attributes, 8 << 20)
    let start = Unmanaged.passRetained(Start(body))
    let error = pthread_create(
      &handle, &attributes,
      { argument in
        Unmanaged<Start>.fromOpaque(argument!).takeRetainedValue().body()
        return nil
      }, start.toOpaque())
    pthread_attr_destroy(&attributes)
    precondition(error == 0, "no thread can be started: \(String(cString: strerror(error)))")
    self.handle = handle
  }

  /// Waits for the end of the thread.
  func join() {
    guard !isJoined.exchange(true, ordering: .relaxed) else { return }
    pthread_join(handle, nil)
  }

  deinit {
    if !isJoined.load(ordering: .relaxed) { pthread_detach(handle) }
  }
}
