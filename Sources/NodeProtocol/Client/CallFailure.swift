import GoWire

/// Why a call to another node did not succeed (ENV-6).
public enum CallFailure: Error, Hashable, Sendable {
  /// No answer: the transport's whole text, `Post "http://…": dial tcp …`.
  case transport(GoString)
  /// An answer with another HTTP status than 200.
  case status(Int)
  /// A body that is no envelope.
  case unreadable(GoString)
  /// An envelope with another code than 0.
  case refused(Envelope)

  /// What upstream shows of it.
  public var text: GoString {
    switch self {
    case .transport(let text), .unreadable(let text): text
    case .status(let status): GoString("Remote returns unexpected status code: \(status)")
    case .refused(let envelope):
      envelope.error.isEmpty ? envelope.message : envelope.message + ": " + envelope.error
    }
  }

  /// The error as a node's own: the code and message of the envelope that refused, else no application error (ENV-4).
  public var nodeError: NodeError {
    switch self {
    case .transport, .status, .unreadable: .unclassified(text)
    case .refused(let envelope):
      NodeError(
        envelope.code, envelope.message, cause: envelope.error.isEmpty ? nil : envelope.error,
        parts: envelope.aggregatedError)
    }
  }

  /// A transport's failure as Go's client tells it: `Get "http://…": <text>` (PING-4, PING-6).
  /// - Parameter url: as sent; a password in it is not shown.
  public static func transport(method: GoString, url: GoString, _ text: GoString) -> CallFailure {
    let verb = GoString(method.bytes.prefix(1) + method.asciiLowercased.bytes.dropFirst())
    return .transport(verb + " " + url.quoted + ": " + text)
  }
}
