/// Why a node test fails, and what to do about it: one line each, in plain words.
public enum DoctorCause: String, Hashable, Sendable, CaseIterable {
  // URL
  case urlUnreadable = "url-unreadable"
  case urlWithoutScheme = "url-without-scheme"
  case urlWithoutHost = "url-without-host"
  // Name and connection
  case unknownHost = "unknown-host"
  case connectionRefused = "connection-refused"
  case connectionTimedOut = "connection-timed-out"
  case unreachable
  // TLS
  case plainThere = "plain-http-there"
  case certificateExpired = "certificate-expired"
  case certificateOfOtherHost = "certificate-of-other-host"
  case certificateUntrusted = "certificate-untrusted"
  case noTLS = "no-tls-there"
  case tlsFailed = "tls-failed"
  // HTTP
  case tlsThere = "https-there"
  case closedWithoutAnswer = "closed-without-answer"
  case silentServer = "silent-server"
  case noHTTP = "no-http-there"
  // Route
  case isMaster = "is-a-master"
  case notASlave = "not-a-slave"
  case redirectToTLS = "redirect-to-https"
  case redirectToLogin = "redirect-to-login"
  case redirect
  case accessControl = "access-control"
  case firewall
  case gateway
  case page
  case notAnEnvelope = "not-an-envelope"
  // Signature
  case wrongSecret = "wrong-secret"
  case secretSurrounded = "secret-with-blanks"
  case authorizationDropped = "authorization-dropped"
  case authorizationEmptied = "authorization-emptied"
  case headersChanged = "headers-changed"
  case requestChanged = "request-changed"
  case queryDropped = "query-dropped"
  case queryChanged = "query-changed"
  case slaveError = "slave-error"
  // Clock
  case slaveAhead = "slave-clock-ahead"
  case slaveBehind = "slave-clock-behind"
  // Version
  case versionsDiffer = "versions-differ"
  // Ping-back
  case siteWithoutScheme = "site-without-scheme"
  case siteUnknownHost = "site-unknown-host"
  case siteRefused = "site-refused"
  case siteTimedOut = "site-timed-out"
  case siteUnreachable = "site-unreachable"
  case sitePage = "site-page"
  case siteCertificate = "site-certificate"
  case sitePlain = "site-plain-http"
  case siteRedirects = "site-redirects"
  case siteEmpty = "site-empty"
  case siteNoVersion = "site-no-version"
  case siteOther = "site-other"

  /// A row of the table.
  struct Row {
    var step: DoctorStep
    var text: String
    /// The heading or the ending below which the documentation's FAQ has it; nil where it says nothing.
    var faq: String?
    var change: String
  }

  public var step: DoctorStep { row.step }
  /// What is wrong.
  public var text: String { row.text }
  public var faq: String? { row.faq }
  /// What to change.
  public var change: String { row.change }

  private static let faqConnect = "Failed to connect to node: Post \"xxx\": connect: xxx"
  private static let faqStatus = "status code: xxx"
  private static let faqSign = "invalid sign"
  private static let faqVersion = "Master: 4.x.x., Slave: 4.x.x."
  private static let faqPing = "but slave returns: Get \"xxx/api/v4/site/ping\""
  private static let faqPage = "invalid character '<' looking for beginning of value"

  var row: Row {
    switch self {
    case .urlUnreadable, .urlWithoutScheme, .urlWithoutHost, .unknownHost, .connectionRefused, .connectionTimedOut,
      .unreachable:
      wayRow
    case .plainThere, .certificateExpired, .certificateOfOtherHost, .certificateUntrusted, .noTLS, .tlsFailed:
      tlsRow
    case .tlsThere, .closedWithoutAnswer, .silentServer, .noHTTP: httpRow
    case .isMaster, .notASlave, .redirectToTLS, .redirectToLogin, .redirect, .accessControl, .firewall, .gateway, .page,
      .notAnEnvelope:
      routeRow
    case .wrongSecret, .secretSurrounded, .authorizationDropped, .authorizationEmptied, .headersChanged,
      .requestChanged, .queryDropped, .queryChanged, .slaveError:
      signatureRow
    case .slaveAhead, .slaveBehind, .versionsDiffer: agreementRow
    case .siteWithoutScheme, .siteUnknownHost, .siteRefused, .siteTimedOut, .siteUnreachable, .sitePage,
      .siteCertificate, .sitePlain, .siteRedirects, .siteEmpty, .siteNoVersion, .siteOther:
      siteRow
    }
  }

