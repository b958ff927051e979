import NodeLoop

/// Asynchronous code run to its end on the calling thread.
enum Blocking {
  /// Confined to the thread that runs it, which is the invariant behind the unchecked conformance.
  private final class Box<Value>: @unchecked Sendable {
    var value: Value?
  }

  /// Runs `body` and all it starts on this thread, which may block meanwhile.
  static func run<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) -> Value {
    let loop = NodeLoop()
    let box = Box<Value>()
    loop.run {
      Task { box.value = await body() }
      loop.drain()
    }
    guard let value = box.value else { preconditionFailure("a case waits for what no thread will bring") }
    return value
  }
}
