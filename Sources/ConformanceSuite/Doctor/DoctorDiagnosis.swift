import GoWire
import NodeProtocol
import ReferenceNode

/// From what was seen to what is wrong: a table without a wait or a socket in it.
public struct DoctorDiagnosis: Sendable {
  /// A cause, and what of it is special here.
  public struct Finding: Hashable, Sendable {
    public var cause: DoctorCause
    public var detail: String

    /// Step, cause, the FAQ's name and what to change, in one line.
    public var line: String {
      let special = detail.isEmpty ? "" : " (\(detail))"
      let faq = cause.faq.map { "; the FAQ has it as `\($0)`" } ?? ""
      return "\(cause.step.rawValue) failed: \(cause.text)\(special)\(faq). To do: \(cause.change)."
    }
  }

  public struct StepResult: Hashable, Sendable {
    public var step: DoctorStep
    public var state: DoctorStep.State
    public var detail: String
  }

  /// Every step, in order.
  public private(set) var steps: [StepResult]
  /// The causes of the steps that failed, in order.
  public private(set) var findings: [Finding] = []
  /// What is no fault and worth knowing.
  public private(set) var notes: [String] = []
  /// What the master's administrator reads; empty when the test succeeds.
  public let masterSays: String
  public let clockDifference: Int64?
  public let slaveVersion: String?
  public let masterVersion: String?

  public var isHealthy: Bool { findings.isEmpty }

  /// Seconds of difference from which a signature of the shortest life fails (SIGN-6).
  static let shortestLife: Int64 = 60

  public init(_ seen: DoctorObservations) {
    steps = DoctorStep.allCases.map { StepResult(step: $0, state: .notTried, detail: "") }
    masterSays = DoctorDiagnosis.masterSays(seen)
    clockDifference = seen.clockDifference
    slaveVersion = seen.slaveVersion?.text
    masterVersion = seen.masterVersion?.text
    if reachesHTTP(seen), reachesRoute(seen) {
      judgeSignature(seen)
      judgeClock(seen)
      judgeAgreement(seen)
    }
    note(seen)
  }

  // MARK: Steps

  private mutating func ok(_ step: DoctorStep, _ detail: String = "") { set(step, .ok, detail) }

  private mutating func set(_ step: DoctorStep, _ state: DoctorStep.State, _ detail: String) {
    guard let index = steps.firstIndex(where: { $0.step == step }) else { return }
    steps[index].state = state
    steps[index].detail = detail
  }

  private mutating func fail(_ cause: DoctorCause, _ detail: String = "") {
    findings.append(Finding(cause: cause, detail: detail))
    set(cause.step, .failed, detail.isEmpty ? cause.text : detail)
  }

  private mutating func reachesHTTP(_ seen: DoctorObservations) -> Bool {
    switch seen.urlReading {
    case .good: ok(.url)
    case .unreadable(let text), .scheme(let text):
      let isAlmost = (try? GoURL("http://" + seen.url)).map { !$0.hostname.isEmpty } ?? false
      let hasScheme = seen.url.text.contains("://")
      fail(
        isAlmost && !hasScheme ? .urlWithoutScheme : seen.url.isEmpty ? .urlWithoutScheme : .urlUnreadable, text.text)
      return false
    case .noHost(let text):
      fail(.urlWithoutHost, text.text)
      return false
    }
    guard let addresses = seen.addresses else { return false }
    guard !addresses.isEmpty else {
      fail(.unknownHost)
      return false
    }
    ok(.name, addresses.joined(separator: ", "))
    switch seen.connection {
    case nil: return false
    case .connected(let peer, _): ok(.connect, peer)
    case .refused(let place):
      fail(.connectionRefused, place)
      return false
    case .timedOut(let place):
      fail(.connectionTimedOut, place)
      return false
    case .failed(let text):
      fail(.unreachable, text)
      return false
    }
    return answersHTTP(seen)
  }