  private var wayRow: Row {
    let faq = DoctorCause.faqConnect
    return switch self {
    case .urlWithoutScheme:
      Row(
        step: .url, text: "the node's URL does not begin with http:// or https://", faq: faq,
        change: "write the scheme before the host, as in http://10.0.0.2:5212")
    case .urlWithoutHost:
      Row(step: .url, text: "the node's URL names no host", faq: faq, change: "write it as http://HOST:PORT")
    case .unknownHost:
      Row(
        step: .name, text: "no such host: the name has no address", faq: faq,
        change: "correct the name, or make your name server, or /etc/hosts on the master, know it")
    case .connectionRefused:
      Row(
        step: .connect, text: "nothing listens at this port", faq: faq,
        change:
          "start the slave, and compare the port with [System] Listen of its conf.ini and with what its container publishes"
      )
    case .connectionTimedOut:
      Row(
        step: .connect, text: "no answer to the connection: a firewall drops it, or the host is not there", faq: faq,
        change: "open the slave's port for the master in every firewall and security group between them")
    case .unreachable:
      Row(
        step: .connect, text: "there is no way to the host", faq: faq,
        change: "correct the address, or the route between the two machines")
    default:
      Row(
        step: .url, text: "the node's URL cannot be read", faq: nil,
        change: "write it as http://HOST:PORT, without blanks")
    }
  }

  private var tlsRow: Row {
    let faq = DoctorCause.faqConnect
    return switch self {
    case .plainThere:
      Row(
        step: .tls, text: "the URL says https and the port speaks plain HTTP", faq: faq,
        change: "write http:// in the node's URL, or give the slave a certificate ([SSL] of its conf.ini, or a proxy)")
    case .certificateExpired:
      Row(
        step: .tls, text: "the certificate has expired or is not valid yet", faq: faq,
        change: "renew the certificate and reload what serves it; and look at this machine's date")
    case .certificateOfOtherHost:
      Row(
        step: .tls, text: "the certificate is that of another host", faq: faq,
        change: "use a name in the node's URL that the certificate has, or get one for this name")
    case .certificateUntrusted:
      Row(
        step: .tls, text: "the certificate is self-signed or of an authority unknown here, or its chain is incomplete",
        faq: faq,
        change: "use a certificate of a known authority with its whole chain, or install its authority on the master")
    case .noTLS:
      Row(
        step: .tls, text: "the URL says https and the port speaks something else than TLS", faq: faq,
        change: "correct the port or the scheme of the node's URL")
    default:
      Row(
        step: .tls, text: "the TLS handshake fails", faq: faq,
        change: "look at the TLS settings of what listens there: protocol versions, name (SNI), client certificates")
    }
  }

  private var httpRow: Row {
    let faq = DoctorCause.faqConnect
    return switch self {
    case .tlsThere:
      Row(
        step: .http, text: "the URL says http and the port speaks https", faq: faq,
        change: "write https:// in the node's URL")
    case .closedWithoutAnswer:
      Row(
        step: .http, text: "the connection is closed or reset without an answer", faq: faq,
        change: "see that this is the slave's port, and that no firewall or proxy between ends the connection")
    case .silentServer:
      Row(
        step: .http, text: "the connection is accepted and no answer comes in time", faq: faq,
        change:
          "see that this is the slave's port and that the slave is not hung; a firewall may also swallow the answer")
    default:
      Row(
        step: .http, text: "what answers does not speak HTTP", faq: faq,
        change: "correct the port of the node's URL: another program listens there")
    }
  }

  private var routeRow: Row {
    let faq = DoctorCause.faqStatus
    return switch self {
    case .isMaster:
      Row(
        step: .route, text: "a Cloudreve in master mode answers at this URL", faq: faq,
        change:
          "set [System] Mode = slave in that installation's conf.ini, or give the URL of the slave instead of the master's"
      )
    case .redirectToTLS:
      Row(
        step: .route, text: "the server redirects to https, and a master does not follow", faq: faq,
        change: "write https:// in the node's URL")
    case .redirectToLogin:
      Row(
        step: .route, text: "the server redirects to a login page", faq: faq,
        change: "exempt /api/v4/slave/ from the login of the proxy (or of the captive portal) in front of the slave")
    case .redirect:
      Row(
        step: .route, text: "the server redirects, and a master does not follow", faq: faq,
        change: "give the URL that it redirects to, or take the redirect off /api/v4/slave/")
    case .accessControl:
      Row(
        step: .route, text: "a proxy in front of the slave asks for a login", faq: faq,
        change: "exempt /api/v4/slave/ from the proxy's authentication: the protocol needs Authorization for itself")
    case .firewall:
      Row(
        step: .route, text: "a firewall for web applications, or a rule of the proxy, refuses the request", faq: faq,
        change: "allow /api/v4/slave/ and the master's address there")
    case .gateway:
      Row(
        step: .route, text: "a proxy answers, and does not reach the slave behind it", faq: faq,
        change: "start the slave, and correct the address the proxy passes to")
    case .page:
      Row(
        step: .route, text: "a web page answers instead of a slave", faq: faq,
        change: "correct the node's URL: it leads to another web service, a CDN's challenge or a portal")
    case .notAnEnvelope:
      Row(
        step: .route, text: "a web service answers that is no Cloudreve slave", faq: faq,
        change: "correct host and port of the node's URL")
    default:
      Row(
        step: .route, text: "what answers has no slave at this address", faq: faq,
        change: "correct host and port of the node's URL, or make the proxy pass /api/v4/slave/ to the slave as it is")
    }
  }

