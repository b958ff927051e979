import GoWire

/// What `[CORS]` does to a request (CONF-9). Pure: comes before routing and signature.
public struct CORSPolicy: Hashable, Sendable {
  /// What is to be done with a request.
  public enum Verdict: Hashable, Sendable {
    /// Not a request from another origin: nothing.
    case none
    /// The whole answer: 204 to `OPTIONS`, 403 to a foreign origin; empty.
    case answer(status: Int, headers: [HeaderField])
    /// To be added to the usual answer, whatever it is, but not to the 301 and 307 of HDR-7.
    case add([HeaderField])
  }

  private let allowsAll: Bool
  private let origins: [GoString]
  private let methods: GoString
  private let headers: GoString
  private let exposed: GoString
  private let allowsCredentials: Bool

  /// Nil when `[CORS]` is not set (CONF-8).
  public init?(_ settings: SlaveConfiguration.CORS) {
    let origins = CORSPolicy.normalized(settings.allowOrigins)
    guard let first = origins.first, first != "unset" else { return nil }
    self.origins = origins
    allowsAll = origins.contains("*")
    methods = CORSPolicy.joined(CORSPolicy.normalized(settings.allowMethods).map { GoString($0.text.uppercased()) })
    headers = CORSPolicy.joined(CORSPolicy.normalized(settings.allowHeaders).map(\.canonicalHeaderName))
    exposed = CORSPolicy.joined(CORSPolicy.normalized(settings.exposeHeaders).map(\.canonicalHeaderName))
    allowsCredentials = settings.allowCredentials
  }

  /// - Parameters:
  ///   - origin: the first value of `Origin`; nil when there is none.
  ///   - host: the request's `Host`.
  public func verdict(method: GoString, origin: GoString?, host: GoString) -> Verdict {
    guard let origin, !origin.isEmpty, origin != "http://" + host, origin != "https://" + host else { return .none }
    guard allowsAll || origins.contains(origin) else { return .answer(status: 403, headers: []) }
    var fields = [HeaderField("Access-Control-Allow-Origin", allowsAll ? "*" : origin)]
    if !allowsAll { fields.append(HeaderField("Vary", "Origin")) }
    if allowsCredentials { fields.append(HeaderField("Access-Control-Allow-Credentials", "true")) }
    guard method == "OPTIONS" else {
      if !exposed.isEmpty { fields.append(HeaderField("Access-Control-Expose-Headers", exposed)) }
      return .add(fields)
    }
    if !methods.isEmpty { fields.append(HeaderField("Access-Control-Allow-Methods", methods)) }
    if !headers.isEmpty { fields.append(HeaderField("Access-Control-Allow-Headers", headers)) }
    return .answer(status: 204, headers: fields)
  }

  /// Small letters, each once.
  private static func normalized(_ values: [GoString]) -> [GoString] {
    var seen: [GoString] = []
    for value in values.map(\.asciiLowercased) where !seen.contains(value) { seen.append(value) }
    return seen
  }

  private static func joined(_ values: [GoString]) -> GoString {
    GoString(values.map(\.bytes).joined(separator: [UInt8(ascii: ",")]))
  }
}
