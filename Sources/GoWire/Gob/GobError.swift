/// Why a gob stream could not be read or written.
public struct GobError: Error, Hashable, Sendable {
  /// What kind of trouble it is.
  public enum Kind: Hashable, Sendable {
    /// The input ended where a value could begin: Go's `io.EOF`.
    case endOfInput
    /// The input ended inside a value: Go's `io.ErrUnexpectedEOF`, or `io.EOF` within a message.
    case truncated
    /// Bytes that no encoder writes.
    case corrupt
    /// A sound stream that does not fit the type it is read as.
    case mismatch
    /// A stream that asks for more than `GobLimits` allow.
    case limit
    /// A value that does not fit the type it is to be written as.
    case unencodable
  }

  public var kind: Kind
  /// The error's text, exactly as Go prints it where Go has one.
  public var text: GoString

  public init(_ kind: Kind, _ text: GoString) {
    self.kind = kind
    self.text = text
  }

  static let endOfInput = GobError(.endOfInput, "EOF")
  static let unexpectedEnd = GobError(.truncated, "unexpected EOF")
  /// Nothing is left in a message where a number had to come.
  static let endInsideMessage = GobError(.truncated, "EOF")
}

extension GobError: CustomStringConvertible {
  public var description: String { text.text }
}
