import GoWire

/// Settings by name: what the environment or `[OptionOverwrite]` sets, else the built-in default (CONF-4, CONF-5).
public struct NodeSettings: Hashable, Sendable {
  /// What was set, the strongest only.
  private var overrides: [GoString: GoString]

  /// - Parameter overrides: a later one of a name replaces an earlier one.
  public init(overrides: [(name: GoString, value: GoString)] = []) {
    self.overrides = Dictionary(overrides.map { ($0.name, $0.value) }, uniquingKeysWith: { _, last in last })
  }

  /// The value of any setting; empty when neither set nor known.
  public func text(_ name: GoString) -> GoString {
    overrides[name] ?? KnownSetting.named(name)?.defaultValue ?? ""
  }

  /// A whole number; the default when what was set is none.
  public func number(_ name: GoString) -> Int64 {
    value(of: name) { Int64($0.text) } ?? 0
  }

  /// A number; the default when what was set is none.
  public func factor(_ name: GoString) -> Double {
    value(of: name) { Double($0.text) } ?? 0
  }

  /// A truth value; the default when what was set is none.
  public func flag(_ name: GoString) -> Bool {
    value(of: name) { NodeSettings.flag($0) } ?? false
  }

  static func flag(_ text: GoString) -> Bool? {
    switch text.text {
    case "1", "true": true
    case "0", "false": false
    default: nil
    }
  }

  private func value<Value>(of name: GoString, _ read: (GoString) -> Value?) -> Value? {
    let known = KnownSetting.named(name)
    if let text = overrides[name], known?.complaint(about: text) == nil, let value = read(text) { return value }
    return known.flatMap { read($0.defaultValue) }
  }
}

extension NodeSettings {
  /// Seconds that signed calls to slaves, and a slave's calls to the master's storage, live (SIGN-6).
  public var slaveAPITimeout: Int64 { number("slave_api_timeout") }
  /// How often a sender repeats a chunk (ST-8).
  public var chunkRetries: Int64 { number("chunk_retries") }
  /// Whether a chunk of a source that cannot be read again is kept in a file (ST-8).
  public var usesTemporaryChunkBuffer: Bool { flag("use_temp_chunk_buffer") }
  /// How many files a transfer sends at once (TR-1).
  public var maxParallelTransfer: Int64 { number("max_parallel_transfer") }
  /// The folder for temporary files, below the data folder unless absolute (ARC-1, DL-7).
  public var temporaryPath: GoString { text("temp_path") }
  /// Seconds that an upload session of the master lives.
  public var uploadSessionTimeout: Int64 { number("upload_session_timeout") }
  /// `max-age` of content and thumbnails, in seconds (HDR-6).
  public var publicResourceMaxAge: Int64 { number("public_resource_maxage") }
  /// A JSON object from extension (`.txt`) to media type that replaces the built-in one; empty for none (ST-10).
  public var mimeMapping: GoString { text("mime_mapping") }
  /// Pixels (ST-13).
  public var thumbnailWidth: Int64 { number("thumb_width") }
  /// Pixels (ST-13).
  public var thumbnailHeight: Int64 { number("thumb_height") }
  /// What follows a blob's name in that of its thumbnail (ST-13).
  public var thumbnailSidecarSuffix: GoString { text("thumb_slave_sidecar_suffix") }
  /// `png` or `jpg` (ST-13).
  public var thumbnailEncoding: GoString { text("thumb_encode_method") }
  /// Whether the node makes thumbnails itself (ST-13).
  public var makesThumbnails: Bool { flag("thumb_builtin_enabled") }
  /// Bytes; of larger files no thumbnail is made (ST-13).
  public var thumbnailMaxSize: Int64 { number("thumb_builtin_max_size") }

  /// How a queue runs (TASK-5).
  public func queue(_ queue: QueueName, profile: Profile) -> QueueSettings {
    let prefix = "queue_\(queue.rawValue)_"
    return QueueSettings(
      // QUIRK-2
      profile.readsWorkerNumber ? number(GoString(prefix + "worker_num")) : 15,
      number(GoString(prefix + "max_execution")), factor(GoString(prefix + "backoff_factor")),
      number(GoString(prefix + "backoff_max_duration")), number(GoString(prefix + "retry_delay")),
      number(GoString(prefix + "max_retry")))
  }
}
