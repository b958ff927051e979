import GoWire

/// Texts in quotes as Go's error texts show them.
struct QuoteSubject: Subject {
  let name = "quote"

  func question(_ choices: inout Choices) -> Question? {
    var text = choices.text()
    if choices.bool(), let scalar = Unicode.Scalar(UInt32(choices.next(0x11_0000))) { text += GoString(String(scalar)) }
    var request = RequestWriter("Q")
    request.rest(text.bytes)
    return Question(request, .result(text.quoted.bytes)) { readable(text.bytes) }
  }
}
