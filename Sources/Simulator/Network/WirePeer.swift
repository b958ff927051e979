import GoWire
import ReferenceNode

/// Where a server's connection gets the client's bytes from.
protocol WireSource: AnyObject, Sendable {
  /// Whether the client has gone.
  var isGone: Bool { get }
  /// Whether the client has gone and the server has seen it.
  var isSeenGone: Bool { get }
  /// Called once when the client goes.
  var onGone: (() -> Void)? { get set }
  /// Up to `limit` bytes; waits for the first. Nil when the client has gone, keeps silent and `waits` is false, or took too long.
  func next(_ limit: Int, waits: Bool, _ who: String, for what: @escaping () -> String) async -> ArraySlice<UInt8>?
  /// Puts back what was read too far.
  func unread(_ bytes: ArraySlice<UInt8>)
  /// The connection is over.
  func leave()
  /// What the server waits for from now on.
  func expect(_ part: WirePart)
}

/// A part of a conversation that has a deadline of its own.
enum WirePart {
  /// The first line of the first or a later request.
  case request(isFirst: Bool)
  /// The rest of a head whose first line has come.
  case head
  case body
  /// Nothing: the node has its turn.
  case nothing
}

/// Where a server's connection puts its answers.
protocol WireSink: AnyObject, Sendable {
  /// `100 Continue`.
  func interim()
  /// The answer to what is no request.
  func refuse(_ refusal: HTTPRefusal) async
  /// The head of an answer.
  func begin(_ response: WireResponse, wasContinued: Bool) async
  /// A piece of its body; false when the client has gone.
  func deliver(_ bytes: ArraySlice<UInt8>) async -> Bool
  /// The answer is over; `isComplete` when its body came to the announced end.
  func finish(isComplete: Bool)
  /// The request is over too: whether the connection ends here, and how much of its body was thrown away.
  func settle(closes: Bool, drained: Int)
}
