import GoWire
import NodeLoop
import ReferenceNode
import Testing

@testable import LiveWorld

@Suite struct LoopTests {
  @Test func `timers fire in the order of their deadlines, then in that of their making, and not when cancelled`() {
    var heap = TimerHeap()
    let fired = Notes<Int>()
    var timers: [LoopTimer] = []
    for number in 0..<200 {
      timers.append(heap.add(Uptime(nanoseconds: Int64(number * 7919 % 50))) { fired.add(number) })
    }
    for number in stride(from: 0, to: 200, by: 3) { heap.cancel(timers[number]) }
    heap.cancel(timers[0])
    while let fire = heap.takeDue(Uptime(nanoseconds: 49)) { fire() }
    let expected = (0..<200).filter { $0 % 3 != 0 }.sorted { ($0 * 7919 % 50, $0) < ($1 * 7919 % 50, $1) }
    #expect(fired.all == expected)
    #expect(heap.isEmpty)
  }

  @Test func `nothing is due before its deadline`() {
    var heap = TimerHeap()
    _ = heap.add(Uptime(nanoseconds: 10)) {}
    #expect(heap.takeDue(Uptime(nanoseconds: 9)) == nil)
    #expect(heap.earliest == Uptime(nanoseconds: 10))
    #expect(heap.takeDue(Uptime(nanoseconds: 10)) != nil)
  }

  @Test func `deliveries from several threads all run on the loop, each thread's in order`() throws {
    let loop = LiveLoop()
    loop.start()
    let seen = Notes<(Int, Int, Bool)>()
    for thread in 0..<4 {
      Background.run {
        for number in 0..<500 { loop.deliver { seen.add((thread, number, loop.isCurrent)) } }
      }
    }
    let all = try seen.wait(for: 2000)
    #expect(all.allSatisfy { $0.2 })
    for thread in 0..<4 { #expect(all.filter { $0.0 == thread }.map { $0.1 } == Array(0..<500)) }
    loop.stop()
    loop.join()
    #expect(NodeLoop.foreignJobs == 0)
  }

  @Test func `blocking work runs elsewhere, several pieces at once, and comes back to the loop`() throws {
    let loop = LiveLoop(poolThreads: 2)
    loop.start()
    let met = ThreadSignal()
    let answer = ThreadSignal()
    let places = loop.wait {
      await withTaskGroup(of: [Bool].self) { group in
        // Each waits for the other: one thread alone would hang.
        group.addTask {
          let there = await loop.blocking {
            met.wait()
            answer.raise()
            return loop.isCurrent
          }
          return [there, loop.isCurrent]
        }
        group.addTask {
          let there = await loop.blocking {
            met.raise()
            answer.wait()
            return loop.isCurrent
          }
          return [there, loop.isCurrent]
        }
        var all: [[Bool]] = []
        for await place in group { all.append(place) }
        return all
      }
    }
    #expect(places == [[false, true], [false, true]])
    loop.stop()
    loop.join()
    #expect(NodeLoop.foreignJobs == 0)
  }

  @Test func `a sleep ends at its deadline and not before, or at once when it is cancelled`() throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    let late = trial.node { world -> Int64 in
      let deadline = world.clock.uptime + .milliseconds(20)
      try? await world.clock.sleep(until: deadline)
      return (world.clock.uptime - deadline).nanoseconds
    }
    #expect(late >= 0)
    let outcomes = trial.node { world -> [Bool] in
      func isCancelled(_ task: Task<Void, any Error>) async -> Bool {
        if case .failure(let error) = await task.result { error is CancellationError } else { false }
      }
      let begun = Task { try await world.clock.sleep(until: world.clock.uptime + .seconds(3600)) }
      let notBegun = Task { try await world.clock.sleep(until: world.clock.uptime + .seconds(3600)) }
      notBegun.cancel()
      try? await world.clock.sleep(until: world.clock.uptime + .milliseconds(1))
      begun.cancel()
      return [await isCancelled(begun), await isCancelled(notBegun)]
    }
    #expect(outcomes == [true, true])
  }

  @Test func `a task outside gets its value and stays outside`() async throws {
    let loop = LiveLoop()
    loop.start()
    let value = await loop.value { loop.isCurrent }
    #expect(value)
    #expect(!loop.isCurrent)
    loop.stop()
    loop.join()
  }

  @Test func `the wall clock and random bytes are the system's`() throws {
    let trial = try LiveTrial()
    defer { trial.end() }
    let (now, first, second) = trial.node { world in (world.clock.now, world.entropy.bytes(32), world.entropy.bytes(32))
    }
    #expect(now.unixSeconds > 1_700_000_000)
    #expect(now.isUTC)
    #expect(first.count == 32)
    #expect(first != second)
    #expect(trial.node { world in world.entropy.bytes(0) }.isEmpty)
  }
}
