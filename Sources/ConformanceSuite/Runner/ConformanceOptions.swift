import GoWire

/// What to run, against what, and what to expect.
public struct ConformanceOptions: Sendable {
  /// The slave under test.
  public enum Subject: Sendable {
    /// Slaves of our own in this process, configured as the recorded one, on free ports in a temporary folder.
    case spawn
    /// A slave that runs already: `http://host:port`, `https://host:port` or `unix:/path`. `folder` is its working folder as this machine sees it.
    case url(String, secret: GoString, folder: String)
    /// Slaves of our own in a virtual world: no socket, no real file, no real time.
    case inMemory
  }

  /// How cases share slaves.
  public enum Sharing: Sendable {
    /// A fresh slave for each case.
    case freshSlavePerCase
    /// All cases on one slave, one after the other in an order made from the seed.
    case oneSlaveShuffled
  }

  public var subject: Subject
  /// Whether any certificate of the slave will do.
  public var isInsecure = false
  /// The repository's `Fixtures` folder: recordings, expected deviations, the project's own cases.
  public var fixtures: String
  /// Case files, or folders searched for them; empty for the recordings of the profile's program and the project's own cases.
  public var cases: [String]
  /// `documented`, `cloudreve-4.0` or `cloudreve-4.14`: what a spawned slave runs under, and whose deviations are expected.
  public var profile: String
  /// Case ids, prefixes of them up to a slash, or patterns with `*` and `?`; empty for all. Each has to match a case.
  public var only: [String]
  /// Send the recorded bytes, with the recorded secret, to a slave whose master is played at the recorded address.
  public var isVerbatim: Bool
  /// Replaces the profile's expected deviations.
  public var expectedDeviations: String?
  /// Where other secrets, session ids, folders and orders come from.
  public var seed: UInt64
  public var sharing: Sharing
  /// Cases that run at the same time.
  public var workers: Int

  public init(
    subject: Subject, fixtures: String, cases: [String] = [], profile: String = "documented", only: [String] = [],
    isVerbatim: Bool = false, expectedDeviations: String? = nil, seed: UInt64 = 1,
    sharing: Sharing = .freshSlavePerCase, workers: Int = 6
  ) {
    self.subject = subject
    self.fixtures = fixtures
    self.cases = cases
    self.profile = profile
    self.only = only
    self.isVerbatim = isVerbatim
    self.expectedDeviations = expectedDeviations
    self.seed = seed
    self.sharing = sharing
    self.workers = workers
  }
}
