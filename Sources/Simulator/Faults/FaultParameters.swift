import GoWire
import ReferenceNode

/// The parameters of scenarios.md 2.1–2.4. A kind uses those that its row names; the others have to be nil, which the scenario
/// reader checks.
public struct FaultParameters: Hashable, Sendable {
  public enum Side: String, CaseIterable, Hashable, Sendable {
    /// The end that opened the connection.
    case client
    case server
    case both
  }

  /// Bytes after which it happens, that are left, or at most pass.
  public var bytes: Int64?
  /// Bytes a second.
  public var rate: Int64?
  public var side: Side?
  /// How long it lasts, or after which it happens.
  public var span: Span?
  /// The mean of a drawn span.
  public var mean: Span?
  public var jitter: Span?
  /// A status of HTTP.
  public var status: Int?
  /// Whether the origin has worked before the answer is replaced.
  public var afterOrigin: Bool?
  /// A choice that the kind names: `raw` or `stateful`; `close`, `stall` or `524`; `first` or `second`; `add`, `drop` or
  /// `rename`; `decode`, `merge`, `slash` or `strip`; the names of bad replies; `head`, `body`, `1xx` or `headers`;
  /// `remove`, `truncate` or `replace`; …
  public var variant: String?
  /// A host, a header, a version, a prefix.
  public var name: GoString?
  public var value: GoString?
  /// Bits changed, mutations, parts per million, descriptors.
  public var number: Int64?
  /// The second group of a partition.
  public var nodes: [String]?

  public init() {}
}
