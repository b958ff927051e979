import GoWire
import NodeProtocol
import ReferenceNode

/// All that was seen of a node and of its master's site; a diagnosis needs nothing else.
public struct DoctorObservations: Sendable {
  /// One request and what came of it.
  public struct Exchange: Sendable {
    public enum Outcome: Sendable {
      case answer(status: Int, fields: HTTPFields, body: [UInt8])
      case failure(TransportError)
    }

    public var outcome: Outcome
    /// How long it took.
    public var seconds: Double
    /// What a client says of a failure: `Post "http://…": dial tcp …`.
    public var failureText: GoString

    public init(_ outcome: Outcome, seconds: Double = 0, failureText: GoString = "") {
      self.outcome = outcome
      self.seconds = seconds
      self.failureText = failureText
    }

    /// An answer with a body.
    public static func answer(
      _ status: Int, _ body: String, _ fields: HTTPFields = HTTPFields(), seconds: Double = 0
    ) -> Exchange {
      Exchange(.answer(status: status, fields: fields, body: Array(body.utf8)), seconds: seconds)
    }

    public var failure: TransportError? {
      if case .failure(let error) = outcome { error } else { nil }
    }

    public var status: Int? {
      if case .answer(let status, _, _) = outcome { status } else { nil }
    }

    public var body: [UInt8] {
      if case .answer(_, _, let body) = outcome { body } else { [] }
    }

    public func header(_ name: GoString) -> GoString? {
      if case .answer(_, let fields, _) = outcome { fields.first(name) } else { nil }
    }

    /// The envelope of an answer with HTTP status 200.
    public var envelope: Envelope? {
      status == 200 ? try? Envelope(reading: body, requiresCode: true) : nil
    }

    /// What a slave's signature check made of the request: nil when no slave judged it.
    public var isSigned: Bool? {
      guard let envelope else { return nil }
      switch envelope.code {
      case .invalidSignature, .signatureExpired: return false
      case .noPermission
      where ["authorization header is missing", "expire timestamp is missing"].contains(envelope.message):
        return false
      default: return true
      }
    }
  }

  public enum URLReading: Hashable, Sendable {
    case good
    /// `url.Parse` of Go refuses it, in its words.
    case unreadable(GoString)
    /// Neither `http` nor `https`.
    case scheme(GoString)
    case noHost(GoString)
  }

  public enum Connection: Hashable, Sendable {
    case connected(peer: String, own: String)
    case refused(String)
    case timedOut(String)
    case failed(String)
  }

  /// The URL as given, and without a password.
  public var url: GoString = ""
  public var urlReading = URLReading.good
  public var isTLS = false
  /// The path of the URL, when it is more than `/`.
  public var subPath: GoString = ""
  /// The text of the URL that is called: `http://…/api/v4/slave/ping`.
  public var pingURL: GoString = ""
  /// Where the secret came from says nothing: its length in bytes, and whether blanks or quotation marks surround it.
  public var secretLength = 64
  public var secretIsSurrounded = false
  /// The site URL that the slave was told.
  public var siteURL: GoString = ""
  /// Whether the doctor itself is the master that the slave calls back.
  public var playsMaster = false
  /// Seconds a master waits for an answer.
  public var patience = 10.0

  /// Addresses of the URL's host; nil when it was not looked up.
  public var addresses: [String]?
  public var connection: Connection?
  /// The ping, as a master sends it.
  public var ping: Exchange?
  /// The ping, signed without an expiry.
  public var lastingPing: Exchange?
  /// The ping, signed with the secret without what surrounds it.
  public var trimmedPing: Exchange?
  /// The ping, without the headers that signatures cover.
  public var barePing: Exchange?
  /// A harmless request that is signed in its query.
  public var query: Exchange?
  /// Whether the port speaks TLS though the URL says `http`.
  public var speaksTLS = false
  /// Whether the port speaks plain HTTP though the URL says `https`.
  public var speaksPlain = false
  /// `/api/v4/site/ping` at the node's URL: a master answers there.
  public var masterThere: Exchange?
  /// Slave minus master, in seconds.
  public var clockDifference: Int64?
  /// The site's own ping, asked from this machine.
  public var site: Exchange?
  /// Whether the slave's call arrived where the doctor is the master.
  public var wasCalledBack = false
  /// The version that the slave names in its calls.
  public var slaveVersion: GoString?

  public init() {}

  /// What the ping came to, expired or not.
  var judgedPing: Exchange? {
    ping?.envelope?.code == .signatureExpired ? lastingPing ?? ping : ping
  }

  /// The version the site at hand says it has.
  var masterVersion: GoString? {
    if case .text(let text) = site?.envelope?.data { text } else { nil }
  }
}
