import ReferenceNode

/// A moment at which the loop calls back, until it is cancelled.
final class LoopTimer {
  let deadline: Uptime
  /// Timers with one deadline fire in the order in which they were set.
  fileprivate let number: UInt64
  fileprivate var fire: (() -> Void)?
  /// Where it stands in its heap; -1 when it has fired or was cancelled.
  fileprivate var index = -1

  fileprivate init(_ deadline: Uptime, _ number: UInt64, _ fire: @escaping () -> Void) {
    self.deadline = deadline
    self.number = number
    self.fire = fire
  }
}

/// The timers of a loop, the earliest on top. Confined to the loop's thread.
struct TimerHeap {
  private var timers: [LoopTimer] = []
  private var made: UInt64 = 0

  var isEmpty: Bool { timers.isEmpty }
  var earliest: Uptime? { timers.first?.deadline }

  mutating func add(_ deadline: Uptime, _ fire: @escaping () -> Void) -> LoopTimer {
    made += 1
    let timer = LoopTimer(deadline, made, fire)
    timer.index = timers.count
    timers.append(timer)
    rise(timer.index)
    return timer
  }

  /// Does nothing when the timer has fired or was cancelled.
  mutating func cancel(_ timer: LoopTimer) {
    timer.fire = nil
    guard timer.index >= 0 else { return }
    remove(at: timer.index)
  }

  /// Takes the next timer that is due, and gives what it calls.
  mutating func takeDue(_ now: Uptime) -> (() -> Void)? {
    guard let first = timers.first, first.deadline <= now else { return nil }
    remove(at: 0)
    defer { first.fire = nil }
    return first.fire
  }

  private mutating func remove(at index: Int) {
    timers[index].index = -1
    let last = timers.removeLast()
    guard index < timers.count else { return }
    timers[index] = last
    last.index = index
    rise(index)
    sink(last.index)
  }

  private func comesBefore(_ left: LoopTimer, _ right: LoopTimer) -> Bool {
    left.deadline == right.deadline ? left.number < right.number : left.deadline < right.deadline
  }

  private mutating func swap(_ left: Int, _ right: Int) {
    timers.swapAt(left, right)
    timers[left].index = left
    timers[right].index = right
  }

  private mutating func rise(_ start: Int) {
    var index = start
    while index > 0, comesBefore(timers[index], timers[(index - 1) / 2]) {
      swap(index, (index - 1) / 2)
      index = (index - 1) / 2
    }
  }

  private mutating func sink(_ start: Int) {
    var index = start
    while true {
      var least = index
      for child in [2 * index + 1, 2 * index + 2] where child < timers.count {
        if comesBefore(timers[child], timers[least]) { least = child }
      }
      if least == index { return }
      swap(index, least)
      index = least
    }
  }
}
