import GoWire

/// Paths as the protocol gives them, taken apart as Go's `path/filepath` does. Pure text work.
enum BlobPath {
  private static let slash = UInt8(ascii: "/")
  private static let dot = UInt8(ascii: ".")

  /// The path to use for `text`: one relative to the node's folder is cleaned, as joining it to the folder does; an absolute one
  /// stays as it is. Nil for a text no disk can hold.
  static func path(_ text: GoString) -> DiskPath? {
    guard text.bytes.first != slash, needsCleaning(text.bytes) else { return DiskPath(text) }
    return DiskPath(clean(text))
  }

  /// Whether a component of the path is `..` (QUIRK-15).
  static func climbs(_ text: GoString) -> Bool {
    text.bytes.split(separator: slash).contains { $0.elementsEqual([dot, dot]) }
  }

  /// Lexically shortest form of a path: no empty, `.` or inner `..` component, no slash at the end. Empty for the folder itself.
  static func clean(_ text: GoString) -> GoString {
    let isAbsolute = text.bytes.first == slash
    var parts: [ArraySlice<UInt8>] = []
    for part in text.bytes.split(separator: slash) where !part.elementsEqual([dot]) {
      if part.elementsEqual([dot, dot]) {
        if let last = parts.last, !last.elementsEqual([dot, dot]) {
          parts.removeLast()
        } else if !isAbsolute {
          parts.append(part)
        }
      } else {
        parts.append(part)
      }
    }
    return GoString((isAbsolute ? [slash] : []) + parts.joined(separator: [slash]))
  }

  /// The folder a path lies in; nil for the root and for the node's folder.
  static func parent(_ path: DiskPath) -> DiskPath? {
    let cleaned = clean(path.text).bytes
    guard !cleaned.isEmpty, cleaned != [slash] else { return nil }
    guard let cut = cleaned.lastIndex(of: slash) else { return .home }
    return DiskPath(GoString(cleaned[..<max(cut, 1)]))
  }

  /// Whether an absolute, clean path is another one or lies below it.
  static func contains(_ folder: GoString, _ path: GoString) -> Bool {
    folder == path || folder == "/" || path.hasPrefix(folder + "/")
  }

  /// `name` in `folder`.
  static func join(_ folder: GoString, _ name: GoString) -> GoString {
    if folder.isEmpty { return name }
    return folder.bytes.last == slash ? folder + name : folder + "/" + name
  }

  private static func needsCleaning(_ bytes: [UInt8]) -> Bool {
    var previous = slash
    for byte in bytes {
      if previous == slash, byte == slash || byte == dot { return true }
      previous = byte
    }
    return previous == slash && !bytes.isEmpty
  }
}
