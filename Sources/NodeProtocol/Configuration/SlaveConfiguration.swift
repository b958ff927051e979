import GoWire

/// The configuration of a slave: what its file and the environment say, over the defaults (chapter 5).
public struct SlaveConfiguration: Hashable, Sendable {
  /// Level of `[System] LogLevel`.
  public enum Level: String, Hashable, Sendable, CaseIterable { case debug, info, warning, error }

  /// Where the node listens.
  public enum Door: Hashable, Sendable {
    /// `[System] Listen`.
    case plain(listen: GoString)
    /// `[SSL] Listen`, `CertPath`, `KeyPath`: instead of both others when a certificate is named.
    case tls(listen: GoString, certificatePath: GoString, keyPath: GoString)
    /// `[UnixSocket] Listen` and `Perm` (permission bits, nil when not set): instead of the plain one when set.
    case unixSocket(path: GoString, permissions: UInt32?)
  }

  /// `[CORS]` (CONF-9).
  public struct CORS: Hashable, Sendable {
    /// Empty or `UNSET`: no CORS at all (CONF-8).
    public var allowOrigins: [GoString]
    public var allowMethods: [GoString]
    public var allowHeaders: [GoString]
    public var allowCredentials: Bool
    public var exposeHeaders: [GoString]

    public init(
      allowOrigins: [GoString], allowMethods: [GoString], allowHeaders: [GoString], allowCredentials: Bool,
      exposeHeaders: [GoString]
    ) {
      self.allowOrigins = allowOrigins
      self.allowMethods = allowMethods
      self.allowHeaders = allowHeaders
      self.allowCredentials = allowCredentials
      self.exposeHeaders = exposeHeaders
    }
  }

  /// `[Redis]`: read, warned of, not used.
  public struct Redis: Hashable, Sendable {
    public var network: GoString
    public var server: GoString
    public var user: GoString
    public var password: GoString
    public var database: GoString
  }

  /// Every property that the node's behaviour depends on (chapter 15), `[NodeLab] Profile` and `Sync` applied.
  public var profile: Profile
  /// What pings compare and every header shows (`[NodeLab] Version`); may end in `-pro`.
  public var version: GoString
  /// Confines every path when set (`[NodeLab] StorageRoot`, ST-16).
  public var storageRoot: GoString?
  public var isDebug: Bool
  public var logLevel: Level
  public var door: Door
  /// Seconds that running requests and tasks have at a stop; 0 for no limit (TASK-9).
  public var gracePeriod: Int64
  /// The header that names the client behind a proxy; empty for none.
  public var proxyHeader: GoString
  /// The shared secret, at least 64 bytes (CONF-3).
  public var secret: GoString
  /// Seconds for an upload callback (CB-1).
  public var callbackTimeout: Int64
  /// Seconds that signatures of this slave live (SIGN-6).
  public var signatureTTL: Int64
  public var cors: CORS
  public var redis: Redis
  /// Settings by name (CONF-4, CONF-5).
  public var settings: NodeSettings
}
