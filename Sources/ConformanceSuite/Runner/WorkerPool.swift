import LiveWorld

/// Work spread over some threads of the machine.
public enum WorkerPool {
  /// Runs `work` for each item, on at most `workers` threads, in the order of the items, and returns the results in that order.
  public static func map<Item: Sendable, Result: Sendable>(
    _ items: [Item], workers: Int, _ work: @escaping @Sendable (Item) -> Result
  ) -> [Result] {
    let next = Guarded(0)
    let results = Guarded([Result?](repeating: nil, count: items.count))
    let threads = (0..<max(1, min(workers, items.count))).map { _ in
      HostThread {
        while true {
          let index = next.withLock { index in
            defer { index += 1 }
            return index
          }
          guard index < items.count else { return }
          let result = work(items[index])
          results.withLock { $0[index] = result }
        }
      }
    }
    for thread in threads { thread.join() }
    return results.withLock { $0 }.map { $0! }
  }
}
