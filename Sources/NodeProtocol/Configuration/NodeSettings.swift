import GoWire

/// Settings by name, looked up in the environment, then in `[OptionOverwrite]`, then among the defaults (CONF-4, CONF-5).
public struct NodeSettings: Hashable, Sendable {
  /// What was set, the strongest only, in the order of the environment and the file.
  private var overrides: [GoString: GoString]

  public init(overrides: [(name: GoString, value: GoString)] = []) {
    self.overrides = Dictionary(overrides.map { ($0.name, $0.value) }, uniquingKeysWith: { _, last in last })
  }
}
