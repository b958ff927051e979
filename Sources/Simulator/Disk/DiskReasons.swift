import ReferenceNode

/// The reasons that a Unix system gives, in Go's words.
extension DiskError {
  static let notFound = DiskError(.notFound, "no such file or directory")
  static let exists = DiskError(.alreadyExists, "file exists")
  static let notADirectory = DiskError(.notADirectory, "not a directory")
  static let isADirectory = DiskError(.isADirectory, "is a directory")
  static let notEmpty = DiskError(.directoryNotEmpty, "directory not empty")
  static let denied = DiskError(.permissionDenied, "permission denied")
  static let noSpace = DiskError(.noSpace, "no space left on device")
  static let nameTooLong = DiskError(.nameTooLong, "file name too long")
  static let readOnly = DiskError(.readOnly, "read-only file system")
  static let outsideRoot = DiskError(.outsideRoot, "path is outside of the storage root")
  static let invalidArgument = DiskError(.failed, "invalid argument")
  static let badDescriptor = DiskError(.failed, "bad file descriptor")
  static let closed = DiskError(.failed, "file already closed")
  static let tooManyLinks = DiskError(.failed, "too many levels of symbolic links")
  static let tooLarge = DiskError(.failed, "file too large")
  static let busy = DiskError(.failed, "device or resource busy")
  /// EIO.
  public static let inputOutput = DiskError(.failed, "input/output error")
}
