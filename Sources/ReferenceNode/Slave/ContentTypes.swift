import GoWire

/// The content types by name of a node (ST-10), read when content is first served: a start has no use for them.
///
/// The invariant behind `@unchecked Sendable`: confined to its node's loop thread.
final class ContentTypes: @unchecked Sendable {
  private let setting: GoString
  private let host: @Sendable () -> MIMETypes
  private lazy var mapping = setting.isEmpty ? .standard : MIMEMapping(setting: setting) ?? .standard
  private lazy var hostTypes = host()

  /// - Parameters:
  ///   - setting: `mime_mapping`; empty for its default.
  ///   - host: gives the types that the host knows.
  init(setting: GoString, host: @escaping @Sendable () -> MIMETypes) {
    self.setting = setting
    self.host = host
  }

  /// The type of a file with that display name; nil when none is known.
  func type(ofName name: GoString) -> GoString? { mapping.type(ofName: name, host: hostTypes) }
}
