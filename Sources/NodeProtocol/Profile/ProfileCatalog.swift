import GoWire

extension Profile {
  /// What the pages promise, defects repaired; versions' differences follow 4.14 (chapter 15). The default.
  public static let documented = Profile(
    name: "documented", version: "4.14.0", emptyPath: .slash, unknownContentType: .octetStream,
    completionRule: .allChunks, firstChunkTruncates: false, trustsForwardedFor: false, readsDoubleUnderscore: true,
    checksCallbackSecret: true, namesInvalidObjectName: true, extractsSevenZip: true, taskOrder: .firstComeFirstServed,
    readsWorkerNumber: true, weightEditsReachPool: true, keepsFailedTasks: true, flagsPartialTransfer: true,
    reportsPartialDelete: true, etag: .contentVersion, retrySchedule: .growing, callbackNamesNode: false,
    keepsSubPath: true, checksPingAnswer: true, refusesUnknownNode: true, sendsRequestIDAlways: true,
    refusesFolderContent: true, refusesUnsafeUploads: true, repeatsLostCallback: true, retriesFailedCallback: true,
    requiresEnvelopeCode: true, survivesBadPrepare: true, namesMissingParts: true, syncsChunks: true,
    removesExpiredUploads: true, refusesBadValues: true)

  /// What Cloudreve 4.14.0 does.
  public static let cloudreve414 = Profile(
    name: "cloudreve-4.14", version: "4.14.0", emptyPath: .slash, unknownContentType: .octetStream,
    completionRule: .allChunks, firstChunkTruncates: false, trustsForwardedFor: false, readsDoubleUnderscore: true,
    checksCallbackSecret: true, namesInvalidObjectName: true, extractsSevenZip: true, taskOrder: .stack,
    readsWorkerNumber: false, weightEditsReachPool: false, keepsFailedTasks: false, flagsPartialTransfer: false,
    reportsPartialDelete: false, etag: .constant, retrySchedule: .constant, callbackNamesNode: false,
    keepsSubPath: false, checksPingAnswer: false, refusesUnknownNode: false, sendsRequestIDAlways: false,
    refusesFolderContent: false, refusesUnsafeUploads: false, repeatsLostCallback: false, retriesFailedCallback: false,
    requiresEnvelopeCode: false, survivesBadPrepare: false, namesMissingParts: false, syncsChunks: false,
    removesExpiredUploads: false, refusesBadValues: false)

  /// What Cloudreve 4.0.0 does.
  public static let cloudreve40: Profile = {
    var profile = cloudreve414
    profile.name = "cloudreve-4.0"
    profile.version = "4.0.0"
    profile.emptyPath = .empty
    profile.unknownContentType = .sniffed
    profile.completionRule = .lastIndexedChunk
    profile.firstChunkTruncates = true
    profile.trustsForwardedFor = true
    profile.readsDoubleUnderscore = false
    profile.checksCallbackSecret = false
    profile.namesInvalidObjectName = false
    profile.extractsSevenZip = false
    profile.retriesFailedCallback = true
    return profile
  }()

  /// The profiles that have a name, the default first.
  public static let all = [documented, cloudreve40, cloudreve414]

  /// Nil for a name no profile has.
  public init?(named name: String) {
    guard let profile = Profile.all.first(where: { $0.name == name }) else { return nil }
    self = profile
  }
}

extension Profile {
  /// One thing a profile decides, to be switched by name.
  public struct Property: Sendable {
    /// The name of the property in `Profile`.
    public var name: String
    /// The quirk or clause it decides.
    public var clause: String
    fileprivate var turn: @Sendable (inout Profile) -> Void
  }

  /// Everything a profile decides.
  public static let properties: [Property] = [
    choice("emptyPath", "SIGN-5") { $0.emptyPath.turn() },
    choice("unknownContentType", "ST-10") { $0.unknownContentType.turn() },
    choice("completionRule", "ST-6") { $0.completionRule.turn() },
    choice("firstChunkTruncates", "ST-5") { $0.firstChunkTruncates.toggle() },
    choice("trustsForwardedFor", "CONF-3") { $0.trustsForwardedFor.toggle() },
    choice("readsDoubleUnderscore", "CONF-4") { $0.readsDoubleUnderscore.toggle() },
    choice("checksCallbackSecret", "CB-2") { $0.checksCallbackSecret.toggle() },
    choice("namesInvalidObjectName", "MST-2") { $0.namesInvalidObjectName.toggle() },
    choice("extractsSevenZip", "ARC-3") { $0.extractsSevenZip.toggle() },
    choice("taskOrder", "QUIRK-1") { $0.taskOrder.turn() },
    choice("readsWorkerNumber", "QUIRK-2") { $0.readsWorkerNumber.toggle() },
    choice("weightEditsReachPool", "QUIRK-3") { $0.weightEditsReachPool.toggle() },
    choice("keepsFailedTasks", "QUIRK-4") { $0.keepsFailedTasks.toggle() },
    choice("flagsPartialTransfer", "QUIRK-5") { $0.flagsPartialTransfer.toggle() },
    choice("reportsPartialDelete", "QUIRK-6") { $0.reportsPartialDelete.toggle() },
    choice("etag", "QUIRK-7") { $0.etag.turn() },
    choice("retrySchedule", "QUIRK-8") { $0.retrySchedule.turn() },
    choice("callbackNamesNode", "QUIRK-9") { $0.callbackNamesNode.toggle() },
    choice("keepsSubPath", "QUIRK-10") { $0.keepsSubPath.toggle() },
    choice("checksPingAnswer", "QUIRK-11") { $0.checksPingAnswer.toggle() },
    choice("refusesUnknownNode", "QUIRK-12") { $0.refusesUnknownNode.toggle() },
    choice("sendsRequestIDAlways", "QUIRK-13") { $0.sendsRequestIDAlways.toggle() },
    choice("refusesFolderContent", "QUIRK-14") { $0.refusesFolderContent.toggle() },
    choice("refusesUnsafeUploads", "QUIRK-15") { $0.refusesUnsafeUploads.toggle() },
    choice("repeatsLostCallback", "QUIRK-16") { $0.repeatsLostCallback.toggle() },
    choice("retriesFailedCallback", "QUIRK-17") { $0.retriesFailedCallback.toggle() },
    choice("requiresEnvelopeCode", "QUIRK-18") { $0.requiresEnvelopeCode.toggle() },
    choice("survivesBadPrepare", "QUIRK-19") { $0.survivesBadPrepare.toggle() },
    choice("namesMissingParts", "QUIRK-20") { $0.namesMissingParts.toggle() },
    choice("syncsChunks", "ST-5") { $0.syncsChunks.toggle() },
    choice("removesExpiredUploads", "ST-3") { $0.removesExpiredUploads.toggle() },
    choice("refusesBadValues", "CONF-6") { $0.refusesBadValues.toggle() },
  ]

  /// Turns one property to its other value.
  /// - Returns: whether there is a property of that name.
  public mutating func flip(_ name: String) -> Bool {
    guard let property = Profile.properties.first(where: { $0.name == name }) else { return false }
    property.turn(&self)
    return true
  }

  private static func choice(
    _ name: String, _ clause: String, _ turn: @escaping @Sendable (inout Profile) -> Void
  ) -> Property {
    Property(name: name, clause: clause, turn: turn)
  }
}

extension CaseIterable where Self: Equatable {
  /// The next case, after the last the first.
  fileprivate mutating func turn() {
    let cases = Array(Self.allCases)
    guard let index = cases.firstIndex(of: self) else { return }
    self = cases[(index + 1) % cases.count]
  }
}
