import GoWire

/// The sections and keys that a configuration file may have (CONF-3).
enum ConfigurationKeys {
  /// Nil for an unknown section; an empty list where any key may stand.
  static func keys(of section: GoString) -> [GoString]? {
    table.first { $0.section == section }?.keys
  }

  /// A known name that differs only in case, or nil.
  static func similar(to name: GoString, among names: [GoString]) -> GoString? {
    names.first { $0.equalsIgnoringASCIICase(name) }
  }

  static var sections: [GoString] { table.map(\.section) }

  private static let table: [(section: GoString, keys: [GoString])] = [
    (
      "System",
      [
        "Mode", "Listen", "Debug", "LogLevel", "GracePeriod", "ProxyHeader", "SessionSecret",
        // A master's; a slave may carry it.
        "HashIDSalt",
      ]
    ),
    ("SSL", ["Listen", "CertPath", "KeyPath"]),
    ("UnixSocket", ["Listen", "Perm"]),
    ("Slave", ["Secret", "CallbackTimeout", "SignatureTTL"]),
    ("CORS", ["AllowOrigins", "AllowMethods", "AllowHeaders", "AllowCredentials", "ExposeHeaders"]),
    ("Redis", ["Network", "Server", "User", "Password", "DB"]),
    ("OptionOverwrite", []),
    ("NodeLab", ["Profile", "Version", "StorageRoot", "Sync"]),
    // A master's; a slave may carry them.
    ("Database", []),
  ]
}
