/// How far a run is.
public struct ConformanceProgress: Hashable, Sendable {
  public var done: Int
  public var total: Int
  /// The case that was done last.
  public var last: CaseResult
}