  private var signatureRow: Row {
    let faq = DoctorCause.faqSign
    return switch self {
    case .secretSurrounded:
      Row(
        step: .signature, text: "the secret is right but for blanks or quotation marks around it", faq: faq,
        change: "take them away from the Slave Key in the master's node settings")
    case .authorizationDropped:
      Row(
        step: .signature, text: "the header Authorization does not arrive: a proxy drops it", faq: nil,
        change: "make the proxy pass Authorization on, and switch off its own authentication")
    case .authorizationEmptied:
      Row(
        step: .signature, text: "the header Authorization arrives empty: a proxy rewrites it", faq: nil,
        change: "take the line that sets Authorization out of the proxy's configuration")
    case .headersChanged:
      Row(
        step: .signature, text: "the secret is right, but X-Cr- headers are dropped, added or changed on the way",
        faq: faq,
        change: "make the proxy pass headers that begin with X-Cr- as they are, and add none")
    case .requestChanged:
      Row(
        step: .signature, text: "the secret is right, but path or body of a request are changed on the way", faq: faq,
        change: "make the proxy pass path and body as they are: no rewriting, no prefix, no filter")
    case .queryDropped:
      Row(
        step: .signature, text: "the query does not arrive: downloads and lists fail, though the node test passes",
        faq: nil,
        change: "make the proxy pass the query on, as in proxy_pass http://slave; without a path or $uri")
    case .queryChanged:
      Row(
        step: .signature,
        text: "path or query are changed on the way: downloads and lists fail, though the node test passes",
        faq: faq, change: "make the proxy pass path and query as they were sent, not decoded and encoded again")
    case .slaveError:
      Row(
        step: .signature, text: "the slave answers with an error", faq: "but slave returns: {specific error}",
        change: "look at the slave's log")
    default:
      Row(
        step: .signature, text: "the secret is not the slave's", faq: faq,
        change:
          "make Secret below [Slave] in the slave's conf.ini and the Slave Key in the master's node settings the same, "
          + "and restart the slave")
    }
  }

  private var agreementRow: Row {
    switch self {
    case .slaveAhead:
      Row(
        step: .clock, text: "the slave's clock is ahead, so that the master's signatures have expired when they come",
        faq: DoctorCause.faqSign, change: "synchronize both machines' clocks by NTP")
    case .slaveBehind:
      Row(
        step: .clock,
        text: "the slave's clock is behind: the node test passes, and the slave's calls to the master expire",
        faq: DoctorCause.faqSign, change: "synchronize both machines' clocks by NTP")
    default:
      Row(
        step: .version, text: "master and slave have different versions", faq: DoctorCause.faqVersion,
        change: "put the same version of Cloudreve on both")
    }
  }

  private var siteRow: Row {
    let faq = DoctorCause.faqPing
    let site = "the primary site URL (Settings, Basic, Site URL, Main)"
    return switch self {
    case .siteWithoutScheme:
      Row(
        step: .pingBack, text: "the site URL does not begin with http:// or https://", faq: faq,
        change: "write the scheme in \(site)")
    case .siteUnknownHost:
      Row(
        step: .pingBack, text: "the slave does not know the host of the site URL", faq: faq,
        change: "correct \(site), or make the slave's name server, or its /etc/hosts, know the name")
    case .siteRefused:
      Row(
        step: .pingBack, text: "nothing listens where the slave looks for the master", faq: faq,
        change: "correct \(site): the slave has to reach it, so that localhost will do on the same machine alone")
    case .siteTimedOut:
      Row(
        step: .pingBack, text: "the slave gets no answer from the master in time", faq: faq,
        change: "let the slave through the firewalls before the master, or correct \(site)")
    case .siteUnreachable:
      Row(
        step: .pingBack, text: "the slave has no way to the master, or the connection breaks off", faq: faq,
        change: "look at network and firewall between the slave and \(site)")
    case .sitePage:
      Row(
        step: .pingBack, text: "at the site URL the slave finds a web page instead of the master",
        faq: DoctorCause.faqPage,
        change: "correct \(site), or exempt /api/v4/ from what stands in front of the master: WAF, CDN challenge, login"
      )
    case .siteCertificate:
      Row(
        step: .pingBack, text: "the slave does not trust the certificate of the site URL", faq: faq,
        change: "use a valid certificate of a known authority for the master, or install its authority on the slave")
    case .sitePlain:
      Row(
        step: .pingBack, text: "the site URL says https and the port speaks plain HTTP", faq: faq,
        change: "correct scheme or port in \(site)")
    case .siteRedirects:
      Row(
        step: .pingBack, text: "the site redirects in a circle", faq: faq,
        change: "correct \(site), or the redirects of the proxy before the master")
    case .siteEmpty:
      Row(
        step: .pingBack, text: "the site answers the slave with nothing", faq: nil,
        change: "correct \(site): what answers there is no master, or a proxy eats its answer")
    case .siteNoVersion:
      Row(
        step: .pingBack, text: "what answers at the site URL does not tell a version", faq: nil,
        change: "correct \(site): it has to lead to the master itself")
    default:
      Row(
        step: .pingBack, text: "the slave cannot read the master's answer", faq: faq,
        change: "correct \(site), and look at what stands between the slave and the master")
    }
  }
}
