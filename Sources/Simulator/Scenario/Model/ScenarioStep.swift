import GoWire
import ReferenceNode

/// Something that is done at a virtual time.
public struct ScenarioStep: Hashable, Sendable {
  public enum Action: Hashable, Sendable {
    case session(SessionAction)
    case chunk(ChunkAction)
    case upload(UploadAction)
    case nodeTest(NodeTestAction)
    case call(CallAction)
    case content(ContentAction)
    case raw(RawAction)
    case fuzz(FuzzAction)
    case hand(HandAction)
    case start(StartAction)
  }

  /// When it is begun.
  public var at = Span.zero
  /// What expectations call it; steps with the same name are one after the other.
  public var name = ""
  /// Who does it: a node's name, `M` or an actor such as `browser`.
  public var actor: String?
  /// The node that is asked.
  public var target = "S1"
  public var action = Action.start(StartAction())

  public init() {}

  public init(at: Span, _ name: String, by actor: String? = nil, to target: String = "S1", _ action: Action) {
    self.at = at
    self.name = name
    self.actor = actor
    self.target = target
    self.action = action
  }
}

/// The master makes an upload session at a slave (ST-3).
public struct SessionAction: Hashable, Sendable {
  /// The session's id; the step's name when absent.
  public var id: GoString?
  /// Whose size the upload has; a name of files.
  public var file: String?
  public var size: Int64?
  /// Of the policy; 0 for one chunk.
  public var chunkSize: Int64 = 1_048_576
  public var preallocates = false
  public var overwrites = false
  public var savePath: GoString?
  /// Seconds until it ends.
  public var lifetime = Span.seconds(86_400)
  /// Another URL to call back; empty for none.
  public var callback: GoString?
  public var policyType: GoString?
  /// What the policy's node has for its key, in place of the slave's secret.
  public var nodeKey: GoString?
  /// Parts left out: `policy`, `settings`, `props`, `session`, `node`.
  public var without: [Part] = []

  public enum Part: String, CaseIterable, Hashable, Sendable { case session, policy, settings, props, node }

  public init() {}
}

/// A sender brings one chunk of a session (ST-4), and repeats it when it fails.
public struct ChunkAction: Hashable, Sendable {
  public enum Signature: String, CaseIterable, Hashable, Sendable {
    /// The credential that the master signed with the session (SIGN-8).
    case credential
    /// Signed afresh for each request, as a node's sender does.
    case fresh
    case none
  }

  public var session = ""
  public var index: Int64 = 0
  /// Seconds after each failure.
  public var repeats: [Span] = []
  public var signature = Signature.credential
  public var headers: [ScenarioPair<GoString>] = []
  /// Other bytes than the file's.
  public var text: String?
  /// At most so long for an answer.
  public var patience = Span.seconds(600)

  public init() {}
}

/// A browser uploads a whole file: session by the master, then each chunk after the other, a failed one repeated.
public struct UploadAction: Hashable, Sendable {
  public var session = SessionAction()
  /// Seconds from the session to the first chunk.
  public var pause = Span.zero
  public var repeats: [Span] = UploadAction.patience
  /// How often it starts again, with a new session, after it gave up.
  public var restarts = 0

  /// A browser's: 1, 2 and 4 s after each failure (scenarios.md, chapter 0).
  public static let patience: [Span] = [.seconds(1), .seconds(2), .seconds(4)]

  public init() {}
}

/// The administrator tests a node (PING-1).
public struct NodeTestAction: Hashable, Sendable {
  /// Another URL of the node.
  public var url: GoString?
  /// What the slave is told to call back; the master's own URL when absent.
  public var callback: GoString?

  public init() {}
}

/// One request, signed or not, perhaps spoilt.
public struct CallAction: Hashable, Sendable {
  public enum Signature: String, CaseIterable, Hashable, Sendable {
    /// With the key of the node that is asked.
    case key
    case otherKey = "other key"
    case none
  }

