import Synchronization
import Testing

@testable import NodeLoop

private actor Counter {
  var value = 0
  func add() { value += 1 }
}

@Suite struct NodeLoopTests {
  @Test func `tasks, actors and groups run on the loop's thread only`() {
    let loop = NodeLoop()
    let foreign = Mutex(0)
    let total = Mutex(0)
    loop.run {
      Task {
        let counter = Counter()
        await withTaskGroup { group in
          for _ in 0..<100 {
            group.addTask {
              if !loop.isCurrent { foreign.withLock { $0 += 1 } }
              await counter.add()
              await Task.yield()
              if !loop.isCurrent { foreign.withLock { $0 += 1 } }
            }
          }
        }
        let value = await counter.value
        total.withLock { $0 = value }
      }
      loop.drain()
    }
    #expect(total.withLock { $0 } == 100)
    #expect(foreign.withLock { $0 } == 0)
    #expect(loop.readyCount == 0)
  }

  @Test func `the chosen order decides which job runs`() {
    func order(_ pick: NodeLoop.Pick?) -> [Int] {
      let loop = NodeLoop(pick: pick)
      let seen = Mutex<[Int]>([])
      loop.run {
        for i in 0..<5 { Task { seen.withLock { $0.append(i) } } }
        loop.drain()
      }
      return seen.withLock { $0 }
    }
    #expect(order(nil) == [0, 1, 2, 3, 4])
    #expect(order { $0 - 1 } == [4, 3, 2, 1, 0])
  }
}