  private mutating func answersHTTP(_ seen: DoctorObservations) -> Bool {
    guard let ping = seen.ping else { return false }
    if !seen.isTLS { set(.tls, .notTried, "plain HTTP") }
    guard let failure = ping.failure else {
      if seen.isTLS { ok(.tls) }
      let plainToTLS = ping.status == 400 && (seen.speaksTLS || DoctorDiagnosis.blamesPlainHTTP(ping.body))
      if plainToTLS {
        fail(.tlsThere)
      } else {
        ok(.http, "HTTP \(ping.status ?? 0)")
      }
      return !plainToTLS
    }
    let text = failure.text.text
    if failure.kind == .tls || seen.speaksPlain {
      fail(seen.speaksPlain ? .plainThere : DoctorDiagnosis.tlsCause(text), text)
      return false
    }
    if seen.isTLS { ok(.tls) }
    switch failure.kind {
    case _ where !seen.isTLS && seen.speaksTLS: fail(.tlsThere)
    case .timedOut where seen.query?.envelope != nil:
      // The slave itself answers: it waits for its master.
      ok(.http, "HTTP \(seen.query?.status ?? 0)")
      ok(.route)
      judgeQuerySignature(seen)
      judgeClock(seen)
      fail(.siteTimedOut, seen.siteURL.text)
      return false
    case .timedOut: fail(.silentServer)
    case .malformedAnswer: fail(.noHTTP, text)
    case .refused: fail(.connectionRefused, text)
    case .nameNotFound: fail(.unknownHost, text)
    case .unreachable: fail(.unreachable, text)
    default: fail(.closedWithoutAnswer, text)
    }
    return false
  }

  private static func tlsCause(_ text: String) -> DoctorCause {
    if text.contains("HTTP response to HTTPS") { return .plainThere }
    if text.contains("expired") { return .certificateExpired }
    if text.contains("not valid for any names") { return .certificateOfOtherHost }
    if text.contains("unknown authority") { return .certificateUntrusted }
    if text.contains("does not look like a TLS") { return .noTLS }
    return .tlsFailed
  }

  /// What Go's server, nginx and Apache tell a client that speaks plain HTTP to their TLS port.
  private static func blamesPlainHTTP(_ body: [UInt8]) -> Bool {
    let text = GoString(body.prefix(4096)).text
    return [
      "HTTP request to an HTTPS server", "plain HTTP request was sent to HTTPS port",
      "speaking plain HTTP to an SSL-enabled",
    ]
    .contains { text.contains($0) }
  }

  // MARK: Route

  private mutating func reachesRoute(_ seen: DoctorObservations) -> Bool {
    guard let ping = seen.ping, let status = ping.status else { return false }
    // A ping crashes upstream's slave when what answers at the site tells no version (QUIRK-11).
    if status == 500, ping.body.isEmpty, seen.query?.envelope != nil {
      ok(.route)
      judgeQuerySignature(seen)
      judgeClock(seen)
      fail(.siteNoVersion, seen.siteURL.text)
      return false
    }
    let detail = "status code: \(status)"
    switch status {
    case 200:
      if ping.envelope != nil {
        ok(.route)
        return true
      }
      let isPage = ping.body.first { $0 > 0x20 } == UInt8(ascii: "<")
      let what = (try? Envelope(reading: ping.body, requiresCode: true)) == nil ? unreadable(ping.body) : ""
      fail(isPage ? .page : .notAnEnvelope, what)
    case 301, 302, 303, 307, 308:
      let location = ping.header("Location")?.text ?? ""
      fail(
        DoctorDiagnosis.redirectCause(seen.pingURL.text, location),
        location.isEmpty ? detail : "\(detail), to \(location)")
    case 401, 407: fail(.accessControl, detail)
    case 403, 406, 418, 429, 444, 451: fail(.firewall, detail)
    case 500, 502...504, 520...530: fail(.gateway, detail)
    default: fail(isMaster(seen) ? .isMaster : .notASlave, detail)
    }
    return false
  }

