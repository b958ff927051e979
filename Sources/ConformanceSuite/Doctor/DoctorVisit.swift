import GoWire
import LiveWorld
import NodeProtocol
import ReferenceNode

/// What a doctor is to look at.
public struct DoctorOptions: Sendable {
  public var url: GoString
  public var secret: GoString
  /// The site URL that the slave is told; nil, or one with port 0, for the doctor itself.
  public var site: GoString?
  /// Sign by the clock that the site shows, not by this machine's.
  public var usesMasterClock = false
  /// Seconds a master waits for an answer (PING-1).
  public var patience = 10.0
  /// For tests: names that are not looked up, and authorities in place of the system's.
  public var names = HostNames.system
  public var authorities: GoString?

  public init(url: GoString, secret: GoString) {
    self.url = url
    self.secret = secret
  }
}

/// Tries what a master's node test tries, and what tells its failures apart.
///
/// Used by one thread, which waits for its requests; they run on a live world of their own.
public final class DoctorVisit {
  private let options: DoctorOptions
  private let live: LiveWorld
  private let master = DoctorMaster()
  private var seen = DoctorObservations()
  private var base = GoURL()
  /// What the master's clock shows, minus what ours does.
  private var clockOffset: Int64 = 0

  private static let pingPath: GoString = "/api/v4/slave/ping"
  /// No slave has a task of this number, so that asking for it changes nothing.
  private static let queryPath: GoString = "/api/v4/slave/task/0"
  /// What a doctor says of its version when it knows no other.
  private static let version: GoString = "4.14.0"

  /// Looks at a node.
  /// - Throws: when the visit cannot be finished: no port to listen on, a site that shows no clock.
  public static func observe(_ options: DoctorOptions) throws(SuiteError) -> DoctorObservations {
    let visit = DoctorVisit(options)
    visit.live.start()
    defer {
      visit.live.stopNow()
      visit.live.join()
    }
    try visit.run()
    return visit.seen
  }

  private init(_ options: DoctorOptions) {
    self.options = options
    live = LiveWorld(
      folder: "/nonexistent", log: LiveLog(level: .error), names: options.names, authorities: options.authorities,
      poolThreads: 1)
    seen.url = options.url
    seen.patience = options.patience
    seen.secretLength = options.secret.bytes.count
    seen.secretIsSurrounded = DoctorVisit.trimmed(options.secret) != options.secret
  }

  private func run() throws(SuiteError) {
    if let site = options.site, !DoctorVisit.isOwn(site) { askSite(site) }
    if options.usesMasterClock { try takeMasterClock() }
    guard let endpoint = readURL() else { return }
    let addresses = DoctorConnection.addresses(of: endpoint.host.text, options.names)
    seen.addresses = addresses
    guard !addresses.isEmpty else {
      seen.ping = send(pingCall(), seconds: options.patience)
      return
    }
    let connection = DoctorConnection.connect(to: addresses, port: endpoint.port, seconds: options.patience)
    seen.connection = connection
    guard case .connected(_, let own) = connection else {
      // What a master would read of it; a second wait brings nothing new.
      if case .timedOut = connection { return }
      seen.ping = send(pingCall(), seconds: options.patience)
      return
    }
    try chooseSite(own)
    ping(endpoint)
  }

  // MARK: Before the node

  private func readURL() -> NodeCall.Endpoint? {
    do {
      base = try GoURL(options.url)
    } catch {
      seen.urlReading = .unreadable(error.text)
      return nil
    }
    let call = pingCall()
    seen.pingURL = call.url.text
    seen.subPath = base.path == "/" ? "" : base.path
    do throws(CallFailure) {
      let endpoint = try call.endpoint()
      seen.isTLS = endpoint.isTLS
      return endpoint
    } catch {
      let isScheme = base.scheme != "http" && base.scheme != "https"
      seen.urlReading = isScheme ? .scheme(error.text) : .noHost(error.text)
      return nil
    }
  }

  /// The site's own ping, as the slave will ask for it.
  private func askSite(_ site: GoString) {
    let headers = Caller.slave(nodeID: nil).headers(version: DoctorVisit.version, correlationID: .zero)
    guard let call = try? NodeCall.sitePing(callback: site, headers: headers) else { return }
    seen.site = send(call, seconds: options.patience)
  }

  /// The site's clock from the header Date of its answer, in whole seconds (RFC 9110, 6.6.1).
  private func takeMasterClock() throws(SuiteError) {
    let now = unixNow
    guard let site = seen.site, let date = site.header("Date").flatMap({ DoctorDate.unixSeconds($0.text) }) else {
      let reason = seen.site?.failure.map { ": \($0.text)" } ?? ", or no header Date"
      throw .unfinished("the site shows no clock: \(options.site ?? "none") gives no answer\(reason)")
    }
    clockOffset = date - now
  }

