/// One thing that is not as recorded.
public struct Difference: Hashable, Sendable, CustomStringConvertible {
  /// Where: `exchange 2: answer: header Content-Length`.
  public var place: String
  /// As it is, but for what is beyond the limit.
  public var expected: String
  public var seen: String

  /// Characters of a text that are kept at most.
  private static let limit = 65_536

  public init(_ place: String, expected: String, seen: String) {
    self.place = place
    self.expected = Difference.kept(expected)
    self.seen = Difference.kept(seen)
  }

  /// One line for people, long texts cut.
  public var description: String {
    "\(place): expected \(Difference.oneLine(expected)), seen \(Difference.oneLine(seen))"
  }

  /// The same difference, found inside something.
  func inside(_ outer: String) -> Difference {
    var inner = self
    inner.place = "\(outer): \(place)"
    return inner
  }

  private static func kept(_ text: String) -> String {
    let scalars = text.unicodeScalars
    guard scalars.count > limit else { return text }
    return String(scalars.prefix(limit)) + "… (\(scalars.count - limit) characters more)"
  }

  /// At most 300 characters, control characters spelled out.
  private static func oneLine(_ text: String) -> String {
    var line = ""
    for scalar in text.unicodeScalars.prefix(300) {
      switch scalar {
      case "\n": line += "\\n"
      case "\r": line += "\\r"
      case "\t": line += "\\t"
      default:
        if scalar.value < 0x20 || scalar.value == 0x7F {
          line += "\\u{\(String(scalar.value, radix: 16))}"
        } else {
          line.unicodeScalars.append(scalar)
        }
      }
    }
    return text.unicodeScalars.count > 300 ? line + "…" : line
  }
}
