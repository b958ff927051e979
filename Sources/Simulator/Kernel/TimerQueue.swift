/// A handle on a timer: which slot, and which use of that slot.
struct TimerID: Hashable, Sendable {
  var slot: Int32
  var generation: UInt32
}

/// What is due when: a four-way heap ordered by time, then by the order of arming. Arming, cancelling and taking the next
/// cost O(log n); a slot is used again after its timer has gone.
struct TimerQueue {
  /// What a timer does when its time comes.
  enum Action {
    /// Resumes a sleeper: true for the time, false for a cancellation.
    case resume(UnsafeContinuation<Bool, Never>)
    case call(() -> Void)
  }

  private struct Entry {
    var deadline: Int64
    var sequence: UInt64
    var slot: Int32

    func precedes(_ other: Entry) -> Bool {
      deadline != other.deadline ? deadline < other.deadline : sequence < other.sequence
    }
  }

  private struct Slot {
    var generation: UInt32 = 0
    /// Place in the heap, or -1.
    var place: Int32 = -1
    /// Whose sleep it is; 0: nobody's in particular.
    var owner: UInt32 = 0
    var action: Action?
  }

  private var heap: [Entry] = []
  private var slots: [Slot] = []
  private var free: [Int32] = []
  private var armed: UInt64 = 0

  var count: Int { heap.count }
  var isEmpty: Bool { heap.isEmpty }

  /// When the next timer is due, in nanoseconds.
  var nextDeadline: Int64? { heap.first?.deadline }

  mutating func arm(at deadline: Int64, _ action: Action) -> TimerID {
    let timer = reserve()
    arm(timer, at: deadline, action)
    return timer
  }

  /// A timer that is not armed yet: it has a name, so that it can be cancelled by who does not know whether it is armed.
  mutating func reserve() -> TimerID {
    if let slot = free.popLast() { return TimerID(slot: slot, generation: slots[Int(slot)].generation) }
    slots.append(Slot())
    return TimerID(slot: Int32(slots.count - 1), generation: 0)
  }

  mutating func arm(_ timer: TimerID, at deadline: Int64, _ action: Action) {
    slots[Int(timer.slot)].action = action
    armed &+= 1
    heap.append(Entry(deadline: deadline, sequence: armed, slot: timer.slot))
    rise(from: heap.count - 1)
  }

  mutating func arm(_ timer: TimerID, at deadline: Int64, owner: UInt32, _ action: Action) {
    slots[Int(timer.slot)].owner = owner
    arm(timer, at: deadline, action)
  }

  /// Takes out every timer of an owner, in the order in which they would have come.
  mutating func cancelAll(of owner: UInt32) -> [Action] {
    let theirs = heap.filter { slots[Int($0.slot)].owner == owner }.sorted { $0.precedes($1) }
    return theirs.compactMap { entry in
      let place = Int(slots[Int(entry.slot)].place)
      return place < 0 ? nil : remove(at: place)
    }
  }

  /// Gives up a timer that was reserved and never armed.
  mutating func release(_ timer: TimerID) {
    free(slot: Int(timer.slot))
  }

  /// Takes a timer out before its time; nil when it has gone already, or is not armed yet.
  mutating func cancel(_ timer: TimerID) -> Action? {
    guard slots.indices.contains(Int(timer.slot)), slots[Int(timer.slot)].generation == timer.generation else {
      return nil
    }
    let place = Int(slots[Int(timer.slot)].place)
    return place < 0 ? nil : remove(at: place)
  }

  /// Takes the next timer when it is due at `deadline` or before.
  mutating func takeNext(dueBy deadline: Int64) -> Action? {
    guard let first = heap.first, first.deadline <= deadline else { return nil }
    return remove(at: 0)
  }

  private mutating func remove(at place: Int) -> Action? {
    let slot = Int(heap[place].slot)
    let last = heap.removeLast()
    if place < heap.count {
      heap[place] = last
      if place > 0, last.precedes(heap[(place - 1) >> 2]) {
        rise(from: place)
      } else {
        sink(from: place)
      }
    }
    let action = slots[slot].action
    free(slot: slot)
    return action
  }

  private mutating func free(slot: Int) {
    slots[slot].action = nil
    slots[slot].place = -1
    slots[slot].owner = 0
    slots[slot].generation &+= 1
    free.append(Int32(slot))
  }

  private mutating func rise(from start: Int) {
    var place = start
    let entry = heap[place]
    while place > 0 {
      let parent = (place - 1) >> 2
      guard entry.precedes(heap[parent]) else { break }
      heap[place] = heap[parent]
      slots[Int(heap[place].slot)].place = Int32(place)
      place = parent
    }
    heap[place] = entry
    slots[Int(entry.slot)].place = Int32(place)
  }

  private mutating func sink(from start: Int) {
    var place = start
    let entry = heap[place]
    while true {
      let firstChild = place << 2 + 1
      guard firstChild < heap.count else { break }
      var least = firstChild
      for child in (firstChild + 1)..<(firstChild + 4) where child < heap.count && heap[child].precedes(heap[least]) {
        least = child
      }
      guard heap[least].precedes(entry) else { break }
      heap[place] = heap[least]
      slots[Int(heap[place].slot)].place = Int32(place)
      place = least
    }
    heap[place] = entry
    slots[Int(entry.slot)].place = Int32(place)
  }
}