  public enum Spoilt: String, CaseIterable, Hashable, Sendable {
    /// The last segment.
    case path
    case body
    /// The value of the first `X-Cr-…` header.
    case header
    case expiry, mac
  }

  public var method: GoString = "GET"
  /// The target's path as it is sent. `{b64:TEXT}` stands for base64url.
  public var path: GoString = "/"
  public var query: GoString = ""
  public var headers: [ScenarioPair<GoString>] = []
  /// Its body.
  public var body: GoString?
  public var signature = Signature.key
  /// Seconds from the receiver's now to the expiry.
  public var lifetime = Span.seconds(60)
  /// Whether the signature never ends.
  public var isForEver = false
  /// Virtual time at which it is signed; when it is sent if absent.
  public var signedAt: Span?
  /// After it was signed, each byte of these is changed in a request of its own.
  public var spoils: Spoilt?
  /// How many times it is sent, one after the other.
  public var times = 1
  /// At most so long for an answer.
  public var patience = Span.seconds(60)

  public init() {}
}

/// A file is read by its link (ST-9).
public struct ContentAction: Hashable, Sendable {
  public var path: GoString = ""
  public var method: GoString = "GET"
  public var displayName: GoString = "file.bin"
  /// Bytes a second; 0 for no limit.
  public var speed: Int64 = 0
  public var range: GoString?
  /// The ETag of another step's answer becomes `If-Range`.
  public var ifRangeOf: String?
  public var lifetime = Span.seconds(3_600)
  public var signedAt: Span?
  /// The reader goes away after so many bytes.
  public var leavesAfter: Int64?
  /// The reader takes no more after so many bytes, and stays.
  public var stallsAfter: Int64?
  public var patience = Span.seconds(3_600)

  public init() {}
}

/// Bytes as they are, on connections of their own.
public struct RawAction: Hashable, Sendable {
  /// What is sent first.
  public var text: GoString = ""
  /// What is sent again and again after that.
  public var again: GoString = ""
  /// Between two of them.
  public var every = Span.zero
  /// How many times; nil: for ever.
  public var times: Int?
  public var connections = 1
  /// The peer goes away after so long.
  public var patience = Span.seconds(60)

  public init() {}
}

/// Arbitrary requests, signed and not (FLT-FUZZ).
public struct FuzzAction: Hashable, Sendable {
  public var count = 100

  public init() {}
}

/// Another program touches a disk.
public struct HandAction: Hashable, Sendable {
  public enum Deed: String, CaseIterable, Hashable, Sendable {
    case write, remove, truncate
    /// At the port that `path` names: `:5212`.
    case listen
  }

  public var deed = Deed.write
  public var path: GoString = ""
  /// A name of files.
  public var file: String?
  public var size: Int64 = 0

  public init() {}
}

/// A node that is off is started.
public struct StartAction: Hashable, Sendable {
  public var node = "S1"

  public init() {}
}

