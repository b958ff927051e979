import Testing

@testable import Simulator

@Suite struct TimerQueueTests {
  /// Notes which timers fired.
  private final class Fired {
    var numbers: [Int] = []
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func `timers come by time, then by age, whatever was cancelled`(_ seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var queue = TimerQueue()
    var model: [(deadline: Int64, number: Int, id: TimerID)] = []
    let fired = Fired()
    var expected: [Int] = []
    var number = 0
    for _ in 0..<2_000 {
      switch generator.below(4) {
      case 0, 1:
        let deadline = Int64(generator.below(50))
        let mine = number
        number += 1
        model.append((deadline, mine, queue.arm(at: deadline, .call { fired.numbers.append(mine) })))
      case 2:
        guard !model.isEmpty else { continue }
        let gone = model.remove(at: generator.below(model.count))
        #expect(queue.cancel(gone.id) != nil)
        #expect(queue.cancel(gone.id) == nil)
      default:
        guard let next = model.min(by: { ($0.deadline, $0.number) < ($1.deadline, $1.number) }) else {
          #expect(queue.nextDeadline == nil)
          continue
        }
        #expect(queue.nextDeadline == next.deadline)
        #expect(queue.takeNext(dueBy: next.deadline - 1) == nil)
        if case .call(let body)? = queue.takeNext(dueBy: next.deadline) { body() }
        expected.append(next.number)
        model.removeAll { $0.number == next.number }
      }
      #expect(queue.count == model.count)
    }
    #expect(fired.numbers == expected)
  }
}

@Suite struct SeededGeneratorTests {
  @Test func `the numbers of a seed never change`() {
    var generator = SeededGenerator(seed: 0)
    #expect(
      (0..<3).map { _ in generator.next() } == [0x99EC_5F36_CB75_F2B4, 0xBF6E_1F78_4956_452A, 0x1A5F_849D_4933_E6E0])
  }

  @Test func `names give generators of their own`() {
    var one = SeededGenerator(seed: 1, for: "disk")
    var other = SeededGenerator(seed: 1, for: "clock")
    #expect(one.next() != other.next())
  }

  @Test func `numbers below a bound are all met and equally likely`() {
    var generator = SeededGenerator(seed: 7)
    var counts = [Int](repeating: 0, count: 6)
    for _ in 0..<60_000 { counts[generator.below(6)] += 1 }
    #expect(counts.allSatisfy { 9_500...10_500 ~= $0 })
  }
}
