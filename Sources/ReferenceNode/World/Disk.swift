import GoWire

/// A path as the protocol gives it: absolute, or relative to the node's folder (ST-2). Cannot be built with a NUL byte.
public struct DiskPath: Hashable, Sendable {
  /// The text as given, not cleaned.
  public let text: GoString

  /// Fails for a path that holds a NUL byte. An empty path is the node's folder itself.
  public init?(_ text: GoString) {
    guard !text.bytes.contains(0) else { return nil }
    self.text = text
  }

  private init(unchecked text: GoString) {
    self.text = text
  }

  /// The node's folder.
  public static let home = DiskPath(unchecked: "")
}

/// Why a disk operation failed: the operating system's reason, in Go's words.
public struct DiskError: Error, Hashable, Sendable {
  public enum Kind: Hashable, Sendable {
    case notFound
    case alreadyExists
    /// A component on the way is no folder.
    case notADirectory
    case isADirectory
    case directoryNotEmpty
    case permissionDenied
    case noSpace
    case nameTooLong
    case readOnly
    /// The path leaves the folder it is confined to (ST-16).
    case outsideRoot
    /// Anything else: an I/O error, a stale handle, a path that no disk can hold.
    case failed
  }

  public var kind: Kind
  /// The system's text as Go prints it: `no such file or directory`.
  public var text: String

  public init(_ kind: Kind, _ text: String) {
    self.kind = kind
    self.text = text
  }
}

/// What is known of a file or folder.
public struct FileStatus: Hashable, Sendable {
  public var size: Int64
  public var isDirectory: Bool
  /// A symbolic link, when asked not to follow it.
  public var isLink: Bool
  /// Any plain file; false for folders, links, devices, sockets and pipes.
  public var isRegular: Bool
  public var modified: GoTime
  /// Changes when the file at a path is another one.
  public var identity: UInt64
  /// Time of the last change of data or attributes, in nanoseconds: with `identity` it tells versions apart.
  public var changed: Int64

  public init(
    size: Int64, isDirectory: Bool, isLink: Bool = false, isRegular: Bool, modified: GoTime, identity: UInt64,
    changed: Int64
  ) {
    self.size = size
    self.isDirectory = isDirectory
    self.isLink = isLink
    self.isRegular = isRegular
    self.modified = modified
    self.identity = identity
    self.changed = changed
  }
}

/// How a file is opened.
public enum OpenMode: Hashable, Sendable {
  /// For reading; a folder can be opened too, but not read.
  case read
  /// For writing, the file has to exist.
  case write
  /// For writing; made with mode 0744 when absent, emptied when present (`truncate`), refused when present (`exclusive`).
  case create(truncate: Bool, exclusive: Bool)
}

/// The third door: files. Nothing is durable before `sync` (of a file) and `syncFolder` (of its folder's entry) have returned.
public protocol Disk: Sendable {
  /// The same disk, but every path has to stay at or below `root`, whatever links say and whatever happens meanwhile; otherwise
  /// `outsideRoot`. Relative paths still start at the node's folder.
  func confined(to root: DiskPath) -> any Disk
  /// The absolute, cleaned form of a path, links not followed. Pure text work.
  func absolute(_ path: DiskPath) -> GoString
  func open(_ path: DiskPath, _ mode: OpenMode) async throws(DiskError) -> any DiskFile
  func status(_ path: DiskPath, followLinks: Bool) async throws(DiskError) -> FileStatus
  /// The names in a folder, in byte order, without `.` and `..`.
  func list(_ path: DiskPath) async throws(DiskError) -> [GoString]
  /// Makes a folder and its missing parents; success when it exists.
  func makeFolders(_ path: DiskPath) async throws(DiskError)
  /// Removes a file, a link or an empty folder.
  func remove(_ path: DiskPath) async throws(DiskError)
  /// Removes a file or a folder with all in it, links not followed; success when there is nothing.
  func removeTree(_ path: DiskPath) async throws(DiskError)
  func rename(_ from: DiskPath, to: DiskPath) async throws(DiskError)
  /// Makes the entries of a folder durable.
  func syncFolder(_ path: DiskPath) async throws(DiskError)
  /// Bytes free for the node.
  func freeSpace() async throws(DiskError) -> Int64
}

/// An open file. Closed by `close`, or at the latest when the last reference goes.
public protocol DiskFile: AnyObject, Sendable {
  func status() async throws(DiskError) -> FileStatus
  /// Up to `count` bytes from `offset`; fewer only at the end of the file.
  func read(at offset: Int64, count: Int) async throws(DiskError) -> [UInt8]
  /// Writes all bytes at `offset`; a gap before it reads as zeros.
  func write(_ bytes: [UInt8], at offset: Int64) async throws(DiskError)
  func truncate(to size: Int64) async throws(DiskError)
  /// Sets the size and, where the file system can, reserves the space.
  func preallocate(_ size: Int64) async throws(DiskError)
  /// Makes data and size durable.
  func sync() async throws(DiskError)
  func close() async
}
