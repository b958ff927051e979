import GoWire
import NodeProtocol

/// Makes calls as Go's `http.Client` does: redirects followed, one deadline for all of it, Go's error texts (PING-2, PING-4).
struct URLCaller: Sendable {
  let http: any HTTPClient
  let clock: any NodeClock

  /// An answer with its whole body.
  struct Answer: Sendable {
    var status: Int
    var body: [UInt8]
  }

  /// Why there is no answer.
  struct Failure: Error {
    /// `Get "<url>": <reason>`, or the reason alone when the body broke off.
    var text: GoString
    /// Without the URL, which may hold a secret.
    var reason: GoString
    /// Whether the request may have reached the other side.
    var mayHaveArrived: Bool
  }

  /// Bytes of an answer that are read at most.
  private static let answerLimit = 1 << 20

  /// - Parameters:
  ///   - call: without a body, so that it can be redirected.
  ///   - timeout: for the call as a whole.
  func send(_ call: NodeCall, timeout: Span) async throws(Failure) -> Answer {
    let deadline = clock.uptime + timeout
    var call = call
    var made = 0
    while true {
      let reply = try await exchange(call, deadline: deadline)
      made += 1
      let next: NodeCall?
      do throws(CallFailure) {
        next = try call.following(status: reply.status, location: reply.fields.first("Location"), made: made)
      } catch {
        throw Failure(text: error.text, reason: "redirects lead nowhere", mayHaveArrived: true)
      }
      guard let next else {
        return Answer(status: reply.status, body: try await Self.read(reply.body))
      }
      await Self.skim(reply.body)
      call = next
    }
  }

  private func exchange(_ call: NodeCall, deadline: Uptime) async throws(Failure) -> HTTPReply {
    let endpoint: NodeCall.Endpoint
    do throws(CallFailure) {
      endpoint = try call.endpoint()
    } catch {
      throw Failure(text: error.text, reason: "no transport for this URL", mayHaveArrived: false)
    }
    do throws(TransportError) {
      let left = deadline - clock.uptime
      guard left > .zero else { throw .timedOut }
      return try await http.send(
        HTTPCall(
          method: call.method, isTLS: endpoint.isTLS, host: endpoint.host, port: endpoint.port,
          authority: endpoint.authority, target: endpoint.target,
          fields: HTTPFields(call.headersToSend.map { .init($0.name, $0.value) }), timeout: left))
    } catch {
      throw Failure(
        text: call.failure(error.text).text, reason: error.text, mayHaveArrived: error.kind.mayHaveArrived)
    }
  }

  private static func read(_ body: any HTTPBody) async throws(Failure) -> [UInt8] {
    var bytes: [UInt8] = []
    var reason: GoString
    do throws(HTTPBodyError) {
      while true {
        guard let piece = try await body.next() else { return bytes }
        bytes += piece
        guard bytes.count <= answerLimit else { break }
      }
      reason = "the answer is longer than \(answerLimit) bytes"
    } catch {
      reason = error.text
    }
    throw Failure(text: reason, reason: reason, mayHaveArrived: true)
  }

  /// Reads the small body of a redirect, so that its connection can be used again.
  private static func skim(_ body: any HTTPBody) async {
    var count = 0
    while count < 2048, let piece = try? await body.next() { count += piece.count }
  }
}

extension TransportError {
  fileprivate static let timedOut = TransportError(
    .timedOut, "context deadline exceeded (Client.Timeout exceeded while awaiting headers)")
}

extension TransportError.Kind {
  /// Whether the other side may have seen the request all the same.
  var mayHaveArrived: Bool {
    switch self {
    case .refused, .nameNotFound, .unreachable, .tls: false
    case .reset, .endOfFile, .timedOut, .malformedAnswer, .cancelled, .other: true
    }
  }
}

extension HTTPBodyError {
  /// What Go's client says when an answer's body cannot be read to its end.
  var text: GoString {
    switch self {
    case .endedEarly, .sourceFailed: "unexpected EOF"
    case .timedOut: "context deadline exceeded (Client.Timeout or context cancellation while reading body)"
    case .cancelled: "context canceled"
    }
  }
}
