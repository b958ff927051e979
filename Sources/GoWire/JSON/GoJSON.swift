/// JSON as Go's `encoding/json` reads and writes it.
public enum GoJSON {
  /// How a text that may go on after its first value is read.
  public enum Mode: Sendable {
    /// `json.Decoder.Decode`: bytes after the first value are left alone. Binding of requests reads so (ENV-5).
    case decoder
    /// `json.Unmarshal`: anything but blanks after the value is a syntax error.
    case unmarshal
  }

  /// The deepest nesting of arrays and objects that is read, as in Go.
  static let depthLimit = 10_000
}

/// Why a text could not be read, as Go reports it.
public struct GoJSONError: Error, Hashable, Sendable {
  /// Go's type of the error.
  public enum Kind: Hashable, Sendable {
    /// `*json.SyntaxError`: the text is no JSON.
    case syntax
    /// `io.EOF` or `io.ErrUnexpectedEOF`: a decoder found nothing, or the beginning of a value only.
    case endOfInput
    /// `*json.UnmarshalTypeError`: a value of the wrong JSON type.
    case type
    /// An error of another type: a time that is no RFC 3339 text, bad base64.
    case other
  }

  public var kind: Kind
  /// The error's text, exactly as Go prints it.
  public var text: GoString

  public init(_ kind: Kind, _ text: GoString) {
    self.kind = kind
    self.text = text
  }
}

extension GoJSONError: CustomStringConvertible {
  public var description: String { text.text }
}
