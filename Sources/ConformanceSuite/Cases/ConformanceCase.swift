import GoWire
import ReferenceNode

/// A case: what is put on the slave's disk, what is then asked of it, and what it answered when it was recorded.
public struct ConformanceCase: Hashable, Sendable {
  /// `upload/three-chunks`; unique among the cases of a run, and permanent.
  public var id: String
  /// The clauses it is about.
  public var clauses: [String]
  public var note: String?
  public var files: [CaseFile]
  public var exchanges: [CaseExchange]
  /// What it shares with the other cases of its file.
  public var origin: CaseOrigin

  /// The id up to its first slash.
  public var group: String { String(id.prefix { $0 != "/" }) }
}

/// What all cases of a recorded file share.
public struct CaseOrigin: Hashable, Sendable {
  /// The file the cases stand in.
  public var path: String
  /// `cloudreve 4.14.0`.
  public var program: String
  /// The secret they are signed with.
  public var secret: GoString
  /// The version the recorded slave advertised: what `site/ping` answers where a case does not say.
  public var version: GoString
  /// Where the recorded master listened: `http://127.0.0.1:7701`.
  public var site: GoString
  /// The recorded slave's working folder, when an answer shows it: `/cloudreve/cases-4.14.0/slave1`.
  public var folder: GoString?
  /// The constant ETags of the recording (QUIRK-7), with their quotes.
  public var entityTags: [GoString]
  /// Every request of the file: what a signature that is wrong on purpose may have been made for.
  public var requests: [CaseRequest]

}

/// A file or folder that lies on the slave's disk before a case begins.
public struct CaseFile: Hashable, Sendable {
  /// Relative to the slave's working folder.
  public var path: String
  /// Its bytes; nil for a folder.
  public var bytes: [UInt8]?
}

/// One step of a case.
public enum CaseExchange: Hashable, Sendable {
  case call(CallExchange)
  case raw(RawExchange)
  /// Wait this long, in seconds.
  case pause(Double)
}

/// A request and its answer, and what the slave asked of its master meanwhile.
public struct CallExchange: Hashable, Sendable {
  public var request: CaseRequest
  public var status: Int
  public var fields: HTTPFields
  public var body: RecordedBody
  /// The decoded value of a gob payload, as the file shows it: a list of `{type, value}`.
  public var gob: JSONValue?
  /// What came to the master between this request and the next, in this order.
  public var outgoing: [OutgoingCall]
  /// How long the answer took, when that was long.
  public var tookSeconds: Double?
}

/// Bytes that no HTTP client would send, and the bytes that came back.
public struct RawExchange: Hashable, Sendable {
  public var request: [UInt8]
  /// Empty when the slave answered nothing.
  public var response: [UInt8]
  public var outgoing: [OutgoingCall]
}

/// A recorded body.
public enum RecordedBody: Hashable, Sendable {
  case bytes([UInt8])
  /// One that was too long to be kept.
  case digest(length: Int, sha256: String)
}

/// What the slave asked of its master, and the answer it was given.
public struct OutgoingCall: Hashable, Sendable {
  public var request: CaseRequest
  public var answer: MasterAnswer
  /// Files that have to be on the slave's disk, with these bytes, when the call comes: a key of the project's own cases.
  public var onDisk: [CaseFile] = []
}

/// What the recorded master answers.
public struct MasterAnswer: Hashable, Sendable {
  public var status: Int
  public var fields: HTTPFields
  public var body: [UInt8]
  /// No answer: the connection is closed.
  public var closes: Bool
  /// Seconds that pass before the answer.
  public var afterSeconds: Double

  public init(
    status: Int, fields: HTTPFields = HTTPFields(), body: [UInt8] = [], closes: Bool = false, afterSeconds: Double = 0
  ) {
    self.status = status
    self.fields = fields
    self.body = body
    self.closes = closes
    self.afterSeconds = afterSeconds
  }

  /// The answer of an envelope: `{"code":0,…}`.
  public static func json(_ text: String) -> MasterAnswer {
    MasterAnswer(
      status: 200, fields: HTTPFields([.init("Content-Type", "application/json; charset=utf-8")]),
      body: Array(text.utf8))
  }
}

/// A request as a client sends it, the framing headers apart.
public struct CaseRequest: Hashable, Sendable {
  public var method: GoString
  /// The raw request target.
  public var target: GoString
  /// In the order in which they are sent. Header texts of a file are Latin-1.
  public var fields: HTTPFields
  public var body: [UInt8]

  public init(method: GoString, target: GoString, fields: HTTPFields = HTTPFields(), body: [UInt8] = []) {
    self.method = method
    self.target = target
    self.fields = fields
    self.body = body
  }
}

/// An answer as it came.
public struct CaseAnswer: Hashable, Sendable {
  public var status: Int
  public var fields: HTTPFields
  public var body: [UInt8]
  /// Whether the body came to the end that was announced.
  public var isComplete: Bool

  public init(status: Int, fields: HTTPFields, body: [UInt8], isComplete: Bool = true) {
    self.status = status
    self.fields = fields
    self.body = body
    self.isComplete = isComplete
  }
}
