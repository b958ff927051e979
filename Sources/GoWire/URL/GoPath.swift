/// Slash-separated paths as Go's `path` and, on Unix, `path/filepath` treat them.
public enum GoPath {
  private static let slash = UInt8(ascii: "/")

  /// The shortest equal path: no `.`, no doubled or final slash, `..` worked off where it can be; `.` for an empty one.
  public static func clean(_ path: GoString) -> GoString {
    let isRooted = path.hasPrefix("/")
    var output: [GoString] = []
    for element in path.split(slash) {
      if element.isEmpty || element == "." { continue }
      if element != ".." {
        output.append(element)
      } else if let last = output.last, last != ".." {
        output.removeLast()
      } else if !isRooted {
        output.append(element)
      }
    }
    let joined = GoString.join(output, "/")
    if isRooted { return "/" + joined }
    return joined.isEmpty ? "." : joined
  }

  /// The elements with slashes between them, cleaned; empty ones are left out, and nothing gives nothing.
  public static func join(_ elements: GoString...) -> GoString { join(elements) }

  /// The elements with slashes between them, cleaned; empty ones are left out, and nothing gives nothing.
  public static func join(_ elements: [GoString]) -> GoString {
    let filled = elements.drop(while: \.isEmpty)
    return filled.isEmpty ? "" : clean(GoString.join(Array(filled), "/"))
  }

  /// The last element, final slashes left out; `.` for an empty path, `/` for one of slashes.
  public static func base(_ path: GoString) -> GoString {
    if path.isEmpty { return "." }
    return path.split(slash).last { !$0.isEmpty } ?? "/"
  }

  /// All but the last element, cleaned.
  public static func directory(_ path: GoString) -> GoString {
    clean(path.keeping((path.bytes.lastIndex(of: slash) ?? -1) + 1))
  }

  /// The name's extension with its dot: from the last dot of the last element on; empty when there is none.
  public static func fileExtension(_ path: GoString) -> GoString {
    for index in path.bytes.indices.reversed() {
      if path.bytes[index] == slash { break }
      if path.bytes[index] == UInt8(ascii: ".") { return path.dropping(index) }
    }
    return ""
  }

  public static func isAbsolute(_ path: GoString) -> Bool { path.hasPrefix("/") }
}
