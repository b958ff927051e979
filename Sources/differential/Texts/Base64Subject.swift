import GoWire

/// Base64 of both alphabets, both ways (ENV-3, ST-9).
struct Base64Subject: Subject {
  let name = "base64"

  private static let pieces: [GoString] = [
    "Zg==", "Zm8=", "Zm9v", "=", "==", "\n", "\r", "A", "b", "+", "/", "-", "_", "9", " ", "é", "\u{0}", "Zm9vYmFy",
    "====",
  ]

  func question(_ choices: inout Choices) -> Question? {
    let alphabet: Base64 = choices.bool() ? .url : .standard
    let bytes = choices.bytes(usual: 24, most: 600)
    if choices.next(3) == 0 {
      var request = RequestWriter("7")
      request.bool(alphabet == .url)
      request.rest(bytes)
      return Question(request, .result(alphabet.encode(bytes).bytes)) { readable(bytes) }
    }
    var text = alphabet.encode(bytes)
    switch choices.next(4) {
    case 0: break
    case 1: text = GoString(choices.damaged(text.bytes))
    case 2: text += choices.text(of: Base64Subject.pieces, usual: 3)
    default: text = choices.text(of: Base64Subject.pieces)
    }
    var request = RequestWriter("6")
    request.bool(alphabet == .url)
    request.rest(text.bytes)
    let expected: Question.Answer
    do throws(Base64Error) {
      expected = .result(try alphabet.decode(text))
    } catch {
      expected = .failure(error.text)
    }
    return Question(request, expected) { "\(alphabet) \(text.quoted)" }
  }
}
