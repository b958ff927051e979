/// A value that one task waits for and another delivers, once: the first delivery wins. The wait has a name, so that a deadlock
/// can be told.
///
/// Confined to the kernel's thread, which is the invariant behind `@unchecked Sendable`.
final class OneShot<Value: Sendable>: @unchecked Sendable {
  private let kernel: Kernel
  private var value: Value?
  private var continuation: UnsafeContinuation<Value, Never>?

  init(_ kernel: Kernel) {
    self.kernel = kernel
  }

  var isDelivered: Bool { value != nil }

  /// Delivers the value; false when there was one already.
  @discardableResult
  func deliver(_ value: Value) -> Bool {
    guard self.value == nil else { return false }
    self.value = value
    continuation?.resume(returning: value)
    continuation = nil
    return true
  }

  /// Waits for the value. When the simulation ends first, or the task is cancelled, `otherwise` is delivered.
  func wait(_ who: String, for what: @escaping () -> String, otherwise: Value) async -> Value {
    if let value { return value }
    if kernel.isEnding {
      await kernel.sendHome()
      return otherwise
    }
    let wait = kernel.beginWait(who, for: what) { self.deliver(otherwise) }
    defer { kernel.endWait(wait) }
    return await withTaskCancellationHandler {
      await withUnsafeContinuation { continuation in
        precondition(self.continuation == nil, "one task at a time waits for \(what())")
        if let value {
          continuation.resume(returning: value)
        } else {
          self.continuation = continuation
        }
      }
    } onCancel: {
      kernel.check("a cancellation")
      deliver(otherwise)
    }
  }
}
