import GoWire
import ReferenceNode

/// Transport failures in the words of Go's client (PING-4, PING-6).
extension TransportError {
  /// Nothing listens there.
  public static func refused(_ call: HTTPCall) -> TransportError {
    let name = call.host.bytes.contains(UInt8(ascii: ":")) ? "[" + call.host + "]" : call.host
    return TransportError(.refused, "dial tcp " + name + GoString(":\(call.port): connect: connection refused"))
  }

  /// The peer reset the connection while its answer was awaited.
  public static func reset(local: GoString, remote: GoString) -> TransportError {
    TransportError(.reset, "read tcp " + local + "->" + remote + ": read: connection reset by peer")
  }

  /// The peer ended the connection before any answer.
  public static let endOfFile = TransportError(.endOfFile, "EOF")

  /// The call's own deadline passed before the head of the answer was there.
  public static let awaitingHeaders = TransportError(
    .timedOut, "context deadline exceeded (Client.Timeout exceeded while awaiting headers)")

  /// The caller gave up.
  public static let cancelledCall = TransportError(.cancelled, "context canceled")
}
