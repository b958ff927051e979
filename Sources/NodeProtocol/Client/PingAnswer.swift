import GoWire

/// What a master's answer to the ping back means (PING-3, PING-5).
public enum PingAnswer: Hashable, Sendable {
  /// The versions agree: ENV-2.
  case agrees
  case fails(NodeError)
  /// The handler crashes: HTTP 500, empty (QUIRK-20).
  case crashes

  /// - Parameters:
  ///   - body: of the master's answer, whatever its HTTP status (PING-4).
  ///   - version: what this slave advertises.
  public init(reading body: [UInt8], version: GoString, profile: Profile) {
    let envelope: Envelope
    do {
      envelope = try Envelope(reading: body, requiresCode: false)
    } catch {
      self = .fails(NodeError(.slavePingMaster, error.text))
      return
    }
    if profile.checksPingAnswer, envelope.code != .success {  // QUIRK-11
      let text = CallFailure.refused(envelope).text
      self = .fails(
        NodeError(
          .slavePingMaster, GoString("Master answered with code \(envelope.code)") + (text.isEmpty ? "" : ": ") + text))
      return
    }
    switch envelope.data {
    case .text(let theirs): self = PingAnswer(theirs: theirs, ours: version)
    case .json(let data):
      self = PingAnswer.noVersion("Master answered with " + data + " instead of its version", profile)
    case nil:
      self = PingAnswer.noVersion("Master answered without its version", profile)
    }
  }

  private static func noVersion(_ text: GoString, _ profile: Profile) -> PingAnswer {
    profile.namesMissingParts ? .fails(NodeError(.slavePingMaster, text)) : .crashes
  }

  // PING-5
  private init(theirs: GoString, ours: GoString) {
    let agree = PingAnswer.withoutEdition(theirs) == PingAnswer.withoutEdition(ours)
    self = agree ? .agrees : .fails(NodeError(.versionMismatch, "Master: " + theirs + ", Slave: " + ours))
  }

  /// A version without one `-pro` at its end (ROLE-5).
  static func withoutEdition(_ version: GoString) -> GoString {
    version.hasSuffix("-pro") ? GoString(version.bytes.dropLast(4)) : version
  }
}
