import GoWire

extension SlaveConfiguration {
  /// A configuration, and what its operator should know.
  public struct Reading: Hashable, Sendable {
    public var configuration: SlaveConfiguration
    /// One line each.
    public var warnings: [String]
  }

  /// Reads the configuration of a slave (chapter 5).
  /// - Parameters:
  ///   - fileName: as the operator named it, for messages.
  ///   - content: of the file; nil when there is none.
  ///   - environment: `CR_CONF_…` and `CR_SETTING_…` are read, the rest is not; a later variable beats an earlier one.
  public static func read(
    fileName: String, content: [UInt8]?, environment: [EnvironmentVariable]
  ) throws(ConfigurationError) -> Reading {
    guard let content else {
      throw ConfigurationError(
        "\(fileName): no such file; \(adviceForSlaves) (without a file Cloudreve becomes a master; this program does not)"
      )
    }
    var source = try ConfigurationSource(fileName: fileName, content: content)
    var profile = try namedProfile(source, environment)
    for variable in environment where variable.name.hasPrefix(ConfigurationSource.variablePrefix) {
      try source.override(
        variable,
        readsDoubleUnderscore: profile.readsDoubleUnderscore || variable.name.hasPrefix("CR_CONF_NodeLab__"))
    }
    try checkMode(source)
    var reader = ConfigurationReader(source, profile: profile)
    reader.warnOfUnknown()

    if let sync = source.entry("NodeLab", "Sync") {
      guard let syncs = try? sync.value.iniBool() else {
        throw reader.error("NodeLab", "Sync", "\(sync.quoted) is no truth value; write true or false")
      }
      profile.syncsChunks = syncs
    }
    let configuration = SlaveConfiguration(
      profile: profile, version: try version(reader), storageRoot: source.entry("NodeLab", "StorageRoot")?.value,
      isDebug: try reader.bool("System", "Debug"), logLevel: try level(reader), door: try door(&reader),
      gracePeriod: try reader.number("System", "GracePeriod", default: 0, advice: "write seconds, 0 for no limit"),
      proxyHeader: reader.text("System", "ProxyHeader", default: profile.trustsForwardedFor ? "X-Forwarded-For" : ""),
      secret: try secret(reader),
      callbackTimeout: try reader.number("Slave", "CallbackTimeout", default: 20, advice: "write seconds, such as 20"),
      signatureTTL: try reader.number("Slave", "SignatureTTL", default: 600, advice: "write seconds, such as 600"),
      cors: try cors(&reader), redis: redis(&reader), settings: try settings(reader, environment))
    return Reading(configuration: configuration, warnings: reader.warnings)
  }

  private static let adviceForSlaves =
    "write one with [System] Mode = slave and [Slave] Secret, as the master's \"New node\" page shows it, and name it with -c"

  /// The profile that the file or the environment names, before anything that depends on it is read.
  private static func namedProfile(
    _ source: ConfigurationSource, _ environment: [EnvironmentVariable]
  ) throws(ConfigurationError) -> Profile {
    var own = source
    for variable in environment where variable.name.hasPrefix("CR_CONF_NodeLab") {
      try own.override(variable, readsDoubleUnderscore: true)
    }
    guard let entry = own.entry("NodeLab", "Profile") else { return .documented }
    guard let profile = Profile(named: entry.value.text) else {
      let names = Profile.all.map(\.name).joined(separator: ", ")
      throw ConfigurationError("\(entry.place): there is no profile \(entry.quoted); write one of \(names)")
    }
    return profile
  }

  // CONF-1, CONF-6
  private static func checkMode(_ source: ConfigurationSource) throws(ConfigurationError) {
    guard let mode = source.entry("System", "Mode") else {
      let state = source.entries.isEmpty ? "the file is empty" : "[System] Mode: is missing"
      throw ConfigurationError(
        "\(source.fileName): \(state), which means master, and this program has no master yet; \(adviceForSlaves)")
    }
    switch mode.value {
    case "slave": return
    case "master":
      throw ConfigurationError(
        "\(mode.place): \"master\": this program has no master yet; write Mode = slave, or start Cloudreve itself with this file"
      )
    default:
      throw ConfigurationError("\(mode.place): \(mode.quoted) is no mode; write slave, in small letters")
    }
  }

  private static func secret(_ reader: ConfigurationReader) throws(ConfigurationError) -> GoString {
    let secret = reader.text("Slave", "Secret")
    let advice = "paste the secret that the master's node page shows"
    guard !secret.isEmpty else { throw reader.error("Slave", "Secret", "is missing; \(advice)") }
    let length = secret.text.unicodeScalars.count
    guard length >= 64 else {
      throw reader.error("Slave", "Secret", "has \(length) characters and needs 64 at least; \(advice)")
    }
    return secret
  }

  private static func level(_ reader: ConfigurationReader) throws(ConfigurationError) -> Level {
    let text = reader.text("System", "LogLevel", default: "info")
    guard let level = Level(rawValue: text.text) else {
      let names = Level.allCases.map(\.rawValue).joined(separator: ", ")
      throw reader.error("System", "LogLevel", "\"\(text)\" is no level; write one of \(names)")
    }
    return level
  }