  private func chooseSite(_ own: String) throws(SuiteError) {
    if let site = options.site, !DoctorVisit.isOwn(site) {
      seen.siteURL = site
      return
    }
    seen.playsMaster = true
    let host = options.site.flatMap { try? GoURL($0).hostname.text } ?? own
    let bracketed = host.contains(":") ? "[\(host)]" : host
    do throws(ListenError) {
      let server = try live.serve(master, on: .tcp(GoString("\(bracketed):0")))
      seen.siteURL = GoString("http://\(bracketed):\(server.port)")
    } catch {
      throw .unfinished("no port to be called back at: \(error.text); give --site")
    }
  }

  /// Whether a site is the doctor's to be: no other has the port 0.
  private static func isOwn(_ site: GoString) -> Bool {
    guard let url = try? GoURL(site) else { return false }
    return url.port == "0" && url.scheme == "http"
  }

  // MARK: The node

  private func ping(_ endpoint: NodeCall.Endpoint) {
    let ping = send(pingCall(), seconds: options.patience + 3)
    seen.ping = ping
    noteMaster()
    let short = min(options.patience, 5)
    guard ping.failure == nil else {
      if case .timedOut? = ping.failure?.kind { seen.query = send(queryCall(), seconds: short) }
      if ping.failure?.kind != .timedOut, !seen.isTLS { seen.speaksTLS = speaksTLS(endpoint) }
      // What hangs up on a handshake may still be asked in plain words.
      if seen.isTLS, let kind = ping.failure?.kind, kind == .endOfFile || kind == .reset {
        seen.speaksPlain = call(endpoint, scheme: "http").status != nil
      }
      if seen.query?.envelope != nil { seen.clockDifference = clockDifference(seen.query) }
      return
    }
    guard ping.envelope != nil || ping.status == 500 else {
      if ping.status == 400, !seen.isTLS { seen.speaksTLS = speaksTLS(endpoint) }
      if ping.status == 404 {
        seen.masterThere = send(
          NodeCall(method: "GET", url: url("/api/v4/site/ping"), headers: [agent]), seconds: short)
      }
      return
    }
    if ping.envelope?.code == .signatureExpired {
      seen.lastingPing = send(pingCall(expires: 0), seconds: options.patience + 3)
      noteMaster()
    }
    seen.query = send(queryCall(), seconds: short)
    if seen.judgedPing?.envelope?.code == .invalidSignature {
      let trimmed = DoctorVisit.trimmed(options.secret)
      if trimmed != options.secret {
        seen.trimmedPing = send(pingCall(secret: trimmed, expires: 0), seconds: options.patience + 3)
      }
      seen.barePing = send(pingCall(isBare: true, expires: 0), seconds: options.patience + 3)
    }
    seen.clockDifference = clockDifference(ping)
    noteMaster()
  }

  private func noteMaster() {
    seen.wasCalledBack = master.wasCalled
    if let version = master.slaveVersion { seen.slaveVersion = version }
    // `Master: 4.14.0, Slave: 4.0.0` says it too (PING-5).
    if let envelope = seen.judgedPing?.envelope {
      if envelope.code == .versionMismatch, let found = envelope.message.text.split(separator: ", Slave: ").last {
        seen.slaveVersion = GoString(String(found))
      } else if envelope.code == .success, let version = seen.masterVersion {
        seen.slaveVersion = seen.slaveVersion ?? version
      }
    }
  }

  private func speaksTLS(_ endpoint: NodeCall.Endpoint) -> Bool {
    // Whatever it thinks of the certificate.
    call(endpoint, scheme: "https").failure.map { $0.kind == .tls && $0.text.text.contains("x509") } ?? true
  }

  /// Something harmless at the same port by another scheme.
  private func call(_ endpoint: NodeCall.Endpoint, scheme: GoString) -> DoctorObservations.Exchange {
    var target = base
    target.scheme = scheme
    let host = endpoint.host.text.contains(":") ? "[\(endpoint.host)]" : endpoint.host.text
    target.host = GoString("\(host):\(endpoint.port)")
    return send(NodeCall(method: "GET", url: target, headers: [agent]), seconds: min(options.patience, 5))
  }

  // MARK: Clock

  /// The slave's clock by its own judgement: an expiry in its past is refused before the key is looked at (SIGN-2), so that the
  /// earliest expiry it takes is its now. About a dozen requests, a few when its header Date is right.
  private func clockDifference(_ sample: DoctorObservations.Exchange?) -> Int64? {
    let guess = sample?.header("Date").flatMap { DoctorDate.unixSeconds($0.text) } ?? masterNow
    var low: Int64
    var high: Int64
    guard let isPast = isPast(guess) else { return nil }
    (low, high) = (guess, guess)
    var step: Int64 = 2
    // `low` is in its past, `high` is not.
    for _ in 0..<42 {
      guard let found = self.isPast(isPast ? high + step : low - step) else { return nil }
      if isPast {
        (low, high) = found ? (high + step, high + step) : (high, high + step)
      } else {
        (low, high) = found ? (low - step, low) : (low - step, low - step)
      }
      if found != isPast { break }
      step *= 2
    }
    guard low < high else { return nil }
    while high - low > 1 {
      let middle = low + (high - low) / 2
      guard let found = self.isPast(middle) else { return nil }
      if found { low = middle } else { high = middle }
    }
    return high - masterNow
  }

