import GoWire

/// The id that a request keeps on every hop: the *Request ID* of the documentation (HDR-2).
public struct CorrelationID: Hashable, Sendable {
  public let uuid: GoUUID

  public init(_ uuid: GoUUID) {
    self.uuid = uuid
  }

  /// Lower case with dashes.
  public var text: GoString { uuid.text }

  /// What Cloudreve sends with pings and cleanups (QUIRK-13).
  public static let zero = CorrelationID(.zero)

  /// The id that a request brought, in any spelling of a UUID; a fresh one of version 4 when it brought none, a malformed or
  /// the nil one.
  /// - Parameters:
  ///   - header: the first value of `X-Cr-Correlation-Id`.
  ///   - random: gives as many random bytes as it is asked for.
  public init(adopting header: GoString?, random: (Int) -> [UInt8]) {
    if let header, let given = try? GoUUID(header), given != .zero {
      uuid = given
    } else {
      uuid = GoUUID(version4: random(16)) ?? .zero
    }
  }
}
