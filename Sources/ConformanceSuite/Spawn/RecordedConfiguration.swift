/// The configuration file of the slave that was recorded.
public enum RecordedConfiguration {
  /// The file's text.
  /// - Parameters:
  ///   - listen: `127.0.0.1:5213`; nil to leave it to the reader.
  ///   - profile: of a slave of our own.
  public static func text(secret: String, listen: String?, profile: String? = nil) -> String {
    var lines = ["[System]", "Mode = slave", "LogLevel = debug"]
    if let listen { lines.append("Listen = \(listen)") }
    lines += ["", "[Slave]", "Secret = \(secret)", "CallbackTimeout = 2"]
    lines += ["", "[CORS]", "AllowOrigins = *", "AllowMethods = OPTIONS,GET,POST", "AllowHeaders = *"]
    if let profile { lines += ["", "[NodeLab]", "Profile = \(profile)"] }
    return lines.joined(separator: "\n") + "\n"
  }
}
