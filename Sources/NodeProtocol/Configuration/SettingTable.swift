import GoWire

/// A setting that a node reads, with its kind and built-in default (CONF-5, TASK-5).
public struct KnownSetting: Hashable, Sendable {
  public enum Kind: Hashable, Sendable {
    /// A whole number not below the bound.
    case number(atLeast: Int64)
    /// A number that may have a fraction.
    case factor
    /// `1`, `true`, `0`, `false`.
    case flag
    case text
  }

  public var name: GoString
  public var kind: Kind
  public var defaultValue: GoString

  private init(_ name: GoString, _ kind: Kind, _ defaultValue: GoString) {
    self.name = name
    self.kind = kind
    self.defaultValue = defaultValue
  }

  /// What is wrong with a value; nil when it is right, or empty, which stands for the default.
  func complaint(about value: GoString) -> String? {
    guard !value.isEmpty else { return nil }
    switch kind {
    case .number(let bound):
      guard let number = Int64(value.text) else { return "is no whole number" }
      return number < bound ? "is below \(bound)" : nil
    case .factor:
      guard let number = Double(value.text), number.isFinite, number >= 0 else { return "is no number from 0 on" }
      return nil
    case .flag: return NodeSettings.flag(value) == nil ? "is neither 1 nor 0" : nil
    case .text: return nil
    }
  }

  /// Every setting that this program knows.
  public static let all: [KnownSetting] =
    [
      KnownSetting("slave_api_timeout", .number(atLeast: 0), "60"),
      KnownSetting("chunk_retries", .number(atLeast: 0), "5"),
      KnownSetting("use_temp_chunk_buffer", .flag, "1"),
      KnownSetting("max_parallel_transfer", .number(atLeast: 1), "4"),
      KnownSetting("temp_path", .text, "temp"),
      KnownSetting("upload_session_timeout", .number(atLeast: 1), "86400"),
      KnownSetting("public_resource_maxage", .number(atLeast: 0), "86400"),
      KnownSetting("mime_mapping", .text, ""),
      KnownSetting("thumb_width", .number(atLeast: 1), "400"),
      KnownSetting("thumb_height", .number(atLeast: 1), "300"),
      KnownSetting("thumb_slave_sidecar_suffix", .text, "._thumb_sidecar"),
      KnownSetting("thumb_encode_method", .text, "png"),
      KnownSetting("thumb_builtin_enabled", .flag, "1"),
      KnownSetting("thumb_builtin_max_size", .number(atLeast: 0), "78643200"),
    ] + QueueName.allCases.flatMap { queueSettings($0) }

  // TASK-5
  private static func queueSettings(_ queue: QueueName) -> [KnownSetting] {
    let defaults = queue.defaults
    let prefix = "queue_\(queue.rawValue)_"
    return [
      KnownSetting(GoString(prefix + "worker_num"), .number(atLeast: 1), GoString("\(defaults.workerCount)")),
      KnownSetting(GoString(prefix + "max_execution"), .number(atLeast: 0), GoString("\(defaults.maxExecution)")),
      KnownSetting(GoString(prefix + "backoff_factor"), .factor, GoString("\(Int64(defaults.backoffFactor))")),
      KnownSetting(
        GoString(prefix + "backoff_max_duration"), .number(atLeast: 0), GoString("\(defaults.backoffMaxDuration)")),
      KnownSetting(GoString(prefix + "max_retry"), .number(atLeast: 0), GoString("\(defaults.maxRetry)")),
      KnownSetting(GoString(prefix + "retry_delay"), .number(atLeast: 0), GoString("\(defaults.retryDelay)")),
    ]
  }

  /// The setting of a name; nil for one that this program does not read.
  public static func named(_ name: GoString) -> KnownSetting? { byName[name] }

  private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })
}

/// The queues that have settings of their own (TASK-5); the raw value stands in the settings' names.
public enum QueueName: String, Hashable, Sendable, CaseIterable {
  case slave
  case ioIntense = "io_intense"
  case remoteDownload = "remote_download"
  case mediaMeta = "media_meta"
  case thumb
  case recycle

  /// The documented defaults.
  public var defaults: QueueSettings {
    switch self {
    case .slave: QueueSettings(15, 86_400, 4, 3_600, 5, 5)
    case .ioIntense: QueueSettings(30, 2_592_000, 2, 600, 0, 5)
    case .remoteDownload: QueueSettings(5, 864_000, 2, 600, 0, 5)
    case .mediaMeta: QueueSettings(30, 600, 2, 60, 0, 1)
    case .thumb: QueueSettings(15, 300, 2, 60, 0, 0)
    case .recycle: QueueSettings(5, 900, 2, 60, 0, 0)
    }
  }
}

/// How a queue runs its tasks (TASK-5, TASK-6).
public struct QueueSettings: Hashable, Sendable {
  public var workerCount: Int64
  /// Seconds of execution, suspension not counted.
  public var maxExecution: Int64
  /// How much longer each delay is than the one before.
  public var backoffFactor: Double
  /// Seconds; no delay is longer.
  public var backoffMaxDuration: Int64
  /// Seconds before the first retry.
  public var retryDelay: Int64
  public var maxRetry: Int64

  init(
    _ workerCount: Int64, _ maxExecution: Int64, _ backoffFactor: Double, _ backoffMaxDuration: Int64,
    _ retryDelay: Int64, _ maxRetry: Int64
  ) {
    self.workerCount = workerCount
    self.maxExecution = maxExecution
    self.backoffFactor = backoffFactor
    self.backoffMaxDuration = backoffMaxDuration
    self.retryDelay = retryDelay
    self.maxRetry = maxRetry
  }
}