  private static func version(_ reader: ConfigurationReader) throws(ConfigurationError) -> GoString {
    let version = reader.text("NodeLab", "Version", default: reader.profile.version)
    guard version.bytes.allSatisfy({ 0x21...0x7E ~= $0 }) else {
      throw reader.error("NodeLab", "Version", "cannot stand in a header; write a version such as 4.14.0 or 4.14.0-pro")
    }
    return version
  }

  private static func door(_ reader: inout ConfigurationReader) throws(ConfigurationError) -> Door {
    let certificate = reader.text("SSL", "CertPath")
    let key = reader.text("SSL", "KeyPath")
    let socket = reader.text("UnixSocket", "Listen")
    if !certificate.isEmpty {
      guard !key.isEmpty else {
        throw reader.error("SSL", "KeyPath", "is missing beside CertPath; name the file of the private key")
      }
      if !socket.isEmpty {
        reader.warn("\(reader.place("UnixSocket", "Listen")): not served, because [SSL] CertPath is set")
      }
      return .tls(
        listen: try reader.listen("SSL", "Listen", default: ":443"), certificatePath: certificate, keyPath: key)
    }
    if !key.isEmpty {
      reader.warn("\(reader.place("SSL", "KeyPath")): no TLS without CertPath; name the file of the certificate")
    }
    guard socket.isEmpty else { return .unixSocket(path: socket, permissions: try permissions(&reader)) }
    return .plain(listen: try reader.listen("System", "Listen", default: ":5212"))
  }

  private static func permissions(_ reader: inout ConfigurationReader) throws(ConfigurationError) -> UInt32? {
    guard let entry = reader.source.entry("UnixSocket", "Perm") else { return nil }
    guard let bits = try? entry.value.parseUint(base: 0, bits: 32) else {
      return try reader.bad(
        "UnixSocket", "Perm", "\(entry.quoted) is no set of permissions; write them in octal, such as 0666", zero: nil)
    }
    guard bits <= 0o7777 else {
      throw reader.error("UnixSocket", "Perm", "\(entry.quoted) is too great; write permissions in octal, such as 0666")
    }
    if !entry.value.hasPrefix("0") {
      reader.warn("\(entry.place): \(entry.quoted) is read as a decimal number; octal begins with 0, such as 0666")
    }
    return bits == 0 ? nil : UInt32(bits)
  }

  private static func cors(_ reader: inout ConfigurationReader) throws(ConfigurationError) -> CORS {
    let cors = CORS(
      allowOrigins: reader.list("CORS", "AllowOrigins", default: ["UNSET"]),
      allowMethods: reader.list("CORS", "AllowMethods", default: ["PUT", "POST", "GET", "OPTIONS"]),
      allowHeaders: reader.list(
        "CORS", "AllowHeaders",
        default: [
          "Cookie", "X-Cr-Policy", "Authorization", "Content-Length", "Content-Type", "X-Cr-Path", "X-Cr-FileName",
        ]),
      allowCredentials: try reader.bool("CORS", "AllowCredentials"), exposeHeaders: reader.list("CORS", "ExposeHeaders")
    )
    guard CORSPolicy(cors) != nil else {  // CONF-8
      reader.warn(
        "\(reader.source.fileName): [CORS] AllowOrigins: is not set: browsers will not be able to upload to this node; write AllowOrigins = *"
      )
      return cors
    }
    for origin in cors.allowOrigins where origin != "*" {
      guard origin.hasPrefix("http://") || origin.hasPrefix("https://") else {
        throw reader.error(
          "CORS", "AllowOrigins",
          "\"\(origin)\" is no origin; write * or a site with its scheme, such as https://cloud.example")
      }
    }
    return cors
  }

  private static func redis(_ reader: inout ConfigurationReader) -> Redis {
    let redis = Redis(
      network: reader.text("Redis", "Network", default: "tcp"), server: reader.text("Redis", "Server"),
      user: reader.text("Redis", "User"), password: reader.text("Redis", "Password"),
      database: reader.text("Redis", "DB", default: "0"))
    if !redis.server.isEmpty {
      reader.warn(
        "\(reader.place("Redis", "Server")): Redis is not used: upload sessions stay in memory and end with the process"
      )
    }
    return redis
  }

  // CONF-4
  private static func settings(
    _ reader: ConfigurationReader, _ environment: [EnvironmentVariable]
  ) throws(ConfigurationError) -> NodeSettings {
    var overrides: [(name: GoString, value: GoString, place: String)] = []
    for entry in reader.source.entries where entry.section == "OptionOverwrite" {
      overrides.append((entry.key, entry.value, entry.place))
    }
    let prefix = ConfigurationSource.settingPrefix
    for variable in environment where variable.name.hasPrefix(prefix) {
      overrides.append(
        (GoString(variable.name.bytes.dropFirst(prefix.count)), variable.value, "environment \(variable.name)"))
    }
    for (name, value, place) in overrides {
      guard reader.profile.refusesBadValues, let known = KnownSetting.named(name),
        let complaint = known.complaint(about: value)
      else { continue }
      throw ConfigurationError(
        "\(place): \"\(value.text.prefix(40))\" \(complaint); the default is \(known.defaultValue)")
    }
    return NodeSettings(overrides: overrides.map { ($0.name, $0.value) })
  }
}
