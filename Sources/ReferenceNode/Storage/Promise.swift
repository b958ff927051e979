/// A value that is given once and that any number may wait for, before or after.
///
/// Unchecked sendable: confined to its node's loop thread.
final class Promise<Value: Sendable>: @unchecked Sendable {
  private var given: Value?
  private var waiting: [CheckedContinuation<Value, Never>] = []

  /// Gives the value; the first one counts.
  func give(_ value: Value) {
    guard given == nil else { return }
    given = value
    let waiting = self.waiting
    self.waiting = []
    for continuation in waiting { continuation.resume(returning: value) }
  }

  /// Whether anybody waits at the moment.
  var isAwaited: Bool { !waiting.isEmpty }

  func value() async -> Value {
    if let given { return given }
    return await withCheckedContinuation { waiting.append($0) }
  }
}
