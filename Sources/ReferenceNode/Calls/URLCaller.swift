import GoWire
import NodeProtocol

/// Calls by URL, as Go's `http.Client` makes them: redirects, user and password in a URL, one deadline for all of it, Go's
/// error texts (PING-2, PING-4).
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

  /// As many requests as one call makes at most, redirects included.
  private static let requestLimit = 10
  /// Bytes of an answer that are read at most.
  private static let answerLimit = 1 << 20

  /// - Parameters:
  ///   - fields: sent with every request, `Authorization` only as long as the host stays the same.
  ///   - timeout: for the call as a whole.
  func call(
    _ method: GoString, _ url: GoURL, fields: HTTPFields, timeout: Span
  ) async throws(Failure) -> Answer {
    let deadline = clock.uptime + timeout
    let verb = Self.capitalised(method)
    var method = method
    var url = url
    if url.host.bytes.last == UInt8(ascii: ":") { url.host.bytes.removeLast() }
    let firstHost = url.hostname
    var isTrusted = true
    var referrer: GoString?
    var requests = 0
    while true {
      var sent = fields
      if !isTrusted { sent.remove(HeaderName.authorization) }
      if let referrer { sent.set("Referer", referrer) }
      let reply = try await send(method, url, fields: sent, verb: verb, deadline: deadline)
      requests += 1
      guard [301, 302, 303, 307, 308].contains(reply.status), let location = reply.fields.first("Location"),
        !location.isEmpty
      else {
        return Answer(status: reply.status, body: try await Self.read(reply.body))
      }
      await Self.skim(reply.body)
      let next: GoURL
      do throws(GoURLError) {
        next = url.resolving(try GoURL(location))
      } catch {
        let reason = "failed to parse Location header " + location.quoted + ": " + error.text
        throw Failure(
          text: Self.told(verb, Self.redacted(url), reason), reason: "the redirect leads nowhere", mayHaveArrived: true)
      }
      if reply.status < 304, method != "GET", method != "HEAD" { method = "GET" }
      guard requests < Self.requestLimit else {
        let reason: GoString = "stopped after \(Self.requestLimit) redirects"
        throw Failure(text: Self.told(verb, location, reason), reason: reason, mayHaveArrived: true)
      }
      referrer = Self.referrer(from: url, to: next)
      isTrusted = isTrusted && Self.isSameOrBelow(next.hostname, firstHost)
      url = next
    }
  }

  private func send(
    _ method: GoString, _ url: GoURL, fields: HTTPFields, verb: GoString, deadline: Uptime
  ) async throws(Failure) -> HTTPReply {
    func failure(_ reason: GoString, mayHaveArrived: Bool = false) -> Failure {
      Failure(text: Self.told(verb, Self.redacted(url), reason), reason: reason, mayHaveArrived: mayHaveArrived)
    }
    guard url.scheme == "http" || url.scheme == "https" else {
      throw failure("unsupported protocol scheme " + url.scheme.quoted)
    }
    guard !url.host.isEmpty else { throw failure("http: no Host in request URL") }
    let isTLS = url.scheme == "https"
    let port: UInt16
    if url.port.isEmpty {
      port = isTLS ? 443 : 80
    } else if let number = UInt16(url.port.text) {
      port = number
    } else {
      throw failure("dial tcp: address " + url.port + ": invalid port")
    }
    var fields = fields
    if let user = url.user, fields.first(HeaderName.authorization) == nil {
      let credentials = user.name + ":" + (user.password ?? "")
      fields.add(HeaderName.authorization, "Basic " + Base64.standard.encode(credentials.bytes))
    }
    let left = deadline - clock.uptime
    guard left > .zero else {
      throw failure("context deadline exceeded (Client.Timeout exceeded while awaiting headers)", mayHaveArrived: true)
    }
    do throws(TransportError) {
      return try await http.send(
        HTTPCall(
          method: method, isTLS: isTLS, host: url.hostname, port: port, authority: url.host,
          target: url.requestTarget, fields: fields, timeout: left))
    } catch {
      throw failure(error.text, mayHaveArrived: error.kind.mayHaveArrived)
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

  // MARK: Texts and rules of Go's client

  private static func told(_ verb: GoString, _ url: GoString, _ reason: GoString) -> GoString {
    verb + " " + url.quoted + ": " + reason
  }

  private static func capitalised(_ method: GoString) -> GoString {
    GoString(method.bytes.prefix(1) + method.asciiLowercased.bytes.dropFirst())
  }

  /// The URL without a password.
  private static func redacted(_ url: GoURL) -> GoString {
    guard let user = url.user, user.password != nil else { return url.text }
    var bare = url
    bare.user = nil
    let text = bare.text
    guard text.hasPrefix(url.scheme + "://") else { return text }
    return url.scheme + "://" + user.name + ":***@" + GoString(text.bytes.dropFirst(url.scheme.count + 3))
  }

  private static func referrer(from last: GoURL, to next: GoURL) -> GoString? {
    if last.scheme == "https", next.scheme == "http" { return nil }
    var bare = last
    bare.user = nil
    return bare.text
  }

  /// Whether a host is another one or below it, so that it may be told the same secrets.
  private static func isSameOrBelow(_ host: GoString, _ parent: GoString) -> Bool {
    host == parent || (!parent.isEmpty && !host.bytes.contains(UInt8(ascii: ":")) && host.hasSuffix("." + parent))
  }
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
