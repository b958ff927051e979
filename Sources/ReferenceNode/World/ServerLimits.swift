/// What a server grants its peers.
public struct ServerLimits: Sendable {
  /// Connections at a time; more wait to be accepted.
  public var connections = 8192
  /// Bytes for the head of a request, its buffers and the head of its answer: costs as much for each idle connection.
  public var connectionMemory = 14 * 1024
  /// Bytes of a body that are read before the handler asks.
  public var readAhead = 256 * 1024
  /// Bytes of a body that are read and dropped after an early answer, so that the client comes to read it (ST-4).
  public var unreadBody = 64 << 20
  /// For the head of the first request.
  public var head = Span.seconds(30)
  /// Between two requests; also how long nothing may move while an answer is sent.
  public var idle = Span.seconds(120)
  /// How long a body may make the node wait before its speed is looked at.
  public var bodyPatience = Span.seconds(30)
  /// The least speed of a body, over the time that the node has waited for it.
  public var bodyBytesPerSecond: Int64 = 512
  /// How long a closed connection is read on after an answer that came before the request was read.
  public var lingering = Span.milliseconds(500)
  /// How often the limits above are looked at.
  public var sweep = Span.seconds(1)

  public init() {}
}
