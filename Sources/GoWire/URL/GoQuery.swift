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
    var pairs: [Pair] = []
    var failure: GoURLError?
    let bytes = text.bytes
    if bytes.count(where: { $0 == UInt8(ascii: "&") }) >= GoQuery.limit {
      self.pairs = []
      self.error = GoURLError("number of URL query parameters exceeded limit")
      return
    }
    for piece in bytes.split(separator: UInt8(ascii: "&")) {
      if piece.contains(UInt8(ascii: ";")) {
        failure = GoURLError("invalid semicolon separator in query")
        continue
      }
      let mark = piece.firstIndex(of: UInt8(ascii: "=")) ?? piece.endIndex
      do throws(GoURLError) {
        let name = try GoString(piece[..<mark]).queryUnescaped()
        pairs.append(Pair(name, try GoString(piece[mark...].dropFirst()).queryUnescaped()))
      } catch {
        failure = failure ?? error
      }
    }
    self.pairs = pairs
    self.error = failure
  }

  /// The first value of a name; nil when it does not occur.
  public subscript(_ name: GoString) -> GoString? { pairs.first { $0.name == name }?.value }

  /// All values of a name.
  public func values(_ name: GoString) -> [GoString] { pairs.filter { $0.name == name }.map(\.value) }

  /// The query as Go's `Values.Encode` writes it: sorted by name, values of one name in their order.
  public var encoded: GoString {
    let sorted = pairs.enumerated().sorted { ($0.element.name, $0.offset) < ($1.element.name, $1.offset) }
    return GoString.join(sorted.map { $0.element.name.queryEscaped + "=" + $0.element.value.queryEscaped }, "&")
  }
}