extension ScenarioStep: ScenarioRecord {
  static let summary = "Something that is done at a virtual time."
  static var fields: [ScenarioField<ScenarioStep>] {
    let group = "action"
    return [
      .required("at", \.at, .seconds(), "when it is begun"),
      .required("name", \.name, .text, "what expectations call it; steps of one name count as one, in order"),
      .optional("by", \.actor, .text, "who does it: M, browser, …"),
      .defaulted("to", \.target, .text, "S1", "the node that is asked"),
      .choice(
        "session", group: group, \.action, .record(SessionAction.self), { .session($0) },
        { if case .session(let a) = $0 { a } else { nil } }, "the master makes an upload session (ST-3)"),
      .choice(
        "chunk", group: group, \.action, .record(ChunkAction.self), { .chunk($0) },
        { if case .chunk(let a) = $0 { a } else { nil } }, "a sender brings a chunk (ST-4)"),
      .choice(
        "upload", group: group, \.action, .record(UploadAction.self), { .upload($0) },
        { if case .upload(let a) = $0 { a } else { nil } }, "a browser uploads a whole file"),
      .choice(
        "test", group: group, \.action, .record(NodeTestAction.self), { .nodeTest($0) },
        { if case .nodeTest(let a) = $0 { a } else { nil } }, "the administrator tests a node (PING-1)"),
      .choice(
        "call", group: group, \.action, .record(CallAction.self), { .call($0) },
        { if case .call(let a) = $0 { a } else { nil } }, "one request, signed or not"),
      .choice(
        "content", group: group, \.action, .record(ContentAction.self), { .content($0) },
        { if case .content(let a) = $0 { a } else { nil } }, "a file is read (ST-9)"),
      .choice(
        "raw", group: group, \.action, .record(RawAction.self), { .raw($0) },
        { if case .raw(let a) = $0 { a } else { nil } }, "bytes as they are"),
      .choice(
        "fuzz", group: group, \.action, .record(FuzzAction.self), { .fuzz($0) },
        { if case .fuzz(let a) = $0 { a } else { nil } }, "arbitrary requests, signed and not"),
      .choice(
        "hand", group: group, \.action, .record(HandAction.self), { .hand($0) },
        { if case .hand(let a) = $0 { a } else { nil } }, "another program touches a disk"),
      .choice(
        "start", group: group, \.action, .record(StartAction.self), { .start($0) },
        { if case .start(let a) = $0 { a } else { nil } }, "a node that is off is started"),
    ]
  }
}

extension SessionAction: ScenarioRecord {
  static let summary = "The master makes an upload session at a slave (ST-3)."
  static var fields: [ScenarioField<SessionAction>] {
    [
      .optional("id", \.id, .goText, "the step's name when absent"),
      .optional("file", \.file, .text, "whose size the upload has"),
      .optional("size", \.size, .integer(.min ... .max), "another size than the file's"),
      .defaulted("chunk_size", \.chunkSize, .integer(.min ... .max), 1_048_576, "of the policy"),
      .defaulted("pre_allocate", \.preallocates, .truth, false),
      .defaulted("overwrite", \.overwrites, .truth, false),
      .optional("path", \.savePath, .goText, "uploads/ and the id when absent"),
      .defaulted("lifetime", \.lifetime, .seconds(negative: true), .seconds(86_400)),
      .optional("callback", \.callback, .goText, "another URL to call back; '' for none"),
      .optional("policy_type", \.policyType, .goText, "remote when absent"),
      .optional("node_key", \.nodeKey, .goText, "the key of the policy's node, in place of the slave's secret"),
      .defaulted("without", \.without, .list(.word(Part.self)), [], "parts left out"),
    ]
  }
}

extension ChunkAction: ScenarioRecord {
  static let summary = "A sender brings one chunk of a session (ST-4)."
  static var fields: [ScenarioField<ChunkAction>] {
    [
      .required("session", \.session, .text, "the name of the step that made it"),
      .required("index", \.index, .integer(.min ... .max)),
      .defaulted("repeats", \.repeats, .list(.seconds()), [], "seconds after each failure until it is sent again"),
      .defaulted("signature", \.signature, .word(Signature.self), .credential),
      .defaulted("headers", \.headers, .pairs(.goText), []),
      .optional("text", \.text, .text, "other bytes than the file's"),
      .defaulted("patience", \.patience, .seconds(), .seconds(600), "at most so long for an answer"),
    ]
  }
}

extension UploadAction: ScenarioRecord {
  static let summary = "A browser uploads a whole file."
  static var fields: [ScenarioField<UploadAction>] {
    [
      .required("session", \.session, .record(SessionAction.self)),
      .defaulted("pause", \.pause, .seconds(), .zero, "from the session to the first chunk"),
      .defaulted("repeats", \.repeats, .list(.seconds()), patience, "seconds after each failure; 1, 2, 4 when absent"),
      .defaulted("restarts", \.restarts, .count(0...9), 0, "how often it starts again after it gave up"),
    ]
  }
}

