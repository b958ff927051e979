/// The header fields of a request that decide what is served of a file. Nil and empty mean absent; the first value counts (SIGN-9).
public struct ContentConditions: Hashable, Sendable {
  public var range: GoString?
  public var ifMatch: GoString?
  public var ifNoneMatch: GoString?
  public var ifRange: GoString?

  public init(
    range: GoString? = nil, ifMatch: GoString? = nil, ifNoneMatch: GoString? = nil, ifRange: GoString? = nil
  ) {
    self.range = range
    self.ifMatch = ifMatch
    self.ifNoneMatch = ifNoneMatch
    self.ifRange = ifRange
  }

  /// Takes the fields from a request's header.
  /// - Parameter field: gives the first value of a field by its name.
  public init(_ field: (GoString) -> GoString?) {
    self.init(
      range: field(Self.rangeName), ifMatch: field(Self.ifMatchName), ifNoneMatch: field(Self.ifNoneMatchName),
      ifRange: field(Self.ifRangeName))
  }

  // Names that every request is asked for, made once.
  private static let rangeName: GoString = "Range"
  private static let ifMatchName: GoString = "If-Match"
  private static let ifNoneMatchName: GoString = "If-None-Match"
  private static let ifRangeName: GoString = "If-Range"

  enum Verdict {
    /// Serve, with this range header if any.
    case serve(range: GoString?)
    case notModified
    case preconditionFailed
  }

  /// What RFC 9110, section 13.2.2, gives for a file without a modification time (ST-10).
  func judge(etag: GoString, isRead: Bool) -> Verdict {
    if let ifMatch = ifMatch.filled, !EntityTags.list(ifMatch, has: { $0 == etag && $0.hasPrefix("\"") }) {
      return .preconditionFailed
    }
    if let ifNoneMatch = ifNoneMatch.filled, EntityTags.list(ifNoneMatch, has: { $0.strong == etag.strong }) {
      return isRead ? .notModified : .preconditionFailed
    }
    guard let range = range.filled else { return .serve(range: nil) }
    if isRead, let ifRange = ifRange.filled {
      // A date, too, is no tag that could match.
      let tag = EntityTags.first(of: ifRange[...])?.tag
      guard let tag, tag == etag, tag.hasPrefix("\"") else { return .serve(range: nil) }
    }
    return .serve(range: GoString(range))
  }
}

extension GoString? {
  /// The bytes of a field that is there and not empty.
  fileprivate var filled: [UInt8]? {
    guard let bytes = self?.bytes, !bytes.isEmpty else { return nil }
    return bytes
  }
}

extension GoString {
  fileprivate var strong: GoString { hasPrefix("W/") ? dropping(2) : self }
}

/// Lists of entity tags as Go reads them: what is no tag ends the list.
private enum EntityTags {
  static func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
  }

  /// Whether a list is `*` or has a tag of the kind wanted.
  static func list(_ text: [UInt8], has isWanted: (GoString) -> Bool) -> Bool {
    var rest = text[...]
    while true {
      rest = rest.drop(while: isBlank)
      guard let byte = rest.first else { return false }
      if byte == UInt8(ascii: "*") { return true }
      if byte == UInt8(ascii: ",") {
        rest = rest.dropFirst()
        continue
      }
      guard let (tag, after) = first(of: rest) else { return false }
      if isWanted(tag) { return true }
      rest = after
    }
  }

  /// The tag at the beginning of a text, `"…"` or `W/"…"`, and what follows it.
  static func first(of text: ArraySlice<UInt8>) -> (tag: GoString, after: ArraySlice<UInt8>)? {
    let text = text.drop(while: isBlank)
    var rest = text.starts(with: Array("W/".utf8)) ? text.dropFirst(2) : text
    guard rest.first == UInt8(ascii: "\"") else { return nil }
    rest = rest.dropFirst()
    for index in rest.indices {
      switch rest[index] {
      case UInt8(ascii: "\""): return (GoString(text[...index]), text[(index + 1)...])
      case 0x21, 0x23...0x7E, 0x80...: continue
      default: return nil
      }
    }
    return nil
  }
}
