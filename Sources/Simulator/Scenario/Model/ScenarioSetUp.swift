import GoWire
import ReferenceNode

/// A node that is set up otherwise than BASE(n) says.
public struct NodeSetUp: Hashable, Sendable {
  public var name = ""
  /// Keys of its configuration: `Slave.CallbackTimeout`.
  public var configuration: [ScenarioPair<String>] = []
  /// Keys of `[OptionOverwrite]`.
  public var settings: [ScenarioPair<String>] = []
  /// The whole file, in place of all the above.
  public var file: String?
  public var environment: [ScenarioPair<String>] = []
  /// Whether it is not started with the world: a step starts it.
  public var isOff = false
  /// Somebody starts it again so long after each end that nobody asked for.
  public var restartsAfter: Span?

  public init() {}
}

/// A named content.
public struct NamedFile: Hashable, Sendable {
  public enum Fill: String, CaseIterable, Hashable, Sendable {
    /// Drawn from its name: the same in every run.
    case drawn
    case zeros
    /// `0123456789` again and again.
    case digits
  }

  public var name = ""
  public var size: Int64 = 0
  public var fill = Fill.drawn
  /// The content itself.
  public var text: String?

  public init() {}

  public init(_ name: String, size: Int64) {
    self.name = name
    self.size = size
  }

  /// The content.
  public var bytes: [UInt8] {
    if let text { return Array(text.utf8) }
    let count = Int(clamping: size)
    switch fill {
    case .drawn:
      var generator = SeededGenerator(seed: 0, for: name)
      return generator.bytes(count)
    case .zeros: return [UInt8](repeating: 0, count: count)
    case .digits: return (0..<count).map { UInt8(0x30 + $0 % 10) }
    }
  }
}

/// A file that lies on a node's disk at the start.
public struct PlacedFile: Hashable, Sendable {
  public enum Form: String, CaseIterable, Hashable, Sendable { case file, folder, link }

  public var node = "S1"
  public var path: GoString = ""
  public var form = Form.file
  /// The named content; empty when absent.
  public var file: String?
  /// Where a link leads.
  public var target: GoString?

  public init() {}
}

/// What the scripted master answers to a request.
public struct MasterRule: Hashable, Sendable {
  public enum Reply: String, CaseIterable, Hashable, Sendable {
    /// What a master that works answers.
    case works
    /// `{"code":0,"msg":""}`, without doing anything.
    case ok
    /// An envelope of `code` and `msg`.
    case envelope
    /// A page of HTML.
    case html
    /// `text` as it stands, but that `{version}` is the master's version.
    case raw
    /// A gob of base64 in `text`.
    case gob
    /// Nothing; the connection is ended.
    case close
    /// Nothing at all.
    case silence
    /// `times` bytes of `text`, again and again.
    case endless
  }

  public var method: String?
  /// What the path begins with.
  public var path: GoString = "/"
  public var reply = Reply.works
  public var status = 200
  public var code: Int64?
  public var message: GoString?
  public var text: String?
  /// Seconds before it is answered; the request has taken effect before.
  public var after = Span.zero
  /// Only so many times; nil: always.
  public var times: Int?
  public var from: Span?
  public var until: Span?

  public init() {}
}

/// Faults and work drawn from the seed: a swarm (scenarios.md, chapter 5).
public struct FaultDraw: Hashable, Sendable {
  /// How many faults a run has.
  public var faults = 50
  /// How many uploads, reads, tests and deletions are begun.
  public var work = 20
  /// Virtual time within which all faults are on; later everything is healed.
  public var span = Span.seconds(60)

  public init() {}
}

extension NodeSetUp: ScenarioRecord {
  static let summary = "A node that is set up otherwise than BASE(n) says."
  static var fields: [ScenarioField<NodeSetUp>] {
    [
      .required("node", \.name, .text, "M, S1, …"),
      .defaulted("configuration", \.configuration, .pairs(.text), [], "Section.Key: value of conf.ini"),
      .defaulted("settings", \.settings, .pairs(.text), [], "keys of [OptionOverwrite]"),
      .optional("conf", \.file, .text, "the whole conf.ini, in place of the rest"),
      .defaulted("environment", \.environment, .pairs(.text), [], "CR_CONF_… and CR_SETTING_…"),
      .defaulted("off", \.isOff, .truth, false, "whether a step starts it"),
      .optional("restarts", \.restartsAfter, .seconds(), "seconds after a kill or a power loss until it starts again"),
    ]
  }
}

extension NamedFile: ScenarioRecord {
  static let summary = "A named content."
  static var fields: [ScenarioField<NamedFile>] {
    [
      .required("name", \.name, .text),
      .defaulted("size", \.size, .integer(0...1 << 30), 0, "bytes"),
      .defaulted("fill", \.fill, .word(Fill.self), .drawn),
      .optional("text", \.text, .text, "the content itself"),
    ]
  }
}

extension PlacedFile: ScenarioRecord {
  static let summary = "A file that lies on a node's disk at the start."
  static var fields: [ScenarioField<PlacedFile>] {
    [
      .defaulted("node", \.node, .text, "S1"),
      .required("path", \.path, .goText),
      .defaulted("is", \.form, .word(Form.self), .file),
      .optional("file", \.file, .text, "a name of files"),
      .optional("target", \.target, .goText, "where a link leads"),
    ]
  }
}

extension MasterRule: ScenarioRecord {
  static let summary = "What the scripted master answers to a request; the first rule that fits counts."
  static var fields: [ScenarioField<MasterRule>] {
    [
      .optional("method", \.method, .text),
      .required("path", \.path, .goText, "what the path begins with"),
      .required("reply", \.reply, .word(Reply.self)),
      .defaulted("status", \.status, .count(100...999), 200),
      .optional("code", \.code, .integer(.min ... .max)),
      .optional("msg", \.message, .goText),
      .optional("text", \.text, .text),
      .defaulted("after", \.after, .seconds(), .zero, "seconds before the answer"),
      .optional("times", \.times, .count(1 ... .max)),
      .optional("from", \.from, .seconds()),
      .optional("until", \.until, .seconds()),
    ]
  }
}

extension FaultDraw: ScenarioRecord {
  static let summary = "Faults and work drawn from the seed."
  static var fields: [ScenarioField<FaultDraw>] {
    [
      .defaulted("faults", \.faults, .count(0...10_000), 50),
      .defaulted("work", \.work, .count(0...10_000), 20),
      .defaulted("span", \.span, .seconds(), .seconds(60)),
    ]
  }
}
