import GoWire
import ReferenceNode

/// A time that has to be met: exact to the second in which the event begins, or to a tenth when it is written with a fraction
/// (scenarios.md, chapter 1).
public struct ExpectedTime: Hashable, Sendable {
  public var seconds: Span
  /// `4.0` is, `4` is not.
  public var isExact: Bool

  public init(_ seconds: Span, isExact: Bool = false) {
    self.seconds = seconds
    self.isExact = isExact
  }

  func meets(_ time: Uptime) -> Bool {
    guard isExact else { return time.nanoseconds / 1_000_000_000 == seconds.nanoseconds / 1_000_000_000 }
    return abs(time.nanoseconds - seconds.nanoseconds) < 100_000_000
  }

  public var text: String {
    let text = seconds.secondsText
    return isExact && !text.contains(".") ? text + ".0" : text
  }
}

/// What has to be seen.
public struct Expectation: Hashable, Sendable {
  public enum Subject: Hashable, Sendable {
    case answers(ExpectedAnswers)
    case received(ExpectedRequests)
    case file(ExpectedFile)
    case log(ExpectedLog)
    case process(ExpectedProcess)
  }

  /// The profiles in which it has to be.
  public var profiles = ProfileName.allCases
  public var subject = Subject.process(ExpectedProcess())
  /// Where the sources do not say: what the run gave, and why that is right.
  public var derived: DerivedExpectation?

  public init() {}

  public init(_ subject: Subject, for profiles: [ProfileName] = ProfileName.allCases) {
    self.subject = subject
    self.profiles = profiles
  }
}

/// An expectation that was recorded from a run (scenarios.md, DERIVE).
public struct DerivedExpectation: Hashable, Sendable {
  public var reason = ""
  /// Whether someone other than its author has read it and found it right.
  public var isReviewed = false

  public init() {}
}

/// The answers to a step, in their order.
public struct ExpectedAnswers: Hashable, Sendable {
  public var step = ""
  public var answers: [ExpectedAnswer] = []
  /// What each of them is, however many there are.
  public var each: ExpectedAnswer?

  public init() {}
}

/// What an answer has to be; what is nil may be anything.
public struct ExpectedAnswer: Hashable, Sendable {
  /// When its last byte, or the failure, is there.
  public var at: ExpectedTime?
  /// From the request's begin.
  public var took: ExpectedTime?
  public var status: Int?
  public var code: Int64?
  public var message: GoString?
  /// What `data` is, as JSON text.
  public var data: GoString?
  /// The body's whole text; `''` for none.
  public var text: GoString?
  /// Bytes of the body.
  public var size: Int64?
  /// The named content that the body is, or a part of: see `offset`.
  public var file: String?
  public var offset: Int64?
  public var headers: [ScenarioPair<GoString>] = []
  /// Headers that are not there.
  public var without: [GoString] = []
  /// What the transport's failure says, or a part of it; `''`: any.
  public var fails: GoString?
  /// Whether the body broke off before its announced end.
  public var isCut: Bool?

  public init() {}
}

/// Requests that a node received.
public struct ExpectedRequests: Hashable, Sendable {
  public var node = "M"
  public var method: String?
  /// What the path begins with.
  public var path: GoString = "/"
  /// When they came: exactly these; nil: not looked at.
  public var times: [ExpectedTime]?
  public var count: Int?

  public init() {}
}

/// A file, or its absence.
public struct ExpectedFile: Hashable, Sendable {
  public var node = "S1"
  public var path: GoString = ""
  /// When it is looked at; at the end when nil.
  public var at: Span?
  public var size: Int64?
  /// The named content.
  public var file: String?
  public var text: String?
  public var isAbsent = false

  public init() {}
}

/// A line of a node's log.
public struct ExpectedLog: Hashable, Sendable {
  public var node = "S1"
  /// What a line says, or a part of it.
  public var text = ""
  /// How many lines say it; nil: at least one.
  public var count: Int?

  public init() {}
}

/// What became of a node's process.
public struct ExpectedProcess: Hashable, Sendable {
  public enum State: String, CaseIterable, Hashable, Sendable {
    case running
    case ended
    case crashed
    case killed
    /// It did not start: its configuration was refused.
    case refused
  }

  public var node = "S1"
  public var state = State.running
  /// The exit code of a process that ended or was refused.
  public var exitCode: Int?
  /// A part of the one line that a refused start prints.
  public var line: String?
  /// When it is looked at; at the end when nil.
  public var at: Span?

  public init() {}
}

/// An invariant that a profile breaks in this scenario: a run without the violation is red.
public struct ExpectedViolation: Hashable, Sendable {
  public var invariant = ""
  public var profiles = ProfileName.allCases
  public var note = ""
  public var derived: DerivedExpectation?

  public init() {}

  public init(_ invariant: String, for profiles: [ProfileName]) {
    self.invariant = invariant
    self.profiles = profiles
  }
}

extension ScenarioCodec where Value == ExpectedTime {
  static var time: ScenarioCodec<ExpectedTime> {
    ScenarioCodec(
      shape: .number(least: 0),
      read: { node, place throws(ScenarioError) in
        let span = try ScenarioCodec<Span>.seconds().read(node, place)
        return ExpectedTime(span, isExact: node.scalar?.contains(".") == true)
      },
      write: { .literal($0.text) })
  }
}

