import Glibc
import ReferenceNode

/// The operating system's errors in Go's words.
enum SystemError {
  /// Go's text for an error number: the C library's, beginning in lower case.
  static func text(_ number: Int32) -> String {
    var buffer = [CChar](repeating: 0, count: 128)
    guard strerror_r(number, &buffer, buffer.count) == 0 else { return "errno \(number)" }
    let message = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    // `RFS specific error` and the like keep their capitals.
    let letters = Array(message.utf8)
    guard letters.count > 1, 0x41...0x5A ~= letters[0], !(0x41...0x5A ~= letters[1]) else { return message }
    return String(decoding: [letters[0] | 0x20] + letters[1...], as: UTF8.self)
  }

  /// The error of a disk operation.
  static func disk(_ number: Int32) -> DiskError {
    let kind: DiskError.Kind =
      switch number {
      case ENOENT: .notFound
      case EEXIST: .alreadyExists
      case ENOTDIR: .notADirectory
      case EISDIR: .isADirectory
      case ENOTEMPTY: .directoryNotEmpty
      case EACCES, EPERM: .permissionDenied
      case ENOSPC, EDQUOT: .noSpace
      case ENAMETOOLONG: .nameTooLong
      case EROFS: .readOnly
      default: .failed
      }
    return DiskError(kind, text(number))
  }

  /// The path leaves its root (ST-16).
  static let outsideRoot = DiskError(.outsideRoot, "path is outside of the storage root")
}
