import GoWire

/// Numbers and truth values in texts (ST-15, SIGN-2).
struct StrconvSubject: Subject {
  let name = "strconv"

  private static let truths: [GoString] = [
    "true", "false", "1", "0", "t", "f", "T", "F", "TRUE", "FALSE", "True", "False", "", " true", "tRue", "yes", "no",
    "é", "2",
  ]
  private static let pieces: [GoString] = [
    "0", "1", "9", "-", "+", "_", "0x", "0b", "0o", "a", "F", "z", " ", ".", "e", "255", "32768", "9223372036854775807",
    "8",
    "18446744073709551615", "é", "\u{0}",
  ]

  func question(_ choices: inout Choices) -> Question? {
    if choices.next(3) == 0 {
      let text = choices.next(4) == 0 ? choices.text() : choices.pick(StrconvSubject.truths)
      var request = RequestWriter("b")
      request.rest(text.bytes)
      let expected: Question.Answer
      do throws(GoNumberError) {
        expected = .result(Array((try text.parseBool() ? "true" : "false").utf8))
      } catch {
        expected = .failure(error.text)
      }
      return Question(request, expected) { "\(text.quoted) as a truth value" }
    }
    let text = choices.text(of: StrconvSubject.pieces, usual: 5, most: 12)
    let base = choices.pick([10, 0, 2, 8, 16, 36])
    let bits = choices.pick([64, 8, 16, 32])
    var request = RequestWriter("n")
    request.byte(UInt8(base))
    request.byte(UInt8(bits))
    request.rest(text.bytes)
    var expected = RequestWriter()
    expected.number { () throws(GoNumberError) in UInt64(bitPattern: try text.parseInt(base: base, bits: bits)) }
    expected.number { () throws(GoNumberError) in try text.parseUint(base: base, bits: bits) }
    expected.number { () throws(GoNumberError) in UInt64(bitPattern: try text.atoi()) }
    return Question(request, .result(expected.bytes)) { "\(text.quoted) in base \(base), \(bits) bits" }
  }
}

extension RequestWriter {
  fileprivate mutating func number(_ read: () throws(GoNumberError) -> UInt64) {
    do throws(GoNumberError) {
      let number = try read()
      byte(0)
      uint64(number)
    } catch {
      byte(1)
      string(error.text)
    }
  }
}
