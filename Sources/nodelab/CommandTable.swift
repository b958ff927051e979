/// One option of a command: a row of the table that the parser, the help and the errors are made of.
struct OptionRow: Sendable {
  /// How often an option is given, and what follows it.
  enum Shape: Equatable, Sendable {
    /// Nothing follows it.
    case flag
    /// One value follows it; the word stands for the value in the help.
    case value(String)
    /// One value follows it each time, and it may be given again.
    case repeated(String)
    /// All words up to the next option follow it.
    case list(String)
  }

  /// Without its dashes: `conf`.
  var name: String
  var short: Character?
  var shape: Shape
  var isRequired: Bool
  var help: String

  init(_ name: String, short: Character? = nil, _ shape: Shape, required: Bool = false, _ help: String) {
    self.name = name
    self.short = short
    self.shape = shape
    self.isRequired = required
    self.help = help
  }
}

/// One command: its words, what stands after them, its options and what it does.
struct CommandRow: Sendable {
  /// The words that call it: `["conform", "slave"]`; none for the node in the mode that its file names.
  var words: [String]
  /// What may stand after the words, as the help shows it: `FILE|-`; empty for nothing.
  var operands: String
  /// How many operands there have to be.
  var operandCount: ClosedRange<Int>
  var summary: String
  var options: [OptionRow]
  /// Paragraphs of the help after the options.
  var notes: [String]
  var run: @Sendable (Arguments) throws(CommandFailure) -> Int32

  init(
    _ words: [String], operands: String = "", operandCount: ClosedRange<Int> = 0...0, summary: String,
    options: [OptionRow], notes: [String] = [], run: @escaping @Sendable (Arguments) throws(CommandFailure) -> Int32
  ) {
    self.words = words
    self.operands = operands
    self.operandCount = operandCount
    self.summary = summary
    self.options = options
    self.notes = notes
    self.run = run
  }

  /// `nodelab conform slave`.
  var title: String { (["nodelab"] + words).joined(separator: " ") }
}

/// What a command was given, checked against its row.
struct Arguments {
  fileprivate(set) var flags: [String] = []
  fileprivate(set) var values: [(name: String, value: String)] = []
  fileprivate(set) var operands: [String] = []
  fileprivate(set) var command: [String]

  func has(_ name: String) -> Bool { flags.contains(name) }

  func value(_ name: String) -> String? { values.last { $0.name == name }?.value }

  /// The values of an option that may be given again, in the order given.
  func all(_ name: String) -> [String] { values.filter { $0.name == name }.map(\.value) }

  /// `nodelab conform slave`.
  var title: String { (["nodelab"] + command).joined(separator: " ") }

  /// A usage error of this command.
  func usage(_ text: String) -> CommandFailure {
    CommandFailure("\(title): \(text); see \(title) --help", exitCode: .usage)
  }
}

/// A command that cannot go on: one line for people, and the exit code.
struct CommandFailure: Error {
  var line: String
  var exitCode: ExitCode

  init(_ line: String, exitCode: ExitCode) {
    self.line = line
    self.exitCode = exitCode
  }
}

/// What the process tells its caller.
enum ExitCode: Int32 {
  case asExpected = 0
  case differs = 1
  case usage = 2
  case unfinished = 3
}

extension Arguments {
  /// Checks the words after a command against its row; nil when help is asked for.
  static func parse(_ words: [String], for row: CommandRow) throws(CommandFailure) -> Arguments? {
    var arguments = Arguments(command: row.words)
    var rest = words[...]
    while let word = rest.popFirst() {
      if word == "--" {
        arguments.operands += rest
        break
      }
      guard word.hasPrefix("-"), word != "-" else {
        arguments.operands.append(word)
        continue
      }
      let (spelled, attached) = split(word)
      if spelled == "--help" || spelled == "-h" { return nil }
      guard let option = row.options.first(where: { $0.matches(spelled) }) else {
        throw arguments.usage("unknown option \(spelled)")
      }
      try arguments.take(option, spelled: spelled, attached: attached, from: &rest)
    }
    guard row.operandCount.contains(arguments.operands.count) else {
      throw arguments.usage(
        arguments.operands.count < row.operandCount.lowerBound
          ? "\(row.operands) is missing" : "unexpected \(arguments.operands[row.operandCount.upperBound])")
    }
    if let missing = row.options.first(where: { $0.isRequired && arguments.value($0.name) == nil }) {
      throw arguments.usage("--\(missing.name) is missing")
    }
    return arguments
  }

  /// `--name=value` as its two halves.
  static func split(_ word: String) -> (spelled: String, attached: String?) {
    guard word.hasPrefix("--"), let equals = word.firstIndex(of: "=") else { return (word, nil) }
    return (String(word[..<equals]), String(word[word.index(after: equals)...]))
  }

  private mutating func take(
    _ option: OptionRow, spelled: String, attached: String?, from rest: inout ArraySlice<String>
  ) throws(CommandFailure) {
    switch option.shape {
    case .flag:
      guard attached == nil else { throw usage("\(spelled) takes no value") }
      if !has(option.name) { flags.append(option.name) }
    case .value(let placeholder):
      guard value(option.name) == nil else { throw usage("\(spelled) is given twice") }
      values.append((option.name, try word(placeholder, of: spelled, attached, &rest)))
    case .repeated(let placeholder):
      values.append((option.name, try word(placeholder, of: spelled, attached, &rest)))
    case .list(let placeholder):
      values.append((option.name, try word(placeholder, of: spelled, attached, &rest)))
      while attached == nil, let next = rest.first, !next.hasPrefix("-") {
        values.append((option.name, next))
        rest.removeFirst()
      }
    }
  }

  private func word(
    _ placeholder: String, of spelled: String, _ attached: String?, _ rest: inout ArraySlice<String>
  ) throws(CommandFailure) -> String {
    guard let value = attached ?? rest.popFirst() else { throw usage("\(spelled) needs \(placeholder)") }
    return value
  }
}

extension OptionRow {
  func matches(_ spelled: String) -> Bool {
    spelled == "--\(name)" || short.map { spelled == "-\($0)" } ?? false
  }

  /// Whether the word after it belongs to it.
  var takesWord: Bool { shape != .flag }
}
