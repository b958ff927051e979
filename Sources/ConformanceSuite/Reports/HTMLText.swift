/// Text on a page.
enum HTMLText {
  /// With the characters that HTML gives a meaning replaced.
  static func escaped(_ text: some StringProtocol) -> String {
    var result = ""
    for character in text.unicodeScalars {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }

  /// The specification's light markup: `code`, **bold**, *emphasis*, and lines of their own for lists and tables.
  static func markup(_ text: String) -> String {
    text.split(separator: "\n").map { line in
      // Every second piece between backticks is code.
      line.split(separator: "`", omittingEmptySubsequences: false).enumerated().map { index, piece in
        index % 2 == 1 ? "<code>\(escaped(piece))</code>" : emphasis(escaped(piece))
      }.joined()
    }.joined(separator: "<br>")
  }

  private static func emphasis(_ text: String) -> String {
    text.split(separator: "**", omittingEmptySubsequences: false).enumerated().map { index, piece in
      index % 2 == 1 ? "<b>\(piece)</b>" : String(piece)
    }.joined()
  }
}
