/// The names and values of a query, in their order, as Go's `url.ParseQuery` reads them (SIGN-9).
public struct GoQuery: Hashable, Sendable {
  /// A name with its value, both decoded.
  public struct Pair: Hashable, Sendable {
    public var name: GoString
    public var value: GoString

    public init(_ name: GoString, _ value: GoString) {
      self.name = name
      self.value = value
    }
  }

  public var pairs: [Pair]
  /// What Go reports of the first pair it dropped.
  public let error: GoURLError?

  /// As many pairs as Go reads; more give none.
  private static let limit = 10_000

  public init(_ pairs: [Pair] = []) {
    self.pairs = pairs
    self.error = nil
  }

  /// Reads the text after `?`: `+` is a blank, a pair with a broken escape or a `;` is dropped, a name alone has an empty value.
  public init(_ text: GoString) {
    self.init(text.bytes[...])
  }

  /// Reads the text after `?`.
  public init(_ text: ArraySlice<UInt8>) {
    var pairs: [Pair] = []
    var failure: GoURLError?
    if text.count(where: { $0 == UInt8(ascii: "&") }) >= GoQuery.limit {
      self.pairs = []
      self.error = GoURLError("number of URL query parameters exceeded limit")
      return
    }
    var start = text.startIndex
    while start < text.endIndex {
      let piece = Piece(text, from: start)
      start = piece.end + 1
      if piece.isEmpty { continue }
      if piece.hasSemicolon {
        failure = GoURLError("invalid semicolon separator in query")
        continue
      }
      do throws(GoURLError) {
        if pairs.isEmpty { pairs.reserveCapacity(2) }
        pairs.append(try piece.pair(in: text))
      } catch {
        failure = failure ?? error
      }
    }
    self.pairs = pairs
    self.error = failure
  }

  /// What stands between two `&`.
  private struct Piece {
    let start: Int
    let end: Int
    /// Where the first `=` stands; the end when there is none.
    let mark: Int
    let hasSemicolon: Bool

    init(_ text: ArraySlice<UInt8>, from start: Int) {
      self.start = start
      (end, mark, hasSemicolon) = text.withUnsafeBufferPointer { bytes in
        let offset = text.startIndex
        var mark = -1
        var hasSemicolon = false
        var index = start - offset
        while index < bytes.count {
          switch bytes[index] {
          case UInt8(ascii: "&"): return (index + offset, (mark < 0 ? index : mark) + offset, hasSemicolon)
          case UInt8(ascii: "="): if mark < 0 { mark = index }
          case UInt8(ascii: ";"): hasSemicolon = true
          default: break
          }
          index += 1
        }
        return (index + offset, (mark < 0 ? index : mark) + offset, hasSemicolon)
      }
    }

    var isEmpty: Bool { start == end }

    func pair(in text: ArraySlice<UInt8>) throws(GoURLError) -> Pair {
      Pair(try unescaped(text, start..<mark), try unescaped(text, min(mark + 1, end)..<end))
    }

    private func unescaped(_ text: ArraySlice<UInt8>, _ place: Range<Int>) throws(GoURLError) -> GoString {
      let plain = text.withUnsafeBufferPointer { bytes in
        let part = UnsafeBufferPointer(
          rebasing: bytes[(place.lowerBound - text.startIndex)..<(place.upperBound - text.startIndex)])
        return URLPart.queryComponent.plainlyUnescaped(part, or: GoString(part))
      }
      if let plain { return plain }
      // An escape is broken: the same again tells how.
      return try URLPart.queryComponent.unescape(GoString(text[place]))
    }
  }

  /// The first value of a name; nil when it does not occur.
  public subscript(_ name: GoString) -> GoString? { pairs.first { $0.name == name }?.value }

  /// The first value of a name, given as a literal; nil when it does not occur.
  public func first(_ name: StaticString) -> GoString? {
    for index in pairs.indices where pairs[index].name.is(name) { return pairs[index].value }
    return nil
  }

  /// All values of a name.
  public func values(_ name: GoString) -> [GoString] { pairs.filter { $0.name == name }.map(\.value) }

  /// The query as Go's `Values.Encode` writes it: sorted by name, values of one name in their order.
  public var encoded: GoString {
    let sorted = pairs.enumerated().sorted { ($0.element.name, $0.offset) < ($1.element.name, $1.offset) }
    return GoString.join(sorted.map { $0.element.name.queryEscaped + "=" + $0.element.value.queryEscaped }, "&")
  }
}
