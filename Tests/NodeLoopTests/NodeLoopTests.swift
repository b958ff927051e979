import Synchronization
import Testing

@testable import NodeLoop

private actor Counter {
  var value = 0
  func add() { value += 1 }
}

/// Holds whoever passes until it is opened.
private actor Gate {
  private var waiting: [CheckedContinuation<Void, Never>] = []

  func pass(_ number: Int, _ order: Order) async {
    order.append(number)
    await withCheckedContinuation { waiting.append($0) }
    order.append(-number)
  }

  func open() {
    for continuation in waiting { continuation.resume() }
    waiting = []
  }
}

private final class Order: Sendable {
  private let list = Mutex<[Int]>([])
  var values: [Int] { list.withLock { $0 } }
  func append(_ value: Int) { list.withLock { $0.append(value) } }
}

private final class Tally: Sendable {
  private let count = Atomic(0)
  var value: Int { count.load(ordering: .relaxed) }
  func add(_ amount: Int) { count.add(amount, ordering: .relaxed) }
}

@Suite struct NodeLoopTests {
  @Test func `tasks, actors and groups run on the loop's thread only`() {
    let loop = NodeLoop()
    let foreign = Tally()
    let total = Tally()
    loop.run {
      Task {
        let counter = Counter()
        await withTaskGroup { group in
          for _ in 0..<100 {
            group.addTask {
              if !loop.isCurrent { foreign.add(1) }
              await counter.add()
              if !loop.isCurrent { foreign.add(1) }
            }
          }
        }
        let value = await counter.value
        total.add(value)
      }
      loop.drain()
    }
    #expect(total.value == 100)
    #expect(foreign.value == 0)
    #expect(loop.readyCount == 0)
  }

  @Test func `the chosen order decides which job runs`() {
    func order(_ pick: NodeLoop.Pick?) -> [Int] {
      let loop = NodeLoop(pick: pick)
      let seen = Order()
      loop.run {
        for i in 0..<5 { Task { seen.append(i) } }
        loop.drain()
      }
      return seen.values
    }
    #expect(order(nil) == [0, 1, 2, 3, 4])
    #expect(order { $0 - 1 } == [4, 3, 2, 1, 0])
  }

  @Test func `a call into an idle actor goes on at once`() {
    let loop = NodeLoop()
    let counter = Counter()
    loop.run {
      Task { for _ in 0..<10 { await counter.add() } }
      loop.drain()
    }
    #expect(loop.jobsRun == 1)
  }

  @Test func `an actor that is busy takes turns`() {
    let loop = NodeLoop()
    let seen = Order()
    loop.run {
      let gate = Gate()
      Task { await gate.pass(1, seen) }
      Task { await gate.pass(2, seen) }
      loop.drain()
      #expect(seen.values == [1, 2])
      Task { await gate.open() }
      loop.drain()
    }
    #expect(seen.values == [1, 2, -1, -2])
    #expect(loop.readyCount == 0)
  }
}