extension Expectation: ScenarioRecord {
  static let summary = "What has to be seen."
  static var fields: [ScenarioField<Expectation>] {
    let group = "subject"
    return [
      .defaulted(
        "for", \.profiles, .list(.word(ProfileName.self), atLeast: 1), ProfileName.allCases, "all profiles when absent"),
      .choice(
        "answers", group: group, \.subject, .record(ExpectedAnswers.self), { .answers($0) },
        { if case .answers(let s) = $0 { s } else { nil } }, "the answers to a step"),
      .choice(
        "received", group: group, \.subject, .record(ExpectedRequests.self), { .received($0) },
        { if case .received(let s) = $0 { s } else { nil } }, "requests that a node received"),
      .choice(
        "file", group: group, \.subject, .record(ExpectedFile.self), { .file($0) },
        { if case .file(let s) = $0 { s } else { nil } }, "a file on a disk"),
      .choice(
        "log", group: group, \.subject, .record(ExpectedLog.self), { .log($0) },
        { if case .log(let s) = $0 { s } else { nil } }, "a line of a log"),
      .choice(
        "process", group: group, \.subject, .record(ExpectedProcess.self), { .process($0) },
        { if case .process(let s) = $0 { s } else { nil } }, "what became of a process"),
      .optional(
        "derived", \.derived, .record(DerivedExpectation.self), "where the sources do not say: why this is right"),
    ]
  }
}

extension DerivedExpectation: ScenarioRecord {
  static let summary = "An expectation recorded from a run, with its reason."
  static var fields: [ScenarioField<DerivedExpectation>] {
    [
      .required("reason", \.reason, .text),
      .required("reviewed", \.isReviewed, .truth, "whether someone other than its author found it right"),
    ]
  }
}

extension ExpectedAnswers: ScenarioRecord {
  static let summary = "The answers to a step, in their order."
  static var fields: [ScenarioField<ExpectedAnswers>] {
    [
      .required("step", \.step, .text),
      .defaulted("are", \.answers, .list(.record(ExpectedAnswer.self), compact: false), []),
      .optional("each", \.each, .record(ExpectedAnswer.self), "what every one of them is"),
    ]
  }

  func complaint() -> (field: String, text: String)? {
    answers.isEmpty && each == nil ? ("step", "neither are nor each says what they have to be") : nil
  }
}

extension ExpectedAnswer: ScenarioRecord {
  static let summary = "What an answer has to be; what is not given may be anything."
  static var fields: [ScenarioField<ExpectedAnswer>] {
    [
      .optional("at", \.at, .time, "to the second; with a fraction to 0.1 s"),
      .optional("took", \.took, .time),
      .optional("status", \.status, .count()),
      .optional("code", \.code, .integer(.min ... .max)),
      .optional("msg", \.message, .goText),
      .optional("data", \.data, .goText, "as JSON text"),
      .optional("text", \.text, .goText, "the whole body"),
      .optional("size", \.size, .integer(), "bytes of the body"),
      .optional("file", \.file, .text, "the named content that the body is a part of"),
      .optional("offset", \.offset, .integer(), "where in it the body begins"),
      .defaulted("headers", \.headers, .pairs(.goText), []),
      .defaulted("without", \.without, .list(.goText), []),
      .optional("fails", \.fails, .goText, "a part of the transport's text; '' for any failure"),
      .optional("cut", \.isCut, .truth, "whether the body broke off"),
    ]
  }
}

extension ExpectedRequests: ScenarioRecord {
  static let summary = "Requests that a node received."
  static var fields: [ScenarioField<ExpectedRequests>] {
    [
      .defaulted("by", \.node, .text, "M"),
      .optional("method", \.method, .text),
      .required("path", \.path, .goText, "what the path begins with"),
      .optional("at", \.times, .list(.time), "when they came: these and no others"),
      .optional("count", \.count, .count()),
    ]
  }

  func complaint() -> (field: String, text: String)? {
    times == nil && count == nil ? ("path", "neither at nor count says how many there have to be") : nil
  }
}

extension ExpectedFile: ScenarioRecord {
  static let summary = "A file, or its absence."
  static var fields: [ScenarioField<ExpectedFile>] {
    [
      .defaulted("on", \.node, .text, "S1"),
      .required("path", \.path, .goText),
      .optional("at", \.at, .seconds(), "when; at the end if absent"),
      .optional("size", \.size, .integer()),
      .optional("equals", \.file, .text, "a name of files"),
      .optional("text", \.text, .text),
      .defaulted("absent", \.isAbsent, .truth, false),
    ]
  }
}

extension ExpectedLog: ScenarioRecord {
  static let summary = "A line of a node's log."
  static var fields: [ScenarioField<ExpectedLog>] {
    [
      .defaulted("of", \.node, .text, "S1"),
      .required("says", \.text, .text, "a part of the line"),
      .optional("count", \.count, .count(), "how many lines; at least one if absent"),
    ]
  }
}

extension ExpectedProcess: ScenarioRecord {
  static let summary = "What became of a node's process."
  static var fields: [ScenarioField<ExpectedProcess>] {
    [
      .defaulted("of", \.node, .text, "S1"),
      .required("is", \.state, .word(State.self)),
      .optional("exit", \.exitCode, .count(0...255)),
      .optional("line", \.line, .text, "a part of what it printed"),
      .optional("at", \.at, .seconds(), "when; at the end if absent"),
    ]
  }
}

extension ExpectedViolation: ScenarioRecord {
  static let summary = "An invariant that is broken here and has to be reported."
  static var fields: [ScenarioField<ExpectedViolation>] {
    [
      .required("invariant", \.invariant, .text, "INV-n"),
      .defaulted("for", \.profiles, .list(.word(ProfileName.self), atLeast: 1), ProfileName.allCases),
      .defaulted("note", \.note, .text, ""),
      .optional("derived", \.derived, .record(DerivedExpectation.self)),
    ]
  }
}
