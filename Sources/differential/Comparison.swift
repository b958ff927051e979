import Glibc
import GoWire

/// Asks Go about inputs of some subjects in turn, until time or number is up or an answer differs.
struct Comparison {
  struct Difference {
    var subject: String
    /// The seed of this one input.
    var seed: UInt64
    /// The numbers that make the smallest input found.
    var choices: [UInt64]
    var question: Question
    var answer: Question.Answer
  }

  struct Count {
    var subject: String
    var inputs = 0
    /// Inputs on which Go itself broke.
    var panics = 0
    var seconds = 0.0
  }

  /// Inputs sent in one write.
  private static let batch = 512

  private let oracle: Oracle
  private let subjects: [any Subject]
  private let seed: UInt64
  private(set) var counts: [Count]

  init(_ subjects: [any Subject], seed: UInt64, oracle: Oracle) throws(Oracle.Trouble) {
    self.oracle = oracle
    self.subjects = subjects
    self.seed = seed
    counts = subjects.map { Count(subject: $0.name) }
    for subject in subjects {
      let preparations = subject.preparations
      try oracle.send(preparations.map(\.bytes))
      for _ in preparations {
        if case .panic(let text) = Question.Answer(try oracle.receive()) {
          throw Oracle.Trouble(description: "\(subject.name) could not be prepared: \(text)")
        }
      }
    }
  }

  /// Runs until a difference is found, or so many inputs are compared, or so many seconds have passed.
  mutating func run(inputs: Int, seconds: Double) throws(Oracle.Trouble) -> Difference? {
    let start = Comparison.now()
    var total = 0
    var turn = 0
    var last = start
    var waiting: (turn: Int, questions: [Asked])?
    while total < inputs, last - start < seconds {
      let asked = ask(turn: turn, most: inputs - total)
      total += asked.count
      try oracle.send(asked.map(\.question.request))
      if let (turn, questions) = waiting, let found = try compare(questions, turn: turn) { return found }
      waiting = (turn, asked)
      let now = Comparison.now()
      counts[turn % subjects.count].seconds += now - last
      last = now
      turn += 1
    }
    guard let (turn, questions) = waiting else { return nil }
    return try compare(questions, turn: turn)
  }

  private struct Asked {
    var seed: UInt64
    var question: Question
  }

  private func ask(turn: Int, most: Int) -> [Asked] {
    let subject = subjects[turn % subjects.count]
    var asked: [Asked] = []
    asked.reserveCapacity(Comparison.batch)
    for index in 0..<min(Comparison.batch, most) {
      let seed = self.seed &+ UInt64(turn) << 32 &+ UInt64(index)
      var choices = Choices(seed: seed)
      if let question = subject.question(&choices) { asked.append(Asked(seed: seed, question: question)) }
    }
    return asked
  }

  private mutating func compare(_ asked: [Asked], turn: Int) throws(Oracle.Trouble) -> Difference? {
    let number = turn % subjects.count
    var difference: Difference?
    for one in asked {
      let answer = Question.Answer(try oracle.receive())
      counts[number].inputs += 1
      if case .panic = answer { counts[number].panics += 1 }
      if difference == nil, !one.question.isAnswered(by: answer) {
        difference = Difference(
          subject: subjects[number].name, seed: one.seed, choices: [], question: one.question, answer: answer)
      }
    }
    return difference
  }

  // MARK: The smallest input

  /// Takes away from the numbers that make an input, and lowers them, as long as the answers still differ.
  func shrink(_ difference: Difference, tries: Int = 4_000) throws(Oracle.Trouble) -> Difference {
    guard let subject = subjects.first(where: { $0.name == difference.subject }) else { return difference }
    try settle()
    var best = difference
    var choices = Choices(seed: difference.seed, keeping: true)
    _ = subject.question(&choices)
    best.choices = choices.drawn
    var left = tries
    func attempt(_ numbers: [UInt64]) throws(Oracle.Trouble) -> Bool {
      guard left > 0 else { return false }
      left -= 1
      guard let found = try differing(subject, numbers, seed: difference.seed),
        found.choices.isSmaller(than: best.choices)
      else { return false }
      best = found
      return true
    }
    var before: [UInt64] = []
    while before != best.choices, left > 0 {
      before = best.choices
      for length in [512, 128, 32, 8, 4, 3, 2, 1] {
        var start = best.choices.count - length
        while start >= 0 {
          var shorter = best.choices
          shorter.removeSubrange(start..<(start + length))
          if try attempt(shorter) { start = min(start, best.choices.count - length + max(1, length / 2)) }
          start -= max(1, length / 2)
        }
      }
      var index = 0
      while index < best.choices.count {
        for lower in [0, 1, 2, best.choices[index] / 2, best.choices[index] &- 1] {
          guard index < best.choices.count, lower < best.choices[index] else { continue }
          var numbers = best.choices
          numbers[index] = lower
          _ = try attempt(numbers)
        }
        index += 1
      }
    }
    return best
  }

  /// Answers still on their way are not those of the questions that follow.
  private func settle() throws(Oracle.Trouble) {
    let marker: [UInt8] = Array("bdifferential".utf8)
    try oracle.send([marker])
    while true {
      if case .failure(let text) = Question.Answer(try oracle.receive()),
        text.hasSuffix("\"differential\": invalid syntax")
      {
        return
      }
    }
  }

  private func differing(
    _ subject: any Subject, _ numbers: [UInt64], seed: UInt64
  ) throws(Oracle.Trouble) -> Difference? {
    var choices = Choices(numbers)
    guard let question = subject.question(&choices) else { return nil }
    try oracle.send([question.request])
    let answer = Question.Answer(try oracle.receive())
    guard !question.isAnswered(by: answer) else { return nil }
    return Difference(
      subject: subject.name, seed: seed, choices: choices.drawn, question: question, answer: answer)
  }

  /// Seconds on a clock that only goes forward.
  private static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}

extension [UInt64] {
  /// Fewer numbers, or as many and lower ones.
  fileprivate func isSmaller(than other: [UInt64]) -> Bool {
    count < other.count || (count == other.count && lexicographicallyPrecedes(other))
  }
}