  private func unreadable(_ body: [UInt8]) -> String {
    do throws(CallFailure) {
      _ = try Envelope(reading: body, requiresCode: true)
      return ""
    } catch {
      return error.text.text
    }
  }

  private func isMaster(_ seen: DoctorObservations) -> Bool {
    guard let envelope = seen.masterThere?.envelope, envelope.code == .success, case .text = envelope.data else {
      return false
    }
    return true
  }

  private static func redirectCause(_ from: String, _ location: String) -> DoctorCause {
    let target = location.lowercased()
    if ["login", "signin", "sign-in", "/auth", "sso", "portal", "oauth"].contains(where: { target.contains($0) }) {
      return .redirectToLogin
    }
    return from.hasPrefix("http://") && target.hasPrefix("https://") ? .redirectToTLS : .redirect
  }

  // MARK: Signature and clock

  private mutating func judgeSignature(_ seen: DoctorObservations) {
    guard let ping = seen.judgedPing, let envelope = ping.envelope else { return }
    switch envelope.code {
    case .invalidSignature: fail(invalidity(seen), length(seen))
    case .signatureExpired: set(.signature, .notTried, "expired before it was judged")
    case .noPermission where envelope.message == "authorization header is missing": fail(.authorizationDropped)
    case .noPermission where envelope.message == "expire timestamp is missing": fail(.authorizationEmptied)
    case .success, .slavePingMaster, .versionMismatch: judgeQuerySignature(seen)
    case .parameterError where envelope.message == "Failed to parse callback url": judgeQuerySignature(seen)
    default: fail(.slaveError, CallFailure.refused(envelope).text.text)
    }
  }

  /// The ping's signature is not valid: whose fault is it?
  private func invalidity(_ seen: DoctorObservations) -> DoctorCause {
    if seen.trimmedPing?.isSigned == true { return .secretSurrounded }
    if seen.barePing?.isSigned == true { return .headersChanged }
    return seen.query?.isSigned == true ? .requestChanged : .wrongSecret
  }

  private func length(_ seen: DoctorObservations) -> String {
    seen.secretLength == 64 ? "" : "it has \(seen.secretLength) characters, and Cloudreve's own have 64"
  }

  private mutating func judgeQuerySignature(_ seen: DoctorObservations) {
    guard let query = seen.query, query.isSigned == false, let envelope = query.envelope else {
      ok(.signature)
      return
    }
    fail(envelope.message == "expire timestamp is missing" ? .queryDropped : .queryChanged)
  }

  private mutating func judgeClock(_ seen: DoctorObservations) {
    guard let difference = seen.clockDifference else {
      if seen.ping?.envelope?.code == .signatureExpired { fail(.slaveAhead) }
      return
    }
    let words = DoctorDiagnosis.words(difference)
    if difference > Self.shortestLife {
      fail(.slaveAhead, words)
    } else if difference < -Self.shortestLife {
      fail(.slaveBehind, words)
    } else {
      ok(.clock, words)
      if abs(difference) > 5 { notes.append("\(words): signatures that live for 60 seconds have less left") }
    }
  }

  private static func words(_ difference: Int64) -> String {
    let size = abs(difference)
    let amount =
      size < 300 ? "\(size) s" : size < 7200 ? "\(size) s, \(size / 60) minutes" : "\(size) s, \(size / 3600) hours"
    // Whole seconds and the way there and back leave this much open.
    return size <= 2 ? "less than 3 s apart" : "the slave is \(amount) \(difference > 0 ? "ahead" : "behind")"
  }

  // MARK: Version and ping-back

