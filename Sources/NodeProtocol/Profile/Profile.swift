import GoWire

/// How a node behaves where clauses leave a choice: one property a quirk, a version's difference or a promise of our own
/// (chapter 15). Code asks the property, never the profile's name.
public struct Profile: Hashable, Sendable {
  /// What the empty path is signed as (SIGN-5).
  public enum EmptyPath: Hashable, Sendable, CaseIterable { case slash, empty }
  /// The order of the task queue (QUIRK-1, TASK-8).
  public enum TaskOrder: Hashable, Sendable, CaseIterable { case firstComeFirstServed, stack }
  /// The delays between retries of a task (QUIRK-8, TASK-6).
  public enum RetrySchedule: Hashable, Sendable, CaseIterable { case growing, constant }
  /// What an ETag tells apart (QUIRK-7).
  public enum ETag: Hashable, Sendable, CaseIterable { case contentVersion, constant }
  /// The type of content whose name tells nothing (ST-10, ST-13).
  public enum UnknownContentType: Hashable, Sendable, CaseIterable { case octetStream, sniffed }
  /// When an upload is complete (ST-6).
  public enum CompletionRule: Hashable, Sendable, CaseIterable { case allChunks, lastIndexedChunk }

  /// `documented`, `cloudreve-4.0` or `cloudreve-4.14`: for people, never to be asked by code. Flipping leaves it.
  public var name: String
  /// The version a node advertises unless told otherwise (PING-5).
  public var version: GoString

  // MARK: Differences of the versions

  /// SIGN-5.
  public var emptyPath: EmptyPath
  /// ST-10, ST-13.
  public var unknownContentType: UnknownContentType
  /// ST-6.
  public var completionRule: CompletionRule
  /// Chunk 0 empties the file before it is written (ST-5).
  public var firstChunkTruncates: Bool
  /// `[System] ProxyHeader` is `X-Forwarded-For` when not set, instead of empty (CONF-3).
  public var trustsForwardedFor: Bool
  /// `CR_CONF_<Section>__<Key>` is read too (CONF-4).
  public var readsDoubleUnderscore: Bool
  /// The secret in the path of an upload callback is compared (CB-2).
  public var checksCallbackSecret: Bool
  /// A bad object name has a code of its own, instead of -1 (MST-2).
  public var namesInvalidObjectName: Bool
  /// 7z is an archive format, archives may have a password and a file mask (ARC-3).
  public var extractsSevenZip: Bool

  // MARK: Quirks

  /// QUIRK-1.
  public var taskOrder: TaskOrder
  /// `queue_<name>_worker_num` is read (QUIRK-2).
  public var readsWorkerNumber: Bool
  /// A changed weight counts at once (QUIRK-3).
  public var weightEditsReachPool: Bool
  /// Failed and canceled tasks stay until asked for with `deleteOnComplete` (QUIRK-4).
  public var keepsFailedTasks: Bool
  /// A transfer that lost some files says so in its state (QUIRK-5).
  public var flagsPartialTransfer: Bool
  /// The list of what could not be deleted is an envelope of its own, not one hidden in a gob of a success (QUIRK-6).
  public var reportsPartialDelete: Bool
  /// QUIRK-7.
  public var etag: ETag
  /// QUIRK-8.
  public var retrySchedule: RetrySchedule
  /// The upload callback names the node (QUIRK-9); false in every profile, as it is on the wire.
  public var callbackNamesNode: Bool
  /// A sub-path of a node's URL is kept in every call, not only in upload URLs (QUIRK-10).
  public var keepsSubPath: Bool
  /// The `code` of a ping answer counts, and its `data` may be anything (QUIRK-11).
  public var checksPingAnswer: Bool
  /// A call from an unknown node is refused, instead of checked with the key of another node (QUIRK-12).
  public var refusesUnknownNode: Bool
  /// Pings, cleanups and reads of the master's storage carry the request id (QUIRK-13).
  public var sendsRequestIDAlways: Bool
  /// Content of a folder is refused, instead of answered with a broken body (QUIRK-14).
  public var refusesFolderContent: Bool
  /// A negative size and a `..` in a path are refused (QUIRK-15).
  public var refusesUnsafeUploads: Bool
  /// A completed upload is remembered, so that its last chunk can be repeated (QUIRK-16, CB-5).
  public var repeatsLostCallback: Bool
  /// A chunk that is repeated after a failed callback calls back again (QUIRK-17).
  public var retriesFailedCallback: Bool
  /// The answer to a node test has to be an envelope with a `code` (QUIRK-18).
  public var requiresEnvelopeCode: Bool
  /// A bad answer to `prepare` fails the file, instead of ending the process (QUIRK-19).
  public var survivesBadPrepare: Bool
  /// Missing parts are told, instead of an empty 500 (QUIRK-20, ENV-8).
  public var namesMissingParts: Bool

  // MARK: Promises of our own

  /// A chunk's data and its folder entry are durable before it is answered (chapter 15).
  public var syncsChunks: Bool
  /// What an upload left that was not whole at the end of its session is removed (ST-3, ST-7).
  public var removesExpiredUploads: Bool
  /// A value of the wrong type in the configuration is refused, instead of read as zero (CONF-6).
  public var refusesBadValues: Bool
}