  private func isPast(_ expires: Int64) -> Bool? {
    let call = pingCall(secret: options.secret, expires: expires, isSpoiled: true)
    switch send(call, seconds: min(options.patience, 5)).envelope?.code {
    case .signatureExpired: return true
    case .invalidSignature: return false
    default: return nil
    }
  }

  // MARK: Requests

  private var unixNow: Int64 { HostClock.unixSeconds }
  private var masterNow: Int64 { unixNow + clockOffset }

  private var agent: HeaderField {
    HeaderField(HeaderName.userAgent, HeaderValue.userAgent(version: seen.masterVersion ?? DoctorVisit.version))
  }

  private func url(_ path: GoString) -> GoURL {
    var reference = GoURL()
    reference.path = path
    return base.resolving(reference)
  }

  private func builder(_ secret: GoString) -> CallBuilder {
    CallBuilder(base: base, key: SigningKey(secret), profile: .cloudreve414)
  }

  /// A ping (PING-1). One that is spoiled has an expiry and no valid signature: no slave does anything for it.
  private func pingCall(
    secret: GoString? = nil, isBare: Bool = false, expires: Int64? = nil, isSpoiled: Bool = false
  ) -> NodeCall {
    let version = seen.masterVersion ?? DoctorVisit.version
    let headers =
      isBare
      ? [agent]
      : Caller.master(siteURL: seen.siteURL, siteID: "nodelab-doctor", nodeID: 0)
        .headers(version: version, correlationID: .zero)
    let body: JSONValue = ["callback": .string(seen.siteURL.text)]
    let expires = expires ?? masterNow + DoctorDiagnosis.shortestLife
    var call = builder(secret ?? options.secret).call(
      "POST", DoctorVisit.pingPath, headers: headers + [HeaderField(HeaderName.contentType, "application/json")],
      body: GoJSON.write(body), expires: expires)
    if isSpoiled {
      call.headers.removeAll { $0.name == HeaderName.authorization }
      call.headers.append(HeaderField(HeaderName.authorization, GoString("Bearer Cr spoiled:\(expires)")))
    }
    return call
  }

  private func queryCall() -> NodeCall {
    builder(options.secret).call(
      "GET", DoctorVisit.queryPath, headers: [agent, HeaderField(HeaderName.correlationID, CorrelationID.zero.text)],
      expires: 0)
  }

  /// One exchange with its whole answer; redirects are not followed, as a master does not follow them.
  private func send(_ call: NodeCall, seconds: Double) -> DoctorObservations.Exchange {
    let start = HostClock.uptime
    let outcome = live.wait { world -> DoctorObservations.Exchange.Outcome in
      await DoctorVisit.exchange(call, Span(nanoseconds: Int64(seconds * 1_000_000_000)), world.http)
    }
    var exchange = DoctorObservations.Exchange(outcome, seconds: Double(HostClock.uptime - start) / 1_000_000_000)
    if let failure = exchange.failure { exchange.failureText = call.failure(failure.text).text }
    return exchange
  }

  private static func exchange(
    _ call: NodeCall, _ timeout: Span, _ http: any HTTPClient
  ) async -> DoctorObservations.Exchange.Outcome {
    let endpoint: NodeCall.Endpoint
    do throws(CallFailure) {
      endpoint = try call.endpoint()
    } catch {
      return .failure(TransportError(.other, error.text))
    }
    let reply: HTTPReply
    do throws(TransportError) {
      reply = try await http.send(
        HTTPCall(
          method: call.method, isTLS: endpoint.isTLS, host: endpoint.host, port: endpoint.port,
          authority: endpoint.authority, target: endpoint.target,
          fields: HTTPFields(call.headersToSend.map { .init($0.name, $0.value) }),
          body: call.body.isEmpty ? .empty : .bytes(call.body), timeout: timeout))
    } catch {
      return .failure(error)
    }
    var bytes: [UInt8] = []
    do throws(HTTPBodyError) {
      // An envelope is short; a page may be cut.
      while bytes.count < 1 << 20, let piece = try await reply.body.next() { bytes += piece }
    } catch {
      return .failure(TransportError(error == .timedOut ? .timedOut : .endOfFile, "unexpected EOF"))
    }
    return .answer(status: reply.status, fields: reply.fields, body: bytes)
  }

  /// A secret without blanks and quotation marks around it.
  static func trimmed(_ secret: GoString) -> GoString {
    let around = Array(" \t\r\n\"'".utf8)
    let tail = secret.bytes.drop { around.contains($0) }.reversed()
    return GoString(tail.drop { around.contains($0) }.reversed())
  }
}
