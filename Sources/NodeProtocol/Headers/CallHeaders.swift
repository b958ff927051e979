import GoWire

/// Who asks: the site of a master, or the number of a slave (HDR-3, HDR-4).
public enum Caller: Hashable, Sendable {
  /// A master: its primary URL, the id of its installation, and the number by which it knows the slave it asks (0: none).
  case master(siteURL: GoString, siteID: GoString, nodeID: Int64)
  /// A slave: the number by which the master knows it; nil where none is sent (QUIRK-9).
  case slave(nodeID: Int64?)
}

extension Caller {
  /// The headers of a call, without its signature.
  /// - Parameters:
  ///   - version: the advertised version (HDR-1).
  ///   - correlationID: nil for none (QUIRK-13).
  public func headers(version: GoString, correlationID: CorrelationID?) -> [HeaderField] {
    var fields = [HeaderField(HeaderName.userAgent, HeaderValue.userAgent(version: version))]  // HDR-1
    switch self {
    case .master(let siteURL, let siteID, let nodeID):  // HDR-3
      fields.append(HeaderField(HeaderName.siteURL, siteURL))
      fields.append(HeaderField(HeaderName.siteID, siteID))
      fields.append(HeaderField(HeaderName.version, version))
      if nodeID > 0 { fields.append(HeaderField(HeaderName.nodeID, GoString(String(nodeID)))) }
    case .slave(let nodeID):  // HDR-4
      if let nodeID { fields.append(HeaderField(HeaderName.nodeID, GoString(String(nodeID)))) }
    }
    if let correlationID { fields.append(HeaderField(HeaderName.correlationID, correlationID.text)) }
    return fields
  }
}

/// What a master says of itself in the headers of a call, and a slave's task keeps (HDR-3, TASK-1).
public struct MasterProperties: Hashable, Sendable {
  public var siteURL: GoString
  public var siteID: GoString
  public var version: GoString
  public var nodeID: Int64

  public init(siteURL: GoString, siteID: GoString, version: GoString, nodeID: Int64) {
    self.siteURL = siteURL
    self.siteID = siteID
    self.version = version
    self.nodeID = nodeID
  }
}
