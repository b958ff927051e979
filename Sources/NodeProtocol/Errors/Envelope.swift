import GoWire

/// The JSON object every answer of the protocol is (ENV-1).
public struct Envelope: Hashable, Sendable {
  /// `data`, when not null.
  public enum Data: Hashable, Sendable {
    /// A JSON string: also what a gob payload is (ENV-3).
    case text(GoString)
    /// Any other JSON, as it stands.
    case json(GoString)
  }

  public var code: ErrorCode
  public var data: Data?
  /// The failures of a batch, by the name of what failed.
  public var aggregatedError: [NodeError.Part]
  public var message: GoString
  /// The raw cause; on the wire in debug mode only (ENV-4).
  public var error: GoString
  /// Empty when not sent.
  public var correlationID: GoString

  public init(
    code: ErrorCode = .success, data: Data? = nil, aggregatedError: [NodeError.Part] = [], message: GoString = "",
    error: GoString = "", correlationID: GoString = ""
  ) {
    self.code = code
    self.data = data
    self.aggregatedError = aggregatedError
    self.message = message
    self.error = error
    self.correlationID = correlationID
  }

  /// An empty success: `{"code":0,"msg":""}` (ENV-2).
  public static let success = Envelope()

  /// The envelope of an error (ENV-4).
  /// - Parameters:
  ///   - correlationID: nil where the answer carries none, which are the errors of binding (ENV-5).
  ///   - isDebug: whether the cause goes on the wire.
  public init(_ error: NodeError, correlationID: GoString?, isDebug: Bool = false) {
    self.init(
      code: error.code, aggregatedError: error.parts, message: error.message,
      error: isDebug ? error.cause ?? "" : "", correlationID: correlationID ?? "")
  }
}
