import GoWire

/// What went wrong, as the protocol tells it: a code, the message that goes on the wire, and a cause for the log (ENV-4).
public struct NodeError: Error, Hashable, Sendable {
  /// One of several failures of a batch, under the name of what failed.
  public struct Part: Hashable, Sendable {
    public var name: GoString
    public var error: NodeError

    public init(_ name: GoString, _ error: NodeError) {
      self.name = name
      self.error = error
    }
  }

  public var code: ErrorCode
  /// `msg` of the envelope.
  public var message: GoString
  /// The raw cause: for the log, on the wire (`error`) in debug mode only. Nil when the error has no other one below it.
  public var cause: GoString?
  /// The failures of a batch (`aggregated_error`), in the order of the batch.
  public var parts: [Part]

  public init(_ code: ErrorCode, _ message: GoString = "", cause: GoString? = nil, parts: [Part] = []) {
    self.code = code
    self.message = message
    self.cause = cause
    self.parts = parts
  }

  /// An error that is no application error: code -1 and no message (ENV-4).
  public static func unclassified(_ cause: GoString) -> NodeError {
    NodeError(.unclassified, "", cause: cause)
  }

  /// The whole text, outermost message first, as logs and task errors show it.
  public var text: GoString {
    guard let cause else { return message }
    return code == .unclassified && message.isEmpty ? cause : message + ": " + cause
  }

  /// This error inside another one: the message is the outer one's, the code that of the innermost application error (ENV-4).
  public func wrapped(in outer: ErrorCode, _ message: GoString) -> NodeError {
    NodeError(code == .unclassified ? outer : code, message, cause: text, parts: parts)
  }
}
