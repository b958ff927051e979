import GoWire

/// A request target, read as Go's HTTP server reads it (HDR-7, SIGN-9).
public struct RequestTarget: Hashable, Sendable {
  /// The decoded path: what routes and signatures go by.
  public let path: GoString
  /// What follows the `?`, as sent; nil when there is none.
  public let rawQuery: GoString?
  public let query: QueryParameters

  /// Nil for what is no target: a broken escape in the path, a control character, neither an absolute path nor an absolute
  /// URL (HDR-8).
  public init?(_ raw: GoString) {
    guard !raw.bytes.contains(where: { $0 < 0x20 || $0 == 0x7F }),
      let rest = RequestTarget.afterAuthority(raw.bytes[...])
    else { return nil }
    let mark = rest.firstIndex(of: UInt8(ascii: "?"))
    guard let path = PercentEscape.decode(rest[..<(mark ?? rest.endIndex)], plusIsSpace: false) else { return nil }
    self.path = GoString(path)
    rawQuery = mark.map { GoString(rest[($0 + 1)...]) }
    query = QueryParameters(rawQuery ?? "")
  }

  /// The path and query of a target, which may be a whole URL.
  private static func afterAuthority(_ raw: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    if raw.first == UInt8(ascii: "/") || raw.elementsEqual("*".utf8) { return raw }
    let scheme = raw.prefix { 0x41...0x5A ~= $0 & 0xDF || 0x30...0x39 ~= $0 || [0x2B, 0x2D, 0x2E].contains($0) }
    guard let first = scheme.first, 0x41...0x5A ~= first & 0xDF else { return nil }
    let rest = raw[scheme.endIndex...]
    guard rest.starts(with: "://".utf8) else { return nil }
    let authority = rest.dropFirst(3)
    return authority[
      (authority.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? authority.endIndex)...]
  }
}

/// The parameters of a query, read as Go reads them: `+` is a space, a pair with a broken escape or a `;` is dropped (SIGN-9).
public struct QueryParameters: Hashable, Sendable {
  public struct Parameter: Hashable, Sendable {
    public let name: GoString
    public let value: GoString
  }

  /// In the order in which they stand.
  public let all: [Parameter]

  /// - Parameter raw: the query as sent, without `?`.
  public init(_ raw: GoString) {
    all = raw.bytes.split(separator: UInt8(ascii: "&")).compactMap { pair in
      guard !pair.contains(UInt8(ascii: ";")) else { return nil }
      let mark = pair.firstIndex(of: UInt8(ascii: "="))
      guard let name = PercentEscape.decode(pair[..<(mark ?? pair.endIndex)], plusIsSpace: true),
        let value = PercentEscape.decode(mark.map { pair[($0 + 1)...] } ?? [], plusIsSpace: true)
      else { return nil }
      return Parameter(name: GoString(name), value: GoString(value))
    }
  }

  /// The first value of a parameter.
  public func first(_ name: GoString) -> GoString? {
    all.first { $0.name == name }?.value
  }
}

/// `%XX`.
enum PercentEscape {
  /// Nil when an escape is broken.
  static func decode(_ bytes: ArraySlice<UInt8>, plusIsSpace: Bool) -> [UInt8]? {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var index = bytes.startIndex
    while index < bytes.endIndex {
      let byte = bytes[index]
      if byte == UInt8(ascii: "%") {
        guard index + 2 < bytes.endIndex, let high = hex(bytes[index + 1]), let low = hex(bytes[index + 2]) else {
          return nil
        }
        result.append(high << 4 | low)
        index += 3
      } else {
        result.append(plusIsSpace && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
        index += 1
      }
    }
    return result
  }

  /// A path as Go's `EscapedPath` writes it.
  static func encodePath(_ path: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(path.count)
    for byte in path {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
        UInt8(ascii: "~"), UInt8(ascii: "$"), UInt8(ascii: "&"), UInt8(ascii: "+"), UInt8(ascii: ","),
        UInt8(ascii: "/"), UInt8(ascii: ":"), UInt8(ascii: ";"), UInt8(ascii: "="), UInt8(ascii: "@"):
        result.append(byte)
      default:
        result.append(UInt8(ascii: "%"))
        result.append(digits[Int(byte >> 4)])
        result.append(digits[Int(byte & 15)])
      }
    }
    return result
  }

  private static let digits = Array("0123456789ABCDEF".utf8)

  private static func hex(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x37
    case 0x61...0x66: byte - 0x57
    default: nil
    }
  }
}