  private mutating func judgeAgreement(_ seen: DoctorObservations) {
    guard let envelope = seen.judgedPing?.envelope else { return }
    let text = envelope.message.text
    switch envelope.code {
    case .success:
      let version = seen.slaveVersion.map { "the slave is \($0)" } ?? ""
      if seen.playsMaster {
        set(.version, .notTried, (version.isEmpty ? "" : "\(version); ") + "--site compares it with your master's")
      } else {
        ok(.version, seen.masterVersion.map { "both \($0)" } ?? version)
      }
      ok(.pingBack, seen.siteURL.text)
    case .versionMismatch:
      fail(.versionsDiffer, text)
      ok(.pingBack, seen.siteURL.text)
    case .slavePingMaster: fail(DoctorDiagnosis.pingBackCause(text), place(seen, text))
    case .parameterError where text == "Failed to parse callback url": fail(.siteWithoutScheme, seen.siteURL.text)
    default: break
    }
  }

  static func pingBackCause(_ text: String) -> DoctorCause {
    let table: [(String, DoctorCause)] = [
      ("unsupported protocol scheme", .siteWithoutScheme), ("no Host in request URL", .siteWithoutScheme),
      ("no such host", .siteUnknownHost), ("server misbehaving", .siteUnknownHost),
      ("connection refused", .siteRefused), ("deadline exceeded", .siteTimedOut), ("i/o timeout", .siteTimedOut),
      ("connection timed out", .siteTimedOut), ("HTTP response to HTTPS", .sitePlain), ("x509", .siteCertificate),
      ("tls:", .siteCertificate), ("stopped after 10 redirects", .siteRedirects),
      ("invalid character '<'", .sitePage), ("unexpected end of JSON input", .siteEmpty),
      ("without its version", .siteNoVersion), ("instead of its version", .siteNoVersion), ("EOF", .siteUnreachable),
      ("no route to host", .siteUnreachable), ("network is unreachable", .siteUnreachable),
      ("reset by peer", .siteUnreachable),
    ]
    return table.first { text.contains($0.0) }?.1 ?? .siteOther
  }

  private func place(_ seen: DoctorObservations, _ text: String) -> String {
    guard !seen.playsMaster else { return "\(text); this machine played the master" }
    guard let site = seen.site else { return text }
    return site.envelope?.code == .success
      ? "\(text); from this machine the site answers" : "\(text); from this machine it does not answer either"
  }

  // MARK: Words

  private mutating func note(_ seen: DoctorObservations) {
    if !seen.subPath.isEmpty {
      notes.append(
        "the URL has the path \(seen.subPath): Cloudreve's calls leave it out, and the addresses of uploads keep it; a node "
          + "should have a host name or port of its own")
    }
    if seen.secretIsSurrounded { notes.append("blanks or quotation marks surround the secret, and they count") }
    if findings.isEmpty, seen.secretLength != 64 {
      notes.append("the secret has \(seen.secretLength) characters; Cloudreve's own have 64")
    }
  }

  /// What a master makes of the ping (PING-6).
  private static func masterSays(_ seen: DoctorObservations) -> String {
    switch seen.urlReading {
    case .unreadable: return "Failed to parse node URL"
    case .scheme(let text), .noHost(let text): return "Failed to connect to node: \(text)"
    case .good: break
    }
    let tooLate = "context deadline exceeded (Client.Timeout exceeded while awaiting headers)"
    let gaveUp = "Failed to connect to node: Post \"\(seen.pingURL)\": \(tooLate)"
    if case .timedOut = seen.connection { return gaveUp }
    guard let ping = seen.ping else { return "" }
    // It gives up when the slave may still wait for it.
    if ping.failure?.kind == .timedOut || (ping.failure == nil && ping.seconds >= seen.patience) { return gaveUp }
    if ping.failure != nil { return "Failed to connect to node: \(ping.failureText)" }
    do throws(CallFailure) {
      _ = try Envelope.ofSuccess(status: ping.status ?? 0, body: ping.body, requiresCode: false)
      return ""
    } catch {
      guard case .refused(let envelope) = error else { return "Failed to connect to node: \(error.text)" }
      return "Successfully connected to slave node, but slave returns: \(envelope.message)"
    }
  }
}
