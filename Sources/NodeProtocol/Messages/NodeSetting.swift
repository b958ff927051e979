import GoWire

/// The settings of a node: its downloader (DL-4).
public struct NodeSetting: WireMessage {
  /// The downloader `aria2` (DL-5).
  public struct Aria2: WireMessage {
    public var server: GoString
    public var token: GoString
    /// Sent with every download; nil when there are none.
    public var options: [GoMapEntry]?
    public var tempPath: GoString

    public init(server: GoString, token: GoString, options: [GoMapEntry]? = nil, tempPath: GoString = "") {
      self.server = server
      self.token = token
      self.options = options
      self.tempPath = tempPath
    }
  }

  /// The downloader `qbittorrent` (DL-6).
  public struct QBittorrent: WireMessage {
    public var server: GoString
    public var user: GoString
    public var password: GoString
    /// Sent with every download; nil when there are none.
    public var options: [GoMapEntry]?
    public var tempPath: GoString

    public init(
      server: GoString, user: GoString = "", password: GoString = "", options: [GoMapEntry]? = nil,
      tempPath: GoString = ""
    ) {
      self.server = server
      self.user = user
      self.password = password
      self.options = options
      self.tempPath = tempPath
    }
  }

  /// `aria2`, `qbittorrent` or empty.
  public var provider: GoString
  public var qBittorrent: QBittorrent?
  public var aria2: Aria2?
  /// Seconds between two looks at a download.
  public var interval: Int64
  public var waitsForSeeding: Bool

  public init(
    provider: GoString = "", qBittorrent: QBittorrent? = nil, aria2: Aria2? = nil, interval: Int64 = 0,
    waitsForSeeding: Bool = false
  ) {
    self.provider = provider
    self.qBittorrent = qBittorrent
    self.aria2 = aria2
    self.interval = interval
    self.waitsForSeeding = waitsForSeeding
  }

  /// The block that the provider names and that is missing (ENV-8); nil when all is there.
  public var missingPart: GoString? {
    switch provider {
    case "aria2": aria2 == nil ? "Aria2" : nil
    case "qbittorrent": qBittorrent == nil ? "QBittorrent" : nil
    default: nil
    }
  }
}

extension NodeSetting {
  public static let type: GoType = .structure(
    GoStructure(
      "NodeSetting", package: "types",
      fields: [
        GoField("Provider", json: "provider", omitEmpty: true, .named("types.DownloaderProvider", .string)),
        GoField("QBittorrentSetting", json: "qbittorrent", omitEmpty: true, .pointer(QBittorrent.type)),
        GoField("Aria2Setting", json: "aria2", omitEmpty: true, .pointer(Aria2.type)),
        GoField("Interval", json: "interval", omitEmpty: true, .int),
        GoField("WaitForSeeding", json: "wait_for_seeding", omitEmpty: true, .bool),
      ]))

  public init(_ value: GoValue) {
    provider = value.text("Provider")
    qBittorrent = value.part("QBittorrentSetting").map { QBittorrent($0) }
    aria2 = value.part("Aria2Setting").map { Aria2($0) }
    interval = value.int("Interval")
    waitsForSeeding = value.flag("WaitForSeeding")
  }

  public var value: GoValue {
    .fields([
      "Provider": .string(provider), "QBittorrentSetting": qBittorrent?.value, "Aria2Setting": aria2?.value,
      "Interval": .int(interval), "WaitForSeeding": .bool(waitsForSeeding),
    ])
  }
}

extension NodeSetting.Aria2 {
  public static let type: GoType = .structure(
    GoStructure(
      "Aria2Setting", package: "types",
      fields: [
        GoField("Server", json: "server", .string),
        GoField("Token", json: "token", .string),
        GoField("Options", json: "options", omitEmpty: true, .map(key: .string, value: .interface)),
        GoField("TempPath", json: "temp_path", .string),
      ]))

  public init(_ value: GoValue) {
    server = value.text("Server")
    token = value.text("Token")
    options = value.entries("Options")
    tempPath = value.text("TempPath")
  }

  public var value: GoValue {
    .fields([
      "Server": .string(server), "Token": .string(token), "Options": options.map { .map($0) },
      "TempPath": .string(tempPath),
    ])
  }
}

extension NodeSetting.QBittorrent {
  public static let type: GoType = .structure(
    GoStructure(
      "QBittorrentSetting", package: "types",
      fields: [
        GoField("Server", json: "server", .string),
        GoField("User", json: "user", .string),
        GoField("Password", json: "password", .string),
        GoField("Options", json: "options", omitEmpty: true, .map(key: .string, value: .interface)),
        GoField("TempPath", json: "temp_path", .string),
      ]))

  public init(_ value: GoValue) {
    server = value.text("Server")
    user = value.text("User")
    password = value.text("Password")
    options = value.entries("Options")
    tempPath = value.text("TempPath")
  }

  public var value: GoValue {
    .fields([
      "Server": .string(server), "User": .string(user), "Password": .string(password),
      "Options": options.map { .map($0) }, "TempPath": .string(tempPath),
    ])
  }
}

extension GoValue {
  fileprivate func entries(_ name: GoString) -> [GoMapEntry]? {
    guard case .map(let entries) = part(name) else { return nil }
    return entries
  }
}
