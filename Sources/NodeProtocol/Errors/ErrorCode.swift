/// The number in `code` of an envelope (ERR table). Any number may come from a peer, so this is no closed enumeration.
public struct ErrorCode: RawRepresentable, Hashable, Sendable {
  public var rawValue: Int

  public init(rawValue: Int) {
    self.rawValue = rawValue
  }

  /// An error that is no application error (ENV-4).
  public static let unclassified = ErrorCode(rawValue: -1)
  public static let success = ErrorCode(rawValue: 0)
  public static let partialSuccess = ErrorCode(rawValue: 203)
  public static let loginRequired = ErrorCode(rawValue: 401)
  /// No permission; also a missing signature header or expiry.
  public static let noPermission = ErrorCode(rawValue: 403)
  /// A task or credential that is not there.
  public static let notFound = ErrorCode(rawValue: 404)
  public static let conflict = ErrorCode(rawValue: 409)
  public static let parameterError = ErrorCode(rawValue: 40001)
  public static let uploadFailed = ErrorCode(rawValue: 40002)
  public static let objectExisted = ErrorCode(rawValue: 40004)
  public static let signatureExpired = ErrorCode(rawValue: 40005)
  public static let policyNotAllowed = ErrorCode(rawValue: 40006)
  public static let uploadSessionExpired = ErrorCode(rawValue: 40011)
  public static let invalidChunkIndex = ErrorCode(rawValue: 40012)
  public static let invalidContentLength = ErrorCode(rawValue: 40013)
  /// A path, or the folder it should be in, does not exist.
  public static let pathNotExist = ErrorCode(rawValue: 40016)
  public static let credentialInvalid = ErrorCode(rawValue: 40020)
  public static let policyNotExist = ErrorCode(rawValue: 40035)
  public static let fileNotFound = ErrorCode(rawValue: 40044)
  public static let fileTooLarge = ErrorCode(rawValue: 40049)
  public static let insufficientCapacity = ErrorCode(rawValue: 40051)
  public static let invalidObjectName = ErrorCode(rawValue: 40052)
  public static let unsupportedArchiveType = ErrorCode(rawValue: 40056)
  /// The slave cannot reach the master (PING-4).
  public static let slavePingMaster = ErrorCode(rawValue: 40060)
  public static let versionMismatch = ErrorCode(rawValue: 40061)
  public static let invalidSignature = ErrorCode(rawValue: 40071)
  public static let lockConflict = ErrorCode(rawValue: 40073)
  public static let entityNotExist = ErrorCode(rawValue: 40077)
  public static let batchNotFullyCompleted = ErrorCode(rawValue: 40081)
  public static let databaseFailed = ErrorCode(rawValue: 50001)
  public static let ioFailed = ErrorCode(rawValue: 50004)
  public static let internalSetting = ErrorCode(rawValue: 50005)
  public static let cacheOperationFailed = ErrorCode(rawValue: 50006)
  public static let callbackFailed = ErrorCode(rawValue: 50007)
  public static let nodeOffline = ErrorCode(rawValue: 50010)
}

extension ErrorCode: ExpressibleByIntegerLiteral, CustomStringConvertible {
  public init(integerLiteral value: Int) {
    self.init(rawValue: value)
  }

  public var description: String { String(rawValue) }
}
