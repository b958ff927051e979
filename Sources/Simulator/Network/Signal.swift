/// Wakes one waiting task, again and again: raised while nobody waits, it lets the next wait through.
///
/// Confined to the kernel's thread, which is the invariant behind `@unchecked Sendable`.
final class Signal: @unchecked Sendable {
  private let kernel: Kernel
  private var isRaised = false
  private var continuation: UnsafeContinuation<Void, Never>?

  init(_ kernel: Kernel) {
    self.kernel = kernel
  }

  func raise() {
    guard let continuation else {
      isRaised = true
      return
    }
    self.continuation = nil
    continuation.resume()
  }

  /// Returns when it is raised, when the task is cancelled, or when the simulation ends: the caller looks again at what it waits for.
  func wait(_ who: String, for what: @escaping () -> String) async {
    if isRaised {
      isRaised = false
      return
    }
    if kernel.isEnding { return await kernel.sendHome() }
    let wait = kernel.beginWait(who, for: what) { self.raise() }
    defer { kernel.endWait(wait) }
    await withTaskCancellationHandler {
      await withUnsafeContinuation { continuation in
        precondition(self.continuation == nil, "one task at a time waits for \(what())")
        if isRaised || Task.isCancelled {
          isRaised = false
          continuation.resume()
        } else {
          self.continuation = continuation
        }
      }
    } onCancel: {
      kernel.check("a cancellation")
      raise()
    }
  }

  /// Forgets that it was raised.
  func lower() { isRaised = false }
}