extension NodeTestAction: ScenarioRecord {
  static let summary = "The administrator tests a node (PING-1)."
  static var fields: [ScenarioField<NodeTestAction>] {
    [
      .optional("url", \.url, .goText, "another URL of the node"),
      .optional("callback", \.callback, .goText, "the master's URL when absent"),
    ]
  }
}

extension CallAction: ScenarioRecord {
  static let summary = "One request, signed or not, perhaps spoilt."
  static var fields: [ScenarioField<CallAction>] {
    [
      .required("method", \.method, .goText),
      .required("path", \.path, .goText, "as it is sent; {b64:TEXT} stands for base64url"),
      .defaulted("query", \.query, .goText, ""),
      .defaulted("headers", \.headers, .pairs(.goText), []),
      .optional("body", \.body, .goText),
      .defaulted("signature", \.signature, .word(Signature.self), .key),
      .defaulted(
        "lifetime", \.lifetime, .seconds(negative: true), .seconds(60), "of the signature, from the sender's now"),
      .defaulted("for_ever", \.isForEver, .truth, false, "expiry 0"),
      .optional("signed_at", \.signedAt, .seconds()),
      .optional(
        "spoils", \.spoils, .word(Spoilt.self), "each byte of it is changed after signing, in a request of its own"),
      .defaulted("times", \.times, .count(1...100_000), 1),
      .defaulted("patience", \.patience, .seconds(), .seconds(60)),
    ]
  }
}

extension ContentAction: ScenarioRecord {
  static let summary = "A file is read by its link (ST-9)."
  static var fields: [ScenarioField<ContentAction>] {
    [
      .required("path", \.path, .goText),
      .defaulted("method", \.method, .goText, "GET"),
      .defaulted("name", \.displayName, .goText, "file.bin"),
      .defaulted("speed", \.speed, .integer(.min ... .max), 0, "bytes a second; 0 for no limit"),
      .optional("range", \.range, .goText),
      .optional("if_range", \.ifRangeOf, .text, "the step whose answer's ETag is sent"),
      .defaulted("lifetime", \.lifetime, .seconds(negative: true), .seconds(3_600)),
      .optional("signed_at", \.signedAt, .seconds()),
      .optional("leaves_after", \.leavesAfter, .integer(), "bytes"),
      .optional("stalls_after", \.stallsAfter, .integer(), "bytes"),
      .defaulted("patience", \.patience, .seconds(), .seconds(3_600)),
    ]
  }
}

extension RawAction: ScenarioRecord {
  static let summary = "Bytes as they are, on connections of their own."
  static var fields: [ScenarioField<RawAction>] {
    [
      .defaulted("text", \.text, .goText, "", "what is sent first"),
      .defaulted("again", \.again, .goText, "", "what is sent again and again"),
      .defaulted("every", \.every, .seconds(), .zero),
      .optional("times", \.times, .count(1 ... .max), "for ever when absent"),
      .defaulted("connections", \.connections, .count(1...10_000), 1),
      .defaulted("patience", \.patience, .seconds(), .seconds(60)),
    ]
  }
}

extension FuzzAction: ScenarioRecord {
  static let summary = "Arbitrary requests, signed and not (FLT-FUZZ)."
  static var fields: [ScenarioField<FuzzAction>] { [.defaulted("count", \.count, .count(1...10_000_000), 100)] }
}

extension HandAction: ScenarioRecord {
  static let summary = "Another program touches a disk."
  static var fields: [ScenarioField<HandAction>] {
    [
      .required("does", \.deed, .word(Deed.self)),
      .required("path", \.path, .goText),
      .optional("file", \.file, .text),
      .defaulted("size", \.size, .integer(), 0),
    ]
  }
}

extension StartAction: ScenarioRecord {
  static let summary = "A node that is off is started."
  static var fields: [ScenarioField<StartAction>] { [.required("node", \.node, .text)] }
}
