import GoWire

/// One input: what Go is asked about it, and what it has to answer.
struct Question {
  /// The answer of Go.
  enum Answer: Equatable {
    case result([UInt8])
    case failure(GoString)
    /// Go itself broke on the input: nothing to compare with.
    case panic(GoString)

    init(_ bytes: [UInt8]) {
      let rest = Array(bytes.dropFirst())
      switch bytes.first {
      case 0: self = .result(rest)
      case 1: self = .failure(GoString(rest))
      default: self = .panic(GoString(rest))
      }
    }
  }

  var request: [UInt8]
  var expected: Answer
  /// Something that did not hold before Go was asked: reading back what was written, for example.
  var complaint: String?
  /// The input in words.
  var input: () -> String
  /// For answers that need not be equal to the byte.
  var agrees: ((Answer) -> Bool)?

  init(
    _ request: RequestWriter, _ expected: Answer, complaint: String? = nil, agrees: ((Answer) -> Bool)? = nil,
    input: @escaping () -> String
  ) {
    self.request = request.bytes
    self.expected = expected
    self.complaint = complaint
    self.agrees = agrees
    self.input = input
  }

  func isAnswered(by answer: Answer) -> Bool {
    if complaint != nil { return false }
    if case .panic = answer { return true }
    return agrees?(answer) ?? (answer == expected)
  }
}

extension Question.Answer: CustomStringConvertible {
  var description: String {
    switch self {
    case .result(let bytes): "result \(readable(bytes))"
    case .failure(let text): "error \(text.quoted)"
    case .panic(let text): "panic \(text.quoted)"
    }
  }
}

/// Bytes for people: as text and in hexadecimal.
func readable(_ bytes: [UInt8]) -> String {
  let digits = bytes.map { byte in
    let text = String(byte, radix: 16)
    return text.count == 1 ? "0" + text : text
  }
  return "\(GoString(bytes).quoted) = hex \(digits.joined())"
}

/// A kind of input.
protocol Subject: Sendable {
  /// As `--only` names it.
  var name: String { get }
  /// What Go has to be told before the first question; its answers are not looked at.
  var preparations: [RequestWriter] { get }

  /// An input, made from numbers drawn; nil when these make none.
  func question(_ choices: inout Choices) -> Question?
}

extension Subject {
  var preparations: [RequestWriter] { [] }
}

/// Puts a request together, in the form that Tools/oracle reads.
struct RequestWriter {
  private(set) var bytes: [UInt8]

  init(_ question: Unicode.Scalar) {
    bytes = [UInt8(ascii: question)]
  }

  /// The body of an answer to be compared with.
  init() {
    bytes = []
  }

  mutating func byte(_ byte: UInt8) { bytes.append(byte) }

  mutating func bool(_ flag: Bool) { bytes.append(flag ? 1 : 0) }

  mutating func uint32(_ number: UInt32) {
    for shift in stride(from: 0, to: 32, by: 8) { bytes.append(UInt8(truncatingIfNeeded: number >> shift)) }
  }

  mutating func uint64(_ number: UInt64) {
    for shift in stride(from: 0, to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: number >> shift)) }
  }

  mutating func string(_ text: [UInt8]) {
    uint32(UInt32(text.count))
    bytes += text
  }

  mutating func string(_ text: GoString) { string(text.bytes) }

  /// The rest of the request.
  mutating func rest(_ rest: [UInt8]) { bytes += rest }
}
